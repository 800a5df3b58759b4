"""How rows of the centers' registers come in from Excel: the pages' forms, with amounts in fen and months as days."""

from datetime import timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts import normal
from accounts.forms.base import ScopedModelForm
from accounts.models import Organisation, Region
from accounts.register import Cell, Incoming
from centers.forms.premises import LeaseForm, SignForm, SiteForm
from centers.forms.upgrade import TaskForm
from centers.forms.work import MatterForm
from centers.models import Campaign, CandidateSite, Center, ProgressReport, Sign, UpgradeTask
from centers.workflows.progress import PROGRESS

NAMED = _("写全名，例如“光南社区党群服务中心”。")
CENTER = Cell("center", _("中心"), normal.ref(Center, "name"), True, note=NAMED, example="光南社区党群服务中心")


class Numbered(normal.ref):
    """A row by a whole number, so that other words are no question to the database."""

    def __call__(self, value: Any, user: Any) -> Any:
        found = normal.whole(value, user)
        return super().__call__(str(found), user) if found != "" else ""


class Channel(normal.choice):
    """A site's channel; an empty cell means "other", as the form takes it: so the same file again changes nothing."""

    def __call__(self, value: Any, user: Any) -> Any:
        return super().__call__(value, user) or CandidateSite.Channel.OTHER.value


def lines(value: Any, user: Any) -> str:
    """Text that keeps its lines, one thing a line."""
    rows = str(value if value is not None else "").replace("\r", "").split("\n")
    return "\n".join(row for row in (normal.text(one, user) for one in rows) if row)


def running(tasks: Any) -> Any:
    """Tasks of campaigns that go on, or ended last month: numbers are a campaign's own."""
    return tasks.filter(campaign__last_month__gte=timezone.localdate().replace(day=1) - timedelta(days=31))


class CenterRowForm(ScopedModelForm):
    class Meta:
        model = Center
        fields = ["name", "level", "region", "address", "area", "opened_on", "phone"]


