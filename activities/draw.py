"""The verifiable lottery: plain data in, plain data out. ``docs/verify_draw.py`` does the same in twenty lines of its own.

Nobody can arrange it: the secret is bound by its hash before the first entry, the list by its hash at closing, and the
public number falls after both. Whoever knows the secret does not know that number; who knows the number can't choose the secret.
"""

import hashlib
import secrets
from collections.abc import Iterable
from typing import NamedTuple


class Result(NamedTuple):
    """Tickets in drawn order: those with places, and those without (they wait in this order)."""

    placed: list[str]
    left: list[str]


def sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def new_secret() -> tuple[str, str]:
    """A secret of 32 random bytes in hex, and the commitment to it."""
    secret = secrets.token_hex(32)
    return secret, sha256(secret)


def listing(entries: Iterable[tuple[str, int]]) -> str:
    """The closed list: one line ``ticket size`` for each family, sorted, each ended by a line feed."""
    return "".join(f"{ticket} {size}\n" for ticket, size in sorted(entries))


def read(text: str) -> list[tuple[str, int]]:
    """(ticket, size) of a closed list."""
    return [(ticket, int(size)) for ticket, size in (line.split() for line in text.splitlines())]


def seed_of(secret: str, list_hash: str, number: str) -> str:
    """SHA-256 of secret, list hash and public number, one after the other."""
    return sha256(secret + list_hash + number)


def order(seed: str, tickets: Iterable[str]) -> list[str]:
    """The tickets by SHA-256 of seed and ticket: each order is as likely as any other."""
    return sorted(tickets, key=lambda ticket: sha256(seed + ticket))


def run(seed: str, entries: list[tuple[str, int]], capacity: int) -> Result:
    """Goes through the drawn order; a family is placed whole or, where too few places are left, passed over."""
    sizes, left = dict(entries), capacity
    result = Result([], [])
    for ticket in order(seed, sizes):
        if sizes[ticket] <= left:
            left -= sizes[ticket]
            result.placed.append(ticket)
        else:
            result.left.append(ticket)
    return result
