"""Tells PostgreSQL's planner what the tables hold, as autovacuum does a minute later; run as the owner."""

from typing import Any

from django.core.management.base import BaseCommand
from django.db import connection


class Command(BaseCommand):
    help = "After the demonstration or a restore: till somebody looked, PostgreSQL plans for tables that are empty."

    def handle(self, *args: Any, **options: Any) -> None:
        with connection.cursor() as cursor:
            # No transaction around it: each table is let go at once, or autovacuum, which looks too, and this one wait for each other.
            cursor.execute("SET statement_timeout = 0")
            cursor.execute("SET lock_timeout = 0")
            cursor.execute("ANALYZE")
