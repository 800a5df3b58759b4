"""Prints are told from their own bytes: how many pages, which characters; typst itself refuses what is wrong in a template."""

import io
import json
import re
import time
import zlib
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
import segno
from django.conf import settings

from records import printing, typesetter

ADDRESS = "https://portal.example.cn/centers/guangnan/"
EVIL = '#panic() $x$ *b* _i_ `c` <a> @ref \\ // [x] #read("/etc/passwd") '
TEMPLATES = ("register", "wayfinding", "notice", "poster")


def code() -> str:
    out = io.BytesIO()
    segno.make(ADDRESS).save(out, kind="svg", border=0, xmldecl=False)
    return out.getvalue().decode()


def register(rows: int = 40) -> dict[str, Any]:
    cells = ["多湖街道", "光南社区", "第一批", "新建", "2024-12", "主体结构封顶，内部装修进场，预计下月完成验收。", "110.00"]
    return {
        "title": "阵地提标升级台账", "subtitle": "三个一批", "as_of": "2024年11月30日", "printed": "2024-12-01 09:30",
        "totals": [{"label": "任务总数", "value": "78"}, {"label": "逾期", "value": "5"}],
        "columns": ["序号", "乡镇街道", "村（社区）", "批次", "方案", "目标月份", "进度说明", "投资（万元）"],
        "align": ["right", *["left"] * 6, "right"],
        "rows": [[str(n + 1), *cells] for n in range(rows)],
        "foot": ["", "合计", "", "", "", "", "", "4,400.00"], "note": "逾期按目标月份月末计算。",
    }  # fmt: skip


def wayfinding() -> dict[str, Any]:
    matter = {"title": "老年优待证", "papers": "身份证、照片1张", "when": "周二上午"}
    return {
        "name": "光南社区党群服务中心", "address": "多湖街道光南路166号", "phone": "0579-82000123", "hours": ["周一至周五 8:30–17:30"],
        "groups": [{"window": f"{n}号窗口", "matters": [matter, {**matter, "papers": "", "when": ""}]} for n in range(1, 4)],
        "services": [{"title": "老年食堂", "detail": "一楼东侧"}, {"title": "健身房", "detail": ""}],
        "qr_svg": code(), "url": ADDRESS, "printed": "2024-12-01",
    }  # fmt: skip


def notice() -> dict[str, Any]:
    return {
        "number": "金东党群整〔2024〕12号", "center": "光南社区党群服务中心", "issued_on": "2024年12月2日", "due_on": "2024年12月16日",
        "text": "无障碍通道被占用。\n消防栓箱打不开。", "basis": "第三章第2项", "level": "一般问题", "from_office": "区工作专班",
        "contact": "0579-82000999", "printed": "2024-12-02",
    }  # fmt: skip


def poster() -> dict[str, Any]:
    return {"name": "光南社区党群服务中心", "title": "设施坏了？请告诉我们", "lines": ["不用注册。"], "qr_svg": code(), "url": ADDRESS}


FULL = {"register": register, "wayfinding": wayfinding, "notice": notice, "poster": poster}


def swollen(value: Any, words: str, times: int) -> Any:
    """The same data with every text of it grown; what is no text of a person stays."""
    if isinstance(value, dict):
        return {key: item if key in ("qr_svg", "align") else swollen(item, words, times) for key, item in value.items()}
    if isinstance(value, list):
        return [swollen(item, words, times) for item in value]
    return words + value * times


def pages(document: bytes) -> int:
    return len(re.findall(rb"/Type/Page\b", document))


def streams(document: bytes) -> list[bytes]:
    """What the document holds, unpacked."""
    found = []
    for stream in re.findall(rb"stream\r?\n(.*?)\r?\nendstream", document, re.DOTALL):
        with suppress(zlib.error):
            found.append(zlib.decompress(stream))
    return found


def glyphs(document: bytes) -> dict[str, bytes]:
    """What the document's fonts say that their glyphs mean (the ToUnicode maps): the words and the two bytes of each."""
    maps = b"\n".join(stream for stream in streams(document) if b"begincmap" in stream)
    pairs = re.findall(rb"^<([0-9A-Fa-f]{4})> ?<([0-9A-Fa-f]+)>$", maps, re.MULTILINE)
    return {bytes.fromhex(words.decode()).decode("utf-16-be"): bytes.fromhex(code.decode()) for code, words in pairs}


def characters(document: bytes) -> set[str]:
    return set("".join(glyphs(document)))


