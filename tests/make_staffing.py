"""Factories of cadres, rosters and duties, leave, swaps and partners. Reached from ``make``."""

from datetime import date, datetime, time, timedelta
from typing import Any

from django.utils import timezone

from accounts.models import User
from centers.models import Center
from staffing import making
from staffing.models import (
    Cadre,
    CenterManager,
    CommunityPartner,
    Duty,
    DutyBalance,
    DutyNeed,
    Leave,
    Posting,
    Roster,
    RosterRun,
    SafetyList,
    Shift,
    Swap,
)
from tests import make

__all__ = [
    "cadre",
    "cadres",
    "center_on_duty",
    "community_partner",
    "day_after",
    "duty",
    "duty_balance",
    "duty_need",
    "leave",
    "made",
    "manager",
    "month_of",
    "next_month",
    "posting",
    "roster",
    "roster_run",
    "safety_list",
    "shift",
    "swap",
]


def day_after(days: int) -> date:
    return timezone.localdate() + timedelta(days)


def next_month() -> date:
    return (timezone.localdate().replace(day=1) + timedelta(days=32)).replace(day=1)


def month_of(day: date) -> date:
    return day.replace(day=1)


def cadre(code: str = "330703001021", user: User | None = None, **fields: Any) -> Cadre:
    values = {"region": make.region(code), "name": f"干部{make.number()}", "phone": f"+86139{make.number():08d}", "user": user}
    return Cadre.objects.create(**(values | fields))


def posting(of: Center | None = None, who: Cadre | None = None, **fields: Any) -> Posting:
    center = of or make.center_of()
    values = {"center": center, "cadre": who or cadre(center.region.code), "position": "村委会委员", "valid_from": date(2024, 1, 1)}
    return Posting.objects.create(**(values | fields))


def cadres(of: Center, count: int, leads: int = 1) -> list[Cadre]:
    """So many posted at a center, the first of them leads."""
    return [posting(of, lead=n < leads, position="书记" if n < leads else "委员").cadre for n in range(count)]


def center_on_duty(count: int = 5, leads: int = 2, code: str = "330703001021") -> Center:
    """A published center with hours on workdays, evenings and weekends, and so many cadres."""
    center = make.center_of(code)
    center.hours.all().delete()
    for day_type, kind, opens, closes in (
        ("workday", "regular", "08:30", "11:30"),
        ("workday", "regular", "13:30", "17:00"),
        ("workday", "extended", "18:00", "20:30"),
        ("rest_day", "staggered", "09:00", "16:00"),
        ("holiday", "staggered", "09:00", "12:00"),
    ):
        make.hours(center, day_type, opens, closes, kind)
    cadres(center, count, leads)
    return center


def roster(of: Center | None = None, state: str = "draft", **fields: Any) -> Roster:
    """A row as it stands, without shifts."""
    if state in Roster.POSTED:
        fields.setdefault("published_at", timezone.now())
    if state == "closed":
        fields.setdefault("closed_at", timezone.now())
    return Roster.objects.create(**({"center": of or make.center_of(), "month": next_month(), "state": state} | fields))


def made(of: Center, state: str = "published", month: date | None = None) -> Roster:
    """A month made by the machine, then set to a state as a row."""
    row = roster(of, month=month or next_month())
    making.fill(row, maker=making.least_loaded)
    row.save()
    values: dict[str, Any] = {"state": state}
    if state in Roster.POSTED:
        values["published_at"] = timezone.now()
    Roster.objects.filter(pk=row.pk).update(**values)
    return Roster.objects.select_related("center__region").get(pk=row.pk)


def shift(of: Roster | None = None, day: date | None = None, clock: tuple[int, int] = (9, 17), **fields: Any) -> Shift:
    on = day or day_after(3)
    known = Roster.objects.filter(center__region__code="330703001021", month=month_of(on))
    row = of or known.first() or roster(state="published", month=month_of(on))
    start = timezone.make_aware(datetime.combine(on, time(clock[0])))
    values = {"roster": row, "day": on, "kind": "regular", "day_kind": "workday", "starts_at": start, "people": 2}
    values["ends_at"] = start + timedelta(hours=clock[1] - clock[0])
    return Shift.objects.create(**(values | {"spans": f"{clock[0]:02d}:00–{clock[1]:02d}:00"} | fields))


def duty(of: Shift | None = None, who: Cadre | None = None, **fields: Any) -> Duty:
    row = of or shift()
    who = who or posting(row.roster.center).cadre
    return Duty.objects.create(**({"shift": row, "cadre": who, "position": "委员"} | fields))


def duty_balance(of: Roster | None = None, who: Cadre | None = None, **fields: Any) -> DutyBalance:
    row = of or roster(state="closed", month=date(2026, 1, 1))
    values = {"roster": row, "center": row.center, "month": row.month, "cadre": who or posting(row.center).cadre}
    return DutyBalance.objects.create(**(values | {"kind": "total", "entry": "month", "amount": 150} | fields))


def leave(who: Cadre | None = None, first: int = 3, days: int = 2, **fields: Any) -> Leave:
    values = {"cadre": who or cadre(), "kind": "annual", "first_day": day_after(first), "last_day": day_after(first + days - 1)}
    if fields.get("state") in ("approved", "refused"):
        fields.setdefault("answered_at", timezone.now())
    if fields.get("state") == "refused":
        fields.setdefault("reply", "人手不够")
    return Leave.objects.create(**(values | {"asked_by": make.user()} | fields))


def swap(of: Duty | None = None, to: Cadre | None = None, **fields: Any) -> Swap:
    row = of or duty()
    values = {
        "duty": row,
        "owner": row.cadre,
        "to": to or posting(row.shift.roster.center).cadre,
        "asked_by": row.cadre.user or make.user(),
    }
    return Swap.objects.create(**(values | fields))


def manager(of: Center | None = None, who: Cadre | None = None, **fields: Any) -> CenterManager:
    center = of or make.center_of()
    values = {"center": center, "cadre": who or cadre(center.region.code), "valid_from": date(2024, 1, 1)}
    return CenterManager.objects.create(**(values | fields))


def safety_list(of: Center | None = None, **fields: Any) -> SafetyList:
    values = {"center": of or make.center_of(), "month": month_of(timezone.localdate()), "fine": ["exits"], "done_by": make.user()}
    return SafetyList.objects.create(**(values | fields))


def duty_need(of: Center | None = None, **fields: Any) -> DutyNeed:
    return DutyNeed.objects.create(**({"center": of or make.center_of(), "kind": "regular", "people": 1} | fields))


def center_for(code: str) -> int:
    return make.center_of(code).pk


def roster_run(code: str = "330703001", **fields: Any) -> RosterRun:
    values = {"region": make.region(code), "month": next_month(), "wanted": [center_for(code)], "started_by": make.user()}
    return RosterRun.objects.create(**(values | fields))


def community_partner(of: Center | None = None, **fields: Any) -> CommunityPartner:
    center = of or make.center_of()
    organisation = fields.pop("organisation", None) or make.organisation(center.region.code)
    if fields.get("state") in ("agreed", "reviewed"):
        fields = {"starts_on": day_after(-100), "ends_on": day_after(200)} | fields
    values = {"organisation": organisation, "center": center, "services": "课后托管", "gives_back": "每周两个下午免费"}
    return CommunityPartner.objects.create(**(values | fields))
