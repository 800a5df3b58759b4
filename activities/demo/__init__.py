"""The life of the demonstration centers: a whole year 2024, and the weeks around today."""

from activities.demo.care import write_care
from activities.demo.past import write_year
from activities.demo.present import live
from activities.demo.program import ALL, KIDS, OLD, PILOT, YOUNG, Offer, Program, fill_calendar
from activities.demo.publicity import write_publicity
from activities.demo.venues import write_venues

__all__ = [
    "ALL",
    "KIDS",
    "OLD",
    "PILOT",
    "YOUNG",
    "Offer",
    "Program",
    "fill_calendar",
    "live",
    "write_care",
    "write_publicity",
    "write_venues",
    "write_year",
]
