"""Leave: asked for by the cadre or for them, answered by the head; the head's own by the township."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Grant
from records import outbox
from staffing import changing
from staffing.models import Duty, Leave, Roster
from workflow.engine import Step, Workflow
from workflow.telling import tell_holders

S = Leave.State
ANSWERS = "staffing.approve_leave"


def link(row: Leave) -> str:
    return f"/desk/leaves/{row.pk}/"


def mine(user: Any) -> Q:
    """Nobody answers for oneself."""
    return Q(cadre__user=user.pk)


def not_to_take_back(user: Any) -> Q:
    """Days that are over stay as they were."""
    return Q(last_day__lt=timezone.localdate())


def duties(row: Leave) -> Any:
    """What the cadre was to do on those days, in rosters that are not settled; what the hall has confirmed stays."""
    found = Duty.objects.filter(cadre=row.cadre_id, shift__day__range=(row.first_day, row.last_day), state=Duty.State.PLANNED)
    return found.exclude(shift__roster__state=Roster.State.CLOSED)


def approved(row: Leave, user: Any, data: dict[str, Any]) -> None:
    # Whoever changes these months by hand waits, and then sees the leave.
    months = duties(row).values("shift__roster")
    list(Roster.objects.select_for_update(no_key=True).filter(pk__in=months).order_by("pk"))
    row.reply, row.answered_at, row.answered_by = data.get("note") or "", timezone.now(), user


def refused(row: Leave, user: Any, data: dict[str, Any]) -> None:
    row.reply, row.answered_at, row.answered_by = data["reason"], timezone.now(), user


def free(row: Leave, user: Any, data: dict[str, Any]) -> None:
    """The roster sees it at once: the places stand empty, and who makes rosters hears where."""
    found = list(duties(row).select_related("shift__roster__center__region").order_by("starts_at"))
    for roster in {duty.shift.roster for duty in found}:
        days = "、".join(f"{d.shift.day:%m-%d}" for d in found if d.shift.roster_id == roster.pk)
        if roster.posted:
            subject = _("请假空出 %(count)d 个班，请重新安排") % {"count": sum(d.shift.roster_id == roster.pk for d in found)}
            tell_holders("staffing.change_duty", roster.center.region.code, "duty", subject, days, f"/desk/rosters/{roster.pk}/replan/")
    changing.take_off(found)
    for roster in {duty.shift.roster for duty in found}:
        changing.restate(roster)


def tell_cadre(row: Leave, user: Any, data: dict[str, Any]) -> None:
    if row.cadre.user:
        words = _("请假同意了：%(span)s") if row.state == S.APPROVED else _("请假没有同意：%(span)s")
        outbox.tell(row.cadre.user, "duty", words % {"span": row.span}, row.reply, link="/me/duties/", once=f"leave:{row.pk}:{row.state}")


@outbox.portal_language
def tell_asked(row: Leave) -> None:
    """Whoever answers hears of a new one: for a head's own leave, the township."""
    code = row.cadre.region.code
    if row.cadre.user_id and Grant.objects.in_force().filter(user=row.cadre.user_id, role="village_head").exists():
        code = code[:9]
    subject = _("%(name)s 请假，请答复") % {"name": row.cadre.name}
    tell_holders(ANSWERS, code, "duty", subject, f"{row.get_kind_display()} {row.span}", link(row))


def note() -> forms.Field:
    return forms.CharField(label=gettext_lazy("回一句"), max_length=200, help_text=gettext_lazy("可以不填。"))


def taken_back(row: Leave, user: Any, data: dict[str, Any]) -> None:
    if row.answered_at and row.first_day <= timezone.localdate():
        raise ValidationError(_("已经开始的假不能撤销；提前回来的，请负责人在值班表上给您排班。"))


LEAVE = Workflow(
    Leave,
    Step(
        "approve", gettext_lazy("同意"), (S.REQUESTED,), S.APPROVED, asks={"note": note}, unless=mine,
        unless_says=gettext_lazy("自己的假请上级答复。"), sets=approved, then=free, tells=tell_cadre,
    ),
    Step(
        "refuse", gettext_lazy("不同意"), (S.REQUESTED,), S.REFUSED, needs=("reason",), unless=mine,
        unless_says=gettext_lazy("自己的假请上级答复。"), sets=refused, tells=tell_cadre,
    ),
    Step("cancel", gettext_lazy("撤销"), (S.REQUESTED, S.APPROVED), S.CANCELLED, unless=not_to_take_back, sets=taken_back, aside=True),
)  # fmt: skip
