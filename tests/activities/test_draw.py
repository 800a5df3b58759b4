"""The lottery as an outsider sees it: recomputed from the published evidence, and nothing in it can be changed unseen."""

import json
import subprocess
import sys
from collections import Counter
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.conf import settings
from django.test import Client
from django.utils import timezone
from hypothesis import given
from hypothesis import settings as bounds
from hypothesis import strategies as st

from accounts.models import User
from activities import draw, lottery, seats
from activities.models import Booking, Intake
from tests import make

SCRIPT = Path(settings.BASE_DIR) / "docs" / "verify_draw.py"
TICKETS = st.lists(st.uuids(version=4).map(str), min_size=1, max_size=30, unique=True)
ENTRIES = TICKETS.flatmap(lambda tickets: st.tuples(*[st.tuples(st.just(t), st.integers(1, 5)) for t in tickets]).map(list))
SEEDS = st.text("0123456789abcdef", min_size=64, max_size=64)


# -- the arithmetic -----------------------------------------------------------------------------------------
@given(ENTRIES, SEEDS, st.integers(1, 40))
@bounds(max_examples=200, deadline=None)
def test_families_stay_whole_and_never_pass_the_capacity(entries: list[tuple[str, int]], seed: str, capacity: int) -> None:
    sizes, result = dict(entries), draw.run(seed, entries, capacity)
    free = capacity - sum(sizes[ticket] for ticket in result.placed)
    assert free >= 0
    assert sorted(result.placed + result.left) == sorted(sizes)
    assert all(sizes[ticket] > free for ticket in result.left)  # nobody who would fit is left out


@given(ENTRIES, SEEDS, st.integers(1, 40), st.randoms())
@bounds(max_examples=100, deadline=None)
def test_the_result_depends_on_nothing_but_the_inputs(entries: list[tuple[str, int]], seed: str, capacity: int, chance: Any) -> None:
    listed = draw.listing(entries)
    mixed = list(entries)
    chance.shuffle(mixed)
    assert draw.listing(mixed) == listed
    assert draw.read(listed) == sorted(entries)
    assert draw.run(seed, mixed, capacity) == draw.run(seed, draw.read(listed), capacity)


@given(ENTRIES, SEEDS, st.integers(1, 40))
@bounds(max_examples=100, deadline=None)
def test_those_left_wait_in_the_drawn_order(entries: list[tuple[str, int]], seed: str, capacity: int) -> None:
    result, ranks = draw.run(seed, entries, capacity), draw.order(seed, dict(entries))
    assert result.left == [ticket for ticket in ranks if ticket in set(result.left)]
    assert result.placed == [ticket for ticket in ranks if ticket in set(result.placed)]


def chi_square(seen: Counter[str], keys: list[str], expected: float) -> float:
    return sum((seen[key] - expected) ** 2 / expected for key in keys)


@pytest.mark.parametrize("size", [1, 2])
def test_the_odds_are_even_for_families_of_one_size(size: int) -> None:
    """3000 numbers, 10 tickets, 3 places. With 9 degrees of freedom more than 33.7 happens once in 10 000 fair draws."""
    tickets = [f"{n:08x}-0000-4000-8000-000000000000" for n in range(10)]
    entries = [(ticket, size) for ticket in tickets]
    seen: Counter[str] = Counter()
    for number in range(3000):
        seen.update(draw.run(draw.seed_of("ab" * 32, draw.sha256(draw.listing(entries)), f"{number:05}"), entries, 3 * size).placed)
    assert sum(seen.values()) == 9000
    assert chi_square(seen, tickets, 900) < 33.7


def test_the_odds_test_finds_an_order_that_is_not_even() -> None:
    tickets = [f"{n:08x}" for n in range(10)]
    seen = Counter(
        ticket for n in range(3000) for ticket in sorted(tickets, key=lambda t: draw.sha256(f"{n}{t}") if t[7] != "3" else "0")[:3]
    )
    assert chi_square(seen, tickets, 900) > 33.7


def test_each_of_the_three_inputs_changes_the_order() -> None:
    tickets = [f"{n:04}" for n in range(50)]
    inputs = [("a", "b", "1"), ("x", "b", "1"), ("a", "y", "1"), ("a", "b", "2")]
    assert len({tuple(draw.order(draw.seed_of(*three), tickets)) for three in inputs}) == 4


# -- the evidence -------------------------------------------------------------------------------------------
def verified(evidence: dict[str, Any], directory: Path) -> subprocess.CompletedProcess[str]:
    """The script, as an outsider runs it: without the portal, without its packages, even with assertions off."""
    file = directory / "evidence.json"
    file.write_text(json.dumps(evidence), encoding="utf-8")
    return subprocess.run([sys.executable, "-I", "-O", str(SCRIPT), str(file)], capture_output=True, text=True, check=False)


def entered(sizes: list[int], capacity: int, **fields: Any) -> tuple[Intake, list[Booking]]:
    """A lottery with families of these sizes; the first booking of each."""
    intake = make.lottery(capacity, **fields)
    rows = []
    for size in sizes:
        parent, children = make.family(size)
        rows.append(seats.book_party(parent, intake.pk, children, wait=True)[0])
    return intake, rows


