"""Plain factories: each makes one thing with what it needs around it, and returns it.

Those of the centers' work stand in ``make_standards`` and ``make_upgrade``; all are reached from here: ``make.task()``.
"""

import csv
import io
from datetime import date, datetime, time, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from django.utils import timezone
from PIL import Image

from accounts import consents
from accounts.models import ConsentRecord, Grant, Guardianship, Organisation, Participant, Region, User
from accounts.models.region import LENGTHS
from accounts.roles import Role
from activities.models import Activity, Attendance, Booking, Intake, Meeting, Outcome, Pause
from centers.models import Center, CenterService, Contact, OpeningException, OpeningHours, Photo
from records import working_days
from records.models import AuditEntry, Message
from tests.make_care import *  # noqa: F403
from tests.make_enrolment import *  # noqa: F403
from tests.make_funding import *  # noqa: F403
from tests.make_staffing import *  # noqa: F403
from tests.make_standards import *  # noqa: F403
from tests.make_upgrade import *  # noqa: F403
from tests.make_venues import *  # noqa: F403

DISTRICT, TOWN, OTHER_TOWN = "330703", "330703001", "330703101"
VILLAGE, NEXT_VILLAGE, OTHER_VILLAGE = "330703001021", "330703001022", "330703101201"
PASSWORD = "Correct-horse-9"

#: Persona → role and region.
PERSONAS: dict[str, tuple[Role, str]] = {
    "village": (Role.VILLAGE_MANAGER, VILLAGE),
    "head": (Role.VILLAGE_HEAD, VILLAGE),
    "cadre": (Role.CADRE, VILLAGE),
    "partner": (Role.PARTNER, VILLAGE),
    "township": (Role.TOWNSHIP_OFFICER, TOWN),
    "other_township": (Role.TOWNSHIP_OFFICER, OTHER_TOWN),
    "representative": (Role.REPRESENTATIVE, TOWN),
    "district": (Role.DISTRICT_ADMIN, DISTRICT),
    "reviewer": (Role.DISTRICT_REVIEWER, DISTRICT),
    "unit": (Role.UNIT_OFFICER, DISTRICT),
    "system_admin": (Role.SYSTEM_ADMIN, DISTRICT),
    "security_admin": (Role.SECURITY_ADMIN, DISTRICT),
    "auditor": (Role.AUDITOR, DISTRICT),
}
_numbers = iter(range(1, 10**9))


def number() -> int:
    """A number that no other row of this test run has."""
    return next(_numbers)


@cache
def names() -> dict[str, str]:
    """The real divisions of the district."""
    with (Path(__file__).resolve().parent.parent / "data/jindong_regions.csv").open(encoding="utf-8-sig", newline="") as source:
        return {row["code"]: row["name"] for row in csv.DictReader(source)}


def region(code: str = VILLAGE, name: str = "") -> Region:
    """The division of that code, with those above it."""
    found = Region.objects.filter(code=code).first()
    if found:
        return found
    shorter = max((n for n in LENGTHS if n < len(code)), default=0)
    parent = region(code[:shorter]) if shorter else None
    return Region.objects.create(code=code, name=name or names().get(code, f"区划{code}"), level=LENGTHS[len(code)], parent=parent)


def calendar(first_year: int = 2024, last_year: int = 2026) -> None:
    """Fills the calendar again where a test that commits has emptied it."""
    working_days.fill(first_year, last_year)


# -- people -------------------------------------------------------------------------------------------------
def user(login: str = "", **fields: Any) -> User:
    return User.objects.create_user(login or f"user{number()}", fields.pop("password", None), **fields)


def grant(to: User, role: str, code: str, **fields: Any) -> Grant:
    """A role in a region, from today unless said otherwise."""
    return Grant.objects.create(user=to, role=role, region=region(code), **fields)


