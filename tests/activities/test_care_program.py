"""What makes an activity a term of childcare: its class, its ages, the papers of care for the under-threes."""

from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.models import User
from activities.models import Activity, CareProgram, Intake
from activities.workflows.activity import ACTIVITY
from tests import make

pytestmark = pytest.mark.django_db


def early(**fields: Any) -> CareProgram:
    program = make.care_program(published=False)
    Intake.objects.filter(activity=program.activity).update(min_age=2, max_age=3)
    make.meeting(program.activity.intakes.get())
    CareProgram.objects.filter(pk=program.pk).update(kind="early", **fields)
    return CareProgram.objects.get(pk=program.pk)


FILED: dict[str, Any] = {"filing_no": "托备 1 号", "floor": 1, "checked_on": timezone.localdate()}


@pytest.mark.parametrize(("missing", "words"), [("filing_no", "备案号"), ("floor", "几楼"), ("checked_on", "犯罪记录")])
def test_under_three_without_its_papers_is_not_published(village: User, missing: str, words: str) -> None:
    row = early(**{name: value for name, value in FILED.items() if name != missing})
    with pytest.raises(ValidationError, match=words):
        ACTIVITY.take(row.activity, "publish", by=village)


def test_under_three_with_its_papers_is_published(village: User) -> None:
    row = early(**FILED)
    assert ACTIVITY.take(row.activity, "publish", by=village).state == "published"


def test_raw_sql_does_not_publish_under_three_without_filing() -> None:
    row = early(floor=1)
    with pytest.raises(IntegrityError, match="under-three"), transaction.atomic():
        Activity.objects.filter(pk=row.activity_id).update(state="published", published_at=timezone.now())


def test_under_three_under_another_name_is_not_published(village: User) -> None:
    for ages in ({"min_age": 1, "max_age": 2}, {"min_age": 0, "max_age": 3}, {}):
        activity = make.activity(published=False, kind="care")
        make.meeting(make.intake(activity, **ages))
        with pytest.raises(ValidationError, match="3 岁以下托育"):
            ACTIVITY.take(activity, "publish", by=village)


def test_a_published_activity_does_not_become_one_for_the_under_threes() -> None:
    intake = make.intake(make.activity(kind="care"), min_age=3)
    intake.min_age = 1
    with pytest.raises(ValidationError, match="3 岁以下托育"):
        intake.full_clean()


def test_a_program_stays_with_its_activity() -> None:
    program = make.care_program()
    program.activity = make.activity(kind="care")
    with pytest.raises(ValidationError, match="不能换到别的活动"):
        program.full_clean()


@pytest.mark.parametrize(
    ("changes", "words"), [({"capacity": 41}, "最多 40"), ({"min_age": None}, "最小年龄"), ({"min_age": 2}, "最小年龄")]
)
def test_a_class_has_forty_at_most_and_an_age(changes: dict[str, Any], words: str) -> None:
    intake = make.care_program().activity.intakes.get()
    for name, value in changes.items():
        setattr(intake, name, value)
    with pytest.raises(ValidationError, match=words):
        intake.full_clean()


def test_the_ratio_counts_those_enrolled() -> None:
    program = make.care_program(staff=1)
    intake = program.activity.intakes.get()
    for _n in range(3):
        make.booking(intake)
    program = CareProgram.objects.get()
    assert (program.ratio, program.stretched) == (3, False)


def test_a_term_of_childcare_stays_childcare() -> None:
    activity = make.care_program().activity
    activity.kind = Activity.Kind.CULTURE
    with pytest.raises(ValidationError, match="托管照护"):
        activity.full_clean()
