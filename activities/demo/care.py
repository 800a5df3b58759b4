"""Childcare of the demonstration: terms under way in several centers, who collects, what to mind, the last two weeks' days."""

import json
from datetime import date, timedelta
from random import Random

from django.utils import timezone

from accounts import consents
from accounts.demo import Person
from accounts.models import ConsentRecord
from activities.demo.program import BATCH, KIDS, OLD, PILOT, Offer, Program
from activities.models import Attendance, Booking, CareNote, CareProgram, Handover, Intake, Meeting, PickupPerson
from centers.models import Center
from records import secret

WORDS = "放学来，写作业、做游戏，六点半前接走。不补课。"
TERM = Offer("care", "小豆芽秋季托管班", WORDS, "6 至 12 岁小学生", "workday", "16:30", 120, KIDS, (0,), (20, 40), 50)
SLEEP = "白天看护两岁宝宝，有独立睡房。"
EARLY = Offer("care", "宝宝照护班", SLEEP, "2 岁宝宝", "workday", "09:00", 300, (2, 3), (9900,), (12, 18), 50)
HELP = Offer("elderly", "上门帮忙", "换灯泡、通下水、量血压。", "60 岁以上", "workday", "08:30", 120, OLD, (0,), (2, 2), 1)
FIRST, LAST, NEAR, FAR, DAYS = -28, 7, 2, 3, 10
RELATIONS = ("外婆", "爷爷", "姑姑", "邻居", "舅舅")
NOTES = (
    ("花生过敏，会起疹子", ""),
    ("", "下午要吃一次药，药在书包里"),
    ("芒果过敏", "跑步后容易喘，让他歇一歇"),
    ("", "怕黑，午睡时陪一下"),
)


def chosen(centers: list[Center], rng: Random) -> list[Center]:
    """光南社区, neighbours in its township, and some farther away."""
    pilot = [c for c in centers if c.region.code == PILOT]
    others = [c for c in centers if c.published and c.level != "village" and c.region.code != PILOT]
    near = [c for c in others if c.region.code.startswith(PILOT[:9])]
    far = [c for c in others if not c.region.code.startswith(PILOT[:9])]
    return pilot + rng.sample(near, min(NEAR, len(near))) + rng.sample(far, FAR)


def term(program: Program, center: Center, offer: Offer, rng: Random) -> tuple[CareProgram, Intake]:
    """One class, from four weeks ago until the day before 光南社区's next one begins, which visitors may book."""
    opens = program.at(program.day(FIRST - 21), "09:00")
    days = [day for day in program.days("workday", FIRST, offer.meetings) if day <= program.day(LAST)]
    activity = program.activity(center, offer, opens)
    activity.save()
    intake = program.intake(activity, offer, days, opens, program.at(days[0] - timedelta(2), "20:00"))
    intake.min_age, intake.max_age, intake.wait_limit, intake.asks_photo = offer.ages[0], offer.ages[1], 10, True
    intake.save()
    Meeting.objects.bulk_create(intake.planned)  # type: ignore[attr-defined]
    early = offer is EARLY
    row = CareProgram.objects.create(
        activity=activity, kind="early" if early else "after", starts_on=days[0], ends_on=days[-1], staff=rng.randint(2, 5),
        checked_on=program.day(FIRST - 30), filing_no=f"金东托备〔2026〕{rng.randint(1, 60)}号" if early else "", floor=1 if early else 2,
        fee_note="不含午餐，到窗口交" if early else "不收费，点心自备",
    )  # fmt: skip
    return row, intake


def begins(intake: Intake) -> date:
    return timezone.localdate(intake.planned[0].starts_at)  # type: ignore[attr-defined]


def known_to_all(program: Program, intake: Intake) -> list[Person]:
    """In 光南社区, children of the nine residents who log in."""
    if intake.activity.center.region.code != PILOT:
        return []
    family = [p for members in program.people.residents for p in members if p.row.kind == "child" and p.consented]
    low, high = intake.min_age or 0, intake.max_age or 200
    return [p for p in family if low <= (p.row.age_on(begins(intake)) or -1) <= high and program.free(p, intake)][:4]


