"""One inspection sent twice at once, two leases of one site signed at once, two photos for the last place of a closure."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from accounts.models import User
from centers import inspecting, pictures
from centers.inspecting import Seen
from centers.models import Center, ClosurePhoto, Finding, Inspection, Lease, Picture, UpgradeTask
from centers.workflows.premises import LEASE
from records.models import AuditEntry
from tests import make
from tests.portal.world import enter
from tests.races.together import Meeting, together, without

pytestmark = pytest.mark.django_db(transaction=True)
Owner = psycopg.Connection[Any]


@pytest.fixture(autouse=True)
def calendar(db: None) -> None:
    make.calendar()


# -- an inspection ------------------------------------------------------------------------------------------
def send(center: Center, user: User, number: UUID, seen: dict[int, Seen]) -> tuple[Inspection, bool]:
    return inspecting.record(center, "town", timezone.localdate(), user, number, seen)


def sent_twice(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """A phone sends the same inspection twice; both requests have looked for its number before the first one writes."""
    standards, center, township = make.standard_set(), make.center(), make.officer("township")
    seen = {item.pk: Seen("not_met" if n < 2 else "met") for n, item in enumerate(make.items(standards))}
    rows = type(Inspection.objects.all())
    monkeypatch.setattr(inspecting, "set_for", Meeting(2).after(inspecting.set_for))
    monkeypatch.setattr(rows, "bulk_create", Meeting(2, seconds=2).after(rows.bulk_create))
    return together([partial(send, center, township, uuid4(), seen)] * 2)


def test_an_inspection_sent_twice_at_once_counts_once(monkeypatch: pytest.MonkeyPatch) -> None:
    results = sent_twice(monkeypatch)
    assert sorted(new for _row, new in results) == [False, True]
    assert {row.pk for row, _new in results} == {Inspection.objects.get().pk}
    assert (Finding.objects.count(), Inspection.objects.get().answers.count()) == (2, 5)
    assert AuditEntry.objects.filter(action="centers.add_inspection").count() == 1


def test_without_the_numbers_unique_index_it_counts_twice(monkeypatch: pytest.MonkeyPatch, owner: Owner) -> None:
    with without(owner, "centers_inspection", "centers_inspection_client_uuid_key"):
        results = sent_twice(monkeypatch)
        assert [new for _row, new in results] == [True, True]
        assert Inspection.objects.count() == 2


# -- leases -------------------------------------------------------------------------------------------------
def signed_at_once(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Two officers sign two leases of one site that overlap by a day; both checks have passed before the first one saves."""
    site, today = make.site(), timezone.localdate()
    first = make.lease(site, state="legal_review")
    second = make.lease(site, state="legal_review", starts_on=first.ends_on, ends_on=first.ends_on + timedelta(days=365))
    monkeypatch.setattr(Lease, "full_clean", Meeting(2, seconds=5).after(Lease.full_clean))
    sign = [partial(LEASE.take, row, "sign", by=make.officer("district"), day=today) for row in (first, second)]
    return sorted(said(result) for result in together(sign))


def said(result: Any) -> str:
    return "signed" if isinstance(result, Lease) else "refused" if isinstance(result, ValidationError) else repr(result)


@pytest.mark.parametrize("time", range(3))
def test_of_two_leases_signed_at_once_one_is_refused_in_words(time: int, monkeypatch: pytest.MonkeyPatch) -> None:
    assert signed_at_once(monkeypatch) == ["refused", "signed"]
    assert Lease.objects.filter(state="signed").count() == 1
    assert AuditEntry.objects.filter(action="centers.sign_lease").count() == 1


def test_without_the_exclusion_constraint_both_are_signed(monkeypatch: pytest.MonkeyPatch, owner: Owner) -> None:
    with without(owner, "centers_lease", "lease_no_overlap"):
        assert signed_at_once(monkeypatch) == ["signed", "signed"]


# -- the last photo of a closure ----------------------------------------------------------------------------
def post(user: User, task: UpgradeTask) -> Callable[[], int]:
    client, path = enter(user), f"/desk/tasks/{task.pk}/photos/add/"

    def call() -> int:
        upload = SimpleUploadedFile("a.jpg", make.photo_bytes(), "image/jpeg")
        return int(client.post(path, {"moment": "after", "file": upload}).status_code)

    return call


def last_photo(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Two officers add a third photo; both have found the third place free before the first one saves."""
    task = make.task(make.center())
    for number in (1, 2):
        make.closure_photo(task, "after", number)
    monkeypatch.setattr(pictures, "store", Meeting(2, seconds=5).before(pictures.store))
    return sorted(together([post(make.officer("village"), task), post(make.officer("head"), task)]))


def test_the_last_place_of_a_closure_is_taken_by_one_photo(monkeypatch: pytest.MonkeyPatch, files: Path) -> None:
    assert last_photo(monkeypatch) == [200, 302]
    assert list(ClosurePhoto.objects.order_by("number").values_list("number", flat=True)) == [1, 2, 3]
    assert Picture.objects.count() == 3


def test_the_photo_that_came_second_leaves_no_file(monkeypatch: pytest.MonkeyPatch, files: Path) -> None:
    last_photo(monkeypatch)
    assert sum(path.is_file() for path in files.rglob("*")) == 2


def test_without_the_numbers_unique_constraint_there_are_four(monkeypatch: pytest.MonkeyPatch, files: Path, owner: Owner) -> None:
    with without(owner, "centers_closurephoto", "closure_photo_once"):
        assert last_photo(monkeypatch) == [302, 302]
        assert ClosurePhoto.objects.count() == 4