def officer(persona: str) -> User:
    """An account with the persona's one grant, a unit's with its organisation; its password is ``PASSWORD``."""
    role, code = PERSONAS[persona]
    unit = organisation() if role == Role.UNIT_OFFICER else None
    made = user(f"{persona}_{number()}", password=PASSWORD, name=f"{persona}", organisation=unit)
    grant(made, role, code)
    return made


def resident(phone: str = "", code: str = VILLAGE) -> User:
    """An account by phone with its own participant, consent given."""
    made = User.objects.resident(phone or f"+86139{number():08}")
    person(made, code=code)
    return made


def person(of: User | None = None, *, code: str = VILLAGE, consented: bool = True, **fields: Any) -> Participant:
    """The account's own participant, or an elder without a login."""
    kind = Participant.Kind.SELF if of else Participant.Kind.ELDER
    values = {"kind": kind, "name": "黄居民", "birthday": date(1985, 5, 5), "region": region(code), "user": of, "created_by": of}
    made = Participant.objects.create(**(values | fields))
    if consented:
        consent(made, of or user())
    return made


def child(of: User, *, consented: bool = True, age: int = 8, code: str = VILLAGE, **fields: Any) -> Participant:
    """A child whose guardian the account is; ``age`` full years today."""
    today = timezone.localdate()
    birthday = date(today.year - age, 1, 1)
    values = {"kind": Participant.Kind.CHILD, "name": f"孩子{number()}", "birthday": birthday, "region": region(code), "created_by": of}
    made = Participant.objects.create(**(values | fields))
    guardianship(of, made)
    if consented:
        consent(made, of)
    return made


def guardianship(of: User, participant: Participant, *, confirmed: bool = True, **fields: Any) -> Guardianship:
    values = {"confirmed_at": timezone.now(), "confirmed_by": of} if confirmed else {}
    return Guardianship.objects.create(user=of, participant=participant, **(values | fields))


def consent(participant: Participant, by: User, purpose: str = "") -> ConsentRecord:
    """Consent to the version in force; by default the one that booking needs."""
    return consents.record(participant, by, purpose or consents.needed(participant), ConsentRecord.Channel.PAGE)


def organisation(code: str = DISTRICT, **fields: Any) -> Organisation:
    values = {"name": f"单位{number()}", "kind": Organisation.Kind.COMPANY, "region": region(code)}
    return Organisation.objects.create(**(values | fields))


# -- centers ------------------------------------------------------------------------------------------------
def center(code: str = VILLAGE, *, published: bool = True, **fields: Any) -> Center:
    """The center of a division; named after it."""
    place = region(code)
    level = Center.Level.TOWN if len(code) == 9 else Center.Level.COMMUNITY
    values = {
        "name": f"{place.short_name}党群服务中心",
        "level": level,
        "region": place,
        "published_at": timezone.now() if published else None,
    }
    return Center.objects.create(**(values | fields))


def center_of(code: str = VILLAGE) -> Center:
    """The center that the division has, or a new one."""
    return Center.objects.filter(region__code=code).first() or center(code)


def hours(of: Center, day_type: str = "workday", opens: str = "08:30", closes: str = "17:30", kind: str = "regular") -> OpeningHours:
    return OpeningHours.objects.create(
        center=of, day_type=day_type, opens=time.fromisoformat(opens), closes=time.fromisoformat(closes), kind=kind
    )


def exception(of: Center, first: date, last: date | None = None, opens: str = "", closes: str = "", note: str = "") -> OpeningException:
    """Closed from the first to the last day, or open at other times."""
    at = {"opens": time.fromisoformat(opens), "closes": time.fromisoformat(closes), "closed": False} if opens else {}
    return OpeningException.objects.create(center=of, first_day=first, last_day=last or first, note=note, **at)


def service(of: Center, title: str = "老年助餐") -> CenterService:
    return CenterService.objects.create(center=of, kind=CenterService.Kind.LUNCH, title=title)


def contact(of: Center, **fields: Any) -> Contact:
    return Contact.objects.create(center=of, **({"name": "王主任", "phone": "0579-82190000"} | fields))


