"""A duty: confirmed at the hall with one tap, found absent by the township, answered by the cadre. Unknown stays unknown."""

from datetime import timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from records import outbox
from staffing.models import Duty, Leave, Roster
from workflow.engine import Step, Workflow
from workflow.telling import tell_holders

S = Duty.State
#: How long before it begins, and how long after it ends, the hall may confirm a shift.
EARLY, LATE = timedelta(minutes=30), timedelta(hours=36)


def not_posted(user: Any) -> Q:
    return ~Q(shift__roster__state__in=Roster.POSTED)


def outside_hours(user: Any) -> Q:
    now = timezone.now()
    return not_posted(user) | Q(starts_at__gt=now + EARLY) | Q(ends_at__lt=now - LATE)


def not_over(user: Any) -> Q:
    """An absence is found when the shift is over, never about oneself, never in a settled month."""
    return ~Q(shift__roster__state="published") | Q(ends_at__gt=timezone.now()) | Q(cadre__user=user.pk)


def not_mine(user: Any) -> Q:
    return ~Q(cadre__user=user.pk) | ~Q(answer="") | ~Q(shift__roster__state="published")


def own_or_settled(user: Any) -> Q:
    """Nobody decides about oneself, and what is settled stays."""
    return Q(cadre__user=user.pk) | ~Q(shift__roster__state="published")


def open_month(row: Duty) -> None:
    """The month is held while a finding moves, so that it is not settled in between."""
    roster = Roster.objects.select_for_update(no_key=True).get(pk=row.shift.roster_id)
    if roster.state != Roster.State.PUBLISHED:
        raise ValidationError(_("这个月已经结账，不能再改。"))


def confirmed(row: Duty, user: Any, data: dict[str, Any]) -> None:
    row.confirmed_by, row.confirmed_at = user, timezone.now()


def taken_back(row: Duty, user: Any, data: dict[str, Any]) -> None:
    row.confirmed_by = row.confirmed_at = None


def found(row: Duty, user: Any, data: dict[str, Any]) -> None:
    open_month(row)
    if Leave.objects.agreed(row.shift.day, row.shift.day).filter(cadre=row.cadre_id).exists():
        raise ValidationError(_("他这一天的假是同意了的，不算缺勤。"))
    row.finding, row.answer = data["reason"], ""


def answered(row: Duty, user: Any, data: dict[str, Any]) -> None:
    open_month(row)
    row.answer = data["answer"]


def upheld(row: Duty, user: Any, data: dict[str, Any]) -> None:
    open_month(row)
    row.finding = f"{row.finding[:95]} / {data['reason'][:100]}"


def dropped(row: Duty, user: Any, data: dict[str, Any]) -> None:
    open_month(row)
    row.finding = row.answer = ""


def tell_cadre(row: Duty, user: Any, data: dict[str, Any]) -> None:
    if row.cadre.user is None:
        return
    subject = _("认定缺勤：%(shift)s") if row.state == S.ABSENT else _("缺勤认定撤销了：%(shift)s")
    body = row.finding if row.state == S.ABSENT else ""
    if body and not row.answer:
        body += "\n" + _("有情况可以在“我的值班”里说明。")
    outbox.tell(row.cadre.user, "duty", subject % {"shift": row.shift}, body, link="/me/duties/")


def tell_town(row: Duty, user: Any, data: dict[str, Any]) -> None:
    code = row.shift.roster.center.region.code
    subject = _("缺勤有了说明：%(shift)s") % {"shift": row.shift}
    tell_holders("staffing.uphold_duty", code, "duty", subject, row.answer, f"/desk/duties/{row.pk}/")


def answer() -> forms.Field:
    return forms.CharField(label=gettext_lazy("说明"), max_length=200, widget=forms.Textarea(attrs={"rows": 3}))


DUTY = Workflow(
    Duty,
    Step(
        "confirm", gettext_lazy("在岗"), (S.PLANNED,), S.CONFIRMED, unless=outside_hours,
        unless_says=gettext_lazy("开始前半小时到结束后第二天可以确认。"), sets=confirmed, aside=True,
    ),
    Step("unconfirm", gettext_lazy("点错了，改回"), (S.CONFIRMED,), S.PLANNED, unless=outside_hours, sets=taken_back, aside=True),
    Step(
        "find_absent", gettext_lazy("认定缺勤"), (S.PLANNED,), S.ABSENT, needs=("reason",), unless=not_over,
        unless_says=gettext_lazy("班结束以后、结账以前才能认定，不能认定自己。"), sets=found, tells=tell_cadre, aside=True,
    ),
    Step(
        "answer", gettext_lazy("说明情况"), (S.ABSENT,), S.ANSWERED, needs=("answer",), asks={"answer": answer}, unless=not_mine,
        unless_says=gettext_lazy("由本人说明，说明一次。"), sets=answered, tells=tell_town, aside=True,
    ),
    Step(
        "uphold", gettext_lazy("维持认定"), (S.ANSWERED,), S.ABSENT, needs=("reason",), unless=own_or_settled, sets=upheld,
        tells=tell_cadre,
    ),
    Step(
        "drop", gettext_lazy("撤销认定"), (S.ABSENT, S.ANSWERED), S.PLANNED, unless=own_or_settled, sets=dropped,
        tells=tell_cadre, aside=True,
    ),
)  # fmt: skip
