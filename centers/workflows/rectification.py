"""From a finding to its closure; deadlines in working days, extended once: DOMAIN §2.2."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.forms.base import DateInput
from accounts.scope import prefixes
from centers.models import Finding, Inspection
from records import outbox
from workflow.engine import Step, Workflow
from workflow.telling import tell_holders

S = Finding.State


def link(finding: Finding) -> str:
    return f"/desk/findings/{finding.pk}/"


def submitted(finding: Finding, user: Any, data: dict[str, Any]) -> None:
    finding.note, finding.reviewer_note = data["note"], ""
    finding.submitted_by, finding.submitted_at = user, timezone.now()


def extended(finding: Finding, user: Any, data: dict[str, Any]) -> None:
    """Once, to a later day."""
    if finding.extended_on is not None:
        raise ValidationError(_("已经延过一次，不能再延。办不完请在整改情况里写明，由镇街退回或验收。"))
    if data["day"] <= finding.due_on:
        raise ValidationError({"day": _("新的期限要晚于原来的 %(day)s。") % {"day": f"{finding.due_on:%Y-%m-%d}"}})
    finding.due_on, finding.extended_on = data["day"], timezone.localdate()


def returned(finding: Finding, user: Any, data: dict[str, Any]) -> None:
    finding.reviewer_note = data["reason"]


def closed(finding: Finding, user: Any, data: dict[str, Any]) -> None:
    finding.closed_on = timezone.localdate()


def own_work(user: Any) -> Q:
    return Q(submitted_by=user)


def found_from_above(user: Any) -> Q:
    """What the district found, the district closes."""
    found = Q(inspection__kind__in=(Inspection.Kind.DISTRICT, Inspection.Kind.SPOT))
    for code in prefixes(user, "centers.close_finding"):
        if len(code) <= 6:
            found &= ~Q(center__region__code__startswith=code)
    return found


def tell_town(finding: Finding, user: Any, data: dict[str, Any]) -> None:
    subject = _("有一个问题整改好了，等验收：%(center)s") % {"center": finding.center.short_name}
    tell_holders("centers.verify_finding", finding.center.region.code, "finding", subject, finding.text[:80], link(finding))


def tell_village(finding: Finding, user: Any, data: dict[str, Any]) -> None:
    subject = _("整改退回了：%(center)s") % {"center": finding.center.short_name}
    tell_holders("centers.submit_finding", finding.center.region.code, "finding", subject, data["reason"], link(finding))


def tell_extended(finding: Finding, user: Any, data: dict[str, Any]) -> None:
    subject = _("整改期限延到 %(day)s：%(center)s") % {"day": f"{finding.due_on:%Y-%m-%d}", "center": finding.center.short_name}
    tell_holders("centers.submit_finding", finding.center.region.code, "finding", subject, data["reason"], link(finding))


@outbox.portal_language
def tell_issued(finding: Finding) -> None:
    """The village hears of a new finding; called where it is made."""
    subject = _("有一个问题要整改，%(day)s 前：%(center)s") % {"day": f"{finding.due_on:%Y-%m-%d}", "center": finding.center.short_name}
    tell_holders("centers.submit_finding", finding.center.region.code, "finding", subject, finding.text[:80], link(finding))


def note() -> forms.Field:
    return forms.CharField(label=gettext_lazy("整改情况"), max_length=500, widget=forms.Textarea(attrs={"rows": 4}))


def day() -> forms.Field:
    return forms.DateField(label=gettext_lazy("新的期限"), widget=DateInput())


RECTIFICATION = Workflow(
    Finding,
    Step("accept", gettext_lazy("收到，开始整改"), (S.ISSUED,), S.ACCEPTED),
    Step(
        "submit",
        gettext_lazy("整改好了，提交"),
        (S.ISSUED, S.ACCEPTED, S.EXTENDED, S.RETURNED),
        S.SUBMITTED,
        needs=("note",),
        asks={"note": note},
        sets=submitted,
        tells=tell_town,
    ),
    Step(
        "extend",
        gettext_lazy("延期一次"),
        (S.ISSUED, S.ACCEPTED, S.RETURNED),
        S.EXTENDED,
        needs=("day", "reason"),
        asks={"day": day},
        sets=extended,
        tells=tell_extended,
        aside=True,
    ),
    Step(
        "verify",
        gettext_lazy("验收通过"),
        (S.SUBMITTED,),
        S.VERIFIED,
        unless=own_work,
        unless_says=gettext_lazy("您自己提交的整改，请同事来验收。"),
    ),
    Step(
        "send_back", gettext_lazy("退回再改"), (S.SUBMITTED, S.VERIFIED), S.RETURNED, needs=("reason",), sets=returned, tells=tell_village
    ),
    Step(
        "close",
        gettext_lazy("销号"),
        (S.VERIFIED,),
        S.CLOSED,
        unless=found_from_above,
        unless_says=gettext_lazy("区里检查发现的问题，由区里销号。"),
        sets=closed,
    ),
)
