"""What walkers upload and look for at the desk: pictures, a scan, rows of a list."""

import io
from typing import Any

from PIL import Image, ImageDraw
from playwright.sync_api import Locator, expect

from tests.browser.conftest import Walker

PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj 2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"


def picture(seed: int, name: str = "现场.jpg") -> dict[str, Any]:
    """A photograph that looks like no other: blocks whose shades follow from the seed."""
    image = Image.new("RGB", (900, 600), "#d9c3a0")
    draw = ImageDraw.Draw(image)
    for n in range(48):
        x, y = n % 8 * 112, n // 8 * 100
        shade = (seed * 7919 + n * n * 104729) % 256
        draw.rectangle((x, y, x + 108, y + 96), (shade, (shade * 3) % 256, 255 - shade))
    out = io.BytesIO()
    image.save(out, "JPEG", quality=88)
    return {"name": name, "mimeType": "image/jpeg", "buffer": out.getvalue()}


def scan(name: str) -> dict[str, Any]:
    return {"name": name, "mimeType": "application/pdf", "buffer": PDF}


def section(person: Walker, title: str) -> Locator:
    """The part of a page under that heading."""
    return person.page.locator("section", has=person.page.get_by_role("heading", name=title, exact=True))


def open_row(person: Walker, noun: str, words: str) -> None:
    """The page of the one row of a list that these words find."""
    person.go(f"/desk/{noun}/?q={words}")
    person.opens(person.page.locator("main tbody tr th a").first)


def upload_paper(person: Walker, kind: str, name: str = "扫描件.pdf") -> None:
    """From a row's page and back to it."""
    page = person.page
    person.opens(section(person, "材料").get_by_role("link", name="上传"))
    page.get_by_label("材料类别").select_option(label=kind)
    page.get_by_label("选择文件").set_input_files(scan(name))
    person.press("保存")
    person.says("已保存")
    expect(section(person, "材料")).to_contain_text(kind)


def take(person: Walker, label: str, **typed: str) -> None:
    """A step that asks for something: its form opens, is filled by label, and goes."""
    person.follow(label)
    for name, words in typed.items():
        person.page.get_by_label(name).fill(words)
    person.press(label)
    person.says(f"已办：{label}")
