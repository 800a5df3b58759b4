"""Failed tries: 5 lock an account from an address for 15 minutes (GB/T 22239-2019); a looser limit locks the account.

The looser one keeps a password guesser with many addresses out, and is wide enough that a stranger can hardly shut an
officer out: 50 failures within 15 minutes.
"""

import hashlib
from datetime import timedelta

from django.db import connection
from django.utils import timezone

from accounts.models import LockoutRow

PAIR_LIMIT, ACCOUNT_LIMIT = 5, 50
WINDOW = timedelta(minutes=15)


def keys(login: str, address: str) -> dict[str, int]:
    """The two counters of a try, with their limits."""
    account = login.strip().lower()
    pair = hashlib.sha256(f"pair {account} {address}".encode()).hexdigest()
    return {pair: PAIR_LIMIT, hashlib.sha256(f"account {account}".encode()).hexdigest(): ACCOUNT_LIMIT}


def locked(login: str, address: str) -> bool:
    """Whether either limit is reached within the last 15 minutes."""
    limits = keys(login, address)
    rows = LockoutRow.objects.filter(key__in=limits, since__gt=timezone.now() - WINDOW).values_list("key", "failures")
    return any(failures >= limits[key] for key, failures in rows)


def failed(login: str, address: str) -> None:
    """Counts one failed try, race-free; a window of 15 minutes starts with its first failure."""
    now = timezone.now()
    with connection.cursor() as cursor:
        for key in sorted(keys(login, address)):
            cursor.execute(
                "INSERT INTO accounts_lockoutrow (key, failures, since) VALUES (%s, 1, %s) ON CONFLICT (key) DO UPDATE SET "
                "failures = CASE WHEN accounts_lockoutrow.since < %s THEN 1 ELSE accounts_lockoutrow.failures + 1 END, "
                "since = CASE WHEN accounts_lockoutrow.since < %s THEN excluded.since ELSE accounts_lockoutrow.since END",
                [key, now, now - WINDOW, now - WINDOW],
            )


def forget(login: str, address: str) -> None:
    """A successful login clears the pair's counter; the account's runs on."""
    pair = next(iter(keys(login, address)))
    LockoutRow.objects.filter(key=pair).delete()
