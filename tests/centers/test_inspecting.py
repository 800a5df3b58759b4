"""Recording an inspection: once for each device's number, against the set in force that day, with the findings that follow."""

from datetime import date, timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone

from accounts.models import User
from centers import inspecting
from centers.inspecting import Seen
from centers.models import Center, Finding, Inspection, Picture, StandardItem
from centers.models.standard import next_version
from records.models import AuditEntry, Message
from tests import make

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate()
KINDS = {"village": ["self"], "head": ["self"], "township": ["town"], "district": ["district", "spot"], "reviewer": ["district", "spot"]}


@pytest.fixture
def center(db: None) -> Center:
    make.standard_set()
    return make.center()


def items() -> list[StandardItem]:
    return list(StandardItem.objects.order_by("standard__set", "standard__number", "number"))


def missed(*places: int, **fields: str) -> dict[int, Seen]:
    """Not met at these places of the list, met elsewhere."""
    return {item.pk: Seen("not_met" if n in places else "met", **fields) for n, item in enumerate(items())}


def record(center: Center, by: User, seen: dict[int, Seen] | None = None, kind: str = "town", day: date = TODAY) -> Inspection:
    return inspecting.record(center, kind, day, by, uuid4(), seen or {})[0]


# -- who may make which kind --------------------------------------------------------------------------------
@pytest.mark.parametrize("persona", ["resident", *make.PERSONAS])
def test_the_kind_follows_from_the_level_of_the_right_at_this_center(persona: str, center: Center, request: pytest.FixtureRequest) -> None:
    assert inspecting.kinds_for(request.getfixturevalue(persona), center) == KINDS.get(persona, [])


def test_a_right_elsewhere_is_none_here(center: Center, village: User) -> None:
    make.grant(village, "township_officer", make.OTHER_TOWN)
    assert inspecting.kinds_for(village, center) == ["self"]


def test_a_village_makes_no_inspection_of_a_township(center: Center, village: User) -> None:
    with pytest.raises(ValidationError, match="换一类"):
        record(center, village)


def test_another_township_inspects_nothing_here_and_leaves_nothing_behind(center: Center, other_township: User) -> None:
    with pytest.raises((PermissionDenied, ValidationError)):
        record(center, other_township, missed(0))
    assert not Inspection.objects.exists()
    assert not Finding.objects.exists()
    assert not AuditEntry.objects.filter(action="centers.add_inspection").exists()


# -- once ---------------------------------------------------------------------------------------------------
def test_sent_twice_it_counts_once(center: Center, township: User) -> None:
    number = uuid4()
    first, new = inspecting.record(center, "town", TODAY, township, number, missed(1))
    again, twice = inspecting.record(center, "town", TODAY, township, number, missed(1, 2))
    assert (new, twice, first.pk) == (True, False, again.pk)
    assert (Inspection.objects.count(), Finding.objects.count(), first.answers.count()) == (1, 1, 5)
    assert AuditEntry.objects.filter(action="centers.add_inspection").count() == 1


def test_the_number_of_another_persons_device_is_refused(center: Center, township: User) -> None:
    number = uuid4()
    inspecting.record(center, "town", TODAY, township, number, {})
    with pytest.raises(PermissionDenied):
        inspecting.record(center, "town", TODAY, make.officer("township"), number, {})
    assert Inspection.objects.count() == 1


# -- the day ------------------------------------------------------------------------------------------------
def test_the_set_in_force_on_the_day_is_asked(center: Center, township: User) -> None:
    old = make.items(inspecting.set_for(center, TODAY))[0].standard.set
    new = next_version(old)
    make.published_as(old, "retired", last=TODAY - timedelta(days=11))
    make.published_as(new, "published", first=TODAY - timedelta(days=10))
    assert record(center, township, day=TODAY - timedelta(days=11)).standard_set == old
    assert record(center, township, day=TODAY - timedelta(days=10)).standard_set == new


def test_a_day_without_standards_and_a_day_to_come_are_refused(center: Center, township: User) -> None:
    for day, words in ((date(2019, 12, 31), "还没有施行的标准"), (TODAY + timedelta(days=1), "检查日期还没到")):
        with pytest.raises(ValidationError, match=words):
            record(center, township, day=day)
    assert not Inspection.objects.exists()


