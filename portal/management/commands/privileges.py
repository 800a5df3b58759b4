"""Gives the runtime role what it needs and no more; run as the owner after every migration."""

from typing import Any

from django.apps import apps
from django.conf import settings
from django.core.management.base import BaseCommand
from django.db import connection, transaction

#: Append-only for the portal itself: the owner's triggers forbid the rest, the missing right forbids it twice.
APPEND_ONLY = ("records_auditentry", "records_auditseal")


class Command(BaseCommand):
    help = "Grants the runtime role its rights; it owns no table and can't switch triggers off."

    def handle(self, *args: Any, **options: Any) -> None:
        role = connection.ops.quote_name(settings.RUNTIME_ROLE)
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT current_user")
            if cursor.fetchone()[0] == settings.RUNTIME_ROLE:
                self.stdout.write("one role for everything (OWNER_DATABASE_URL is not set): nothing to grant")
                return
            cursor.execute(f"GRANT USAGE ON SCHEMA public TO {role}")
            cursor.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {role}")
            cursor.execute(f"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {role}")
            for table in (*APPEND_ONLY, *history_tables()):
                cursor.execute(f"REVOKE UPDATE, DELETE ON {connection.ops.quote_name(table)} FROM {role}")
            cursor.execute(f"REVOKE INSERT, UPDATE, DELETE ON django_migrations FROM {role}")


def history_tables() -> list[str]:
    """The tables of row history."""
    return sorted(m._meta.db_table for m in apps.get_models() if hasattr(m, "pgh_tracked_model"))
