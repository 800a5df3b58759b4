"""Good lines go in, bad ones come back marked at the cell, and the same file twice changes nothing."""

import io
from typing import Any

import openpyxl
import pytest

from accounts.models import Grant, Organisation, User
from records.models import AuditEntry
from tests import make
from tests.accounts import excel
from tests.accounts.excel import ORGANISATION, applied, check, checked, counts

pytestmark = pytest.mark.django_db
CODE = "91330703MA2ABCDE01"


@pytest.fixture(autouse=True)
def regions(db: None, files: Any) -> None:
    make.region(make.VILLAGE)
    make.region(make.OTHER_VILLAGE)


def planted() -> tuple[Any, ...]:
    return (
        ORGANISATION,
        ("光南托育中心", "", "企业", make.VILLAGE, "0579－８２１９００００"),
        ("", "", "企业", make.VILLAGE, ""),
        ("", "", "", "", ""),
        ("多湖合唱团", "123", "群众社团", float(make.VILLAGE), ""),
        ("没有类别", "", "公司", "光南社区居委会", ""),
        ("没有区划", "", "企业", "330799", ""),
        ("光南托育中心", "", "企业", make.VILLAGE, ""),
    )


def test_a_check_writes_nothing_and_says_what_would_be(district: User) -> None:
    job = checked(district, "organisations", *planted())
    assert (job.phase, job.total, counts(job)) == ("checked", 6, (1, 0, 0, 5))
    assert not Organisation.objects.exists()
    assert [line for line, _title, _words in job.first] == [3, 5, 6, 7, 8]
    assert [title for _line, title, _words in job.first] == ["名称", "统一社会信用代码", "类别", "所在区划", ""]


def test_good_lines_go_in_and_bad_ones_come_back_marked_at_the_cell(district: User) -> None:
    job = applied(checked(district, "organisations", *planted()))
    assert (job.phase, counts(job)) == ("done", (1, 0, 0, 5))
    row = Organisation.objects.get()
    assert (row.name, row.kind, row.region.code, row.phone) == ("光南托育中心", "company", make.VILLAGE, "0579-82190000")
    page = excel.result(job)
    assert "必填" in page["A3"].comment.text and page["A3"].fill.start_color.rgb == "FFFDECEC"
    assert "18 位" in page["B5"].comment.text
    assert "请从下拉框里选" in page["C6"].comment.text and "请对照系统里的" in page["D7"].comment.text
    assert page["F1"].value == "问题" and page["F3"].value.startswith("名称：") and "第 2 行" in page["F8"].value
    assert page["A2"].comment is None and page["F2"].value is None and page["A2"].value == "光南托育中心"


def test_the_marked_file_comes_back_mended(district: User) -> None:
    job = applied(checked(district, "organisations", *planted()))
    with job.result.open("rb") as file:
        book = openpyxl.load_workbook(io.BytesIO(file.read()))
    page = book.worksheets[0]
    page["A3"], page["B5"], page["C6"], page["D7"], page["A8"] = "光南书院", None, "企业", make.OTHER_VILLAGE, "光南早教"
    out = io.BytesIO()
    book.save(out)
    again = check(district, "organisations", out.getvalue())
    assert counts(again) == (5, 0, 1, 0)
    assert again.ignored == [] and not again.result
    assert Organisation.objects.count() == 1 and counts(applied(again)) == (5, 0, 1, 0)


def test_a_second_round_of_marks_leaves_none_of_the_first(district: User) -> None:
    job = checked(district, "organisations", *planted())
    with job.result.open("rb") as file:
        book = openpyxl.load_workbook(io.BytesIO(file.read()))
    book.worksheets[0]["A3"] = "光南书院"
    out = io.BytesIO()
    book.save(out)
    page = excel.result(check(district, "organisations", out.getvalue()))
    assert page["A3"].comment is None and page["F3"].value is None and page["F5"].value
    assert page.max_column == 6


