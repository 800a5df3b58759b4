"""For ``test_constraints``: rows of childcare, the column, brands and polls that the database shall refuse."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.db import models
from django.utils import timezone

from activities.models import CareProgram, DigestItem, Handover, PollOption, PollVoter
from tests import make
from tests.house.rows import changed, twin


def program(**fields: object) -> CareProgram:
    return changed(make.care_program(), **fields)


def day(**fields: object) -> Handover:
    """A child that was collected."""
    meeting = make.care_class()
    made = make.handover(make.enrolled(meeting), meeting, out_at=timezone.now())
    return changed(made, **fields)


def column(**fields: Any) -> models.Model:
    return changed(make.digest(), **fields)


def voted_twice() -> models.Model:
    poll = make.poll()
    PollVoter.objects.create(poll=poll, digest="x")
    return PollVoter(poll=poll, digest="x")


CARE: dict[str, Callable[[], models.Model]] = {
    "care_days_in_order": lambda: program(ends_on=timezone.localdate() - timedelta(60)),
    "care_has_staff": lambda: program(staff=0),
    "care_early_floor": lambda: program(kind="early", filing_no="1", floor=4),
    "picker_once": lambda: twin(make.picker()),
    "picker_dates_in_order": lambda: changed(make.picker(), ended_at=timezone.now() - timedelta(days=1)),
    "handover_times_in_order": lambda: day(out_at=timezone.now() - timedelta(days=1)),
    "handover_has_one_collector": lambda: day(taken_by="邻居 王"),
    "digest_once": lambda: twin(make.digest()),
    "digest_month_first_day": lambda: column(month=timezone.localdate().replace(day=2)),
    "digest_published_is_checked": lambda: column(state="published"),
    "digest_two_persons": lambda: changed(row := make.digest(state="published"), checked_by=row.edited_by),
    "digest_item_says_something": lambda: DigestItem(digest=make.digest(), kind="words"),
    "roadshow_once": lambda: twin(make.roadshow()),
    "brand_name_once": lambda: twin(make.brand()),
    "brand_recognised_is_dated": lambda: changed(make.brand(), state="recognised"),
    "poll_times_in_order": lambda: changed(row := make.poll(state="draft"), closes_at=row.opens_at),
    "poll_choices_positive": lambda: changed(make.poll(state="draft"), choices=0),
    "poll_title_once": lambda: twin(make.poll()),
    "poll_option_once": lambda: twin(make.poll(state="draft").options.first()),
    "poll_one_vote": voted_twice,
}


def unfiled() -> models.Model:
    """A published program that becomes one for the under-threes without its number."""
    return program(kind="early", floor=1)


def added_to_an_announced_poll() -> models.Model:
    return PollOption(poll=make.poll(), title="后来的")


#: Refused by triggers, which name them.
CARE_TRIGGERS: dict[str, Callable[[], models.Model]] = {
    "care_early_is_filed": unfiled,
    "poll_option_frozen": added_to_an_announced_poll,
    "digest_item_frozen": lambda: DigestItem(digest=make.digest(state="checking"), kind="words", text="后来的"),
}
