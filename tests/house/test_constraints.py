"""Every named constraint, tried where nothing stands before the database, and by the model's own check."""

from collections.abc import Callable
from contextlib import suppress
from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import IntegrityError, models
from django.utils import timezone, translation

from accounts.models import ConsentRecord, Grant, Guardianship, Organisation, Participant, Region
from activities.models import Activity, Booking, IdempotencyKey, Intake, Meeting
from centers.models import Center, OpeningException, OpeningHours, Photo
from records.models import Message
from tests import make
from tests.house.rows import changed, twin, write
from tests.house.violations_attendance import ATTENDANCE
from tests.house.violations_care import CARE, CARE_TRIGGERS
from tests.house.violations_enrolment import ENROLMENT
from tests.house.violations_funding import FUNDING, FUNDING_TRIGGERS
from tests.house.violations_staffing import STAFFING
from tests.house.violations_standards import STANDARDS
from tests.house.violations_upgrade import UPGRADE
from tests.house.violations_venues import VENUES

pytestmark = pytest.mark.django_db
OURS = ("records", "accounts", "centers", "staffing", "activities", "funding")
NOW = datetime(2026, 11, 23, 12, tzinfo=timezone.get_default_timezone())
DAY = date(2026, 11, 23)


def grant(**fields: Any) -> Grant:
    return Grant(**({"user": make.user(), "role": "cadre", "region": make.region(), "valid_from": DAY} | fields))


def separated() -> models.Model:
    row = make.grant(make.user(), "auditor", make.DISTRICT)
    return grant(user=row.user, role="system_admin", region=row.region, valid_from=row.valid_from)


def participant(**fields: Any) -> Participant:
    return Participant(**({"kind": "elder", "name": "黄", "region": make.region()} | fields))


def consent() -> ConsentRecord:
    return make.consent(make.person(consented=False), make.user())


def center(**fields: Any) -> Center:
    return Center(**({"name": "中心", "level": "town", "region": make.region()} | fields))


def intake(**fields: Any) -> Intake:
    values = {"activity": make.activity(), "capacity": 5, "opens_at": NOW, "closes_at": NOW + timedelta(days=1), "cancel_until": NOW}
    return Intake(**(values | fields))


def overfull() -> models.Model:
    """Two places taken of one that is left."""
    row = make.activity(capacity=2, full=True).intakes.get()
    return changed(row, capacity=1)


def activity(**fields: Any) -> Activity:
    return Activity(**({"center": make.center(), "kind": "care", "title": "托管"} | fields))


def booking(**fields: Any) -> Booking:
    made = make.person()
    values = {"intake": make.activity(capacity=2).intakes.get(), "participant": made, "booked_by": make.user()}
    return Booking(**(values | fields))


def idempotency() -> models.Model:
    row = make.booking(make.activity(capacity=2).intakes.get())
    return twin(IdempotencyKey.objects.create(user=row.booked_by, key="k", body="b", booking=row))


VIOLATIONS: dict[str, Callable[[], models.Model]] = {
    "grant_dates_in_order": lambda: grant(valid_until=DAY - timedelta(days=1)),
    "grant_separated_admins": separated,
    "grant_once": lambda: twin(make.grant(make.user(), "cadre", make.VILLAGE)),
    "region_code_form": lambda: Region(code="12345", name="五位", level="district"),
    "participant_child_has_birthday": lambda: participant(kind="child"),
    "participant_erased_is_empty": lambda: participant(erased_at=NOW),
    "participant_has_name": lambda: participant(name=""),
    "guardianship_once": lambda: twin(make.guardianship(make.user(), make.person())),
    "guardianship_dates_in_order": lambda: Guardianship(
        user=make.user(), participant=make.person(), valid_from=DAY, valid_until=DAY - timedelta(days=1)
    ),
    "consent_once": lambda: twin(consent()),
    "consent_dates_in_order": lambda: changed(row := consent(), withdrawn_at=row.given_at - timedelta(days=1)),
    "organisation_name_once": lambda: twin(make.organisation()),
    "organisation_code_form": lambda: Organisation(name="单位", kind="company", region=make.region(), code="123"),
    "center_name_once": lambda: twin(make.center(), words=None),
    "center_area_positive": lambda: center(area=0),
    "center_point_in_china": lambda: center(latitude=29),
    "service_once": lambda: twin(make.service(make.center())),
    "contact_once": lambda: twin(make.contact(make.center())),
    "hours_in_order": lambda: OpeningHours(center=make.center(), day_type="workday", opens=time(9), closes=time(9)),
    "hours_once": lambda: twin(make.hours(make.center())),
    "exception_days_in_order": lambda: OpeningException(center=make.center(), first_day=DAY, last_day=DAY - timedelta(days=1)),
    "exception_closed_or_hours": lambda: OpeningException(center=make.center(), first_day=DAY, last_day=DAY, closed=False, opens=time(9)),
    "photo_has_size": lambda: Photo(center=make.center(), caption="x", small="a.webp", medium="b.webp", large="c.webp", width=0, height=10),
    "activity_published_is_dated": lambda: activity(state="published"),
    "activity_cancelled_is_dated": lambda: activity(state="cancelled", cancelled_at=NOW),
    "activity_large_has_permit": lambda: activity(state="published", published_at=NOW, expected=1000),
    "activity_price_bounded": lambda: activity(price_fen=10_000_001),
    "intake_seats_within_capacity": overfull,
    "intake_capacity_positive": lambda: intake(capacity=0),
    "intake_times_in_order": lambda: intake(closes_at=NOW),
    "intake_ages_in_order": lambda: intake(min_age=9, max_age=8),
    "intake_family_limit_positive": lambda: intake(family_limit=0),
    "meeting_times_in_order": lambda: Meeting(intake=make.intake(), starts_at=NOW, ends_at=NOW),
    "meeting_once": lambda: twin(make.meeting(make.intake())),
    "booking_one_live": lambda: twin(make.booking(make.activity(capacity=2).intakes.get()), code="ABCDEFGH"),
    "booking_cancelled_is_dated": lambda: booking(state="cancelled"),
    "idempotency_key_once": idempotency,
    "message_once": lambda: twin(make.message(once="x")),
    "message_sent_is_dated": lambda: Message(recipient=make.user(), channel="email", kind="x", subject="x", state="sent"),
    **ENROLMENT,
    **ATTENDANCE,
    **VENUES,
    **CARE,
    **STAFFING,
    **FUNDING,
    **STANDARDS,
    **UPGRADE,
}