def photo(of: Center, **fields: Any) -> Photo:
    """A row without files."""
    return Photo.objects.create(center=of, **({"caption": "大厅", "width": 1600, "height": 1200} | fields))


def photo_bytes(
    kind: str = "JPEG", size: tuple[int, int] = (400, 300), exif: Image.Exif | None = None, color: str = "red", mode: str = "RGB"
) -> bytes:
    """A small picture in a file format of Pillow's."""
    out = io.BytesIO()
    Image.new(mode, size, color).save(out, kind, **({"exif": exif} if exif else {}))
    return out.getvalue()


# -- activities ---------------------------------------------------------------------------------------------
def activity(
    at: Center | None = None, *, published: bool = True, capacity: int = 0, full: bool = False, code: str = VILLAGE, **fields: Any
) -> Activity:
    """An activity; with ``capacity`` it has one intake with a meeting tomorrow, ``full`` takes all its places."""
    state = {"state": Activity.State.PUBLISHED, "published_at": timezone.now()} if published else {}
    values = {"center": at or center_of(code), "kind": Activity.Kind.CULTURE, "title": f"书画课{number()}"} | state
    made = Activity.objects.create(**(values | fields))
    if capacity or full:
        places = intake(made, capacity=capacity or 1)
        meeting(places)
        for _n in range(places.capacity if full else 0):
            booking(places)
    return made


def intake(of: Activity | None = None, *, capacity: int = 10, **fields: Any) -> Intake:
    """Places that can be booked since yesterday, for a week."""
    now = timezone.now()
    values = {"opens_at": now - timedelta(days=1), "closes_at": now + timedelta(days=7), "cancel_until": now + timedelta(days=6)}
    return Intake.objects.create(activity=of or activity(), capacity=capacity, **(values | fields))


def meeting(of: Intake, starts_at: datetime | None = None, hours: float = 2, place: str = "") -> Meeting:
    """A meeting; in eight days unless said otherwise."""
    start = starts_at or timezone.now() + timedelta(days=8)
    return Meeting.objects.create(intake=of, starts_at=start, ends_at=start + timedelta(hours=hours), place=place)


def booking(of: Intake, participant: Participant | None = None, *, by: User | None = None, **fields: Any) -> Booking:
    """A booking as a row, past the rules of ``seats`` (but never past the database's)."""
    for_whom = participant or person(consented=False)
    who = by or for_whom.created_by or user()
    return Booking.objects.create(intake=of, participant=for_whom, booked_by=who, **fields)


def attendance(of: Booking, at: Meeting, seen: str = "came", *, by: User | None = None, **fields: Any) -> Attendance:
    """A mark as a row, past the rules of ``checkin``."""
    return Attendance.objects.create(booking=of, meeting=at, seen=seen, marked_by=by or of.booked_by, **fields)


def pause(of: Participant | None = None, **fields: Any) -> Pause:
    """From today for ninety days."""
    today = timezone.localdate()
    values = {"starts_on": today, "ends_on": today + timedelta(days=90), "participant": of or person(consented=False)}
    return Pause.objects.create(**(values | fields))


def outcome(of: Activity | None = None, **fields: Any) -> Outcome:
    """Of a reported activity."""
    reported = of or activity(state=Activity.State.REPORTED)
    values = {"activity": reported, "held_on": timezone.localdate(), "headcount": 12, "lines": "教了八段锦。"}
    return Outcome.objects.create(**(values | fields))


# -- records ------------------------------------------------------------------------------------------------
def entry(action: str = "centers.change_center", by: User | None = None, **fields: Any) -> AuditEntry:
    return AuditEntry.objects.create(action=action, actor=by, **fields)


def message(to: User | None = None, channel: str = Message.Channel.EMAIL, **fields: Any) -> Message:
    """One message, waiting to be sent."""
    values = {"kind": "test", "subject": "预约成功", "recipient": to or user(email="a@example.org", phone=f"+86137{number():08}")}
    return Message.objects.create(channel=channel, **(values | fields))
