"""What only one place may do, and what no committed file may hold."""

import ast
import re
import subprocess
from pathlib import Path

from tests.house.test_size import APPS, FILES, ROOT, name

OURS = [p for p in FILES if p.relative_to(ROOT).parts[0] in APPS]
#: What may assign a state: the engine, and the one module that moves bookings.
MOVERS = {"workflow/engine.py", "activities/seats.py"}
#: Demonstration data tells of a past that no step of today could make.
PAST = {"activities/demo.py", "centers/demo/upgrade.py", "accounts/demo.py", "portal/demo.py", "activities/demo/publicity.py"}
# The rounds of the demonstration are decided on days that lie behind.
PAST |= {"funding/demo/rounds.py"}


def assigned(path: Path) -> set[str]:
    """The attributes that a file assigns to."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        targets = node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AugAssign | ast.AnnAssign) else []
        for target in targets:
            parts = target.elts if isinstance(target, ast.Tuple) else [target]
            found |= {part.attr for part in parts if isinstance(part, ast.Attribute)}
    return found


def calls(path: Path, method: str, keyword: str) -> bool:
    """Whether a file calls ``….method(keyword=…)``."""
    found = (n for n in ast.walk(ast.parse(path.read_text())) if isinstance(n, ast.Call) and isinstance(n.func, ast.Attribute))
    return any(n.func.attr == method and keyword in {k.arg for k in n.keywords} for n in found)  # type: ignore[attr-defined]


def test_only_the_engine_and_seats_assign_a_state() -> None:
    assert {name(p) for p in OURS if "state" in assigned(p)} - PAST == MOVERS


def test_only_the_outbox_updates_a_state_in_the_database() -> None:
    assert {name(p) for p in OURS if calls(p, "update", "state")} - PAST == {"records/outbox.py"}


def test_nobody_writes_the_count_of_seats() -> None:
    assert {name(p) for p in OURS if "seats_taken" in assigned(p) or calls(p, "update", "seats_taken")} == set()


def test_times_are_aware() -> None:
    assert [name(p) for p in OURS if re.search(r"datetime\.(now|utcnow|today)\(|date\.today\(", p.read_text())] == []


def test_no_receiver_of_signals_but_those_of_logins() -> None:
    found = {name(p) for p in OURS if re.search(r"@receiver|import .*signals|signals import|signals\.\w+\.connect", p.read_text())}
    assert found == {"accounts/audit.py"}


def committed() -> list[Path]:
    listed = subprocess.run(["git", "ls-files", "-co", "--exclude-standard", "-z"], cwd=ROOT, capture_output=True, check=True)
    return [path for part in listed.stdout.decode().split("\0") if part and (path := ROOT / part).is_file()]


def test_committed_files_name_no_package_registry() -> None:
    """Where packages come from is the business of each machine's own configuration."""
    hosts = re.compile(rb"index-url|find-links|registry\s*=\s*.?https?:|python[h]osted\.org|registry\.np[m]js|np[m]mirror|py[p]i\.org")
    here = Path(__file__)
    assert [name(p) for p in committed() if p != here and p.suffix not in {".png", ".woff2"} and hosts.search(p.read_bytes())] == []


def test_requirements_are_pinned_and_hashed() -> None:
    for file in ("base.txt", "dev.txt"):
        text = (ROOT / "requirements" / file).read_text()
        lines = [line for line in text.splitlines() if line and not line.startswith((" ", "#", "--hash"))]
        assert len(lines) > 20
        assert all("==" in line for line in lines)
        assert text.count("--hash=sha256:") >= len(lines)
        assert "://" not in text