def test_the_same_file_twice_changes_nothing(district: User) -> None:
    rows = (ORGANISATION, ("甲", CODE, "企业", make.VILLAGE, "1"), ("乙", "", "社会组织", make.VILLAGE, ""))
    applied(checked(district, "organisations", *rows))
    before = list(Organisation.objects.order_by("pk").values())
    audits = AuditEntry.objects.filter(action="accounts.import").count()
    job = checked(district, "organisations", *rows)
    assert counts(job) == (0, 0, 2, 0)
    applied(job)
    assert list(Organisation.objects.order_by("pk").values()) == before
    assert AuditEntry.objects.filter(action="accounts.import").count() == audits == 1


def test_a_known_line_is_changed_and_a_missing_column_left_alone(district: User) -> None:
    row = make.organisation(make.VILLAGE, name="甲", kind="company", phone="12345")
    job = applied(checked(district, "organisations", ("类别", "名称", "备注", "所在区划"), ("社会组织", "甲", "x", make.VILLAGE)))
    row.refresh_from_db()
    assert (counts(job), row.kind, row.phone, job.ignored) == ((0, 1, 0, 0), "social", "12345", ["备注"])


def test_two_lines_that_break_one_constraint_show_it_in_the_preview(district: User) -> None:
    job = checked(district, "organisations", ORGANISATION, ("甲", CODE, "企业", make.VILLAGE, ""), ("乙", CODE, "企业", make.VILLAGE, ""))
    assert counts(job) == (1, 0, 0, 1) and job.first[0][:2] == [3, "统一社会信用代码"]


def test_the_audit_says_who_what_and_how_many_and_no_value(district: User) -> None:
    applied(checked(district, "organisations", ORGANISATION, ("渡鸦", "", "企业", make.VILLAGE, "")))
    entry = AuditEntry.objects.get(action="accounts.import")
    assert (entry.actor, entry.target_type, entry.count, entry.region_code) == (district, "accounts.organisation", 1, make.DISTRICT)
    assert "渡鸦" not in f"{entry.fields} {entry.reason}"


def test_an_error_keeps_what_was_written_to_itself(security_admin: User) -> None:
    job = checked(security_admin, "users", ("登录名", "姓名", "电子邮箱"), ("zhang.san", "张三", "zhang.san_not_an_address"))
    assert job.bad == 1 and "zhang.san_not" not in str(job.first)


# -- accounts and grants ------------------------------------------------------------------------------------
def test_accounts_come_without_a_password_and_never_a_residents(security_admin: User, resident: User) -> None:
    rows = (("登录名", "姓名", "电子邮箱", "所在单位"), ("ｚｈａｎｇsan", "张三", "z@example.org", ""), (resident.login, "李四", "", ""))
    job = applied(checked(security_admin, "users", *rows))
    made = User.objects.get(login="zhangsan")
    assert counts(job) == (1, 0, 0, 1) and not made.has_usable_password() and made.name == "张三"
    assert User.objects.get(pk=resident.pk).name == ""


def test_grants_come_in_and_separated_roles_stay_apart(security_admin: User) -> None:
    officer = make.user("zhangsan")
    titles = ("登录名", "角色", "区划", "起", "止")
    rows = (("zhangsan", "系统管理员", make.DISTRICT, "2026.1.1", ""), ("zhangsan", "审计员", make.DISTRICT, "2026年1月1日", ""))
    job = applied(checked(security_admin, "grants", titles, *rows))
    assert counts(job) == (1, 0, 0, 1) and "不能由同一个人同时担任" in job.first[0][2]
    grant = Grant.objects.get(user=officer)
    assert (grant.role, str(grant.valid_from), grant.granted_by) == ("system_admin", "2026-01-01", security_admin)
    job = applied(checked(security_admin, "grants", titles, ("zhangsan", "系统管理员", make.DISTRICT, "2026/01/01", "2026-12-31")))
    grant.refresh_from_db()
    assert counts(job) == (0, 1, 0, 0) and str(grant.valid_until) == "2026-12-31"
