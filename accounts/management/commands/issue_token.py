from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts import tokens
from accounts.models import User


class Command(BaseCommand):
    help = "Prints an API token of an account; stored hashed, audited, expires."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("login", help="a staff login, or a resident's phone")
        parser.add_argument("--days", type=int, default=30)

    def handle(self, *args: Any, login: str, days: int, **options: Any) -> None:
        if not 1 <= days <= 366:
            raise CommandError(f"--days {days}: choose 1 to 366", returncode=2)
        user = User.objects.may_log_in().filter(login=login).first() or User.objects.may_log_in().filter(phone=f"+86{login}").first()
        if user is None:
            raise CommandError(f"{login}: no account that may log in has this login or phone", returncode=2)
        self.stdout.write(tokens.issue(user, days))
