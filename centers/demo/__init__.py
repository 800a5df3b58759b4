"""The demonstration's centers: the places, the standards and inspections, the campaign, premises and signs, the daily work."""

from collections.abc import Callable
from random import Random
from typing import Any

from accounts.models import Region
from centers.demo import appointments, places, premises, standards, upgrade, work
from centers.demo.places import photos
from centers.models import Center, Finding, Sign, UpgradeTask

__all__ = ["build", "files", "photos", "write"]

write = places.write


def build(rng: Random, regions: dict[str, Region], centers: list[Center], people: Any, say: Callable[[str], None]) -> Any:
    """What is built and kept to standard; in the caller's transaction. Returns the campaign, for ``files``."""
    district = next(r for r in regions.values() if r.level == Region.Level.DISTRICT)
    found = standards.write(rng, district, centers, people)
    campaign = upgrade.write(rng, district, centers, people)
    premises.write(rng, regions, centers, people)
    work.write(rng, centers)
    say(f"appointments: {appointments.write(centers, people)}")
    say(f"standards: 2, findings: {len(found)} of {Finding.objects.count()}, tasks: {UpgradeTask.objects.counted().count()}")
    say(f"signs: {Sign.objects.count()}")
    return campaign


def files(rng: Random, campaign: Any, people: Any) -> int:
    """Pictures and papers; writes files: call it last."""
    return upgrade.files(rng, campaign, people) + premises.files(people)
