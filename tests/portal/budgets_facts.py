"""For ``test_budgets``: the article's table and the board."""

from typing import Any

from accounts.models import User
from portal import facts
from tests import make

PAGES = tuple(f"/open-data/{fact.key}/" for fact in facts.FACTS)
FILES = ("/open-data/table.xlsx", *(f"/open-data/{fact.key}/rows.xlsx" for fact in facts.FACTS))
BOARD = ("/board/", "/board/table.xlsx")
WALK: dict[str, tuple[str, ...]] = {
    "anonymous": ("/open-data/", "/open-data/?as_of=2024-12-18", *PAGES, *FILES, "/api/v1/facts/"),
    "township": BOARD,
    "district": BOARD,
}


def grow(resident: User, rows: dict[str, Any], n: int) -> None:
    """One more of what other parts of the ground do not grow."""
    make.outcome()
    make.lease(state="signed")
    make.resource()
