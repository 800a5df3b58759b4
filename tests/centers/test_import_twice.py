"""The same line twice changes nothing, in every register of the centers that takes files in."""

from typing import Any

import pytest

from accounts import incoming
from accounts.models import User
from accounts.register import REGISTERS
from centers.models import Lease
from tests import make

pytestmark = pytest.mark.django_db
TAKES = ("centers", "upgrade-tasks", "progress-reports", "candidate-sites", "leases", "signs", "matters")


def texts(name: str) -> dict[str, str]:
    """A line as somebody types it, with the rows that it names around it."""
    center = make.center()
    if name == "upgrade-tasks":
        given = {"campaign": make.campaign().name, "number": "７", "target_month": make.campaign().last_month.strftime("%Y.%m")}
        return {**given, "center": center.name, "batch": "提升一批", "build_method": "改建", "content": "改造", "budget_fen": "1.2万元"}
    if name == "progress-reports":
        line = make.report(make.task(center))
        return {"month": f"{line.month:%Y-%m}", "task": str(line.task.number), "percent": "60", "text": "水电已进场。", "spent_fen": "3.2"}
    if name == "leases":
        site, lessor = make.site(), make.organisation()
        return {"site": site.name, "organisation": lessor.name, "area": "450㎡", "starts_on": "2024.12.18", "ends_on": "2029年12月17日"}
    lines = {
        "centers": {"name": "分中心", "level": "社区级", "region": make.VILLAGE, "area": "1亩", "opened_on": "2024/5/1"},
        "candidate-sites": {
            "name": "老粮站",
            "region": make.VILLAGE,
            "address": "路 1 号",
            "mode": "可租",
            "area": "3亩",
            "found_on": "2024.12.18",
        },
        "signs": {"title": "农家书屋", "center": center.name, "place": "室内", "action": "整合", "found_on": "2024-12-18"},
        "matters": {"title": "社保卡申领", "center": center.name, "window": "综合窗口", "papers": "身份证\n户口本"},
    }
    return lines[name]


def keep(name: str, line: dict[str, str], user: User) -> str:
    """The line through the register's own parsers and form, every column of the file present."""
    entry = REGISTERS[name]
    values: dict[str, Any] = {cell.name: cell.parse(line.get(cell.name, ""), user) for cell in entry.takes().fields}
    return incoming.keep(entry, values, user)


def test_these_are_the_registers_that_take_files_in() -> None:
    taken = {name for name, entry in REGISTERS.items() if entry.incoming is not None and entry.model._meta.app_label == "centers"}
    assert taken == set(TAKES)


@pytest.mark.parametrize("name", TAKES)
def test_the_same_line_twice_changes_nothing(name: str, district: User) -> None:
    line = texts(name)
    first = keep(name, line, district)
    assert first == (incoming.CHANGED if name == "progress-reports" else incoming.ADDED)
    assert keep(name, line, district) == incoming.UNCHANGED


def test_another_value_is_a_change(district: User) -> None:
    line = texts("leases")
    keep("leases", line, district)
    assert keep("leases", line | {"area": "451"}, district) == incoming.CHANGED
    assert Lease.objects.get().area == 451
