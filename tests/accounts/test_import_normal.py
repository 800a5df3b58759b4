"""What people write and what is meant by it."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from accounts import normal
from accounts.models import Organisation, Region, User
from tests import make

WIDE = str.maketrans("0123456789.", "０１２３４５６７８９．")
DAYS = st.dates(date(1955, 1, 1), date(2118, 12, 31))


@given(
    day=DAYS,
    wide=st.booleans(),
    form=st.sampled_from(["{}.{}.{}", "{}-{:02}-{:02}", "{}/{}/{}", "{}年{}月{}日", " {} 年 {} 月 {} 日", "{}{:02}{:02}"]),
)
def test_a_day_is_understood_however_it_is_written(day: date, wide: bool, form: str) -> None:
    written = form.format(day.year, day.month, day.day)
    assert normal.day(written.translate(WIDE) if wide else written, None) == day


@given(day=DAYS)
def test_excels_own_dates_are_understood(day: date) -> None:
    assert normal.day(float((day - date(1899, 12, 30)).days), None) == day
    assert normal.day(datetime(day.year, day.month, day.day), None) == day  # noqa: DTZ001 - Excel knows no zone
    assert normal.day(day, None) == day
    assert normal.month(day, None) == day.replace(day=1)


@given(fen=st.integers(0, 10**12))
def test_money_means_the_same_in_every_unit(fen: int) -> None:
    yuan, wan = Decimal(fen) / 100, Decimal(fen) / 1_000_000
    for written in (f"{yuan}元", f"{yuan:,}", f" ￥{yuan} 元", f"{wan}万元", f"{wan:f}万", f"{fen}分", f"{yuan}元".translate(WIDE)):
        assert normal.money("元")(written, None) == fen
    assert normal.money("万元")(f"{wan:f}", None) == fen


@given(fen=st.integers(0, 10**11))
def test_money_that_excel_calculated_loses_nothing(fen: int) -> None:
    assert normal.money("元")(fen / 100, None) == fen


@given(metres=st.decimals(0, 10**7, places=2, allow_nan=False))
def test_an_area_means_the_same_in_every_unit(metres: Decimal) -> None:
    for unit in ("", "㎡", "m²", "m2", "M2", "平方米", "平", " 平米"):
        assert normal.area(f"{metres}{unit}", None) == metres


@given(mu=st.integers(0, 10**4))
def test_a_mu_is_a_fifteenth_of_a_hectare(mu: int) -> None:
    assert normal.area(f"{mu}亩", None) == mu * Decimal("666.67")
    assert abs(normal.area(f"{mu * 15}亩", None) - Decimal(normal.area(f"{mu}公顷", None))) <= Decimal("0.05") * mu  # type: ignore[operator]


@pytest.mark.parametrize(
    ("parse", "written", "meant"),
    [
        (normal.text, "  光南　社区（一期） ", "光南 社区（一期）"),
        (normal.text, "Ａ１\u200b座", "A1座"),
        (normal.text, None, ""),
        (normal.code, 330703001021.0, "330703001021"),
        (normal.code, " ９１３３ ma2 ", "9133MA2"),
        (normal.whole, "1,200", 1200),
        (normal.whole, 12.0, 12),
        (normal.decimal, "１２．５", Decimal("12.5")),
        (normal.area, "1,200㎡", Decimal("1200.00")),
        (normal.area, "3亩", Decimal("2000.01")),
        (normal.money("万元"), 1.2, 1_200_000),
        (normal.money("元"), "1.2万元", 1_200_000),
        (normal.month, "2024.11", date(2024, 11, 1)),
        (normal.month, 2024.11, date(2024, 11, 1)),
        (normal.month, "2024年3月", date(2024, 3, 1)),
        (normal.month, "2024.1", date(2024, 1, 1)),
        (normal.month, "202411", date(2024, 11, 1)),
        (normal.yes_no, "是", True),
        (normal.yes_no, "×", False),
        (normal.yes_no, True, True),
        (normal.phone, "１３８ 0000 0001", "+8613800000001"),
        (normal.phone, 13800000001.0, "+8613800000001"),
        (normal.choice(Organisation.Kind), "企业", "company"),
        (normal.choice(Organisation.Kind), "company", "company"),
        (normal.day, "", ""),
        (normal.money(), "", ""),
        (normal.area, None, ""),
    ],
)
def test_it_is_understood(parse: Any, written: Any, meant: Any) -> None:
    assert parse(written, None) == meant


@pytest.mark.parametrize(
    ("parse", "written", "says"),
    [
        (normal.code, 1.2330703e17, "文本"),
        (normal.whole, "12.5", "整数"),
        (normal.decimal, "12个", "不写单位"),
        (normal.decimal, "十二", "请填数字"),
        (normal.whole, True, "请填数字"),
        (normal.decimal, "1,2", "不写单位"),
        (normal.money(), "12吨", "万元"),
        (normal.money(), "1.234", "精确到分"),
        (normal.area, "-3亩", "负数"),
        (normal.area, "3斤", "亩"),
        (normal.day, "2024.13.1", "日历上没有"),
        (normal.day, "明天", "2024-12-18"),
        (normal.day, "12.18", "2024-12-18"),
        (normal.month, 2024.1, "10 月"),
        (normal.yes_no, "也许", "是"),
        (normal.choice(Organisation.Kind), "公司", "企业"),
        (normal.phone, "123", "位数"),
    ],
)
def test_it_is_refused_with_a_way_to_put_it_right(parse: Any, written: Any, says: str) -> None:
    with pytest.raises(ValidationError) as refused:
        parse(written, None)
    assert says in " ".join(refused.value.messages)


@given(value=st.one_of(st.text(max_size=40), st.floats(allow_nan=False, allow_infinity=False), st.integers(), st.booleans(), st.none()))
def test_nothing_that_a_cell_holds_breaks_a_parser(value: Any) -> None:
    parsers = (normal.text, normal.code, normal.whole, normal.decimal, normal.day, normal.month, normal.area, normal.yes_no, normal.phone)
    for parse in (*parsers, normal.money(), normal.money("万元"), normal.choice(Organisation.Kind)):
        try:
            parse(value, None)
        except ValidationError as error:
            assert error.messages


@pytest.mark.django_db
def test_a_row_is_found_by_its_code_or_its_one_name(district: User) -> None:
    row, find = make.region(make.VILLAGE), normal.ref(Region, "code", "name")
    assert find(float(make.VILLAGE), district) == find(row.name, district) == row.pk
    make.region(make.OTHER_VILLAGE, row.name)
    district.__dict__.pop("_refs")
    with pytest.raises(ValidationError, match="请改填区划代码"):
        find(row.name, district)
    with pytest.raises(ValidationError, match="没有找到这个区划"):
        find("渡鸦", district)


@pytest.mark.parametrize("far", [1.0, 19_999.0, 80_001.0, 1_000_000.0])
def test_a_bare_number_of_another_size_is_no_date(far: float) -> None:
    with pytest.raises(ValidationError):
        normal.day(far, None)