def enrol(program: Program, intake: Intake, rng: Random) -> list[tuple[Person, Booking]]:
    """The children, with who may collect them besides the guardians; most families agreed to the rules, some noted something."""
    people = known_to_all(program, intake) + list(program.eligible(intake, begins(intake)))
    people = people[: intake.capacity - rng.randint(0, 8)]
    rows, pickers, notes, agreed = [], [], [], []
    version = consents.TEXTS[ConsentRecord.Purpose.CARE].version
    for person in people:
        at = intake.opens_at + timedelta(hours=rng.randint(1, 200))
        by = person.actors[0] if person.actors else program.officer(intake.activity.center)
        rows.append(Booking(intake=intake, participant=person.row, booked_by=by, created_at=at, photo_consent=rng.random() < 0.4))
        if not person.actors:
            continue
        if rng.random() < 0.9:
            agreed.append(ConsentRecord(participant=person.row, given_by=by, purpose="care", version=version, given_at=at))
        for n in range(rng.choice((0, 1, 1, 2))):
            phone = f"+86139{rng.randint(10_000_000, 99_999_999)}"
            name = rng.choice("王李陈周吴") + rng.choice("芬兰国平秀华")
            pickers.append(PickupPerson(participant=person.row, name=name, relation=RELATIONS[n], phone=phone, added_by=by, added_at=at))
        if rng.random() < 0.15 and secret.ready():
            allergies, words = rng.choice(NOTES)
            sealed = secret.seal(json.dumps({"allergies": allergies, "notes": words}, ensure_ascii=False))
            notes.append(CareNote(participant=person.row, sealed=sealed, updated_by=by, updated_at=at))
            health = consents.TEXTS[ConsentRecord.Purpose.HEALTH].version
            agreed.append(ConsentRecord(participant=person.row, given_by=by, purpose="health", version=health, given_at=at))
    Booking.objects.bulk_create(rows, BATCH)
    PickupPerson.objects.bulk_create(pickers, BATCH)
    CareNote.objects.bulk_create(notes, BATCH)
    ConsentRecord.objects.bulk_create(agreed, BATCH)
    for person, _booking in zip(people, rows, strict=True):
        program.busy[person.row.pk] += program.times(intake)
    return list(zip(people, rows, strict=True))


def keep_days(program: Program, intake: Intake, children: list[tuple[Person, Booking]], rng: Random) -> None:
    """Who came in the last two weeks, when, and who collected; now and then late."""
    today, officer = timezone.localdate(), program.officer(intake.activity.center)
    meetings = [m for m in intake.planned if timezone.localdate(m.starts_at) < today][-DAYS:]  # type: ignore[attr-defined]
    listed = {p.participant_id: p for p in PickupPerson.objects.filter(participant__in=[c.row.pk for c, _b in children])}
    seen, days = [], []
    for meeting in meetings:
        for person, booking in children:
            if not person.actors or rng.random() < 0.08:
                continue
            came = Attendance(meeting=meeting, booking=booking, seen="came", marked_by=officer, marked_at=meeting.starts_at)
            begun = meeting.starts_at + timedelta(minutes=rng.randint(-10, 15))
            left = meeting.ends_at + timedelta(minutes=rng.choices((rng.randint(-30, 10), rng.randint(20, 50)), (97, 3))[0])
            picker = listed.get(person.row.pk) if rng.random() < 0.3 else None
            day = Handover(attendance=came, in_at=begun, in_by=officer, out_at=left, out_by=officer, person=picker)
            day.guardian = None if picker else rng.choice(person.actors)
            seen.append(came)
            days.append(day)
    Attendance.objects.bulk_create(seen, BATCH)
    Handover.objects.bulk_create(days, BATCH)


def help_at_home(program: Program, center: Center, rng: Random) -> None:
    """Visits by slot: two helpers, two hours each, the address asked with the booking."""
    opens = program.at(program.day(-3), "09:00")
    activity = program.activity(center, HELP, opens)
    activity.save()
    for day in program.days("workday", 1, 3):
        for hour in ("08:30", "10:30", "14:00"):
            offer = HELP._replace(hour=hour)
            start = program.at(day, hour)
            name = f"{day.month}月{day.day}日 {hour}"
            intake = program.intake(activity, offer, [day], opens, start - timedelta(hours=3), name)
            intake.capacity, intake.question = 2, "上门地址（哪一幢、几楼）？"
            intake.save()
            Meeting.objects.bulk_create(intake.planned)  # type: ignore[attr-defined]
            people = list(program.eligible(intake, day))[: rng.randint(0, 2)]
            for person in people:
                by = person.actors[0] if person.actors else program.officer(center)
                where = f"演示小区 {rng.randint(1, 20)} 幢 {rng.randint(1, 6)} 楼"
                channel = rng.choice(("page", "call", "desk"))
                made = {"booked_by": by, "created_at": opens + timedelta(hours=5), "answer": where, "channel": channel}
                Booking.objects.create(intake=intake, participant=person.row, **made)
                program.busy[person.row.pk] += program.times(intake)


def write_care(program: Program, centers: list[Center], rng: Random) -> int:
    """The terms; returns how many children are enrolled."""
    number = 0
    places = chosen(centers, rng)
    for center in places:
        _row, intake = term(program, center, TERM, rng)
        children = enrol(program, intake, rng)
        keep_days(program, intake, children, rng)
        number += len(children)
    help_at_home(program, places[0], rng)
    _row, intake = term(program, places[1], EARLY, rng)
    return number + len(enrol(program, intake, rng))
