"""Children and elders; two parents of one child meet in one row, and never silently."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone

from accounts import families
from accounts.models import Guardianship, Participant, User
from records.models import AuditEntry, Message
from tests import make

pytestmark = pytest.mark.django_db
BIRTHDAY = date(2018, 3, 4)


def add(user: User, **fields: Any) -> Participant:
    values = {"kind": "child", "name": "黄小光", "birthday": BIRTHDAY, "region": make.region()}
    return families.add(user, **(values | fields))


def book(user: User) -> set[int]:
    return set(Participant.objects.allowed(user, "book").values_list("pk", flat=True))


def test_a_resident_who_adds_a_child_is_its_guardian(resident: User) -> None:
    child = add(resident)
    tie = child.guardianships.get()
    assert (tie.user, tie.relation, tie.confirmed_by) == (resident, "parent", resident)
    assert child.pk in book(resident)
    entry = AuditEntry.objects.get(action="accounts.add_participant")
    assert (entry.target_id, entry.region_code) == (child.pk, make.VILLAGE)
    assert "黄小光" not in str(entry.__dict__)


def test_an_elder_is_added_as_ones_parent(resident: User) -> None:
    assert add(resident, kind="elder", birthday=None).guardianships.get().relation == "child"


def test_an_officer_enters_an_elder_without_becoming_a_guardian(village: User) -> None:
    assert not add(village, kind="elder", birthday=None).guardianships.exists()


def test_an_officer_of_another_township_is_a_resident_here(other_township: User) -> None:
    assert add(other_township, kind="elder", birthday=None).guardianships.get().user == other_township


def test_a_child_without_a_birthday_is_not_stored(resident: User) -> None:
    with pytest.raises(ValidationError, match="请填写孩子的出生日期"):
        add(resident, birthday=None)
    assert not Participant.objects.filter(kind="child").exists()


def test_a_second_parent_is_offered_to_join_and_nothing_is_stored(resident: User, neighbour: User) -> None:
    child = add(resident)
    with pytest.raises(families.AlreadyKnown) as caught:
        add(neighbour)
    assert caught.value.participant == child
    assert Participant.objects.filter(kind="child").count() == 1
    assert not Guardianship.objects.filter(user=neighbour).exists()
    assert book(neighbour) == {neighbour.participant.pk}


@pytest.mark.parametrize("other", [{"name": "黄小明"}, {"birthday": date(2018, 3, 5)}, {"separate": True}])
def test_another_child_is_another_row(resident: User, neighbour: User, other: dict[str, Any]) -> None:
    assert add(resident) != add(neighbour, **other)


def test_a_child_of_that_name_in_another_village_is_another_child(resident: User, neighbour: User) -> None:
    assert add(resident) != add(neighbour, region=make.region(make.NEXT_VILLAGE))


def test_asking_to_join_gives_nothing_until_the_first_parent_agrees(resident: User, neighbour: User) -> None:
    child = add(resident)
    tie = families.ask_to_join(neighbour, child, "parent")
    assert child.pk not in book(neighbour)
    told = Message.objects.inbox(resident).get(kind="join")
    assert "黄小光" not in told.subject + told.body
    families.answer_join(resident, tie, agree=True)
    assert child.pk in book(neighbour)
    assert Message.objects.inbox(neighbour).filter(kind="join-answer").count() == 1


def test_a_refusal_ends_the_request(resident: User, neighbour: User) -> None:
    child = add(resident)
    tie = families.ask_to_join(neighbour, child, "parent")
    families.answer_join(resident, tie, agree=False)
    tie.refresh_from_db()
    assert (tie.confirmed_at, tie.valid_until) == (None, timezone.localdate())
    families.answer_join(resident, tie, agree=True)  # the first answer stands
    assert child.pk not in book(neighbour)


def test_one_cannot_confirm_oneself(resident: User, neighbour: User) -> None:
    tie = families.ask_to_join(neighbour, add(resident), "parent")
    with pytest.raises(PermissionDenied):
        families.answer_join(neighbour, tie, agree=True)


@pytest.mark.parametrize(
    ("persona", "may"), [("village", True), ("township", True), ("other_township", False), ("reviewer", False), ("auditor", False)]
)
def test_an_officer_of_the_village_may_answer_after_looking_at_papers(
    resident: User, neighbour: User, persona: str, may: bool, request: pytest.FixtureRequest
) -> None:
    tie = families.ask_to_join(neighbour, add(resident), "parent")
    officer = request.getfixturevalue(persona)
    if may:
        families.answer_join(officer, tie, agree=True)
    else:
        with pytest.raises(PermissionDenied):
            families.answer_join(officer, tie, agree=True)
    assert Guardianship.objects.in_force().filter(pk=tie.pk).exists() is may


def test_a_former_guardian_cannot_answer(resident: User, neighbour: User) -> None:
    child = add(resident)
    tie = families.ask_to_join(neighbour, child, "parent")
    yesterday = timezone.localdate() - timedelta(days=1)
    child.guardianships.filter(user=resident).update(valid_from=yesterday, valid_until=yesterday)
    with pytest.raises(PermissionDenied):
        families.answer_join(resident, tie, agree=True)


def test_asking_twice_is_refused(resident: User, neighbour: User) -> None:
    child = add(resident)
    families.ask_to_join(neighbour, child, "parent")
    with pytest.raises(ValidationError, match="已经提出过申请"):
        families.ask_to_join(neighbour, child, "parent")


def test_ones_own_participant_is_corrected_not_doubled(resident: User) -> None:
    families.self_of(resident, make.region(make.NEXT_VILLAGE), "黄改名")
    row = Participant.objects.get(user=resident)
    assert (row.name, row.region.code, row.phone) == ("黄改名", make.NEXT_VILLAGE, resident.phone)
