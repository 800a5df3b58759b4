"""One row for each named constraint of standards, inspections and daily work that breaks this constraint alone."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from django.db import models
from django.utils import timezone

from centers.models import Feedback, Finding, Picture, RepairTicket, StandardItem, StandardSet
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
    "matter_once": lambda: twin(make.matter(), words=None),
    "picture_has_size": unsized,
}