#: A validator of the field, or `clean`, says it first, in words of its own.
SAID_EARLIER = {
    *("hours_once", "region_code_form", "organisation_code_form", "intake_capacity_positive", "intake_family_limit_positive"),
    *("intake_offer_hours_bounded", "intake_person_limit_positive"),
    *("standard_pass_percent", "standard_item_weight_positive", "task_budget_not_negative", "lease_rent_not_negative"),
    *("care_has_staff", "poll_choices_positive", "cadre_named", "need_people_range"),
    *("tier_star_range", "tier_threshold_range", "objection_says_who"),
    *("report_percent_range", "report_spent_not_negative", "outcome_headcount_bounded"),
}
#: No form shows these rows.
NEVER_SHOWN = {
    "poll_one_vote",
    "duty_times_in_order",
    "line_star_has_total",
    "idempotency_key_once",
    "message_once",
    "message_sent_is_dated",
    "venue_slot_in_order",
}


TRIGGERS = CARE_TRIGGERS | FUNDING_TRIGGERS


@pytest.mark.parametrize("name", TRIGGERS)
def test_a_trigger_refuses_by_name(name: str) -> None:
    row = TRIGGERS[name]()
    with pytest.raises(IntegrityError) as caught:
        write(row)
    assert caught.value.__cause__.diag.constraint_name == name  # type: ignore[union-attr]


def constraints() -> dict[str, models.BaseConstraint]:
    ours = [m for m in apps.get_models() if m._meta.app_label in OURS]
    return {c.name: c for m in ours for c in m._meta.constraints}


def test_every_constraint_is_tried() -> None:
    assert set(VIOLATIONS) == set(constraints())


@pytest.mark.parametrize("name", VIOLATIONS)
def test_the_database_refuses(name: str) -> None:
    row = VIOLATIONS[name]()
    with pytest.raises(IntegrityError) as caught:
        write(row)
    assert caught.value.__cause__.diag.constraint_name == name  # type: ignore[union-attr]


@pytest.mark.parametrize("name", VIOLATIONS)
def test_the_model_refuses_in_the_constraints_own_words(name: str) -> None:
    row, constraint = VIOLATIONS[name](), constraints()[name]
    with pytest.raises(ValidationError) as caught:
        row.full_clean()
    if name not in SAID_EARLIER | NEVER_SHOWN:
        assert str(constraint.violation_error_message) in caught.value.messages


@pytest.mark.parametrize("name", VIOLATIONS)
def test_a_form_that_leaves_fields_out_can_still_ask(name: str) -> None:
    """Django looks a constraint's condition up among the fields that a form has: one that it can't find must not be an error."""
    row = VIOLATIONS[name]()
    hidden = {field.name for field in row._meta.concrete_fields if not field.editable}
    for exclude in (hidden, hidden | {field.name for field in row._meta.concrete_fields if field.is_relation}):
        with suppress(ValidationError):
            row.full_clean(exclude=exclude)


@pytest.mark.parametrize("name", VIOLATIONS)
def test_a_constraint_that_people_can_meet_speaks_chinese(name: str) -> None:
    assert name in NEVER_SHOWN or str(constraints()[name].violation_error_message).endswith("。")


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_the_words_of_every_constraint_can_be_said(language: str) -> None:
    """Django formats them: a per cent sign would be a fault where somebody should have been told."""
    with translation.override(language):
        assert [name for name, constraint in constraints().items() if not constraint.get_violation_error_message()] == []
