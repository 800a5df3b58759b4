"""Repairs: reported, assigned, fixed, confirmed."""

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from centers.models import RepairTicket
from records import outbox
from workflow.engine import Step, Workflow
from workflow.telling import tell_holders

S = RepairTicket.State


def link(row: RepairTicket) -> str:
    return f"/desk/repairs/{row.pk}/"


def assigned(row: RepairTicket, user: Any, data: dict[str, Any]) -> None:
    """Triage: who mends it, whether it is a hazard after all; the photo may be shown from now on."""
    hazard = bool(data.get("hazard", row.hazard))
    row.office = data["office"]
    if hazard != row.hazard:
        row.hazard = hazard
        row.set_due()


def show_photo(row: RepairTicket, user: Any, data: dict[str, Any]) -> None:
    if row.photo and row.photo.hidden:
        row.photo.hidden = False
        row.photo.save()


def fixed(row: RepairTicket, user: Any, data: dict[str, Any]) -> None:
    row.note, row.fixed_at = data["note"], timezone.now()


def done(row: RepairTicket, user: Any, data: dict[str, Any]) -> None:
    row.done_at = timezone.now()


def dismissed(row: RepairTicket, user: Any, data: dict[str, Any]) -> None:
    row.note, row.done_at = data["reason"], timezone.now()


def again(row: RepairTicket, user: Any, data: dict[str, Any]) -> None:
    """Not mended after all: the clock starts anew."""
    row.fixed_at, row.reported_at = None, timezone.now()
    row.set_due()


@outbox.portal_language
def tell_reported(row: RepairTicket) -> None:
    """The village hears of a new ticket; called where it is made."""
    subject = _("有人报修：%(center)s") % {"center": row.center.short_name}
    words = _("有安全隐患，请在 24 小时内处理。") if row.hazard else ""
    tell_holders("centers.assign_repairticket", row.center.region.code, "repair", subject, words, link(row))


def office() -> forms.Field:
    return forms.CharField(label=gettext_lazy("派给谁"), max_length=60, help_text=gettext_lazy("单位或职务，例如“物业维修班”。"))


def hazard() -> forms.Field:
    return forms.BooleanField(label=gettext_lazy("有安全隐患（24 小时内处理）"))


def note() -> forms.Field:
    return forms.CharField(label=gettext_lazy("怎么修的"), max_length=500, widget=forms.Textarea(attrs={"rows": 3}))


REPAIR = Workflow(
    RepairTicket,
    Step(
        "assign",
        gettext_lazy("派人去修"),
        (S.REPORTED,),
        S.ASSIGNED,
        needs=("office",),
        asks={"office": office, "hazard": hazard},
        sets=assigned,
        then=show_photo,
    ),
    Step("fix", gettext_lazy("修好了"), (S.REPORTED, S.ASSIGNED), S.FIXED, needs=("note",), asks={"note": note}, sets=fixed),
    Step("confirm", gettext_lazy("确认修好"), (S.FIXED,), S.CONFIRMED, sets=done),
    Step("reopen", gettext_lazy("没修好，再修"), (S.FIXED,), S.ASSIGNED, needs=("reason",), sets=again, aside=True),
    Step("dismiss", gettext_lazy("不用修"), (S.REPORTED, S.ASSIGNED), S.DISMISSED, needs=("reason",), sets=dismissed, aside=True),
)
