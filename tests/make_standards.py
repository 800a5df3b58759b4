"""Standards, inspections and what follows from them; daily work at a center. Reached as ``make.finding()`` and so on."""

from collections.abc import Sequence
from datetime import date, time, timedelta
from typing import Any

from django.core.files.base import ContentFile
from django.utils import timezone

from accounts.models import User
from centers.models import (
    Appointment,
    Center,
    Escalation,
    Feedback,
    Finding,
    Inspection,
    InspectionAnswer,
    Matter,
    OpeningHours,
    Picture,
    RepairTicket,
    Standard,
    StandardItem,
    StandardSet,
)
from centers.models.appointment import moment
from centers.models.repair import new_secret
from tests import make

__all__ = [
    "appointment",
    "escalation",
    "feedback",
    "finding",
    "inspection",
    "items",
    "matter",
    "picture",
    "published_as",
    "repair",
    "standard",
    "standard_item",
    "standard_set",
    "standard_set_in_force",
]

#: From when on the published set of these tests holds.
IN_FORCE_FROM = date(2020, 1, 1)
#: (text, evidence, weight, essential) of the items of the two standards.
ITEMS: tuple[tuple[tuple[str, str, int, bool], ...], ...] = (
    (("消防通道畅通", "look", 3, True), ("门头标识统一", "photo", 1, False), ("便民服务窗口", "look", 1, False)),
    (("公开开放时间", "look", 2, False), ("值班安排上墙", "record", 1, False)),
)


# -- standards ----------------------------------------------------------------------------------------------
def standard_set(*, published: bool = True, code: str = "330703", first: date = IN_FORCE_FROM, **fields: Any) -> StandardSet:
    """Two standards with three and two items: the first item is essential, the second wants a photo."""
    version = StandardSet.objects.filter(region__code=code).count() + 1
    values = {"region": make.region(code), "name": "建设标准", "version": version}
    made = StandardSet.objects.create(**(values | fields))
    for number, items in enumerate(ITEMS, 1):
        part = standard(made, number)
        for place, (text, evidence, weight, essential) in enumerate(items, 1):
            standard_item(part, place, text=text, evidence=evidence, weight=weight, essential=essential)
    if published:
        published_as(made, "published", first)
    return made


def published_as(made: StandardSet, state: str, first: date = IN_FORCE_FROM, last: date | None = None) -> StandardSet:
    """The set in another state, past its workflow."""
    StandardSet.objects.filter(pk=made.pk).update(state=state, in_force_from=first, in_force_until=last)
    made.refresh_from_db()
    return made


def standard_set_in_force(code: str = "330703") -> StandardSet:
    """The set that the district has, or a new one."""
    return StandardSet.objects.filter(region__code=code, state="published").first() or standard_set(code=code)


def standard(of: StandardSet, number: int = 1, **fields: Any) -> Standard:
    return Standard.objects.create(set=of, number=number, **({"name": f"标准{number}"} | fields))


def standard_item(of: Standard, number: int = 1, **fields: Any) -> StandardItem:
    return StandardItem.objects.create(standard=of, number=number, **({"text": f"第{number}项"} | fields))


def items(of: StandardSet) -> list[StandardItem]:
    """The items of a set in order."""
    return list(StandardItem.objects.filter(standard__set=of).order_by("standard__number", "number"))


# -- inspections --------------------------------------------------------------------------------------------
def inspection(
    at: Center | None = None,
    results: Sequence[str] = (),
    *,
    kind: str = "town",
    on: date | None = None,
    by: User | None = None,
    **fields: Any,
) -> Inspection:
    """With the results of the set's items in order, unknown where they end; all met where none are given."""
    center = at or make.center_of()
    values = {"standard_set": fields.get("standard_set") or standard_set_in_force(), "inspector": by or make.user()}
    made = Inspection.objects.create(center=center, kind=kind, inspected_on=on or timezone.localdate(), **(values | fields))
    rows = items(made.standard_set)
    given = [*results, *["unknown" if results else "met"] * len(rows)]
    InspectionAnswer.objects.bulk_create(
        InspectionAnswer(inspection=made, item=item, result=result) for item, result in zip(rows, given, strict=False)
    )
    return made


