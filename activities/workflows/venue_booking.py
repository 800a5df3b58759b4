"""A request for a venue: answered within a day, given back, or missed."""

from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.scope import grants_of
from activities import telling, venues
from activities.models import VenueBooking
from workflow.engine import Step, Workflow

S = VenueBooking.State


def of_the_unit(user: Any) -> Q:
    """Rows that the unit itself answers: nobody of the region, unless it is the unit's own officer."""
    alone = Q(venue__resource__isnull=False, venue__resource__center=None)
    if any(role == "unit_officer" for role, _code in grants_of(user)):
        return alone & ~Q(venue__resource__organisation=getattr(user, "organisation_id", None))
    return alone


def of_the_unit_and_not_mine(user: Any) -> Q:
    """To give back: one's own always; of what a unit answers for by itself, nobody else's."""
    return of_the_unit(user) & ~Q(asked_by=user.pk)


def answered(row: VenueBooking, user: Any, data: dict[str, Any]) -> None:
    if row.state == S.APPROVED and row.over:
        raise ValidationError(_("时间已经过去了，不用再答复。"))
    row.answered_at, row.answer = timezone.now(), str(data.get("reason", ""))


def freed(row: VenueBooking, user: Any, data: dict[str, Any]) -> None:
    venues.free_again(row)


def tell_answer(row: VenueBooking, user: Any, data: dict[str, Any]) -> None:
    words = _("场地申请已同意：%(what)s") if row.state == S.APPROVED else _("场地申请没有同意：%(what)s")
    body = row.answer or _("到时候见。来不了请提前取消，好让给别人。")
    venues.told(row, words % {"what": row}, body)


def before_it_begins(row: VenueBooking, user: Any, data: dict[str, Any]) -> None:
    if row.starts_at <= timezone.now():
        raise ValidationError(_("已经开始了，不能再取消。"))


def once_over(row: VenueBooking, user: Any, data: dict[str, Any]) -> None:
    if row.starts_at > timezone.now():
        raise ValidationError(_("还没开始，先不要记“没来”。"))


def tell_cancelled(row: VenueBooking, user: Any, data: dict[str, Any]) -> None:
    if user.pk != row.asked_by_id:
        venues.told(row, _("场地预约取消了：%(what)s") % {"what": row}, str(data.get("reason", "")))


def tell_missed(row: VenueBooking, user: Any, data: dict[str, Any]) -> None:
    until = venues.paused_until(row.asked_by)
    words = _("约了场地没有来：%(what)s") % {"what": row}
    body = (
        _("已经三次，场地预约暂停到 %(day)s。") % {"day": telling.on(until)}
        if until
        else _("来不了请提前取消，好让给邻居。半年里三次会暂停 90 天。")
    )
    venues.told(row, words, body)


VENUE_BOOKING = Workflow(
    VenueBooking,
    Step("approve", gettext_lazy("同意"), (S.REQUESTED,), S.APPROVED, unless=of_the_unit, sets=answered, tells=tell_answer),
    Step(
        "reject", gettext_lazy("不同意申请"), (S.REQUESTED,), S.REJECTED, needs=("reason",), unless=of_the_unit,
        sets=answered, then=freed, tells=tell_answer,
    ),
    Step(
        "cancel", gettext_lazy("取消"), (S.REQUESTED, S.APPROVED), S.CANCELLED, aside=True, unless=of_the_unit_and_not_mine,
        sets=before_it_begins, then=freed, tells=tell_cancelled,
    ),
    Step(
        "miss", gettext_lazy("没来"), (S.APPROVED,), S.NO_SHOW, aside=True, unless=of_the_unit, sets=once_over, tells=tell_missed,
    ),
    Step("forgive", gettext_lazy("谅解"), (S.NO_SHOW,), S.FORGIVEN, needs=("reason",), aside=True, unless=of_the_unit),
)  # fmt: skip
