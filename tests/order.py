"""In which order the tests run, and which of them stay together in one process of ``pytest -n``.

A world that a file makes for all of its tests is made once, by the process that gets the file; what takes longest begins
first, so that no process is left alone with it; what empties the tables comes last.
"""

from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import Any

import pytest
from xdist.scheduler.loadscope import LoadScopeScheduling

#: Long, with servers or a world of their own: they begin, on a database in which nothing was made and undone before. (With
#: figures from then, PostgreSQL plans the demonstration's first queries for tables that it takes for empty: minutes.)
FIRST = (
    *("tests/portal/test_schemathesis.py", "tests/portal/demo/", "tests/portal/test_canary.py", "tests/portal/test_budgets.py"),
    *("tests/races/test_kill_rush.py", "tests/races/test_supervisor.py", "tests/house/test_backup.py"),
)
#: Files whose tests share nothing that is dear: cut in pieces, for whoever is free.
CUT = ("tests/portal/test_access_matrix.py", "tests/portal/test_surfaces", "tests/workflow/", "tests/house/test_constraints.py")
PIECE = 40
#: Chromium and the served portal work while the test waits: a browser test here, one that computes there.
BROWSER, BROWSERS_END = "tests/browser/", 0.8


def together(name: str) -> str:
    """What stays in one process: a test's file, or the directory that shares a world."""
    return "tests/portal/demo/" if name.startswith("tests/portal/demo/") else name.split("::")[0]


def pieces(names: Iterable[str]) -> list[list[str]]:
    """Neighbours of one file, cut where the file may be."""
    found = []
    for file, run in groupby(names, together):
        tests = list(run)
        size = PIECE if file.startswith(CUT) else len(tests)
        found += [tests[at : at + size] for at in range(0, len(tests), size)]
    return found


def arranged(names: Sequence[str]) -> list[str]:
    """The names that begin first, then the browser's among the others, evenly."""
    places = {file: n for n, file in enumerate(dict.fromkeys(map(together, names)))}
    kept = sorted(names, key=lambda name: places[together(name)])
    first = [name for name in kept if name.startswith(FIRST)]
    first.sort(key=lambda name: next(n for n, start in enumerate(FIRST) if name.startswith(start)))
    rest = pieces(name for name in kept if not name.startswith(FIRST))
    browser = [piece for piece in rest if piece[0].startswith(BROWSER)]
    others = [piece for piece in rest if not piece[0].startswith(BROWSER)]
    at = [(BROWSERS_END * n / len(browser), piece) for n, piece in enumerate(browser)]
    at += [(n / len(others), piece) for n, piece in enumerate(others)]
    at.sort(key=lambda pair: pair[0])
    return first + [name for _at, piece in at for name in piece]


def commits(item: pytest.Item) -> bool:
    """Whether the tables are emptied after the test, of what the migrations wrote too."""
    marker = item.get_closest_marker("django_db")
    return bool(marker and marker.kwargs.get("transaction")) or "transactional_db" in getattr(item, "fixturenames", ())


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    by_name = {item.nodeid: item for item in items}
    committing = {item.nodeid for item in items if commits(item)}
    order = arranged([name for name in by_name if name not in committing]) + arranged([name for name in by_name if name in committing])
    if len(by_name) == len(items):  # a test that was named twice on the command line keeps the order of there
        items[:] = [by_name[name] for name in order]


class Pieces(LoadScopeScheduling):
    """Gives each process a piece at a time, in the order of the collection."""

    _numbers: dict[str, str] | None = None

    def _split_scope(self, nodeid: str) -> str:
        if self._numbers is None:
            names = next(iter(self.registered_collections.values()))
            self._numbers = {name: f"{number}" for number, piece in enumerate(pieces(names)) for name in piece}
        return self._numbers[nodeid]


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> LoadScopeScheduling | None:
    if config.option.dist != "load":
        return None
    config.option.loadscopereorder = False
    return Pieces(config, log)
