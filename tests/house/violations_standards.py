"""One row for each named constraint of standards, inspections and daily work that breaks this constraint alone."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from django.db import models
from django.utils import timezone

from centers.models import Appointment, Feedback, Finding, Picture, RepairTicket, StandardItem, StandardSet
from tests import make
from tests.house.rows import changed, twin

DAY = date(2026, 11, 23)


def standard_set(**fields: Any) -> StandardSet:
    return StandardSet(**({"region": make.region(make.DISTRICT), "name": "标准", "version": 9} | fields))


def item(**fields: Any) -> StandardItem:
    part = make.standard(make.standard_set(published=False), 9)
    return StandardItem(**({"standard": part, "number": 1, "text": "有无障碍坡道"} | fields))


def answer() -> models.Model:
    return twin(make.inspection().answers.first())


def finding(**fields: Any) -> Finding:
    return Finding(**({"center": make.center(), "text": "灯不亮", "issued_on": DAY, "due_on": DAY} | fields))


def repair(**fields: Any) -> RepairTicket:
    return RepairTicket(**({"center": make.center(), "text": "灯不亮", "due_at": timezone.now()} | fields))


def feedback(**fields: Any) -> Feedback:
    values = {"region": make.region(), "text": "好", "token_hash": "0" * 64, "due_on": DAY}
    return Feedback(**(values | fields))


def appointment(minutes: int = 60, **fields: Any) -> Appointment:
    """Beside one that the center has, so that there is a window to ask in."""
    there = make.appointment(state="cancelled")
    values = {"center": there.center, "starts_at": there.starts_at, "ends_at": there.starts_at + timedelta(minutes=minutes)}
    row = Appointment(**(values | {"purpose": "排练", "people": 8, "asked_by": make.user()} | fields))
    row.fill()
    return row


def unsized() -> Picture:
    row = make.picture()
    return changed(row, width=0)


STANDARDS: dict[str, Callable[[], models.Model]] = {
    "standard_version_once": lambda: twin(make.standard_set(published=False)),
    "standard_published_is_dated": lambda: standard_set(in_force_from=DAY),
    "standard_dates_in_order": lambda: standard_set(in_force_from=DAY, in_force_until=DAY - timedelta(days=1), state="retired"),
    "standard_pass_percent": lambda: standard_set(pass_percent=101),
    "standard_one_in_force": lambda: changed(twin(make.standard_set()), version=9),
    "standard_number_once": lambda: twin(make.standard(make.standard_set(published=False), 9)),
    "standard_item_number_once": lambda: twin(make.standard_item(make.standard(make.standard_set(published=False), 9))),
    "standard_item_weight_positive": lambda: item(weight=0),
    "standard_item_threshold_positive": lambda: item(threshold=0),
    "answer_once": answer,
    "finding_closed_is_dated": lambda: finding(state="closed"),
    "finding_due_after_issue": lambda: finding(due_on=DAY - timedelta(days=1)),
    "finding_extended_is_dated": lambda: finding(state="extended"),
    "repair_done_is_dated": lambda: repair(state="dismissed"),
    "repair_fixed_is_dated": lambda: repair(state="fixed"),
    "escalation_once": lambda: twin(make.escalation(make.finding())),
    "feedback_answered_by_an_office": lambda: feedback(state="answered", answer="已办", answered_at=timezone.now()),
    "appointment_times_in_order": lambda: appointment(-1),
    "appointment_at_most_four_hours": lambda: appointment(241),
    "appointment_people_range": lambda: appointment(people=51),
    "appointment_answered_is_dated": lambda: appointment(answered_at=timezone.now()),
    "appointment_declined_says_why": lambda: appointment(state="declined", answered_at=timezone.now()),
    "appointment_one_live": lambda: twin(make.appointment()),
    "appointment_no_overlap": lambda: twin(make.appointment(state="confirmed"), asked_by_id=make.user().pk),
    "matter_once": lambda: twin(make.matter(), words=None),
    "picture_has_size": unsized,
}
