from datetime import datetime, time
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone
from django.utils.dateparse import parse_date

from centers import monthly
from centers.models import Campaign


class Command(BaseCommand):
    help = "Runs the month's cycle (lines, reminders, snapshot) as of a day; what was done before is not done again."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--at", help="the day to run as, 2024-11-30 (its end); today and now without it")
        parser.add_argument("--dry-run", action="store_true", help="only lists what is due")

    def handle(self, *args: Any, at: str | None, dry_run: bool, **options: Any) -> None:
        moment = self.moment(at)
        if dry_run:
            for campaign in Campaign.objects.order_by("id"):
                for due in monthly.waiting(campaign, timezone.localdate(moment)):
                    self.stdout.write(f"due: {campaign.name} {due.month:%Y-%m} {due.event} since {due.day}")
            return
        done = monthly.run(moment)
        for name, due, count in done:
            self.stdout.write(f"{name} {due.month:%Y-%m} {due.event}: {count}")
        self.stdout.write(f"{len(done)} events as of {timezone.localtime(moment):%Y-%m-%d %H:%M}")

    def moment(self, at: str | None) -> datetime:
        """The end of the day in Shanghai."""
        if at is None:
            return timezone.now()
        try:
            day = parse_date(at)
        except ValueError:
            day = None
        if day is None:
            raise CommandError(f"--at {at}: not a day; write it as 2024-11-30", returncode=2)
        return timezone.make_aware(datetime.combine(day, time(23, 59, 59)))
