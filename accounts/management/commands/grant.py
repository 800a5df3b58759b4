from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.models import Grant, Region, User
from accounts.roles import Role
from records import audit


class Command(BaseCommand):
    help = "Grants a role in a region, from today; makes the account if there is none, with a password that it asks for."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("login")
        parser.add_argument("role")
        parser.add_argument("region", help="a division code, 330703")
        parser.add_argument("--password-stdin", action="store_true", help="read a new account's password from standard input")

    def handle(self, *args: Any, login: str, role: str, region: str, password_stdin: bool, **options: Any) -> None:
        roles = [r.value for r in Role if r != Role.RESIDENT]
        if role not in roles:
            raise CommandError(f"{role}: no such role; choose one of {', '.join(roles)}", returncode=2)
        place = Region.objects.filter(code=region).first()
        if place is None:
            raise CommandError(f"{region}: no such region; run import_regions first, or look the code up in the admin", returncode=2)
        user = User.objects.filter(login=login).first() or self.account(login, password_stdin)
        row = Grant(user=user, role=role, region=place)
        try:
            row.full_clean(exclude=["granted_by"])
        except ValidationError as error:
            raise CommandError(f"{login}: {' '.join(error.messages)}", returncode=2) from error
        user.save()
        row.user = user
        row.save()
        audit.write("accounts.add_grant", on=row, fields=["role", "region"], region_code=place.code)
        self.stdout.write(f"{login} is {role} in {place.name} from {row.valid_from}")

    def account(self, login: str, from_stdin: bool) -> User:
        """A new account with a checked password."""
        import getpass
        import sys

        from django.contrib.auth.password_validation import validate_password

        if not login.isidentifier() or len(login) > 40:
            raise CommandError(f"{login}: a login is up to 40 letters, digits and underscores", returncode=2)
        password = sys.stdin.readline().strip() if from_stdin else getpass.getpass(f"password for the new account {login}: ")
        try:
            validate_password(password)
        except ValidationError as error:
            raise CommandError(f"password: {' '.join(error.messages)}", returncode=2) from error
        return User.objects.create_user(login, password)
