"""The calendar as a register: a district's administrator imports an announcement; what it leaves out is filled in by the week."""

from datetime import date

import pytest

from accounts.models import User
from records import working_days
from records.models import AuditEntry, CalendarDay
from tests.accounts import excel
from tests.portal.world import enter

pytestmark = pytest.mark.django_db
HEAD = ("日期", "类型", "名称")
Kind = CalendarDay.Kind


@pytest.fixture(autouse=True)
def unannounced() -> None:
    CalendarDay.objects.filter(date__year=2027).delete()


def imported(district: User, *rows: tuple[str, ...]) -> tuple[int, int, int, int]:
    return excel.counts(excel.applied(excel.checked(district, "calendar", HEAD, *rows)))


def test_an_announcement_comes_in_and_twice_it_changes_nothing(district: User) -> None:
    rows = (("2027年10月1日", "法定节假日", "国庆节"), ("2027-10-09", "调休上班日", "国庆节"))
    assert imported(district, *rows) == (2, 0, 0, 0)
    assert working_days.kind_of(date(2027, 10, 1)) == (Kind.HOLIDAY, True, "国庆节")
    assert working_days.kind_of(date(2027, 10, 9)).kind == Kind.MAKEUP
    assert CalendarDay.objects.get(date=date(2027, 10, 1)).source == "import"
    assert imported(district, *rows, ("2027.10.10", "休息日", "")) == (1, 0, 2, 0)
    assert AuditEntry.objects.filter(action="accounts.import", target_type="records.calendarday").exists()


def test_a_day_that_the_library_knew_otherwise_is_changed(district: User) -> None:
    assert imported(district, ("2026-11-23", "法定节假日", "临时放假")) == (0, 1, 0, 0)
    assert working_days.kind_of(date(2026, 11, 23)) == (Kind.HOLIDAY, True, "临时放假")


def test_wrong_cells_are_named_and_the_right_line_goes_in(district: User) -> None:
    job = excel.checked(district, "calendar", HEAD, ("明年国庆", "放假", ""), ("2027-10-01", "法定节假日", "国庆节"))
    assert excel.counts(job) == (1, 0, 0, 1)


def test_a_year_is_announced_when_all_its_days_are_there(district: User) -> None:
    assert [(y.year, y.announced) for y in working_days.years(2026, 2027)] == [(2026, True), (2027, False)]
    imported(district, ("2027-01-01", "法定节假日", "元旦"), ("2027-01-03", "调休上班日", "元旦"))
    assert working_days.years(2027, 2027) == [(2027, 2)]
    assert working_days.complete(2027) == 363
    assert working_days.years(2027, 2027)[0].announced
    assert working_days.kind_of(date(2027, 1, 3)).kind == Kind.MAKEUP  # what was imported stays
    assert working_days.kind_of(date(2027, 1, 2)) == (Kind.REST_DAY, True, "")
    assert working_days.complete(2027) == 0


def test_the_admin_completes_a_year_and_shows_which_are_announced(district: User) -> None:
    imported(district, ("2027-01-01", "法定节假日", "元旦"))
    client, path = enter(district), "/admin/records/calendarday/"
    page = client.get(path).content.decode()
    assert "2026 年" in page and "已公布" in page and "只有 1 天" in page and "导入 Excel" in page
    client.post(path, {"action": "complete", "_selected_action": ["2027-01-01"]})
    assert working_days.years(2027, 2027)[0].announced
    assert AuditEntry.objects.filter(target_type="records.calendarday", reason="2027", count=364).count() == 1


def test_who_may_only_look_completes_nothing(system_admin: User) -> None:
    CalendarDay.objects.create(date=date(2027, 1, 1), kind=Kind.HOLIDAY, name="元旦", source="manual")
    client, path = enter(system_admin), "/admin/records/calendarday/"
    assert "补齐" not in client.get(path).content.decode()
    client.post(path, {"action": "complete", "_selected_action": ["2027-01-01"]})
    assert not working_days.years(2027, 2027)[0].announced


def test_a_day_changed_by_hand_is_audited_and_marked(district: User) -> None:
    client = enter(district)
    answer = client.post("/admin/records/calendarday/add/", {"date": "2027-01-01", "kind": "holiday", "name": "元旦"})
    assert answer.status_code == 302
    assert CalendarDay.objects.get(date=date(2027, 1, 1)).source == "manual"
    assert AuditEntry.objects.filter(action="records.add_calendarday", reason="2027-01-01").count() == 1


@pytest.mark.parametrize("persona", ["village", "township", "reviewer"])
def test_nobody_below_the_districts_administrator_imports_it(persona: str, request: pytest.FixtureRequest) -> None:
    assert enter(request.getfixturevalue(persona)).get("/desk/import/calendar/").status_code == 403