def shown(page: bytes) -> bytes:
    """The codes of all glyphs that a page's content shows, in order."""
    strings = re.findall(rb"\(((?:\\.|[^\\)])*)\)", page, re.DOTALL)
    plain = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f"}
    escape = re.compile(rb"\\([0-7]{3}|.)", re.DOTALL)
    return b"".join(escape.sub(lambda m: bytes([int(m[1], 8)]) if len(m[1]) == 3 else plain.get(m[1], m[1]), s) for s in strings)


@pytest.mark.parametrize("template", TEMPLATES)
def test_full_data_prints_the_same_bytes_each_time(template: str) -> None:
    data = FULL[template]()
    first = printing.pdf(template, data)
    assert first.startswith(b"%PDF-")
    assert first == printing.pdf(template, data)
    assert pages(first) == (2 if template == "register" else 1)
    told = characters(first)
    assert set(re.sub(r"[\s\u3000-\u303f\uff00-\uffef]", "", data.get("center") or data.get("name") or data["title"])) <= told


@pytest.mark.parametrize("template", TEMPLATES)
@pytest.mark.parametrize("empty", [{}, dict.fromkeys(("title", "name", "rows", "foot", "groups", "hours", "lines", "text", "qr_svg"))])
def test_nothing_to_say_is_a_page_all_the_same(template: str, empty: dict[str, Any]) -> None:
    assert pages(printing.pdf(template, empty)) == 1


@pytest.mark.parametrize("template", TEMPLATES)
def test_very_long_data_takes_more_pages(template: str) -> None:
    assert pages(printing.pdf(template, swollen(FULL[template](), "", 60))) > 1


@pytest.mark.parametrize("template", TEMPLATES)
def test_the_words_of_people_are_never_markup(template: str) -> None:
    assert set('#$*_`<@\\[]"()') <= characters(printing.pdf(template, swollen(FULL[template](), EVIL, 1)))


@pytest.mark.parametrize("template", TEMPLATES)
def test_unusual_characters_print_or_leave_a_box(template: str) -> None:
    """A Han character of four bytes, a middle dot, full-width, an emoji, a letter with marks, a control character."""
    told = characters(printing.pdf(template, swollen(FULL[template](), "𠮷㐂·ＡＢ１２😀é\u0000\u202e\ud800", 1)))
    assert {"·", "Ａ"} <= told


def test_four_hundred_rows_repeat_the_head_on_every_page() -> None:
    started = time.monotonic()
    document = printing.pdf("register", register(400))
    print(f"400 rows: {time.monotonic() - started:.2f} s, {pages(document)} pages, {len(document)} bytes")
    assert 8 < pages(document) < 20
    head = b"".join(glyphs(document)[letter] for letter in "乡镇街道")
    contents = [stream for stream in streams(document) if b" Tm" in stream and b"BT" in stream]
    assert [head in shown(content) for content in contents] == [True] * pages(document)


def test_every_template_reads_its_data_as_json_alone() -> None:
    folder = Path(settings.BASE_DIR, "templates", "print")
    assert {path.stem for path in folder.glob("*.typ")} >= {*TEMPLATES, "frame"}
    for path in folder.glob("*.typ"):
        assert not re.search(r"\b(eval|plugin|read|include)\(|@preview", path.read_text()), path


def test_the_fonts_are_those_of_the_wheel() -> None:
    assert typesetter.fonts().families() == ["Noto Sans SC", "Noto Serif SC"]


def test_the_answer_names_the_file_and_the_time_of_printing(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[dict[str, Any]] = []

    def kept(template: str, data: dict[str, Any]) -> bytes:
        seen.append(data)
        return b"%PDF-"

    monkeypatch.setattr(printing, "pdf", kept)
    reply = printing.answer("poster", {"name": "x"}, "海报.pdf")
    assert reply["Content-Type"] == "application/pdf"
    assert reply["Content-Disposition"] == "inline; filename*=utf-8''%E6%B5%B7%E6%8A%A5.pdf"
    assert printing.answer("poster", {"printed": "早"}, "a.pdf", inline=False)["Content-Disposition"] == 'attachment; filename="a.pdf"'
    assert re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d", seen[0]["printed"])
    assert seen[1]["printed"] == "早"


def test_what_typst_refuses_is_told() -> None:
    with pytest.raises(RuntimeError, match="failed to parse SVG"):
        printing.pdf("poster", {"qr_svg": "this is no picture"})
    with pytest.raises(RuntimeError, match="absent"):
        printing.pdf("absent", {})


def test_data_must_be_plain() -> None:
    with pytest.raises(TypeError):
        printing.pdf("poster", {"name": object()})
    assert json.loads(json.dumps(poster())) == poster()
