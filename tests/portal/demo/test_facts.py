"""The article's table on the demonstration: as of the report's day every figure reads what the report says, each from one query.

And taking one row away moves the figure by that row's share: no figure is written down anywhere.
"""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from activities.models import Brand, Outcome, SharedResource
from centers.models import CandidateSite, Lease, UpgradeTask
from funding.models import LedgerEntry
from portal import facts
from staffing.models import Cadre, CenterManager, Duty, Roster

AS_OF = date(2024, 12, 18)
ARTICLE: dict[str, int | Decimal] = {
    "tasks": 78,
    "sites": 87,
    "lessors": 6,
    "leased-area": Decimal("9265.40"),
    "cadres": 2287,
    "managers": 723,
    "sharing-organisations": 21,
    "shared-area": Decimal("57700.00"),
    "brands": 15,
    "projects-money": 110,
}
AT_LEAST = {"activities": 180, "visits": 110_000}


def read(key: str, day: date = AS_OF) -> Any:
    return facts.BY_KEY[key].read(day)


def test_the_table_reads_what_the_article_says(district: str) -> None:
    assert {key: read(key).value for key in ARTICLE} == ARTICLE
    assert [key for key, least in AT_LEAST.items() if read(key).value < least] == []
    assert set(facts.BY_KEY) >= ARTICLE.keys() | AT_LEAST.keys()


def test_tasks_stand_in_three_batches_and_every_month_holds_180_activities(district: str) -> None:
    batches = read("tasks").parts
    assert len(batches) == 3 and min(part.value for part in batches) >= 15
    assert sum(part.value for part in batches) == 78
    months = read("activities").parts
    assert [part.label for part in months] == [f"2024-{number:02}" for number in range(1, 13)]
    assert min(part.value for part in months) >= 180
    assert read("activities").value == min(part.value for part in months[:11])  # December was not over


@pytest.mark.parametrize("key", facts.BY_KEY)
def test_a_figure_is_one_query(district: str, key: str) -> None:
    with CaptureQueriesContext(connection) as captured:
        read(key)
    assert len(captured) == 1


@pytest.mark.parametrize("key", [*facts.BY_KEY])
def test_the_rows_behind_a_figure_lead_to_it(district: str, key: str) -> None:
    """Counted or added here from what the page lists; a person or an organisation in two places counts once."""
    rows, value = list(facts.BY_KEY[key].rows(AS_OF)), read(key).value
    added = {
        "leased-area": lambda: sum(row.area for row in rows),
        "shared-area": lambda: sum(row.area for row in rows),
        "visits": lambda: sum(row.headcount for row in rows),
        "activities": lambda: min(sum(row.held_on.month == month for row in rows) for month in range(1, 12)),
        "managers": lambda: sum(row.n for row in rows),
        "projects-money": lambda: Decimal(sum(row.amount for row in rows)) / 1_000_000,
    }
    if key == "cadres":
        assert 0 <= sum(row.n for row in rows) - value <= 14  # those with two posts
    else:
        assert added.get(key, lambda: len(rows))() == value


def without_a_task() -> int:
    UpgradeTask.objects.filter(pk=UpgradeTask.objects.all().counted_on(AS_OF).order_by("pk")[0].pk).update(state="void", voided_on=AS_OF)
    return 1


def without_a_site() -> int:
    first = CandidateSite.objects.all().counted_on(AS_OF).order_by("pk")[0]
    CandidateSite.objects.filter(pk=first.pk).update(state="dropped", dropped_on=AS_OF)
    return 1


def without_a_lessor() -> int:
    leases = Lease.objects.all().signed_by(AS_OF)
    leases.filter(organisation=leases.first().organisation).update(state="draft", signed_on=None)  # type: ignore[union-attr]
    return 1


def without_a_lease() -> Decimal:
    lease = Lease.objects.all().signed_by(AS_OF).order_by("pk")[0]
    Lease.objects.filter(pk=lease.pk).update(state="draft", signed_on=None)
    return lease.area  # type: ignore[no-any-return]


def without_a_cadre() -> int:
    who = Cadre.objects.all().rostered(date(2024, 1, 1), AS_OF).order_by("pk")[0]
    gone(Duty.objects.filter(cadre=who))
    return 1


def without_a_manager() -> int:
    CenterManager.objects.filter(pk=CenterManager.objects.order_by("pk")[0].pk).update(valid_until=date(2024, 12, 17))
    return 1


