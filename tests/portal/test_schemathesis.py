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
#: Seconds for the systematic cases, where the account may write (or is nobody's): the readers' borders are the same ones.
SYSTEMATIC = {"": 12, "13800000001": 18, "village": 18, "district": 18}
ACCOUNTS = (*SYSTEMATIC, "town", "reviewer", "cadre", "unit", "auditor", "sysadmin", "secadmin")
#: So many random cases for each operation, and for accounts that mostly read: bounded by their number, so that a busy
#: machine tries the same ones.
EXAMPLES, FEWER = 2, 1
#: Ends the account that asks: left out, and tried with an account of its own.
ERASE, ERASED = "me_data_destroy", "13800000009"
#: Starting Django takes seconds each time, giving a token does not.
GIVE = "from django.core.management import call_command\nfor login in {}: call_command('issue_token', login)"


@pytest.fixture(scope="session")
def portal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    base = tmp_path_factory.getbasetemp()
    shared = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    # Every request comes from this machine and most with one account: the limits of a minute would answer all of them.
    with serving("fuzzed", shared, RATE_FACTOR="10000") as served:
        yield served


@pytest.fixture(scope="session")
def tokens(portal: Served) -> dict[str, list[str]]:
    """API tokens, a fresh one for every test, all given by one process."""
    logins = [*filter(None, ACCOUNTS * 2), ERASED]
    lines = portal.manage("shell", "--verbosity", "0", "--command", GIVE.format(logins)).splitlines()
    given = list(zip(logins, (line.split()[-1] for line in lines), strict=True))
    return {"": ["", ""]} | {account: [token for login, token in given if login == account] for account in logins}


def fuzz(portal: Served, directory: Path, account: str, token: str, *options: str) -> None:
    command = [
        *(str(Path(sys.executable).with_name("schemathesis")), "run", f"{portal.url}/api/v1/schema/"),
        *("--seed", SEED, "--checks", ",".join(CHECKS), "--continue-on-failure", "--no-shrink", "--warnings", "off"),
        *("--suppress-health-check", "all", "--max-examples", str(EXAMPLES if account in SYSTEMATIC else FEWER), "--request-timeout", "20"),
        *options,
    ]
    if token:
        command += ["--header", f"Authorization: Token {token}"]
    done = subprocess.run(command, cwd=directory, check=False, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stdout + done.stderr + _tail(portal)
    assert " passed" in done.stdout, done.stdout


def _tail(portal: Served) -> str:
    """The last tracebacks of the portal's own log."""
    return f"\n== the portal said\n{portal.log.read_text(errors='replace')[-4000:]}"


@pytest.mark.parametrize("account", list(SYSTEMATIC), ids=lambda name: name or "anonymous")
def test_systematic_cases_get_documented_answers(portal: Served, tokens: dict[str, list[str]], tmp_path: Path, account: str) -> None:
    """Each parameter and field at its borders, one at a time."""
    limit = ("--max-time", str(SYSTEMATIC[account]))
    fuzz(portal, tmp_path, account, tokens[account].pop(), "--phases", "examples,coverage", *limit, *_spare(account))


@pytest.mark.parametrize("account", ACCOUNTS, ids=lambda name: name or "anonymous")
def test_random_cases_get_documented_answers(portal: Served, tokens: dict[str, list[str]], tmp_path: Path, account: str) -> None:
    fuzz(portal, tmp_path, account, tokens[account].pop(), "--phases", "fuzzing", *_spare(account))


def _spare(account: str) -> tuple[str, ...]:
    """A resident keeps the account."""
    return ("--exclude-operation-id", ERASE) if account.isdigit() else ()


def test_erasing_the_account_is_documented_too(portal: Served, tokens: dict[str, list[str]], tmp_path: Path) -> None:
    fuzz(portal, tmp_path, ERASED, tokens[ERASED].pop(), "--phases", "examples,coverage,fuzzing", "--include-operation-id", ERASE)
