"""Compliance from inspections: unknown and not applicable stay out, essential items decide, others count before a self-check."""

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from centers import compliance
from centers.models import Center, Inspection, InspectionAnswer
from tests import make

pytestmark = pytest.mark.django_db
DAY = date(2026, 6, 15)
#: The weights of the factory's five items; the first is essential. The line is 80 %.
WEIGHTS = (3, 1, 1, 2, 1)
MET, NOT, NA, UNKNOWN = "met", "not_met", "na", "unknown"


def standing(results: list[str], **fields: Any) -> compliance.Standing:
    made = make.inspection(make.center_of(), results, on=DAY, **fields)
    return compliance.standings_of([made])[made.center_id]


# -- one inspection -----------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("results", "rate", "reached"),
    [
        ([MET] * 5, 100.0, True),
        ([MET, MET, MET, MET, NOT], 87.5, True),
        ([MET, MET, MET, NOT, MET], 75.0, False),
        ([MET, NA, UNKNOWN, MET, NOT], 83.3, True),  # 5 of 6
        ([MET, UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN], 100.0, True),
        ([NOT, MET, MET, MET, MET], 62.5, False),
        ([UNKNOWN, MET, MET, MET, MET], 100.0, False),  # essential, and nobody saw it
        ([NA, MET, MET, MET, MET], 100.0, True),
        ([NA, NA, UNKNOWN, UNKNOWN, UNKNOWN], None, False),
        ([NOT] * 5, 0.0, False),
    ],
)
def test_the_rate_counts_what_was_met_or_missed_and_an_essential_item_decides(results: list[str], rate: float, reached: bool) -> None:
    found = standing(results)
    assert (found.rate, found.reached) == (rate, reached)


def test_the_line_is_reached_exactly_at_its_number() -> None:
    exactly = make.standard_set(pass_percent=75)
    assert standing([MET, MET, MET, NOT, MET], standard_set=exactly).reached


def test_an_essential_item_missed_is_below_standard_however_high_the_rate() -> None:
    assert not standing([NOT, MET, MET, MET, MET], standard_set=make.standard_set(pass_percent=50)).reached


def test_each_answer_is_counted_under_its_own_name() -> None:
    found = standing([MET, NOT, NA, UNKNOWN, MET])
    assert (found.met, found.not_met, found.not_applicable, found.unknown) == (2, 1, 1, 1)
    assert (found.weight_met, found.weight_counted, found.essential_open) == (4, 5, 0)


def test_what_is_missing_names_essential_items_first() -> None:
    found = standing([UNKNOWN, NOT, MET, NA, NOT])
    assert [answer.item.text for answer in compliance.missing(found)] == ["消防通道畅通", "门头标识统一", "值班安排上墙"]


# -- which inspection counts --------------------------------------------------------------------------------
def counting(*visits: tuple[str, int]) -> str | None:
    """Of (kind, days before the day) the kind that counts, with its days."""
    center = make.center(name=f"中心{make.number()}")
    for kind, days in visits:
        make.inspection(center, kind=kind, on=DAY - timedelta(days=days))
    found = compliance.standing(center, DAY)
    return f"{found.kind} {(DAY - found.inspected_on).days}" if found else None


@pytest.mark.parametrize("kind", ["town", "district", "spot"])
def test_others_within_a_year_count_before_a_later_self_check(kind: str) -> None:
    assert counting((kind, 365), ("self", 1)) == f"{kind} 365"


def test_a_self_check_counts_where_others_have_not_come_within_a_year() -> None:
    assert counting(("town", 366), ("self", 300)) == "self 300"
    assert counting(("self", 900)) == "self 900"


def test_others_who_came_more_than_a_year_ago_count_no_more() -> None:
    assert counting(("town", 400), ("self", 500)) == "self 500"


def test_the_latest_of_others_counts_whatever_its_kind() -> None:
    assert counting(("district", 100), ("town", 20), ("spot", 60)) == "town 20"


def test_what_is_inspected_later_says_nothing_of_the_day() -> None:
    assert counting(("town", 30), ("town", -1)) == "town 30"
    assert counting(("town", -1)) is None


def test_of_two_on_one_day_the_one_recorded_last_counts() -> None:
    center = make.center()
    make.inspection(center, [NOT], on=DAY)
    last = make.inspection(center, on=DAY)
    found = compliance.standing(center, DAY)
    assert found
    assert found.inspection == last.pk


def test_a_center_never_inspected_has_no_standing() -> None:
    assert compliance.standing(make.center(), DAY) is None


# -- many centers -------------------------------------------------------------------------------------------
def district() -> Any:
    """多湖: its own center up to standard, one village below, one never inspected; 孝顺: one village up to standard."""
    town, below, never = make.center(make.TOWN), make.center(make.VILLAGE), make.center(make.NEXT_VILLAGE)
    other = make.center(make.OTHER_VILLAGE)
    make.inspection(town, [MET] * 5, on=DAY)
    make.inspection(below, [MET, MET, MET, NOT, UNKNOWN], on=DAY)
    make.inspection(other, [MET, MET, MET, MET, NOT], on=DAY)
    return Center.objects.filter(pk__in=[town.pk, below.pk, never.pk, other.pk])


