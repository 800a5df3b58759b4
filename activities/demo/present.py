"""The present: what was held in the last two weeks is reported or waits for it; who came; a waiting list, a lottery drawn."""

import uuid
from collections import defaultdict
from datetime import timedelta
from random import Random

from django.db.models import Count
from django.utils import timezone

from activities import draw, lottery
from activities.demo.program import YOUNG, Offer, Program
from activities.models import Activity, Attendance, Booking, Draw, Intake, Meeting, Outcome
from centers.models import Center

NIGHT = Offer("night", "青年夜校·咖啡拉花", "三个晚上，从奶泡到拉花。", "16 至 45 岁", "evening", "18:30", 90, YOUNG, (0,), (8, 8), 3)


def attend(rng: Random) -> None:
    """Who came to the meetings that are over: most of those booked, some not, of some nobody wrote it down."""
    now, rows, counts = timezone.now(), [], []
    over = Meeting.objects.filter(ends_at__lt=now, intake__activity__state="published").select_related("intake__activity__created_by")
    booked: dict[int, list[int]] = defaultdict(list)
    for intake, number in Booking.objects.filter(state="booked").order_by("id").values_list("intake", "id"):
        booked[intake].append(number)
    for meeting in over.order_by("id"):
        for number in booked[meeting.intake_id]:
            luck = rng.random()
            if luck > 0.12:
                seen, by = "came" if luck > 0.2 else "missed", meeting.intake.activity.created_by
                rows.append(Attendance(meeting=meeting, booking_id=number, seen=seen, marked_by=by, marked_at=meeting.starts_at))
        meeting.walk_ins = rng.choice((0, 0, 0, 2, 3, 5, 8))
        counts.append(meeting)
    Attendance.objects.bulk_create(rows, 1000)
    Meeting.objects.bulk_update(counts, ["walk_ins"], 1000)


def report(rng: Random) -> None:
    """Four of five that are over have their outcome."""
    done, outcomes = [], []
    rows = Attendance.objects.filter(seen="came").order_by().values_list("meeting__intake__activity")
    visits = dict(rows.annotate(n=Count("id")))
    for activity in Activity.objects.held().select_related("created_by").prefetch_related("intakes__meetings").order_by("id"):
        came = visits.get(activity.pk, 0)
        walked = sum(meeting.walk_ins for intake in activity.intakes.all() for meeting in intake.meetings.all())
        last = activity.last_day
        if rng.random() < 0.8 and last:
            over = max(meeting.ends_at for intake in activity.intakes.all() for meeting in intake.meetings.all())
            at = max(over, timezone.now() - timedelta(hours=rng.randint(1, 20)))
            lines = f"{last.month}月{last.day}日办了“{activity.title}”。\n来的邻居说挺好。\n下次早点通知。"
            row = Outcome(activity=activity, held_on=last, headcount=came + walked, lines=lines, reported_by=activity.created_by)
            row.reported_at = row.released_at = at
            outcomes.append(row)
            done.append(Activity(pk=activity.pk, state="reported"))
    Outcome.objects.bulk_create(outcomes, 1000)
    Activity.objects.bulk_update(done, ["state"], 1000)


def wait(program: Program, rng: Random) -> None:
    """Behind intakes that are full and still open, some families wait."""
    now = timezone.now()
    full = [
        row
        for row in Intake.objects.filter(activity__state="published", closes_at__gt=now, mode="first_come").select_related(
            "activity__center__region"
        )
        if row.seats_left == 0
    ]
    for intake in full:
        intake.wait_limit = rng.choice((6, 10, 12))
        intake.save(update_fields=["wait_limit"])
        first = intake.meetings.order_by("starts_at").first()
        intake.planned = list(intake.meetings.all())  # type: ignore[attr-defined]
        known = set(Booking.objects.filter(intake=intake).values_list("participant", flat=True))
        people = [p for p in program.eligible(intake, timezone.localdate(first.starts_at)) if p.row.pk not in known] if first else []
        units: dict[int, uuid.UUID] = {}
        rows = []
        # They came after the last place went, however short ago that was.
        full_since = Booking.objects.filter(intake=intake).latest("created_at").created_at
        begin = max(full_since, now - timedelta(hours=20))
        for n, person in enumerate(people[: rng.randint(1, 4)]):
            at = begin + (now - begin) * (n + 1) / 6
            party = units.setdefault(person.family, uuid.uuid4())
            by = person.actors[0] if person.actors else program.officer(intake.activity.center)
            rows.append(
                Booking(intake=intake, participant=person.row, state="waitlisted", party=party, booked_by=by, created_at=at, queued_at=at)
            )
        Booking.objects.bulk_create(rows)


def raffle(program: Program, center: Center, rng: Random) -> None:
    """A night-school class of the pilot, drawn this morning."""
    opens = program.at(program.day(-9), "09:00")
    closes = program.at(program.day(-1), "20:00")
    activity = program.activity(center, NIGHT, opens)
    activity.save()
    days = program.days("evening", 3, 3, 7)
    intake = program.intake(activity, NIGHT, days, opens, closes)
    intake.mode, intake.wait_limit, intake.capacity = "lottery", 6, 8
    intake.save()
    Meeting.objects.bulk_create(intake.planned)  # type: ignore[attr-defined]
    secret = f"{rng.getrandbits(256):064x}"
    units: dict[int, uuid.UUID] = {}
    rows = []
    for n, person in enumerate(list(program.eligible(intake, days[0]))[:21]):
        by = person.actors[0] if person.actors else program.officer(center)
        at = opens + timedelta(hours=5 * n + 1)
        party = units.setdefault(person.family, uuid.UUID(int=rng.getrandbits(128), version=4))
        rows.append(Booking(intake=intake, participant=person.row, state="entered", party=party, booked_by=by, created_at=at, queued_at=at))
    Booking.objects.bulk_create(rows)
    sizes: dict[str, int] = defaultdict(int)
    for booking in rows:
        sizes[str(booking.party)] += 1
    entries = draw.listing(sizes.items())
    row = Draw(intake=intake, source="排列5 演示期（虚构）", draws_on=program.today, secret=secret, commitment=draw.sha256(secret))
    row.entries, row.list_hash, row.capacity = entries, draw.sha256(entries), intake.capacity
    row.closed_at = closes + timedelta(minutes=1)
    row.save()
    lottery.run(row, "".join(str(rng.randint(0, 9)) for _n in range(5)), program.officer(center))


def live(program: Program, pilot: Center, rng: Random) -> None:
    """All of it, once the program is stored."""
    attend(rng)
    report(rng)
    wait(program, rng)
    raffle(program, pilot, rng)
