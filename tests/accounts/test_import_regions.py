"""Regions from a file: streamed, in any order, again and again; bad rows are named by their line."""

from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from accounts.models import Region
from tests import make

pytestmark = pytest.mark.django_db
GOOD = ["330703001021,光南社区居委会", "330703001,多湖街道", "33,浙江省", "3307,金华市", "330703,金东区"]


@pytest.fixture
def run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Any:
    """Imports these lines; gives (standard output, standard error)."""

    def call(lines: list[str], *options: str, head: str = "code,name", encoding: str = "utf-8") -> tuple[str, str]:
        path = tmp_path / "regions.csv"
        path.write_bytes("\n".join([head, *lines, ""]).encode(encoding))
        call_command("import_regions", str(path), *options)
        said = capsys.readouterr()
        return said.out, said.err

    return call


def stored() -> dict[str, tuple[str, str, str | None]]:
    rows = Region.objects.values_list("code", "name", "level", "parent__code")
    return {code: (name, level, parent) for code, name, level, parent in rows}


TREE = {
    "33": ("浙江省", "province", None),
    "3307": ("金华市", "prefecture", "33"),
    "330703": ("金东区", "district", "3307"),
    "330703001": ("多湖街道", "town", "330703"),
    "330703001021": ("光南社区居委会", "village", "330703001"),
}


@pytest.mark.parametrize("lines", [GOOD, GOOD[::-1], sorted(GOOD)], ids=["mixed", "reversed", "parents first"])
def test_the_order_of_the_rows_does_not_matter(run: Any, lines: list[str]) -> None:
    assert run(lines) == ("5 regions stored, 0 rows reported\n", "")
    assert stored() == TREE


def test_importing_again_changes_nothing_but_names(run: Any) -> None:
    run(GOOD)
    before = dict(Region.objects.values_list("code", "pk"))
    run([*GOOD[1:], "330703001021,光南社区新名"])
    assert dict(Region.objects.values_list("code", "pk")) == before
    assert stored()["330703001021"][0] == "光南社区新名"


def test_bad_rows_are_named_by_their_line_and_good_ones_kept(run: Any) -> None:
    out, err = run(
        [
            "330703,金东区",
            "33070,五位",
            "330703001,",
            "",
            f"330703002,{'长' * 61}",
            "3307,金华市",
            "33,浙江省",
            "٣٣,阿拉伯数字",
            "330703003,坏\x00镇",
        ]
    )
    assert err.splitlines() == [
        "line 3: code '33070' is not 2, 4, 6, 9 or 12 digits",
        "line 4: the name of 330703001 is missing, longer than 60 characters or damaged",
        "line 6: the name of 330703002 is missing, longer than 60 characters or damaged",
        "line 9: code '٣٣' is not 2, 4, 6, 9 or 12 digits",
        "line 10: the name of 330703003 is missing, longer than 60 characters or damaged",
    ]
    assert out == "3 regions stored, 5 rows reported\n"
    assert set(stored()) == {"33", "3307", "330703"}


def test_a_division_whose_parent_is_missing_is_kept_and_reported(run: Any) -> None:
    _out, err = run(["330703001021,光南社区居委会"])
    assert err == "330703001021: the division above it is in neither the file nor the database\n"
    run(GOOD[1:])
    assert stored() == TREE


def test_only_what_lies_under_a_division_with_its_ancestors(run: Any) -> None:
    run([*GOOD, "330702,婺城区", "330702001,城东街道", "11,北京市"], "--under", "330703")
    assert stored() == TREE


def test_a_file_of_a_spreadsheet_with_a_byte_order_mark_is_read(run: Any) -> None:
    run(GOOD, encoding="utf-8-sig")
    assert stored() == TREE


def test_full_width_digits_are_read_as_digits(run: Any) -> None:
    run([*GOOD[1:], "３３０７０３００１０２１,光南社区居委会"])
    assert stored() == TREE


def test_a_provisional_code_is_accepted(run: Any) -> None:
    run([*GOOD, "330703001P01,新社区"])
    assert Region.objects.get(code="330703001P01").provisional


def test_the_real_district_imports_whole(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("import_regions", "data/jindong_regions.csv")
    assert capsys.readouterr().err == ""
    levels = dict.fromkeys(("town", "village"), 0)
    for level in Region.objects.values_list("level", flat=True):
        levels[level] = levels.get(level, 0) + 1
    assert (levels["town"], levels["village"]) == (11, 361)
    assert Region.objects.filter(parent=None).count() == 1


@pytest.mark.parametrize(
    ("lines", "options", "head", "encoding", "sentence"),
    [
        (GOOD, (), "number,title", "utf-8", "must name the columns code and name"),
        (GOOD, ("--under", "33070"), "code,name", "utf-8", "write a division code of 2, 4, 6, 9 or 12 digits"),
        (GOOD, ("--under", "３３"), "code,name", "utf-8", "write a division code"),
        (GOOD, ("--under", "金东"), "code,name", "utf-8", "write a division code"),
        (GOOD, (), "code,name", "gb18030", "save it as CSV UTF-8"),
    ],
)
def test_a_bad_call_ends_with_2_and_changes_nothing(run: Any, lines: Any, options: Any, head: str, encoding: str, sentence: str) -> None:
    with pytest.raises(CommandError, match=sentence) as caught:
        run(lines, *options, head=head, encoding=encoding)
    assert caught.value.returncode == 2
    assert "\n" not in str(caught.value)
    assert not Region.objects.exists()


def test_a_file_that_is_not_there_ends_with_2(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="give a CSV file") as caught:
        call_command("import_regions", str(tmp_path / "none.csv"))
    assert caught.value.returncode == 2


def test_a_fault_in_the_middle_leaves_nothing_behind(tmp_path: Path) -> None:
    path = tmp_path / "cut.csv"
    path.write_bytes("code,name\n33,浙江省\n3307,金".encode()[:-1] + b"\xff\n" * 3)
    with pytest.raises(CommandError):
        call_command("import_regions", str(path))
    assert not Region.objects.exists()


def test_many_rows_take_few_queries(run: Any, django_assert_max_num_queries: Any) -> None:
    towns = [f"330703{n:03},镇{n}" for n in range(1000)]
    with django_assert_max_num_queries(40):
        run([*GOOD[2:], *towns])
    assert Region.objects.filter(level="town", parent__code=make.DISTRICT).count() == 1000
