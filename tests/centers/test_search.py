"""Found by name, by pinyin, by initials; through an index each; and nothing typed breaks the query."""

from itertools import count
from typing import Any

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from accounts.models import Region
from centers import search
from centers.models import Center
from tests import make

CENTERS = {
    "光南社区党群服务中心": "330703001021",
    "光华社区党群服务中心": "330703001022",
    "南光村党群服务中心": "330703101201",
    "重阳助浴点": "330703101202",
    "多湖街道党群服务中心": "330703001",
    "A8社区党群服务中心": "330703101203",
    "朝阳社区党群服务中心": "330703101204",
}


@pytest.fixture
def centers(db: None) -> None:
    for name, code in CENTERS.items():
        make.center(code, name=name, address="东湄路18号" if name.startswith("光南") else "")


def found(text: str) -> set[str]:
    return {name.removesuffix("党群服务中心") for name in Center.objects.found(text).values_list("name", flat=True)}


@pytest.mark.parametrize(
    ("typed", "names"),
    [
        ("光南", {"光南社区"}),
        ("光南社区党群服务中心", {"光南社区"}),
        ("南光", {"南光村"}),
        ("光", {"光南社区", "光华社区", "南光村"}),
        ("浴", {"重阳助浴点"}),
        ("浴点", {"重阳助浴点"}),
        ("点", {"重阳助浴点"}),
        ("东湄路", {"光南社区"}),
        ("多湖", {"光南社区", "光华社区", "多湖街道"}),  # its own name, and the township of the others
        ("光南 东湄", {"光南社区"}),
        ("光南东湄", set()),
        ("guangnan", {"光南社区"}),
        ("GuangNan", {"光南社区"}),
        ("guang nan", {"光南社区"}),
        ("gnsq", {"光南社区"}),
        ("gn", {"光南社区"}),
        ("ＧＮＳＱ", {"光南社区"}),
        ("guang", {"光南社区", "光华社区"}),
        ("chongyang", {"重阳助浴点"}),
        ("cyzy", {"重阳助浴点"}),
        ("zysq", {"朝阳社区"}),
        ("cysq", {"朝阳社区"}),  # the other reading of 朝
        ("a8", {"A8社区"}),
        ("Ａ８", {"A8社区"}),
        ("光南A8", set()),
        ("18号", {"光南社区"}),
        ("没有", set()),
        ("zzzz", set()),
        ("!?。，", set()),
        ("", set(name.removesuffix("党群服务中心") for name in CENTERS)),
        ("   ", set(name.removesuffix("党群服务中心") for name in CENTERS)),
    ],
)
def test_what_is_typed_finds(centers: None, typed: str, names: set[str]) -> None:
    assert found(typed) == names


def test_a_new_name_is_found_at_once(centers: None) -> None:
    row = Center.objects.get(name__startswith="A8")
    row.name = "清照社区党群服务中心"
    row.save()
    assert (found("a8"), found("清照"), found("qzsq")) == (set(), {"清照社区"}, {"清照社区"})


HOSTILE = [
    "'",
    "''",
    "\\",
    "光'南",
    "光\\",
    "'光南' | '光华'",
    "光南:*",
    "a' & b",
    "%",
    "_",
    "guang%",
    "光%",
    "\t光南\n",
    "🏠光南",
    "𠮷",
    "(光",
    "!光南",
    "<->",
]


@pytest.mark.parametrize("typed", HOSTILE)
def test_characters_of_the_query_language_are_only_characters(centers: None, typed: str) -> None:
    assert found(typed) <= {"光南社区", "光华社区", "南光村"}


class Anything(TestCase):
    @settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
    @given(st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"]), max_size=20))
    def test_no_text_breaks_the_query(self, typed: str) -> None:
        list(Center.objects.found(typed))

    @settings(max_examples=100, deadline=None, derandomize=True)
    @given(st.text(st.sampled_from("光南社区重阳助浴点多湖"), min_size=1, max_size=6), st.data())
    def test_every_part_of_a_name_finds_it(self, name: str, data: Any) -> None:
        start = data.draw(st.integers(0, len(name) - 1))
        end = data.draw(st.integers(start + 1, len(name)))
        region = Region.objects.filter(code=make.VILLAGE).first() or make.region()
        row = make.center(name=name, region=region)
        assert Center.objects.found(name[start:end]).filter(pk=row.pk).exists()


# -- indexes ------------------------------------------------------------------------------------------------
@pytest.fixture
def many(db: None) -> None:
    """Some thousand centers of other names, as a province has them."""
    characters, region, numbers = "东西北中山水田林湖村金石高平安康乐新", make.region(make.NEXT_VILLAGE), count()
    rows = []
    for a in characters:
        for b in characters:
            for c in characters[:9]:
                rows.append(Center(name=f"{a}{b}{c}村{next(numbers)}", level="village", region=region))
    for row in rows:
        row.fill_search()
    Center.objects.bulk_create(rows)
    make.center(name="光南社区党群服务中心")
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE centers_center")
        # The rows of an open transaction stand in the index's waiting list, which makes it look dear; where no index
        # fits, the plan is a scan nevertheless.
        cursor.execute("SET LOCAL enable_seqscan = off")


LATIN = {"center_pinyin", "center_initials", "center_readings"}
INDEXES = {"光南": {"center_words"}, "guangnan": LATIN, "gnsq": LATIN}


def test_search_goes_through_the_index_of_what_is_typed(many: None) -> None:
    for typed, indexes in INDEXES.items():
        plan = Center.objects.found(typed).order_by().explain()
        assert "Seq Scan on centers_center" not in plan
        assert {name for name in LATIN | {"center_words"} if name in plan} == indexes
        assert found(typed) == {"光南社区"}
    without = Center.objects.filter(name__contains="光南").order_by().explain()
    assert "Seq Scan on centers_center" in without  # what no index serves shows as a scan


def test_spelling() -> None:
    assert search.spelled("光南社区") == ("guangnanshequ", "gnsq")
    assert search.spelled("A8社区") == ("a8shequ", "a8sq")
    assert search.tokens("光南社区") == ["光南", "南社", "社区", "区"]
    assert search.plain("ＧＮ１２") == "gn12"
