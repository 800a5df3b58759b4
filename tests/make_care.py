"""Factories of childcare, the month's column, brands and polls. Reached from ``make``."""

from datetime import date, datetime, timedelta
from typing import Any

from django.utils import timezone

from accounts.models import Participant, User
from activities.models import (
    Booking,
    Brand,
    CareProgram,
    Digest,
    DigestItem,
    Handover,
    Meeting,
    PickupPerson,
    Poll,
    PollOption,
    PollTally,
    Roadshow,
)
from centers.models import Center
from tests import make

__all__ = ["brand", "care_class", "care_program", "digest", "enrolled", "handover", "picker", "poll", "roadshow", "today_at"]


def today_at(hour: int, minute: int = 0) -> datetime:
    return timezone.make_aware(datetime.combine(timezone.localdate(), datetime.min.time())) + timedelta(hours=hour, minutes=minute)


def care_program(at: Center | None = None, **fields: Any) -> CareProgram:
    """After-school care of a published activity, a class of ten from six to twelve; its term runs from last week on."""
    published = fields.pop("published", True)
    activity = make.activity(at, published=published, kind="care")
    make.intake(activity, min_age=6, max_age=12)
    today = timezone.localdate()
    values = {"kind": "after", "starts_on": today - timedelta(7), "ends_on": today + timedelta(90), "staff": 2}
    return CareProgram.objects.create(activity=activity, **(values | fields))


def care_class(of: CareProgram | None = None, starts_at: datetime | None = None) -> Meeting:
    """The class's meeting, by default one of today that began a quarter of an hour ago, or at midnight."""
    program = of or care_program()
    start = starts_at or max(
        timezone.now() - timedelta(minutes=15), timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
    )
    return make.meeting(program.activity.intakes.get(), start)


def enrolled(at: Meeting, child: Participant | None = None, **fields: Any) -> Booking:
    """A child with a guardian, enrolled in the class."""
    known = child or make.child(make.resident())
    return make.booking(at.intake, known, by=known.created_by, **fields)


def picker(of: Participant | None = None, **fields: Any) -> PickupPerson:
    child = of or make.child(make.resident())
    values = {"name": "王外婆", "relation": "外婆", "phone": f"+86137{make.number():08}", "added_by": child.created_by}
    values["added_at"] = timezone.now() - timedelta(hours=1)
    return PickupPerson.objects.create(participant=child, **(values | fields))


def handover(of: Booking, at: Meeting, by: User | None = None, **fields: Any) -> Handover:
    """The child came; gone too where ``out_at`` says so."""
    officer = by or make.user()
    seen = make.attendance(of, at, by=officer)
    if fields.get("out_at"):
        fields = {"out_by": officer, "guardian": of.booked_by} | fields
    return Handover.objects.create(attendance=seen, **({"in_by": officer, "in_at": at.starts_at} | fields))


def digest(code: str = "330703001", items: int = 2, **fields: Any) -> Digest:
    """A township's column, still edited: of last month, the next one of the month before."""
    state, month = fields.pop("state", "draft"), timezone.localdate().replace(day=1)
    taken = set(Digest.objects.filter(region=make.region(code)).values_list("month", flat=True))
    while "month" not in fields and (month in taken or month == timezone.localdate().replace(day=1)):
        month = (month - timedelta(1)).replace(day=1)
    values = {"region": make.region(code), "month": month, "title": f"专栏{make.number()}"}
    made = Digest.objects.create(**(values | fields))
    for n in range(items):
        DigestItem.objects.create(digest=made, kind="story", title=f"事情{n}", text="办得热闹。", place=n)
    if state != "draft":
        editor, checker = make.user(), make.user()
        out = {"published_at": timezone.now(), "checked_by": checker} if state == "published" else {}
        Digest.objects.filter(pk=made.pk).update(state=state, edited_by=editor, **out)
        made.refresh_from_db()
    return made


def roadshow(code: str = "330703001", **fields: Any) -> Roadshow:
    return Roadshow.objects.create(
        **({"region": make.region(code), "title": f"路演{make.number()}", "held_on": date(2024, 11, 8)} | fields)
    )


def brand(of: Center | None = None, state: str = "draft", **fields: Any) -> Brand:
    dates = {"recognised_on": timezone.localdate()} if state in ("recognised", "ended") else {}
    values = {"center": of or make.center_of(), "name": f"品牌{make.number()}", "summary": "拿手的一样。", "state": state} | dates
    return Brand.objects.create(**(values | fields))


def poll(code: str = "330703001", state: str = "announced", options: int = 4, over: bool = False, **fields: Any) -> Poll:
    """Open since yesterday for a week, or over since yesterday; two choices each."""
    now = timezone.now()
    opens, closes = (now - timedelta(days=8), now - timedelta(days=1)) if over else (now - timedelta(days=1), now + timedelta(days=7))
    values = {"region": make.region(code), "title": f"评选{make.number()}", "opens_at": opens, "closes_at": closes, "choices": 2}
    made = Poll.objects.create(**(values | fields))
    rows = PollOption.objects.bulk_create([PollOption(poll=made, title=f"项目{n}") for n in range(options)])
    PollTally.objects.bulk_create([PollTally(option=row) for row in rows] if state in ("announced", "published") else [])
    Poll.objects.filter(pk=made.pk).update(state=state)
    made.refresh_from_db()
    return made
