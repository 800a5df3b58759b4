"""A small living district for tests that walk every page: everything stands in 多湖's 光南社区 unless its name says otherwise."""

import json
import time
from datetime import timedelta
from typing import Any

from django.core.files.base import ContentFile
from django.test import Client
from django.utils import timezone

from accounts.middleware import STAFF
from accounts.models import User
from centers.models import Center, Photo
from records import audit
from records.models import Anchor, AuditSeal, CalendarDay
from tests import make
from tests.portal import world_chain
from tests.portal.world_care import care
from tests.portal.world_chain import chain
from tests.portal.world_funding import funding
from tests.portal.world_staffing import staffing
from tests.portal.world_venues import SURVEY_SECRET, venues
from tests.portal.world_work import FEEDBACK_SECRET, REPAIR_SECRET, work

PERSONAS = (
    *("anonymous", "resident", "village", "township", "other_township", "district"),
    *("reviewer", "cadre", "unit", "auditor", "system_admin", "security_admin"),
)
JSON = "application/json"


def people() -> dict[str, User | None]:
    """One account of each persona; None for strangers."""
    make.calendar()  # these worlds outlive one test, and come after those that empty the tables
    made: dict[str, User | None] = {"anonymous": None, "resident": make.resident("+8613900000001")}
    made |= {name: make.officer(name) for name in PERSONAS if name not in made}
    unit = made["unit"]
    assert unit is not None
    unit.organisation = make.organisation(name="金东区演示图书馆")
    unit.save()
    return made


def enter(user: User | None) -> Client:
    """A browser in which the person is logged in; staff with the mark of a staff login."""
    client = Client()
    if user is not None:
        client.force_login(user)
        if user.grants.exists():
            session = client.session
            session[STAFF] = time.time()
            session.save()
    return client


def photo(of: Center, caption: str = "大厅") -> Photo:
    """A photograph with its files."""
    made = Photo(center=of, caption=caption, width=40, height=30)
    for size in Photo.SIZES:
        getattr(made, size).save("x.webp", ContentFile(make.photo_bytes("WEBP", (40, 30))), save=False)
    made.save()
    return made


def district(resident: User, unit: User | None = None) -> dict[str, Any]:
    """The rows, by the name that a path in the access table uses for them."""
    center = make.center(address="光南路 1 号")
    draft = make.center(published=False, name="光南社区分中心")
    activity, draft_activity = make.activity(center), make.activity(center, published=False)
    intake, draft_intake = make.intake(activity), make.intake(draft_activity)
    child, person = make.child(resident), make.person(phone="+8613700000001")
    rows = {
        "center": center,
        "draft": draft,
        **parts(center),
        **{f"draft_{name}": row for name, row in parts(draft).items()},
        "activity": activity,
        "draft_activity": draft_activity,
        "intake": intake,
        "draft_intake": draft_intake,
        "meeting": make.meeting(intake),
        "draft_meeting": make.meeting(draft_intake),
        "child": child,
        "person": person,
        "tie": make.guardianship(make.resident(), child, confirmed=False),
        "booking": make.booking(intake, child, by=resident),
        "resident_appointment": make.appointment(center, days=8, asked_by=resident),
        "organisation": make.organisation(make.VILLAGE),
        "region": make.region(make.VILLAGE),
    }
    return (
        rows
        | enrolment(activity)
        | behind(resident)
        | chain(center, resident)
        | venues(center, draft, resident, unit)
        | work(center, draft, unit)
        | care(center, resident)
        | staffing(center, resident)
        | funding(center, resident)
    )


def enrolment(activity: Any) -> dict[str, Any]:
    """A lottery announced, one that is not yet, and an entry of an intake with priority."""
    lottery, plain = make.intake(activity, mode="lottery"), make.intake(activity, mode="lottery")
    entered = make.booking(make.intake(activity, mode="priority"), state="entered")
    return {"lottery": lottery, "draw": make.draw(lottery), "plain_lottery": plain, "entered": entered}


def parts(center: Center) -> dict[str, Any]:
    """One of each part of a center."""
    return {
        "hours": make.hours(center),
        "exception": make.exception(center, timezone.localdate() + timedelta(days=100)),
        "service": make.service(center),
        "contact": make.contact(center),
        "photo": photo(center),
    }


def behind(resident: User) -> dict[str, Any]:
    """What only the three administrators look at."""
    account = make.user("officer_seen")
    entry = audit.write("centers.change_center", by=account, region_code=make.VILLAGE)
    seal = AuditSeal.objects.create(sequence=1, entry=entry, digest="0" * 64, sealed_at=timezone.now())
    day = timezone.localdate() - timedelta(days=400)
    return {
        "user": account,
        "grant": make.grant(account, "cadre", make.VILLAGE),
        "entry": entry,
        "seal": seal,
        "anchor": Anchor.objects.create(day=day, sequence=1, digest="0" * 64, anchored_at=timezone.now()),
        "day": CalendarDay.objects.order_by("date").first(),
        "message": make.message(resident, "inbox", state="sent", sent_at=timezone.now()),
    }


def where(rows: dict[str, Any]) -> dict[str, Any]:
    """What a path's braces stand for: primary keys, the booking's code, the secret addresses."""
    secrets = {"repair_secret": REPAIR_SECRET, "feedback_secret": FEEDBACK_SECRET, "survey_secret": SURVEY_SECRET}
    return {name: row.pk for name, row in rows.items()} | {"code": rows["booking"].code} | secrets | world_chain.secrets(rows)


def ask(client: Client, method: str, path: str) -> Any:
    """One request with an empty body: JSON to the API, a form elsewhere."""
    if method == "GET":
        return client.get(path)
    if path.startswith("/api/"):
        return client.generic(method, path, json.dumps({}), content_type=JSON)
    return client.generic(method, path, "", content_type="application/x-www-form-urlencoded")


def answer(client: Client, response: Any) -> str:
    """The status; ``login`` where it ends at a login page, ``→/path/`` for another redirection's beginning."""
    if response.status_code not in (301, 302):
        return str(response.status_code)
    target = response["Location"].split("?")[0]
    if target.startswith("/admin/login/"):
        return answer(client, client.get(response["Location"]))
    return "login" if target.startswith("/login/") else "302"
