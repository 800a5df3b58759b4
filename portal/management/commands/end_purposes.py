from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from portal import purpose


class Command(BaseCommand):
    help = "Lets personal data go whose purpose is over (each night by beat too); --dry-run lists what would go and changes nothing."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="list only")

    def handle(self, *args: Any, **options: Any) -> None:
        for line in purpose.lines(purpose.due()):
            self.stdout.write(line)
        if options["dry_run"]:
            self.stdout.write("dry run: nothing changed")
            return
        gone = purpose.end()
        self.stdout.write(", ".join(f"{what}: {number}" for what, number in gone.items()) + " gone")
