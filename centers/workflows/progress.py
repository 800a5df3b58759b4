"""A month's line: filed by the village or the township, verified by somebody else, submitted to the district."""

from datetime import date
from typing import Any

from django import forms
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.scope import outside
from centers.models import ProgressReport
from workflow.engine import Step, Workflow
from workflow.telling import tell_holders

S = ProgressReport.State


def month_link(month: date) -> str:
    return f"/desk/month/?month={month:%Y-%m}"


def filed(row: ProgressReport, user: Any, data: dict[str, Any]) -> None:
    """What was typed; the values stay what they were where nothing was given."""
    for name in ("percent", "text", "spent_fen"):
        if data.get(name) is not None:
            setattr(row, name, data[name])
    # The first filing counts for being in time: what came back and was mended is not late for that.
    row.unchanged, row.filed_by, row.filed_at = False, user, row.filed_at or timezone.now()
    row.verified_by, row.reviewer_note, row.submitted_at = None, "", None


def same_as_before(row: ProgressReport, user: Any, data: dict[str, Any]) -> None:
    """The line as it was prefilled from last month."""
    filed(row, user, {})
    row.unchanged = True
    row.text = row.text or _("无变化")


def verified(row: ProgressReport, user: Any, data: dict[str, Any]) -> None:
    row.verified_by = user


def submitted(row: ProgressReport, user: Any, data: dict[str, Any]) -> None:
    row.submitted_at = timezone.now()


def returned(row: ProgressReport, user: Any, data: dict[str, Any]) -> None:
    row.reviewer_note, row.verified_by, row.submitted_at = data["reason"], None, None


def own_line(user: Any) -> Q:
    return Q(filed_by=user)


def with_the_district(user: Any) -> Q:
    """What a township has submitted is the district's to send back."""
    return Q(state=S.SUBMITTED) & outside(user, "centers.close_upgradetask", "task__center__region__code")


def tell_village(row: ProgressReport, user: Any, data: dict[str, Any]) -> None:
    subject = _("%(month)s的进展退回了：%(task)s") % {"month": f"{row.month:%Y-%m}", "task": row.task.center.short_name}
    code = row.task.center.region.code
    tell_holders("centers.file_progressreport", code, "month", subject, data["reason"], month_link(row.month))


def percent() -> forms.Field:
    return forms.IntegerField(label=gettext_lazy("完成进度（%）"), min_value=0, max_value=100)


def text() -> forms.Field:
    return forms.CharField(label=gettext_lazy("本月进展"), max_length=300, widget=forms.Textarea(attrs={"rows": 3}))


def spent() -> forms.Field:
    return forms.IntegerField(label=gettext_lazy("累计支出（分）"), min_value=0, max_value=10**15)


PROGRESS = Workflow(
    ProgressReport,
    Step(
        "file",
        gettext_lazy("填报"),
        (S.OPEN, S.RETURNED, S.FILED),
        S.FILED,
        needs=("text",),
        asks={"percent": percent, "text": text, "spent_fen": spent},
        sets=filed,
    ),
    Step("unchanged", gettext_lazy("无变化"), (S.OPEN, S.RETURNED), S.FILED, sets=same_as_before),
    Step(
        "verify",
        gettext_lazy("审核通过"),
        (S.FILED,),
        S.VERIFIED,
        unless=own_line,
        unless_says=gettext_lazy("自己填的不能自己审核，请同事或区里审核。"),
        sets=verified,
    ),
    Step(
        "send_back",
        gettext_lazy("退回"),
        (S.FILED, S.VERIFIED, S.SUBMITTED),
        S.RETURNED,
        needs=("reason",),
        unless=with_the_district,
        unless_says=gettext_lazy("已经报到区里了，现在由区里退回。"),
        sets=returned,
        tells=tell_village,
    ),
    Step("submit", gettext_lazy("报区里"), (S.VERIFIED,), S.SUBMITTED, sets=submitted),
)
