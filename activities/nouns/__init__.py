"""Activities at the desk: each module declares its nouns."""

from activities.nouns import care, program, publicity
from activities.nouns.program import ACTIVITY, PAUSE, VENUE_BOOKING

__all__ = ["ACTIVITY", "PAUSE", "VENUE_BOOKING", "care", "program", "publicity"]