def test_what_was_not_answered_is_unknown(center: Center, township: User) -> None:
    made = record(center, township, {items()[0].pk: Seen("met")})
    assert [answer.result for answer in made.answers.all()] == ["met", *["unknown"] * 4]
    assert not Finding.objects.exists()


# -- findings -----------------------------------------------------------------------------------------------
@pytest.mark.parametrize(("persona", "kind", "count"), [("village", "self", 0), ("township", "town", 2), ("reviewer", "spot", 2)])
def test_findings_follow_from_what_others_found(
    persona: str, kind: str, count: int, center: Center, request: pytest.FixtureRequest
) -> None:
    record(center, request.getfixturevalue(persona), missed(0, 3, remark="堆放杂物"), kind)
    assert [f.text for f in Finding.objects.order_by("id")] == ["消防通道畅通：堆放杂物", "公开开放时间：堆放杂物"][:count]


def test_a_finding_knows_where_it_comes_from_and_the_village_hears(center: Center, township: User, village: User) -> None:
    made = record(center, township, missed(0))
    finding = Finding.objects.get()
    assert (finding.inspection, finding.item, finding.issued_by, finding.issued_on) == (made, items()[0], township, TODAY)
    assert finding.due_on > TODAY
    assert Message.objects.inbox(village).get().link == f"/desk/findings/{finding.pk}/"
    assert AuditEntry.objects.filter(action="centers.add_finding", target_id=finding.pk).exists()


@pytest.mark.parametrize("state", ["issued", "submitted", "verified", "returned"])
def test_what_is_still_open_is_not_issued_twice(state: str, center: Center, township: User) -> None:
    make.finding(center, state=state, item=items()[0])
    record(center, township, missed(0))
    assert Finding.objects.count() == 1


def test_what_was_closed_before_is_recognised_as_a_repeat(center: Center, township: User) -> None:
    before = make.finding(center, state="closed", item=items()[0])
    record(center, township, missed(0, 1))
    again, fresh = Finding.objects.exclude(pk=before.pk).order_by("id")
    assert (again.repeats, fresh.repeats) == (before, None)


def test_the_same_item_of_a_newer_set_is_a_repeat_too(center: Center, township: User) -> None:
    before = make.finding(center, state="closed", item=items()[0])
    old = before.item.standard.set
    new = next_version(old)
    make.published_as(old, "retired", last=TODAY - timedelta(days=1))
    make.published_as(new, "published", first=TODAY)
    inspecting.record(center, "town", TODAY, township, uuid4(), {make.items(new)[0].pk: Seen("not_met")})
    assert Finding.objects.exclude(pk=before.pk).get().repeats == before


def test_another_centers_finding_is_no_repeat(center: Center, township: User) -> None:
    make.finding(make.center(make.NEXT_VILLAGE), item=items()[0])
    record(center, township, missed(0))
    assert Finding.objects.get(center=center).repeats is None


# -- photos -------------------------------------------------------------------------------------------------
def stored(files: Path) -> int:
    return sum(path.is_file() for path in files.rglob("*"))


def test_a_photo_is_kept_only_where_the_item_asks_for_one(center: Center, township: User, files: Path) -> None:
    looked, photographed = items()[:2]
    raw = make.photo_bytes()
    made = record(center, township, {looked.pk: Seen("met", photo=raw), photographed.pk: Seen("not_met", photo=raw)})
    picture = Picture.objects.get()
    assert (made.answers.exclude(photo=None).get().photo, picture.source, stored(files)) == (picture, "inspection", 2)
    assert Finding.objects.get().before == picture


@pytest.mark.parametrize("last", [b"no picture at all", make.photo_bytes()[:200]])
def test_a_wrong_photo_leaves_nothing_half_done(last: bytes, center: Center, township: User, files: Path) -> None:
    good, wrong = items()[1], items()[4]
    with pytest.raises(ValidationError):
        record(center, township, {good.pk: Seen("not_met", photo=make.photo_bytes()), wrong.pk: Seen("met", photo=last)})
    assert not Inspection.objects.exists()
    assert not Picture.objects.exists()
    assert not Finding.objects.exists()
    assert stored(files) == 0


def test_a_result_that_is_none_leaves_nothing_half_done(center: Center, township: User, files: Path) -> None:
    first, last = items()[1], items()[4]
    with pytest.raises(ValidationError):
        record(center, township, {first.pk: Seen("met", photo=make.photo_bytes()), last.pk: Seen("perhaps")})
    assert not Inspection.objects.exists()
    assert stored(files) == 0
