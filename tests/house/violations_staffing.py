"""For ``test_constraints``: rows of cadres, rosters, leave, swaps and partners that the database shall refuse."""

from collections.abc import Callable
from datetime import date, timedelta

from django.db import models
from django.utils import timezone

from staffing.models import CommunityPartner, Duty, DutyNeed, Leave, Posting, Roster, RosterRun, SafetyList, Shift, Swap
from tests import make
from tests.house.rows import changed, twin

YESTERDAY = date(2026, 11, 22)


def posting(**fields: object) -> Posting:
    return changed(twin(make.posting()), **({"cadre": make.cadre()} | fields))  # type: ignore[return-value]


def shift(**fields: object) -> Shift:
    return changed(twin(make.shift()), **({"kind": "staggered"} | fields))  # type: ignore[return-value]


def duty(**fields: object) -> Duty:
    return changed(twin(make.duty()), **({"cadre": make.cadre()} | fields))  # type: ignore[return-value]


def no_time() -> models.Model:
    """A duty has its shift's times."""
    row = duty()
    row.shift.ends_at = row.shift.starts_at
    return changed(row, ends_at=row.starts_at)


def twice_at_once() -> models.Model:
    """The same person in two centers at the same time."""
    first = make.duty()
    other = make.shift(make.roster(make.center_of(make.NEXT_VILLAGE), "published", month=first.shift.roster.month), first.shift.day)
    return Duty(shift=other, cadre=first.cadre, starts_at=other.starts_at, ends_at=other.ends_at)


def leave(**fields: object) -> Leave:
    return changed(twin(make.leave()), **({"cadre": make.cadre()} | fields))  # type: ignore[return-value]


def swap(**fields: object) -> Swap:
    """Another one, of a duty of its own at the same center."""
    first = make.swap()
    duty = make.duty(first.duty.shift)
    return changed(twin(first), **({"duty": duty, "owner": duty.cadre} | fields))  # type: ignore[return-value]


def partner(**fields: object) -> CommunityPartner:
    return changed(twin(make.community_partner()), **({"organisation": make.organisation()} | fields))  # type: ignore[return-value]


def roster(**fields: object) -> Roster:
    return Roster(**({"center": make.center_of(), "month": date(2026, 12, 1)} | fields))


STAFFING: dict[str, Callable[[], models.Model]] = {
    "cadre_named": lambda: changed(twin(make.cadre()), name=""),
    "cadre_once": lambda: twin(make.cadre()),
    "posting_days_in_order": lambda: posting(valid_until=date(2023, 1, 1)),
    "posting_exempt_says_why": lambda: posting(exempt="evening"),
    "posting_once": lambda: twin(make.posting()),
    "manager_days_in_order": lambda: changed(twin(make.manager()), cadre=make.cadre(), valid_until=date(2023, 1, 1)),
    "manager_once": lambda: twin(make.manager()),
    "safety_month_first": lambda: SafetyList(center=make.center(), month=YESTERDAY, fine=["fire"], done_by=make.user()),
    "safety_once": lambda: twin(make.safety_list()),
    "safety_wrong_says_what": lambda: SafetyList(center=make.center(), month=date(2026, 11, 1), wrong=["fire"], done_by=make.user()),
    "need_once": lambda: twin(make.duty_need()),
    "need_people_range": lambda: DutyNeed(center=make.center(), kind="regular", people=10),
    "roster_month_first": lambda: roster(month=YESTERDAY),
    "roster_once": lambda: twin(make.roster()),
    "roster_published_is_dated": lambda: roster(state="published"),
    "roster_closed_is_dated": lambda: roster(state="closed", published_at=timezone.now()),
    "run_month_first": lambda: RosterRun(region=make.region(), month=YESTERDAY, started_by=make.user()),
    "shift_times_in_order": lambda: changed(row := shift(), ends_at=row.starts_at),
    "shift_once": lambda: twin(make.shift()),
    "duty_once": lambda: twin(make.duty()),
    "duty_times_in_order": no_time,
    "duty_confirmed_is_dated": lambda: duty(state="confirmed"),
    "duty_absence_says_why": lambda: duty(state="absent"),
    "duty_not_twice_at_once": twice_at_once,
    "balance_once": lambda: twin(make.duty_balance()),
    "leave_days_in_order": lambda: leave(last_day=make.day_after(1)),
    "leave_at_most_180_days": lambda: leave(last_day=make.day_after(300)),
    "leave_answered_is_dated": lambda: leave(state="approved"),
    "leave_refused_says_why": lambda: leave(state="refused", answered_at=timezone.now()),
    "leave_no_overlap": lambda: twin(make.leave()),
    "swap_one_open": lambda: twin(make.swap()),
    "swap_of_two": lambda: changed(row := swap(), to=row.owner),
    "swap_decided_is_dated": lambda: swap(state="refused"),
    "partner_once": lambda: twin(make.community_partner()),
    "partner_agreed_is_dated": lambda: partner(state="agreed"),
    "partner_days_in_order": lambda: partner(
        state="agreed", starts_on=timezone.localdate(), ends_on=timezone.localdate() - timedelta(days=1)
    ),
    "partner_children_checked": lambda: partner(
        state="agreed", starts_on=timezone.localdate(), ends_on=timezone.localdate(), with_children=True
    ),
}
