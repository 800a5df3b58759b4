"""Staffing at the desk: each module declares its nouns."""

from staffing.nouns import duty, people

__all__ = ["duty", "people"]
