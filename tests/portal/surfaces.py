"""For ``test_surfaces``: each constraint that a person can hit, as the desk's form, a program and the admin would break it."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django.utils import timezone

from centers.models import Center
from tests import make

#: What a field's own check says: Django's words on pages, DRF's to programs.
OVERLAP = ("和已有的时段重叠了，请改成不重叠的时间。",)
CODE = ("统一社会信用代码是 18 位数字和大写字母（不含 I、O、S、V、Z），请对照营业执照再填。",)
AT_LEAST_1 = ("确保该值大于或等于1。", "请确保该值大于或者等于 1。")
AT_MOST_168 = ("确保该值小于或等于168。", "请确保该值小于或者等于 168。")
#: What an intake's form says of enrolment by itself.
ENROLMENT = {"mode": "first_come", "wait_limit": 0, "offer_hours": 24, "refuse_clash": True}
AT_MOST_YUAN = ("确保该值小于或等于100000。",)


class Try(NamedTuple):
    """What is sent: the page's address and form, the API's method, address and body, the admin's address and form.

    ``says`` is what a field's own check answers before the constraint is asked; empty where the constraint speaks itself.
    """

    desk: tuple[str, dict[str, Any]] | None
    api: tuple[str, str, dict[str, Any]]
    admin: tuple[str, dict[str, Any]]
    says: tuple[str, ...] = ()


def local(moment: datetime) -> str:
    return f"{timezone.localtime(moment):%Y-%m-%dT%H:%M}"


def split(name: str, moment: datetime) -> dict[str, str]:
    """A moment as the admin's two boxes take it."""
    return {f"{name}_0": f"{timezone.localtime(moment):%Y-%m-%d}", f"{name}_1": f"{timezone.localtime(moment):%H:%M}"}


def no_rows(*prefixes: str) -> dict[str, str]:
    """The management forms of inlines that are left empty."""
    return {f"{p}-{n}": "0" for p in prefixes for n in ("TOTAL_FORMS", "INITIAL_FORMS", "MIN_NUM_FORMS", "MAX_NUM_FORMS")}


INLINES = no_rows("hours", "exceptions", "services", "contacts")


def facts(**changes: Any) -> Try:
    """A center's facts."""
    center = make.center()
    typed = {"address": "光南路 99 号", **changes}
    admin = {"name": center.name, "level": center.level, "region": center.region_id, **typed, **INLINES}
    path = f"/api/v1/centers/{center.pk}/"
    return Try(
        (f"/desk/centers/{center.pk}/facts/", typed),
        ("PATCH", path, typed),
        (f"/admin/centers/center/{center.pk}/change/", admin),
    )


def center_name() -> Try:
    """A second center of that name in the village: the district's to enter."""
    center = make.center()
    typed = {"name": center.name, "level": center.level, "region": center.region_id}
    return Try(None, ("POST", "/api/v1/centers/", typed), ("/admin/centers/center/add/", typed | INLINES))


def part(kind: str, api: str, typed: dict[str, Any], inline: str) -> Try:
    """A part of a center, at the desk, by API, and in a line of the admin's center."""
    center = make.center()
    admin = {"name": center.name, "level": center.level, "region": center.region_id, **INLINES}
    admin |= {f"{inline}-TOTAL_FORMS": "1", f"{inline}-MAX_NUM_FORMS": "1000", f"{inline}-0-center": center.pk}
    admin |= {f"{inline}-0-{name}": value for name, value in typed.items()}
    json = {"center": center.pk, **typed}
    return Try(
        (f"/desk/centers/{center.pk}/{kind}/add/", typed),
        ("POST", f"/api/v1/{api}/", json),
        (f"/admin/centers/center/{center.pk}/change/", admin),
    )


def hours(**changes: Any) -> Try:
    typed = {"day_type": "workday", "kind": "regular", "opens": "09:00", "closes": "09:00", **changes}
    return part("hours", "opening-hours", typed, "hours")


def hours_once() -> Try:
    found = hours(closes="12:00")._replace(says=OVERLAP)
    make.hours(Center.objects.get(), opens="09:00", closes="17:30")
    return found


def exception(**changes: Any) -> Try:
    day = timezone.localdate() + timedelta(days=3)
    typed = {"first_day": f"{day}", "last_day": f"{day}", "closed": True, "note": "消防检修", **changes}
    typed = {name: value for name, value in typed.items() if value is not None}
    found = part("exceptions", "opening-exceptions", typed, "exceptions")
    form = {name: value for name, value in typed.items() if value is not False}
    assert found.desk
    admin = {name: value for name, value in found.admin[1].items() if value is not False}
    return found._replace(desk=(found.desk[0], form), admin=(found.admin[0], admin))


def days_in_order() -> Try:
    day = timezone.localdate() + timedelta(days=3)
    return exception(last_day=f"{day - timedelta(days=1)}")


def once(kind: str, api: str, typed: dict[str, Any], inline: str, factory: Callable[[Center], Any]) -> Try:
    found = part(kind, api, typed, inline)
    factory(Center.objects.get())
    return found


def service_once() -> Try:
    return once("services", "center-services", {"kind": "lunch", "title": "老年助餐"}, "services", make.service)


def contact_once() -> Try:
    typed = {"name": "王主任", "phone": "0579-82190000", "position": "主任"}
    return once("contacts", "contacts", typed, "contacts", make.contact)


def organisation(says: tuple[str, ...] = (), **changes: Any) -> Try:
    typed = {"name": "金东图书馆", "kind": "public", "region": make.region(make.DISTRICT).pk, **changes}
    return Try(None, ("POST", "/api/v1/organisations/", typed), ("/admin/accounts/organisation/add/", typed), says)


