"""Opening by appointment: asked for, confirmed or declined by the village, cancelled by who asked until it starts."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from centers.models import Appointment
from records import outbox
from workflow.engine import Step, Workflow
from workflow.telling import tell_holders

S = Appointment.State
ANSWERS = "centers.confirm_appointment"


def link(row: Appointment) -> str:
    return f"/desk/appointments/{row.pk}/"


def begun(user: Any) -> Q:
    return Q(starts_at__lte=timezone.now())


def kept(user: Any) -> Q:
    """What was promised and has begun: that is how it was."""
    return Q(state=S.CONFIRMED, starts_at__lte=timezone.now())


def confirmed(row: Appointment, user: Any, data: dict[str, Any]) -> None:
    if row.begun:
        raise ValidationError(_("约的时间已经过了，请点“不能安排”，写一句原因。"))
    row.note, row.answered_at = data.get("note") or "", timezone.now()


def declined(row: Appointment, user: Any, data: dict[str, Any]) -> None:
    row.note, row.answered_at = data["reason"], timezone.now()


@outbox.portal_language
def tell_asked(row: Appointment) -> None:
    """The village hears of a new one; called where it is made."""
    subject = _("有人申请预约开放：%(center)s") % {"center": row.center.short_name}
    body = _("%(span)s，%(people)d 人。请在 %(day)s 前答复。") % {"span": row.span, "people": row.people, "day": f"{row.due_on:%Y-%m-%d}"}
    tell_holders(ANSWERS, row.center.region.code, "appointment", subject, body, link(row))


def tell_asker(row: Appointment, user: Any, data: dict[str, Any]) -> None:
    words = {"center": row.center.short_name, "span": row.span}
    subject = _("预约开放说好了：%(center)s") if row.state == S.CONFIRMED else _("预约开放没能安排：%(center)s")
    body = _("%(span)s") % words + (f"\n{row.note}" if row.note else "")
    once = f"appointment:{row.pk}:{row.state}"
    outbox.tell(row.asked_by, "appointment", subject % words, body, link="/me/appointments/", once=once, channels=("sms",))


def tell_cancelled(row: Appointment, user: Any, data: dict[str, Any]) -> None:
    """Nobody comes: whoever would open the door need not."""
    subject = _("预约开放取消了：%(center)s") % {"center": row.center.short_name}
    tell_holders(ANSWERS, row.center.region.code, "appointment", subject, row.span, link(row))


def note() -> forms.Field:
    help_text = gettext_lazy("可以不填。比如从哪个门进、到了找谁（写职务）。")
    return forms.CharField(label=gettext_lazy("给申请人的话"), max_length=200, help_text=help_text)


APPOINTMENT = Workflow(
    Appointment,
    Step("confirm", gettext_lazy("可以，到时开门"), (S.REQUESTED,), S.CONFIRMED, asks={"note": note}, sets=confirmed, tells=tell_asker),
    Step(
        "decline",
        gettext_lazy("不能安排"),
        (S.REQUESTED, S.CONFIRMED),
        S.DECLINED,
        needs=("reason",),
        sets=declined,
        tells=tell_asker,
        unless=kept,
        unless_says=gettext_lazy("已经开始了，不能再改。"),
        aside=True,
    ),
    Step(
        "cancel",
        gettext_lazy("取消申请"),
        (S.REQUESTED, S.CONFIRMED),
        S.CANCELLED,
        tells=tell_cancelled,
        unless=begun,
        unless_says=gettext_lazy("约的时间已经到了，不能再取消。来不了请打电话告诉中心。"),
        aside=True,
    ),
)
