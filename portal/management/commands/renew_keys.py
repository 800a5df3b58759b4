from typing import Any

from django.core.management.base import BaseCommand, CommandError

from activities.models import CareNote
from records import secret


class Command(BaseCommand):
    help = "Encrypts everything sealed anew with the newest of DATA_KEYS; afterwards the older keys may go."

    def handle(self, *args: Any, **options: Any) -> None:
        if not secret.ready():
            raise CommandError("DATA_KEYS is not set: nothing can be opened", returncode=2)
        done, lost = 0, []
        for row in CareNote.objects.order_by("id").iterator(500):
            try:
                renewed = secret.renewed(row.sealed)
            except secret.Unreadable:
                lost.append(str(row.pk))
                continue
            # What its family wrote meanwhile stays: it is under the newest key already.
            done += CareNote.objects.filter(pk=row.pk, sealed=row.sealed).update(sealed=renewed)
        self.stdout.write(f"{done} encrypted anew")
        if lost:
            raise CommandError(f"no key opens the notes {', '.join(lost[:20])}: keep the older keys in DATA_KEYS", returncode=1)