def organisation_name() -> Try:
    make.organisation(name="金东图书馆")
    return organisation()


def activity() -> Try:
    """A draft's price: the page asks for yuan, programs for fen."""
    row = make.activity(published=False)
    typed = {"center": row.center_id, "kind": row.kind, "title": "夜校摄影班", "expected": 0, "price": "100000.01"}
    api = {"title": "夜校摄影班", "price_fen": 10_000_001}
    admin = {"center": row.center_id, "kind": row.kind, "title": "夜校摄影班", "expected": 0, "price_fen": 10_000_001}
    return Try(
        (f"/desk/activities/{row.pk}/edit/", typed),
        ("PATCH", f"/api/v1/activities/{row.pk}/", api),
        (f"/admin/activities/activity/{row.pk}/change/", admin),
        AT_MOST_YUAN,
    )


def permit() -> Try:
    """A published activity of a thousand people, its permit taken away."""
    row = make.activity(expected=1000, permit_no="婺公许〔2026〕8号")
    typed = {"center": row.center_id, "kind": row.kind, "title": "千人徒步", "expected": 1000, "permit_no": ""}
    return Try(
        (f"/desk/activities/{row.pk}/edit/", typed),
        ("PATCH", f"/api/v1/activities/{row.pk}/", {"permit_no": ""}),
        (f"/admin/activities/activity/{row.pk}/change/", typed | {"price_fen": 0}),
    )


def intake(taken: int = 0, waits: int = 0, says: tuple[str, ...] = (), **changes: Any) -> Try:
    """An intake's rules, one of them wrong."""
    row = make.full_intake(5, wait_limit=waits) if waits else make.activity(capacity=5).intakes.get()
    for _n in range(waits):
        make.queue(row)
    for _n in range(taken):
        make.booking(row)
    typed = {"name": "周三班", "capacity": 5, "min_age": "", "max_age": "", "family_limit": 3, **ENROLMENT, **changes}
    times = {name: changes.get(name, getattr(row, name)) for name in ("opens_at", "closes_at", "cancel_until")}
    desk = typed | {name: local(moment) for name, moment in times.items()}
    admin = {"activity": row.activity_id, **typed, **{k: v for name, moment in times.items() for k, v in split(name, moment).items()}}
    api = {name: value.isoformat() if isinstance(value, datetime) else value for name, value in changes.items()} | {"name": "周三班"}
    return Try(
        (f"/desk/intakes/{row.pk}/", desk),
        ("PATCH", f"/api/v1/intakes/{row.pk}/", api),
        (f"/admin/activities/intake/{row.pk}/change/", admin | no_rows("meetings")),
        says,
    )


def intake_times() -> Try:
    now = timezone.now().replace(second=0, microsecond=0)
    return intake(opens_at=now, closes_at=now - timedelta(hours=1))


def meeting(twice: bool = False) -> Try:
    start = timezone.now().replace(second=0, microsecond=0) + timedelta(days=9)
    row = make.intake()
    if twice:
        make.meeting(row, start)
    end = start + timedelta(hours=1) if twice else start
    api = {"intake": row.pk, "starts_at": start.isoformat(), "ends_at": end.isoformat(), "place": "二楼"}
    admin = {"activity": row.activity_id, "name": "", "capacity": 10, "family_limit": 3, **ENROLMENT, **no_rows("meetings")}
    for name in ("opens_at", "closes_at", "cancel_until"):
        admin |= split(name, getattr(row, name))
    admin |= {"meetings-TOTAL_FORMS": "1", "meetings-MAX_NUM_FORMS": "1000", "meetings-0-intake": row.pk, "meetings-0-place": "二楼"}
    admin |= split("meetings-0-starts_at", start) | split("meetings-0-ends_at", end)
    return Try(
        (f"/desk/intakes/{row.pk}/meetings/", {"starts_at": local(start), "ends_at": local(end), "place": "二楼"}),
        ("POST", "/api/v1/meetings/", api),
        (f"/admin/activities/intake/{row.pk}/change/", admin),
    )


CASES: dict[str, Callable[[], Try]] = {
    "center_area_positive": lambda: facts(area="0"),
    "center_point_in_china": lambda: facts(latitude="29.1", longitude="9.7"),
    "center_name_once": center_name,
    "hours_in_order": hours,
    "hours_once": hours_once,
    "exception_days_in_order": days_in_order,
    "exception_closed_or_hours": lambda: exception(closed=False, opens="09:00", closes="09:00"),
    "service_once": service_once,
    "contact_once": contact_once,
    "organisation_name_once": organisation_name,
    "organisation_code_form": lambda: organisation(CODE, code="91330703"),
    "activity_price_bounded": activity,
    "activity_large_has_permit": permit,
    "intake_seats_within_capacity": lambda: intake(taken=2, capacity=1),
    "intake_capacity_positive": lambda: intake(says=AT_LEAST_1, capacity=0),
    "intake_times_in_order": intake_times,
    "intake_ages_in_order": lambda: intake(min_age=12, max_age=6),
    "intake_family_limit_positive": lambda: intake(says=AT_LEAST_1, family_limit=0),
    "intake_waiting_within_limit": lambda: intake(waits=2, wait_limit=1),
    "intake_offer_hours_bounded": lambda: intake(says=AT_MOST_168, offer_hours=169),
    "intake_minimum_within_capacity": lambda: intake(min_participants=6),
    "intake_person_limit_positive": lambda: intake(says=AT_LEAST_1, person_limit=0),
    "meeting_times_in_order": meeting,
    "meeting_once": lambda: meeting(twice=True),
}