def without_a_sharer() -> int:
    first = SharedResource.objects.all().active(AS_OF).order_by("pk")[0]
    SharedResource.objects.filter(organisation=first.organisation).update(until=date(2024, 12, 17))
    return 1


def without_a_shared_place() -> Decimal:
    first = SharedResource.objects.all().active(AS_OF).order_by("pk")[0]
    SharedResource.objects.filter(pk=first.pk).update(until=date(2024, 12, 17))
    return first.area  # type: ignore[no-any-return]


def least_month() -> int:
    """The month, of those that were over, with the fewest activities."""
    counts = {number: part.value for number, part in enumerate(read("activities").parts[:11], 1)}
    return min(counts, key=lambda number: counts[number])


def without_an_activity() -> int:
    rows = Outcome.objects.filter(held_on__year=2024, held_on__month=least_month())
    gone(Outcome.objects.filter(pk=rows.order_by("pk")[0].pk))
    return 1


def without_its_visits() -> int:
    row = Outcome.objects.filter(held_on__range=(date(2024, 1, 1), AS_OF)).order_by("pk")[0]
    gone(Outcome.objects.filter(pk=row.pk))
    return row.headcount  # type: ignore[no-any-return]


def without_a_brand() -> int:
    Brand.objects.filter(pk=facts.BY_KEY["brands"].rows(AS_OF)[0].pk).update(state="ended")
    return 1


def gone(rows: Any) -> None:
    """Deletes only these rows, as SQL would: whatever hangs on them is checked at the end, which never comes."""
    rows._raw_delete(rows.db)


def without_an_allocation() -> Decimal:
    """The ledger is append-only: the entry is reversed, the day before."""
    entry = facts.BY_KEY["projects-money"].rows(AS_OF).filter(kind="allocation", project__paid=0)[0]
    values = {"book": entry.book, "region": entry.region, "kind": "reversal", "account": "allocation", "amount": -entry.amount}
    values |= {"project": entry.project, "reverses": entry, "reason": "退回", "posted_by": entry.posted_by}
    LedgerEntry.objects.create(**values, posted_on=date(2024, 12, 17))
    return Decimal(entry.amount) / 1_000_000


AWAY: dict[str, Callable[[], int | Decimal]] = {
    "tasks": without_a_task,
    "sites": without_a_site,
    "lessors": without_a_lessor,
    "leased-area": without_a_lease,
    "cadres": without_a_cadre,
    "managers": without_a_manager,
    "sharing-organisations": without_a_sharer,
    "shared-area": without_a_shared_place,
    "activities": without_an_activity,
    "visits": without_its_visits,
    "brands": without_a_brand,
    "projects-money": without_an_allocation,
}


def test_every_figure_is_tried() -> None:
    assert AWAY.keys() == facts.BY_KEY.keys()


@pytest.mark.parametrize("key", AWAY)
def test_one_row_less_moves_the_figure_by_its_share(district: str, key: str) -> None:
    before = read(key).value
    with transaction.atomic():
        share = AWAY[key]()
        after = read(key).value
        transaction.set_rollback(True)
    assert share > 0
    assert before - after == share
    assert read(key).value == before


def test_another_days_roster_does_not_count(district: str) -> None:
    """A cadre stands in the figure by a roster that was posted by then, and by no other."""
    assert read("cadres", date(2024, 9, 30)).value < 2287
    with transaction.atomic():
        Roster.objects.filter(month__year=2024).update(published_at=timezone.now())
        assert read("cadres").value == 0
        transaction.set_rollback(True)


def test_the_page_the_files_and_the_api_show_the_same(district: str) -> None:
    client = Client()
    page = client.get(f"/open-data/?as_of={AS_OF}").content.decode()
    listed = {row["key"]: row for row in client.get(f"/api/v1/facts/?as_of={AS_OF}").json()}
    for words in ("2,287", "9,265.4", "57,700", "示范一批", "2024-11"):
        assert words in page
    assert {key: listed[key]["value"] for key in ARTICLE} == {key: float(value) for key, value in ARTICLE.items()}
    for row in listed.values():
        assert client.get(row["rows_url"].removeprefix("http://testserver")).status_code == 200


def test_no_name_of_a_person_stands_in_public_rows(district: str) -> None:
    """On no page of cadres and managers, nor in their files: only how many there are where."""
    names = set(Cadre.objects.values_list("name", flat=True))
    for key in ("cadres", "managers"):
        fact = facts.BY_KEY[key]
        shown = {str(column.value(row)) for row in fact.rows(AS_OF) for column in fact.columns}
        assert shown & names == set()
