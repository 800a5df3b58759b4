"""Posters and the text for an official account: readable, whole, and never broken by what somebody typed."""

from datetime import timedelta
from io import BytesIO

import pytest
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from accounts.models import User
from activities import poster, reporting
from activities.models import Activity
from tests import make
from tests.portal.world import enter

pytestmark = pytest.mark.django_db
NASTY = ("A\r\nSet-Cookie: x=1", '"; filename="evil.exe', "<script>alert(1)</script>", "🎉🎉", "！" * 60, "字" * 60, "a" * 60)


def full(**fields: object) -> Activity:
    """With everything that a poster can carry."""
    values = {"summary": "请邻居们一起来。", "audience": "60 岁以上", "price_fen": 1050} | fields
    return make.activity(capacity=20, **values)


@pytest.mark.parametrize("name", poster.FORMATS)
def test_each_format_is_a_picture_of_its_size(name: str, village: User) -> None:
    response = enter(village).get(f"/desk/activities/{full().pk}/poster/{name}.png")
    assert (response.status_code, response["Content-Type"]) == (200, "image/png")
    form = poster.FORMATS[name]
    assert Image.open(BytesIO(response.content)).size == (form.width, form.height)


@pytest.mark.parametrize("name", poster.FORMATS)
def test_the_code_can_be_scanned_that_is_its_corner_holds_nothing_else(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The longest texts; what is drawn besides must not reach the code's quiet zone."""
    row = full(title="字" * 60, summary="长" * 120, audience="众" * 60)
    form, square = poster.FORMATS[name], poster.code(f"http://localhost/activities/{row.pk}/", poster.FORMATS[name].qr)
    monkeypatch.setattr(poster, "code", lambda address, size: square)
    drawn = Image.open(BytesIO(poster.draw(row, name))).convert("RGB")
    x = form.width - form.margin - square.width
    y = (form.height - square.height) // 2 if name == "wide" else form.height - form.margin - square.height - form.text
    assert drawn.crop((x, y, x + square.width, y + square.height)).tobytes() == square.tobytes()
    around = drawn.crop((x - 8, y - 8, x + square.width + 8, y)).getcolors()
    assert around is not None
    assert len(around) == 1  # paper alone above the code


@pytest.mark.parametrize("title", NASTY)
def test_no_title_breaks_a_poster_or_its_headers(title: str, village: User) -> None:
    row = full(title=title[:60])
    response = enter(village).get(f"/desk/activities/{row.pk}/poster/wide.png")
    assert response.status_code == 200
    assert "Set-Cookie" not in response.headers
    assert "\n" not in response["Content-Disposition"]


def test_only_the_three_formats_and_only_at_the_own_desk(village: User, other_township: User, resident: User) -> None:
    row = make.activity(published=False, capacity=5)
    assert enter(village).get(f"/desk/activities/{row.pk}/poster/a3.png").status_code == 404
    for path in (f"/desk/activities/{row.pk}/poster/wide.png", f"/desk/activities/{row.pk}/publicity/"):
        assert [enter(user).get(path).status_code for user in (village, other_township, resident)] == [200, 404, 403]


def test_without_places_and_times_there_is_a_poster_too() -> None:
    assert poster.draw(make.activity(published=False, title="预告"), "square").startswith(b"\x89PNG")


def test_the_facts_say_when_in_shanghai_where_for_whom_and_what_it_costs() -> None:
    row = full()
    local = timezone.localtime(row.intakes.get().meetings.get().starts_at)
    text = "\n".join(poster.facts(row))
    assert f"{local.month}月{local.day}日" in text and f"{local:%H:%M}–" in text
    assert "60 岁以上" in text and "20 人 · 10.5 元" in text
    assert "免费" in "\n".join(poster.facts(make.activity(capacity=3)))


def test_a_poster_of_a_series_names_the_next_meeting_not_one_that_is_over() -> None:
    row = make.activity(capacity=5)
    ahead = timezone.localtime(row.intakes.get().meetings.get().starts_at)
    make.meeting(row.intakes.get(), timezone.now() - timedelta(days=30))
    assert f"{ahead.month}月{ahead.day}日" in "\n".join(poster.facts(row))


@settings(max_examples=60, deadline=None)
@given(st.text(st.sampled_from("党群服务中心，。！（“《a1 %"), max_size=80), st.integers(90, 700), st.integers(1, 4))
def test_lines_fit_and_lose_nothing_before_the_ellipsis(text: str, width: int, most: int) -> None:
    face = poster.font(30)
    lines = poster.wrapped(text, face, width, most)
    assert len(lines) <= most
    assert max((face.getlength(line) for line in lines), default=0) <= width + face.getlength("！") + 1
    whole = "".join(lines)
    assert text == whole or (whole.endswith("…") and text.startswith(whole[:-1]))


def test_the_text_for_wechat_says_when_where_and_for_whom_and_afterwards_what_it_was(village: User) -> None:
    row = full(title="夜校摄影班")
    local = timezone.localtime(row.intakes.get().meetings.get().starts_at)
    text = reporting.for_wechat(row)
    assert text.startswith("【夜校摄影班】\n请邻居们一起来。")
    assert f"时间：{local.month}月{local.day}日 {local:%H:%M}" in text and "对象：60 岁以上" in text
    make.outcome(row)
    assert "教了八段锦。" in enter(village).get(f"/desk/activities/{row.pk}/publicity/").content.decode()
