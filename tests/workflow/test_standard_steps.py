"""A standard set: edited as a draft, published for good, retired by the next version."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from accounts.models import User
from centers.models import Standard, StandardItem, StandardSet
from centers.models.standard import next_version
from centers.workflows.standard import STANDARDS
from records.models import AuditEntry
from tests import make
from tests.workflow.grid import DISTRICT, REASON, EveryStep, Grid

pytestmark = pytest.mark.django_db
S = StandardSet.State
TODAY = timezone.localdate()


def row(state: str, step: str, user: User, code: str) -> StandardSet:
    made = make.standard_set(published=state == S.PUBLISHED, code=code)
    if state == S.RETIRED:
        make.published_as(made, S.RETIRED, make.date(2010, 1, 1), make.date(2010, 12, 31))
    return made


class TestEveryStep(EveryStep):
    grid = Grid(
        STANDARDS,
        {"publish": ((S.DRAFT,), S.PUBLISHED, ("day",)), "retire": ((S.PUBLISHED,), S.RETIRED, ("day",))},
        {"publish": DISTRICT, "retire": DISTRICT},
        row,
        {"publish": {"day": TODAY}, "retire": {"day": TODAY}},
        code=make.DISTRICT,
        outside="330702",
    )


def test_a_set_with_an_empty_standard_is_not_published_and_the_standard_is_named(district: User) -> None:
    draft = make.standard_set(published=False)
    make.standard(draft, 3, name="运维管理")
    with pytest.raises(ValidationError, match="还空着：运维管理"):
        STANDARDS.take(draft, "publish", by=district, day=TODAY)


def test_a_set_without_standards_is_not_published(district: User) -> None:
    draft = make.standard_set(published=False)
    Standard.objects.filter(set=draft).delete()
    with pytest.raises(ValidationError, match="至少要有一项"):
        STANDARDS.take(draft, "publish", by=district, day=TODAY)


def test_publishing_a_set_retires_the_one_before_on_the_eve(district: User) -> None:
    before, draft = make.standard_set(), make.standard_set(published=False)
    STANDARDS.take(draft, "publish", by=district, day=TODAY, reason=REASON)
    before.refresh_from_db()
    assert (before.state, before.in_force_until) == (S.RETIRED, TODAY - timedelta(days=1))
    assert StandardSet.objects.all().in_force(TODAY, make.VILLAGE) == draft
    assert StandardSet.objects.all().in_force(TODAY - timedelta(days=1), make.VILLAGE) == before
    assert AuditEntry.objects.filter(action="centers.retire_standardset", target_id=before.pk).exists()


@pytest.mark.parametrize("days", [0, 1])
def test_a_new_version_begins_after_the_one_before(days: int, district: User) -> None:
    before, draft = make.standard_set(first=TODAY), make.standard_set(published=False)
    with pytest.raises(ValidationError, match="要晚于上一版"):
        STANDARDS.take(draft, "publish", by=district, day=TODAY - timedelta(days=days))
    before.refresh_from_db()
    assert before.state == S.PUBLISHED


def test_another_districts_set_is_left_alone(district: User) -> None:
    other = make.standard_set(code="330702")
    STANDARDS.take(make.standard_set(published=False), "publish", by=district, day=TODAY)
    other.refresh_from_db()
    assert other.state == S.PUBLISHED


@pytest.mark.parametrize("state", ["published", "retired"])
def test_a_published_set_and_its_parts_take_no_change(state: str, district: User) -> None:
    made = row(state, "", district, make.DISTRICT)
    assert not StandardSet.objects.all().allowed(district, "change").exists()
    assert not StandardSet.objects.all().allowed(district, "delete").exists()
    for part in (made.standards.first(), make.items(made)[0]):
        part.origin = "named"
        with pytest.raises(ValidationError, match="已经发布，不能再改"):
            part.full_clean()


def test_a_draft_is_the_districts_alone_until_it_is_published(township: User, district: User) -> None:
    draft = make.standard_set(published=False)
    for model, count in ((StandardSet, 1), (Standard, 2), (StandardItem, 5)):
        assert not model.objects.all().allowed(township, "view").exists()
        assert model.objects.all().allowed(district, "view").count() == count
    STANDARDS.take(draft, "publish", by=district, day=TODAY)
    assert StandardSet.objects.all().allowed(township, "view").get() == draft
    assert StandardItem.objects.all().allowed(township, "view").count() == 5


def test_a_new_version_is_a_draft_with_everything_of_the_old(district: User) -> None:
    old = make.standard_set(note="说明", pass_percent=75)
    new = next_version(old)
    assert (new.state, new.version, new.note, new.pass_percent, new.in_force_from) == (S.DRAFT, old.version + 1, "说明", 75, None)
    fields = ("number", "text", "evidence", "weight", "essential")
    assert [[getattr(i, f) for f in fields] for i in make.items(new)] == [[getattr(i, f) for f in fields] for i in make.items(old)]
    assert len(make.items(old)) == 5
    assert {i.pk for i in make.items(new)}.isdisjoint(i.pk for i in make.items(old))
