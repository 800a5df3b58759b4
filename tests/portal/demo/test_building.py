"""The demonstration's building year: the figures that the district's report names, each a query over many unequal rows."""

from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Count, Max, Sum

from centers.models import (
    CandidateSite,
    CycleRun,
    Finding,
    Inspection,
    Lease,
    MonthSnapshot,
    PlacementApplication,
    ProgressReport,
    Sign,
    SnapshotLine,
    StandardSet,
    UpgradeTask,
)
from portal import integrity

AS_OF = date(2024, 12, 18)


def largest_share(rows: Any, name: str, by: str = "pk") -> float:
    """The largest group's part of a sum."""
    groups = rows.values(by).annotate(part=Sum(name)).values_list("part", flat=True)
    return float(max(groups) / sum(groups))


def test_78_tasks_in_three_batches(district: str) -> None:
    tasks = UpgradeTask.objects.counted()
    assert tasks.count() == 78
    batches = dict(tasks.order_by().values_list("batch").annotate(n=Count("pk")))
    assert set(batches) == set(UpgradeTask.Batch.values) and min(batches.values()) >= 15
    assert UpgradeTask.objects.filter(state="void").count() == 2
    assert largest_share(tasks, "budget_fen") < 0.25
    assert tasks.filter(closed_on__lte=AS_OF).count() >= 30


def test_87_sites_of_three_modes(district: str) -> None:
    sites = CandidateSite.objects.counted()
    assert sites.count() == 87
    assert set(sites.values_list("mode", flat=True)) == {"vacate", "lease", "build"}
    assert largest_share(sites, "area") < 0.25


def test_leases_with_six_organisations_over_9265_4_square_metres(district: str) -> None:
    leases = Lease.objects.all().signed_by(AS_OF)
    assert leases.values("organisation").distinct().count() == 6
    assert leases.aggregate(area=Sum("area"))["area"] == Decimal("9265.40")
    assert largest_share(leases, "area") < 0.25 and largest_share(leases, "area", "organisation") < 0.25
    assert {lease.expiring for lease in Lease.objects.filter(state="signed")} >= {30, 90}


def test_every_township_has_inspections_findings_and_signs(district: str) -> None:
    for model in (Inspection, Finding, Sign):
        codes = model.objects.values_list("center__region__code", flat=True)  # type: ignore[attr-defined]
        assert len({code[:9] for code in codes}) == 11, model
    assert StandardSet.objects.values_list("state", flat=True).distinct().count() == 2
    assert PlacementApplication.objects.values("state").distinct().count() >= 9


def test_past_months_are_frozen_and_today_lives(district: str) -> None:
    months = MonthSnapshot.objects.count()
    assert months >= 30
    assert SnapshotLine.objects.values("snapshot").distinct().count() == months
    newest = MonthSnapshot.objects.aggregate(newest=Max("month"))["newest"]
    living = ProgressReport.objects.filter(month__gt=newest)
    assert set(living.values_list("state", flat=True)) == set(ProgressReport.State.values)
    assert CycleRun.objects.filter(event="freeze").count() == months


def test_what_is_stored_twice_agrees(district: str) -> None:
    assert integrity.faults() == []
