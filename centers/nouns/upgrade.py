"""The campaign, its tasks and the month's lines at the desk."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _

from accounts.register import Column, Register, register
from centers import incoming
from centers.forms.fields import FEN_A_WAN
from centers.forms.upgrade import CampaignForm, TaskForm
from centers.models import Campaign, ClosurePhoto, ProgressReport, UpgradeTask
from centers.models.progress import next_month
from centers.nouns.standards import overdue, town_of, user_codes
from centers.workflows.progress import PROGRESS
from centers.workflows.upgrade import UPGRADE
from workflow.nouns import Filter, Noun, by_choice, by_state, by_town, noun

__all__ = ["PROGRESS", "UPGRADE"]


def wan(fen: int | None) -> Decimal | None:
    """万元, for people."""
    return None if fen is None else (Decimal(fen) / FEN_A_WAN).normalize() + 0


CAMPAIGN = register(
    Register(
        "campaigns",
        _("规范提升行动"),
        Campaign,
        (
            Column(_("名称"), lambda c: c.name, 30),
            Column(_("开始月份"), lambda c: f"{c.first_month:%Y-%m}"),
            Column(_("结束月份"), lambda c: f"{c.last_month:%Y-%m}"),
            Column(_("说明"), lambda c: c.note, 40),
        ),
    )
)
TASK = register(
    Register(
        "upgrade-tasks",
        _("提升任务"),
        UpgradeTask,
        (
            Column(_("任务号"), lambda t: t.number),
            Column(_("行动"), lambda t: t.campaign.name, 24),
            Column(_("中心"), lambda t: t.center.name, 30),
            Column(_("镇街"), lambda t: town_of(t.center)),
            Column(_("批次"), lambda t: t.get_batch_display()),
            Column(_("建设方式"), lambda t: t.get_build_method_display()),
            Column(_("提升内容"), lambda t: t.content, 40),
            Column(_("镇街责任人（职务）"), lambda t: t.town_person, 20),
            Column(_("村社责任人（职务）"), lambda t: t.village_person, 20),
            Column(_("预算（万元）"), lambda t: wan(t.budget_fen)),
            Column(_("计划销号月份"), lambda t: f"{t.target_month:%Y-%m}"),
            Column(_("状态"), lambda t: t.get_state_display()),
            Column(_("逾期"), lambda t: t.overdue),
            Column(_("销号日期"), lambda t: t.closed_on),
        ),
        ("center__region__parent", "campaign"),
        incoming.TASKS,
    )
)
REPORT = register(
    Register(
        "progress-reports",
        _("月度进展"),
        ProgressReport,
        (
            Column(_("月份"), lambda r: f"{r.month:%Y-%m}"),
            Column(_("任务号"), lambda r: r.task.number),
            Column(_("中心"), lambda r: r.task.center.name, 30),
            Column(_("镇街"), lambda r: town_of(r.task.center)),
            Column(_("完成进度（%）"), lambda r: r.percent),
            Column(_("本月进展"), lambda r: r.text, 40),
            Column(_("累计支出（万元）"), lambda r: wan(r.spent_fen)),
            Column(_("无变化"), lambda r: r.unchanged),
            Column(_("状态"), lambda r: r.get_state_display()),
            Column(_("迟报"), lambda r: r.late),
        ),
        ("task__center__region__parent",),
        incoming.REPORTS,
    )
)


def task_more(row: UpgradeTask, user: Any) -> dict[str, Any]:
    photos = list(row.closure_photos.select_related("picture__twin__center__region"))
    moments = [(label, [p for p in photos if p.moment == value]) for value, label in ClosurePhoto.Moment.choices]
    reach = user_codes(user)
    for photo in photos:
        twin = photo.picture.twin
        photo.twin_seen = twin is not None and any(twin.center.region.code.startswith(code) for code in reach)  # type: ignore[attr-defined]
    reports = row.reports.all()[:18]
    return {
        "planned": row.planned.all(),
        "visits": row.visits.all(),
        "papers": row.papers.all(),
        "moments": moments,
        "reports": reports,
        "may_visit": user.has_perm("centers.add_guidancevisit"),
        "may_parts": user.has_perm("centers.add_plannedstep"),
    }


def campaign_choices(user: Any) -> list[tuple[str, Any]]:
    found = [(str(c.pk), c.name) for c in Campaign.objects.allowed(user, "view")]
    return found if len(found) > 1 else []


noun(
    Noun(
        "campaigns",
        _("规范提升行动"),
        Campaign,
        "campaigns",
        form=CampaignForm,
        ordering=("-first_month",),
        icon="calendar",
        empty=_("先建一个行动，再建任务。"),
    )
)
noun(
    Noun(
        "tasks",
        _("提升任务"),
        UpgradeTask,
        "upgrade-tasks",
        form=TaskForm,
        search=("center__name", "content"),
        filters=(
            by_state(UpgradeTask, _("状态")),
            by_choice("batch", _("批次"), UpgradeTask.Batch.choices),
            overdue(_("期限")),
            by_town("center__region__code", _("镇街")),
            Filter("campaign", _("行动"), campaign_choices, lambda rows, value: rows.filter(campaign=value) if value.isdecimal() else rows),
        ),
        joins=("center__region__parent", "campaign"),
        ordering=("campaign", "number"),
        more=task_more,
        due=lambda t: next_month(t.target_month) - timedelta(days=1),
        template="centers/task_detail.html",
        icon="chart",
        links=((_("台账"), "/desk/upgrade/"), (_("本月填报"), "/desk/month/")),
        empty=_("还没有任务。可以一个个添加，也可以用 Excel 导入。"),
    )
)
noun(
    Noun(
        "progress",
        _("月度进展"),
        ProgressReport,
        "progress-reports",
        search=("task__center__name", "text"),
        filters=(by_state(ProgressReport, _("状态")), by_town("task__center__region__code", _("镇街"))),
        joins=("task__center__region__parent", "filed_by", "verified_by"),
        ordering=("-month", "task__number"),
        due=lambda r: r.due_on if r.state != "submitted" else None,
        template="centers/progress_detail.html",
        tray_link="/desk/month/",
        icon="edit",
        links=((_("本月填报"), "/desk/month/"),),
        empty=_("每月 1 日自动开新的一行。"),
    )
)
