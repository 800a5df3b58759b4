from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction
from django.db.models import F, Value
from django.db.models.functions import Concat, Substr

from accounts.models import Region
from accounts.models.region import CODE
from records import audit


class Command(BaseCommand):
    help = "A region's provisional code becomes the official one, everywhere: rows refer to the region, codes stand in one column."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("old")
        parser.add_argument("new")

    def handle(self, *args: Any, old: str, new: str, **options: Any) -> None:
        import re

        if not re.fullmatch(CODE.strip("^$"), new) or len(new) != len(old):
            raise CommandError(f"{new}: write a code as long as {old}", returncode=2)
        with transaction.atomic():
            row = Region.objects.select_for_update(of=("self",)).select_related("parent").filter(code=old).first() if old else None
            if row is None:
                raise CommandError(f"{old}: no region has this code", returncode=2)
            if Region.objects.filter(code=new).exists():
                raise CommandError(f"{new}: another region has this code already", returncode=2)
            if row.parent and not new.startswith(row.parent.code):
                raise CommandError(f"{new}: codes of this region begin with {row.parent.code}", returncode=2)
            rows = Region.objects.select_for_update().filter(code__startswith=old)
            moved = rows.update(code=Concat(Value(new), Substr(F("code"), len(old) + 1)))
            audit.write("accounts.recode_region", on=row, fields=["code"], region_code=new)
        self.stdout.write(f"{moved} regions recoded from {old} to {new}")