def test_each_townships_share_and_the_districts_sum() -> None:
    shares = compliance.by_town(district(), DAY)
    assert [(s.key, s.centers, s.inspected, s.reached) for s in shares] == [
        (make.TOWN, 3, 2, 1),
        (make.OTHER_TOWN, 1, 1, 1),
        ("", 4, 3, 2),
    ]
    assert [s.name for s in shares[:2]] == [make.names()[make.TOWN], make.names()[make.OTHER_TOWN]]
    assert [s.rate for s in shares] == [86.7, 87.5, 87.0]  # 13 of 15, 7 of 8, 20 of 23


def test_each_standards_share_is_of_the_centers_inspected() -> None:
    found = compliance.by_standard(district(), DAY)
    assert [(s.key, s.centers, s.inspected, s.reached, s.weight_met, s.weight_counted) for s in found] == [
        ("1", 3, 3, 3, 15, 15),
        ("2", 3, 3, 1, 5, 8),
    ]


def test_a_standard_of_which_nothing_was_seen_is_not_inspected_and_not_reached() -> None:
    center = make.center()
    make.inspection(center, [MET, MET, MET, NA, UNKNOWN], on=DAY)
    first, second = compliance.by_standard(Center.objects.all(), DAY)
    assert (first.inspected, first.reached) == (1, 1)
    assert (second.inspected, second.reached, second.rate) == (0, 0, None)


def test_over_time_each_month_stands_as_it_was_at_its_end() -> None:
    center = make.center()
    make.inspection(center, [NOT], on=date(2025, 3, 31))
    make.inspection(center, on=date(2025, 5, 1))
    found = compliance.over_time(Center.objects.all(), [date(2025, month, 1) for month in (2, 3, 4, 5)])
    assert [(month.month, share.inspected, share.reached) for month, share in found] == [(2, 0, 0), (3, 1, 0), (4, 1, 0), (5, 1, 1)]


def test_standings_take_two_queries_however_many_centers(django_assert_num_queries: Any) -> None:
    centers = district()
    with django_assert_num_queries(2):
        assert len(compliance.standings(centers, DAY)) == 3


# -- properties ---------------------------------------------------------------------------------------------
RESULTS = st.lists(st.sampled_from([MET, NOT, NA, UNKNOWN]), min_size=5, max_size=5)
FACTS = ("rate", "reached", "met", "not_met", "unknown", "not_applicable", "essential_open")


class Properties(TestCase):
    """Of one center with answers in any order."""

    def answered(self, results: list[str], order: list[int]) -> compliance.Standing:
        made = make.inspection(make.center_of(), on=DAY)
        InspectionAnswer.objects.filter(inspection=made).delete()
        items = make.items(made.standard_set)
        for n in order:
            InspectionAnswer.objects.create(inspection=made, item=items[n], result=results[n])
        return compliance.standings_of(Inspection.objects.filter(pk=made.pk).select_related("standard_set"))[made.center_id]

    @settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
    @given(RESULTS, st.permutations(range(5)))
    def test_the_order_of_answers_never_matters(self, results: list[str], order: list[int]) -> None:
        one, other = self.answered(results, [0, 1, 2, 3, 4]), self.answered(results, order)
        assert [getattr(one, name) for name in FACTS] == [getattr(other, name) for name in FACTS]

    @settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
    @given(RESULTS, st.integers(0, 4))
    def test_mending_what_is_missed_never_lowers_the_rate(self, results: list[str], n: int) -> None:
        missed = [*results[:n], NOT, *results[n + 1 :]]
        before, after = self.answered(missed, [0, 1, 2, 3, 4]), self.answered([*missed[:n], MET, *missed[n + 1 :]], [0, 1, 2, 3, 4])
        assert before.rate is not None
        assert after.rate is not None
        assert after.rate > before.rate
        assert after.reached >= before.reached

    @settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
    @given(RESULTS)
    def test_the_rate_is_the_weights_met_of_the_weights_seen(self, results: list[str]) -> None:
        met = sum(w for w, r in zip(WEIGHTS, results, strict=True) if r == MET)
        seen = sum(w for w, r in zip(WEIGHTS, results, strict=True) if r in (MET, NOT))
        assert self.answered(results, [0, 1, 2, 3, 4]).rate == (round(100 * met / seen, 1) if seen else None)


def test_many_days_at_once_say_what_each_day_says() -> None:
    """``standings_over`` chooses in memory what ``latest`` chooses in SQL."""
    first, second = make.center_of(), make.center_of(make.OTHER_VILLAGE)
    for center, days, kind in ((first, 700, "town"), (first, 100, "self"), (first, 40, "town"), (first, 40, "spot"), (second, 500, "self")):
        make.inspection(center, [MET, NOT, MET], on=DAY - timedelta(days=days), kind=kind)
    days = [DAY - timedelta(days=back) for back in (0, 39, 41, 120, 400, 800)]
    found = compliance.standings_over(Center.objects.all(), days)
    assert found == {day: compliance.standings(Center.objects.all(), day) for day in days}
    assert found[days[-1]] == {} and len(found[DAY]) == 2
