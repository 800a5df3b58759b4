from typing import Any

from django.core.management.base import BaseCommand

from portal import integrity


class Command(BaseCommand):
    help = "Recomputes what is stored twice (seats, audit seals, ledger, files) and exits 1 with a list where they differ."

    def handle(self, *args: Any, **options: Any) -> None:
        faults = integrity.faults()
        for fault in faults:
            self.stdout.write(fault)
        if faults:
            raise SystemExit(1)
        self.stdout.write("all agree")
