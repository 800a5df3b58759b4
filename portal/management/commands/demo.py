from time import monotonic
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from accounts.models import Region
from portal import demo


class Command(BaseCommand):
    help = "Fills an empty portal with the demonstration district: real regions, invented people; a second run changes nothing."

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEMO:
            self.stdout.write("DEMO is 0: the demonstration accounts are made, but they can't log in until it is 1")
        if demo.present():
            self.stdout.write("the demonstration data are there; nothing changed")
        else:
            self.fill()
        call_command("check_integrity", stdout=self.stdout, stderr=self.stderr)

    def fill(self) -> None:
        if trouble := demo.obstacle():
            raise CommandError(trouble, returncode=2)
        started = monotonic()
        if not Region.objects.filter(code=demo.PILOT).exists():
            call_command("import_regions", settings.BASE_DIR / "data" / "jindong_regions.csv", stdout=self.stdout, stderr=self.stderr)
        demo.write(self.stdout.write)
        self.stdout.write(f"the demonstration district stands, {monotonic() - started:.1f} s")