@pytest.fixture
def evidence(db: None, township: User) -> dict[str, Any]:
    """A drawn lottery's, as anybody fetches it."""
    intake, _rows = entered([1, 2, 1, 3, 1, 2, 1, 1, 2, 1, 1, 1], 8)
    make.drawn(intake, township)
    response = Client().get(f"/draws/{intake.pk}/evidence.json")
    assert response.status_code == 200
    found: dict[str, Any] = response.json()
    placed = {str(party) for party in intake.bookings.filter(state="booked").values_list("party", flat=True)}
    assert placed == set(found["placed"])  # the places were really given so
    assert intake.bookings.filter(state="booked").count() <= 8
    return found


@pytest.mark.django_db
def test_the_script_verifies_what_the_page_offers(evidence: dict[str, Any], tmp_path: Path) -> None:
    done = verified(evidence, tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith(f"verified: {len(evidence['placed'])} of 12 families placed")
    assert len(SCRIPT.read_text(encoding="utf-8").splitlines()) <= 20
    page = Client().get(f"/draws/{evidence['intake']}/").content.decode()
    for text in (evidence["secret"], evidence["list_hash"], evidence["public_number"], *evidence["placed"]):
        assert text in page


def another_secret(found: dict[str, Any]) -> None:
    found["secret"] = "0" * 64


def another_secret_and_commitment(found: dict[str, Any]) -> None:
    found["secret"], found["commitment"] = draw.new_secret()


def one_ticket(found: dict[str, Any]) -> None:
    found["entries"] = found["entries"].replace(found["placed"][0][:8], "00000000")


def one_ticket_and_the_hash(found: dict[str, Any]) -> None:
    one_ticket(found)
    found["list_hash"] = draw.sha256(found["entries"])


def one_family_more(found: dict[str, Any]) -> None:
    found["entries"] += "ffffffff-0000-4000-8000-000000000000 1\n"


def the_number(found: dict[str, Any]) -> None:
    found["public_number"] = "31416"


def the_capacity(found: dict[str, Any]) -> None:
    found["capacity"] = 4


def one_place(found: dict[str, Any]) -> None:
    left = next(line.split()[0] for line in found["entries"].splitlines() if line.split()[0] not in found["placed"])
    found["placed"][0] = left


TAMPERED = [another_secret, another_secret_and_commitment, one_ticket, one_ticket_and_the_hash, one_family_more]
TAMPERED += [the_number, the_capacity, one_place]


@pytest.mark.django_db
def test_whatever_is_changed_is_found(evidence: dict[str, Any], tmp_path: Path) -> None:
    for tamper in TAMPERED:
        changed = json.loads(json.dumps(evidence))
        tamper(changed)
        assert changed != evidence
        done = verified(changed, tmp_path)
        assert done.returncode == 1, tamper.__name__
        assert done.stderr.startswith("the "), tamper.__name__


# -- what becomes of the families ---------------------------------------------------------------------------
@pytest.mark.django_db
def test_a_family_has_all_its_places_or_none(township: User) -> None:
    intake, rows = entered([2, 2, 2, 2], 5)
    make.drawn(intake, township)
    for row in rows:
        assert len(set(Booking.objects.filter(party=row.party).values_list("state", flat=True))) == 1
    assert intake.bookings.filter(state="booked").count() == 4


@pytest.mark.django_db
def test_who_asked_to_wait_waits_in_the_drawn_order_within_the_limit(township: User) -> None:
    intake, _rows = entered([1] * 8, 2, wait_limit=3)
    alone = make.resident()
    seats.book(alone, intake.pk, alone.participant.pk)  # does not ask to wait
    row = make.drawn(intake, township)
    result = draw.run(draw.seed_of(row.secret, row.list_hash, row.public_number), draw.read(row.entries), 2)
    mine = str(intake.bookings.get(participant=alone.participant).party)
    waiting = [str(booking.party) for booking in Booking.objects.queue().filter(intake=intake)]
    assert waiting == [ticket for ticket in result.left if ticket != mine][:3]
    assert Intake.objects.get(pk=intake.pk).waiting == 3
    assert intake.bookings.get(participant=alone.participant).state == ("booked" if mine in result.placed else "not_drawn")
    first = Booking.objects.get(party=waiting[0])
    place = intake.bookings.filter(state="booked").exclude(participant=alone.participant).first()
    assert place is not None
    seats.cancel(township, place)
    first.refresh_from_db()
    assert first.state == "offered"


@pytest.mark.django_db
def test_the_place_of_a_family_that_withdrew_after_closing_goes_to_who_waits(township: User) -> None:
    intake, rows = entered([1, 1], 1, wait_limit=5, cancel_until=timezone.now() + timedelta(days=30))
    with time_machine.travel(make.after_closing(intake), tick=False):
        assert lottery.close(intake.draw)
    with time_machine.travel(make.after_closing(intake, 2), tick=False):
        known = draw.seed_of(intake.draw.secret, draw.sha256(draw.listing((str(row.party), 1) for row in rows)), "31415")
        won, lost = sorted(rows, key=lambda row: draw.sha256(known + str(row.party)))
        seats.cancel(won.booked_by, won)
        drawn = lottery.run(intake.draw, "31415", township)
    won.refresh_from_db()
    lost.refresh_from_db()
    assert len(draw.read(drawn.entries)) == 2  # the list stays as it was closed
    assert (won.state, lost.state) == ("cancelled", "offered")