class FenField(forms.IntegerField):
    """Fen: the file's cells say 元 or 万元 themselves."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(min_value=0, max_value=10**15, required=False, **kwargs)

    def has_changed(self, initial: Any, data: Any) -> bool:
        """An empty cell is no amount, and no amount is 0."""
        return super().has_changed(initial or 0, 0 if data in ("", None) else data)


class TaskRowForm(TaskForm):
    budget_fen: Any = FenField()


class LeaseRowForm(LeaseForm):
    rent_fen: Any = FenField()


class ReportRowForm(ScopedModelForm):
    """One line of the month: filed, or without change. The line itself is opened on the 1st, never by a file."""

    spent_fen = FenField()
    same = forms.BooleanField(label=_("无变化"), required=False)

    class Meta:
        model = ProgressReport
        fields = ["task", "month", "percent", "text", "spent_fen"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["same"].initial = self.instance.unchanged

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        if not data.get("same") and not data.get("text"):
            raise ValidationError({"text": _("请写本月进展；没有变化就在“无变化”一列写“是”。")})
        data["spent_fen"] = data.get("spent_fen") or 0
        return data

    def save(self, commit: bool = True) -> Any:
        data = self.cleaned_data
        row = ProgressReport.objects.get(pk=self.instance.pk)
        if data["same"] and "text" not in self.changed_data and "percent" not in self.changed_data and row.state in ("open", "returned"):
            return PROGRESS.take(row, "unchanged", by=self.user)
        return PROGRESS.take(row, "file", by=self.user, percent=data["percent"], text=data["text"], spent_fen=data["spent_fen"])


CENTERS = Incoming(
    CenterRowForm,
    (
        Cell("name", _("名称"), normal.text, True, example="光南社区党群服务中心"),
        Cell("level", _("层级"), normal.choice(Center.Level), True, example="社区级"),
        Cell("region", _("区划代码"), normal.ref(Region, "code", "name"), True, example="330703001021"),
        Cell("address", _("地址"), normal.text),
        Cell("area", _("建筑面积（㎡）"), normal.area, note=_("可以写“3亩”“1,200㎡”。"), example="520.5"),
        Cell("opened_on", _("启用日期"), normal.day, example="2024-12-18"),
        Cell("phone", _("大厅电话"), normal.text),
    ),
    ("region", "name"),
)
TASKS = Incoming(
    TaskRowForm,
    (
        Cell("campaign", _("行动"), normal.ref(Campaign, "name"), True, example="党群服务中心规范提升行动"),
        Cell("number", _("任务号"), normal.whole, True, example="12"),
        CENTER,
        Cell("batch", _("批次"), normal.choice(UpgradeTask.Batch), True, example="提升一批"),
        Cell("build_method", _("建设方式"), normal.choice(UpgradeTask.Method), True, example="改建"),
        Cell("content", _("提升内容"), normal.text, True, example="统一门头，改造大厅"),
        Cell("town_person", _("镇街责任人（职务）"), normal.text),
        Cell("village_person", _("村社责任人（职务）"), normal.text),
        Cell("budget_fen", _("预算（万元）"), normal.money("万元"), note=_("可以写“12.5”“12.5万元”或“125000元”。"), example="12.5"),
        Cell("target_month", _("计划销号月份"), normal.month, True, example="2026-12"),
    ),
    ("campaign", "number"),
)
REPORTS = Incoming(
    ReportRowForm,
    (
        Cell("month", _("月份"), normal.month, True, example="2026-11"),
        Cell("task", _("任务号"), Numbered(UpgradeTask, "number", only=running), True, example="12"),
        Cell("percent", _("完成进度（%）"), normal.whole, True, example="60"),
        Cell("text", _("本月进展"), normal.text, example="水电已进场。"),
        Cell("spent_fen", _("累计支出（万元）"), normal.money("万元"), example="3.2"),
        Cell("same", _("无变化"), normal.yes_no, note=_("没有变化写“是”，别的格子不用动。"), example="否"),
    ),
    ("task", "month"),
)
SITES = Incoming(
    SiteForm,
    (
        Cell("name", _("场地名称"), normal.text, True, example="老粮站 1 号"),
        Cell("region", _("区划代码"), normal.ref(Region, "code", "name"), True, example="330703001021"),
        Cell("address", _("地址"), normal.text, True),
        Cell("mode", _("方式"), normal.choice(CandidateSite.Mode), True, example="可租"),
        Cell("channel", _("渠道"), Channel(CandidateSite.Channel), example="国有资产利用"),
        Cell("area", _("面积（㎡）"), normal.area, True, note=_("可以写“3亩”“1,200㎡”。"), example="320.5"),
        Cell("owner", _("产权单位"), normal.ref(Organisation, "name", "code")),
        Cell("found_on", _("摸排日期"), normal.day, True, example="2024-12-18"),
    ),
    ("region", "name"),
)
LEASES = Incoming(
    LeaseRowForm,
    (
        Cell("site", _("场地"), normal.ref(CandidateSite, "name"), True),
        Cell("organisation", _("统一社会信用代码"), normal.ref(Organisation, "code", "name"), True, note=_("也可以写单位全名。")),
        Cell("area", _("租用面积（㎡）"), normal.area, True, example="450.00"),
        Cell("starts_on", _("起租日期"), normal.day, True, example="2024-12-18"),
        Cell("ends_on", _("到期日期"), normal.day, True, example="2029-12-17"),
        Cell("rent_fen", _("年租金（万元）"), normal.money("万元"), example="8.6"),
    ),
    ("site", "organisation", "starts_on"),
)
SIGNS = Incoming(
    SignForm,
    (
        Cell("title", _("牌子上写的"), normal.text, True, example="农家书屋"),
        CENTER,
        Cell("place", _("位置"), normal.choice(Sign.Place), True, example="室内"),
        Cell("action", _("怎么处理"), normal.choice(Sign.Action), example="整合"),
        Cell("unit", _("哪个部门要求的"), normal.text),
        Cell("found_on", _("登记日期"), normal.day, True, example="2024-12-18"),
        Cell("removed_on", _("拆除日期"), normal.day),
    ),
    ("center", "title", "place", "found_on"),
)
MATTERS = Incoming(
    MatterForm,
    (
        Cell("title", _("办什么"), normal.text, True, example="社保卡申领"),
        CENTER,
        Cell("window", _("哪个窗口"), normal.text, True, example="综合窗口"),
        Cell("papers", _("带什么"), lines, example="身份证"),
        Cell("when", _("什么时间"), normal.text),
        Cell("note", _("提醒"), normal.text),
    ),
    ("center", "title"),
)
