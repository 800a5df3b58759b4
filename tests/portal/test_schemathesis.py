"""The API as a program meets it: its own schema tried against the served portal, with an account of each role.

No answer may be a server's fault, of an undocumented status or of another form than the schema says. Fixed seed, bounded time.
"""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.portal.served import Served, serving

SEED = "20241218"
CHECKS = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_schema_conformance",
    "unsupported_method",
    "allow_header_conformance",
)
#: What the account may write decides how much there is to try: seconds for the systematic cases, then for random ones.
ACCOUNTS = {
    "": (15, 5),
    "13800000001": (25, 8),
    "village": (25, 8),
    "district": (25, 8),
    "town": (0, 8),
    "reviewer": (0, 5),
    "cadre": (0, 5),
    "unit": (0, 5),
    "auditor": (0, 5),
    "sysadmin": (0, 5),
    "secadmin": (0, 5),
}
#: Ends the account that asks: left out, and tried with an account of its own.
ERASE = "me_data_destroy"


@pytest.fixture(scope="session")
def portal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    base = tmp_path_factory.getbasetemp()
    shared = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    # Every request comes from this machine and most with one account: the limits of a minute would answer all of them.
    with serving("fuzzed", shared, RATE_FACTOR="10000") as served:
        yield served


def fuzz(portal: Served, directory: Path, account: str, *options: str) -> None:
    command = [
        *(str(Path(sys.executable).with_name("schemathesis")), "run", f"{portal.url}/api/v1/schema/"),
        *("--seed", SEED, "--checks", ",".join(CHECKS), "--continue-on-failure", "--no-shrink", "--warnings", "off"),
        *("--suppress-health-check", "all", "--max-examples", "20", "--request-timeout", "20"),
        *options,
    ]
    if account:
        command += ["--header", f"Authorization: Token {portal.token(account)}"]
    done = subprocess.run(command, cwd=directory, check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr + _tail(portal)
    assert " passed" in done.stdout, done.stdout


def _tail(portal: Served) -> str:
    """The last tracebacks of the portal's own log."""
    return f"\n== the portal said\n{portal.log.read_text(errors='replace')[-4000:]}"


@pytest.mark.parametrize("account", [name for name, (seconds, _) in ACCOUNTS.items() if seconds], ids=lambda name: name or "anonymous")
def test_systematic_cases_get_documented_answers(portal: Served, tmp_path: Path, account: str) -> None:
    """Each parameter and field at its borders, one at a time."""
    fuzz(portal, tmp_path, account, "--phases", "examples,coverage", "--max-time", str(ACCOUNTS[account][0]), *_spare(account))


@pytest.mark.parametrize("account", list(ACCOUNTS), ids=lambda name: name or "anonymous")
def test_random_cases_get_documented_answers(portal: Served, tmp_path: Path, account: str) -> None:
    fuzz(portal, tmp_path, account, "--phases", "fuzzing", "--max-time", str(ACCOUNTS[account][1]), *_spare(account))


def _spare(account: str) -> tuple[str, ...]:
    """A resident keeps the account."""
    return ("--exclude-operation-id", ERASE) if account.isdigit() else ()


def test_erasing_the_account_is_documented_too(portal: Served, tmp_path: Path) -> None:
    fuzz(portal, tmp_path, "13800000009", "--phases", "examples,coverage,fuzzing", "--max-time", "5", "--include-operation-id", ERASE)
