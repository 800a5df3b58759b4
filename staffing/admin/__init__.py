"""Staffing in the admin site."""

from staffing.admin import duty, people

__all__ = ["duty", "people"]
