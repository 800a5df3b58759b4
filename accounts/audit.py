"""The receivers of login signals, the only ones of the portal: who came in, who left, who failed."""

from typing import Any

from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.dispatch import receiver

from records import audit


@receiver(user_logged_in)
def logged_in(sender: Any, user: Any, **_kwargs: Any) -> None:
    audit.write("accounts.login", by=user, on=user)


@receiver(user_logged_out)
def logged_out(sender: Any, user: Any, **_kwargs: Any) -> None:
    if user is not None:
        audit.write("accounts.logout", by=user, on=user)


@receiver(user_login_failed)
def login_failed(sender: Any, **_kwargs: Any) -> None:
    audit.write("accounts.login_failed")