def finding(at: Center | None = None, *, state: str = "issued", **fields: Any) -> Finding:
    """A finding in any state, with the dates that the state wants; found at no inspection unless said."""
    today = timezone.localdate()
    values: dict[str, Any] = {"text": f"问题{make.number()}", "issued_on": today, "due_on": today + timedelta(days=21)}
    if state == "extended":
        values["extended_on"] = today
    if state in ("submitted", "verified", "closed"):
        values |= {"note": "已整改", "submitted_at": timezone.now()}
    if state == "closed":
        values["closed_on"] = today
    return Finding.objects.create(center=at or make.center_of(), state=state, **(values | fields))


def picture(at: Center | None = None, *, files: bool = False, **fields: Any) -> Picture:
    """A row; with its two small files where asked for."""
    values = {"source": "inspection", "width": 40, "height": 30, "dhash": make.number(), "small": "s.webp", "large": "l.webp"}
    made = Picture(center=at or make.center_of(), **(values | fields))
    for size in Picture.SIZES if files else ():
        getattr(made, size).save("x.webp", ContentFile(make.photo_bytes("WEBP", (40, 30))), save=False)
    made.save()
    return made


# -- daily work ---------------------------------------------------------------------------------------------
def repair(at: Center | None = None, *, state: str = "reported", **fields: Any) -> RepairTicket:
    """A ticket in any state."""
    now = timezone.now()
    values: dict[str, Any] = {"text": "灯不亮", "place": "大厅", "token_hash": new_secret()[1]}
    if state in ("assigned", "fixed", "confirmed"):
        values["office"] = "物业"
    if state in ("fixed", "confirmed"):
        values |= {"note": "换了灯", "fixed_at": now}
    if state in ("confirmed", "dismissed"):
        values["done_at"] = now
    return RepairTicket.objects.create(center=at or make.center_of(), state=state, **(values | fields))


def feedback(at: Center | None = None, *, state: str = "received", **fields: Any) -> Feedback:
    """What somebody said of a center, for its own region to answer."""
    center = at or make.center_of()
    due = timezone.localdate() + timedelta(days=7)
    values: dict[str, Any] = {"text": "希望晚上也开门", "region": center.region, "token_hash": new_secret()[1], "due_on": due}
    if state in ("assigned", "answered"):
        values["office"] = "社区"
    if state == "answered":
        values |= {"answer": "已延长开放", "answered_at": timezone.now()}
    return Feedback.objects.create(center=center, state=state, **(values | fields))


def appointment(at: Center | None = None, *, state: str = "requested", days: int = 7, opens: time = time(19), **fields: Any) -> Appointment:
    """An hour of an evening that is kept for appointments on days of every kind."""
    center = at or make.center_of()
    for day_type in OpeningHours.DayType.values:
        window = {"closes": time(22), "kind": "appointment"}
        OpeningHours.objects.get_or_create(center=center, day_type=day_type, opens=time(19), defaults=window)
    starts = moment(timezone.localdate() + timedelta(days), opens)
    values: dict[str, Any] = {"starts_at": starts, "ends_at": starts + timedelta(hours=1), "people": 8, "purpose": "排练"}
    if state in ("confirmed", "declined"):
        values |= {"answered_at": timezone.now(), "note": "场地在检修" if state == "declined" else ""}
    asked_by = fields.pop("asked_by", None) or make.user()
    return Appointment.objects.create(center=center, state=state, asked_by=asked_by, **(values | fields))


def matter(at: Center | None = None, title: str = "", **fields: Any) -> Matter:
    values = {"title": title or f"办理事项{make.number()}", "window": "1 号窗口", "papers": "身份证\n户口簿"}
    return Matter.objects.create(center=at or make.center_of(), **(values | fields))


def escalation(of: Any, level: int = 1) -> Escalation:
    """That a finding, a ticket or a piece of feedback was raised to a level."""
    subject = {Finding: "finding", RepairTicket: "repair", Feedback: "feedback"}[type(of)]
    where = of.region if isinstance(of, Feedback) else of.center.region
    return Escalation.objects.create(subject=subject, number=of.pk, level=level, region=where)
