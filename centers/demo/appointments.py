"""Openings by appointment around today: some wait for an answer, some are agreed, some could not be arranged."""

from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from centers import opening
from centers.models import Appointment, Center
from centers.models.appointment import DAYS, moment
from records.working_days import add_working_days

PILOT = "330703001021"
BACK, AHEAD = 14, 21
#: purpose, people
ASKED = (
    ("舞蹈队排练", 12),
    ("孩子一起补假期作业", 6),
    ("业委会开会", 9),
    ("给老人教手机", 8),
    ("读书会", 15),
    ("象棋队练棋", 6),
)
STATES = ("requested", "confirmed", "declined", "requested", "confirmed", "cancelled")
NOTES = {"confirmed": "从东门进，到了找值班的同志。", "declined": "那天设备检修，请换个日子。"}


def write(centers: list[Center], people: Any) -> int:
    """The residents' wishes at the pilot and at its neighbours; in the caller's transaction. Returns how many."""
    users = [family[0].actors[0] for family in people.residents]
    rows: list[Appointment] = []
    places = sorted((c for c in centers if c.published), key=lambda c: (c.region.code != PILOT, c.region.code))[:6]
    for place in places:
        rows += at(place, users, len(rows), 6 if place.region.code == PILOT else 2)
    Appointment.objects.bulk_create(rows)
    return len(rows)


def at(center: Center, users: list[Any], number: int, count: int) -> list[Appointment]:
    """One to a day, so that none overlap; what lies behind us was answered."""
    today = timezone.localdate()
    plans = [p for p in opening.week(center, today - timedelta(BACK), BACK + AHEAD) if p.by_appointment and p.day != today]
    behind, ahead = [p for p in plans if p.day < today][-2:] if count > 2 else [], [p for p in plans if p.day > today]
    return [row(center, users[n % len(users)], n, plan) for n, plan in enumerate((behind + ahead)[:count], number)]


def row(center: Center, user: Any, number: int, plan: opening.DayPlan) -> Appointment:
    window, now = plan.by_appointment[0], timezone.now()
    starts = moment(plan.day, window.opens)
    purpose, people = ASKED[number % len(ASKED)]
    state = STATES[number % len(STATES)]
    if starts < now and state == "requested":
        state = "confirmed"
    created = min(starts - timedelta(days=4), now - timedelta(hours=number % 20 + 1))
    made = Appointment(center=center, asked_by=user, starts_at=starts, people=people, purpose=purpose, state=state, created_at=created)
    made.ends_at = min(starts + timedelta(minutes=90), moment(plan.day, window.closes))
    made.day, made.due_on = plan.day, min(add_working_days(timezone.localdate(created), DAYS), plan.day)
    made.note = NOTES.get(state, "")
    made.answered_at = answered(created, now) if state in NOTES else None
    return made


def answered(created: datetime, now: datetime) -> datetime:
    return min(created + timedelta(hours=20), now)
