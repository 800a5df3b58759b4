"""Photographs: upright, without metadata, and no file that only looks like one."""

import io
import struct
import zlib
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from PIL import Image

from centers import photos
from centers.models import Photo
from tests import make

WIDTHS = Photo.SIZES
ORIENTATION, MAKER, GPS = 0x0112, 0x010F, 0x8825


def opened(raw: bytes) -> Image.Image:
    return Image.open(io.BytesIO(raw))


def refused(raw: bytes) -> str:
    with pytest.raises(ValidationError) as caught:
        photos.derive(raw, WIDTHS)
    assert str(caught.value.messages[0]).endswith("。")
    return str(caught.value.code)


def located() -> Image.Exif:
    """As a telephone writes it: turned, with its maker and the place."""
    exif = Image.Exif()
    exif[ORIENTATION], exif[MAKER] = 6, "SECRETPHONE"
    exif[GPS] = {1: "N", 2: (29.0, 6.0, 0.0), 3: "E", 4: (119.0, 41.0, 0.0)}
    return exif


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_picture_comes_in_three_widths_as_webp(kind: str) -> None:
    made = photos.derive(make.photo_bytes(kind, (2000, 1000)), WIDTHS)
    assert (made.width, made.height) == (2000, 1000)
    assert {name: (opened(raw).format, opened(raw).size) for name, raw in made.files.items()} == {
        "small": ("WEBP", (320, 160)),
        "medium": ("WEBP", (800, 400)),
        "large": ("WEBP", (1600, 800)),
    }


def test_a_small_picture_is_never_enlarged() -> None:
    made = photos.derive(make.photo_bytes(size=(100, 50)), WIDTHS)
    assert {opened(raw).size for raw in made.files.values()} == {(100, 50)}


def test_no_metadata_is_left() -> None:
    raw = make.photo_bytes(exif=located())
    assert b"SECRETPHONE" in raw
    assert opened(raw).getexif().get_ifd(GPS)
    for derived in photos.derive(raw, WIDTHS).files.values():
        picture = opened(derived)
        assert not picture.getexif()
        assert not {"exif", "xmp", "icc_profile"} & set(picture.info)
        assert b"SECRETPHONE" not in derived


@pytest.mark.parametrize(("orientation", "corner"), [(1, (0, 0)), (3, (99, 59)), (6, (59, 0)), (8, (0, 99))])
def test_the_picture_stands_upright(orientation: int, corner: tuple[int, int]) -> None:
    """A white spot in the file's upper left corner goes where the telephone's position puts it."""
    picture = Image.new("RGB", (100, 60), "black")
    picture.paste("white", (0, 0, 20, 20))
    exif, out = Image.Exif(), io.BytesIO()
    exif[ORIENTATION] = orientation
    picture.save(out, "JPEG", exif=exif, quality=95)
    made = photos.derive(out.getvalue(), WIDTHS)
    assert (made.width, made.height) == ((100, 60) if orientation in (1, 3) else (60, 100))
    small = opened(made.files["small"]).convert("L")
    assert small.getpixel(corner) > 200
    assert sum(small.getpixel((x, y)) > 200 for x in (5, small.width - 6) for y in (5, small.height - 6)) == 1  # type: ignore[operator]


@pytest.mark.parametrize("mode", ["RGBA", "LA", "P", "CMYK", "I;16", "1"])
def test_every_mode_of_colours_becomes_a_picture(mode: str) -> None:
    kind = "JPEG" if mode == "CMYK" else "PNG"
    raw = make.photo_bytes(kind, mode=mode, color=0 if mode in ("P", "I;16", "1") else "red")  # type: ignore[arg-type]
    assert opened(photos.derive(raw, WIDTHS).files["small"]).size == (320, 240)


def test_what_is_transparent_becomes_white() -> None:
    out = io.BytesIO()
    Image.new("RGBA", (50, 50), (255, 0, 0, 0)).save(out, "PNG")
    assert opened(photos.derive(out.getvalue(), WIDTHS).files["small"]).convert("L").getpixel((25, 25)) > 250  # type: ignore[operator]


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"MZ\x90\x00" + b"\x00" * 200,
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        b"%PDF-1.7",
        "文字".encode(),
        b"GIF89a" + b"\x00" * 50,
    ],
    ids=["empty", "program", "svg", "pdf", "text", "gif head"],
)
def test_another_file_under_the_name_of_a_picture_is_refused(raw: bytes) -> None:
    assert refused(raw) == "format"


@pytest.mark.parametrize("kind", ["GIF", "TIFF", "BMP"])
def test_other_formats_are_refused(kind: str) -> None:
    assert refused(make.photo_bytes(kind)) == "format"


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_file_cut_off_is_refused_as_damaged(kind: str) -> None:
    noise = Image.effect_noise((400, 300), 80).convert("RGB")
    out = io.BytesIO()
    noise.save(out, kind)
    assert refused(out.getvalue()[: len(out.getvalue()) // 2]) == "damaged"


def test_a_file_too_large_is_refused_before_it_is_read(settings: Any) -> None:
    assert refused(b"\x00" * (settings.PHOTO_MAX_BYTES + 1)) == "large"


def chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


@pytest.mark.parametrize(("width", "height"), [(8000, 5001), (60000, 60000), (40_000_001, 1)])
def test_a_small_file_with_too_many_pixels_is_refused_before_it_is_unpacked(width: int, height: int) -> None:
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0))
    bomb = b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", zlib.compress(b"\x00" * 1000)) + chunk(b"IEND", b"")
    assert refused(bomb) == "pixels"


def test_a_png_with_a_wrong_checksum_is_refused() -> None:
    raw = bytearray(make.photo_bytes("PNG"))
    raw[len(raw) // 2] ^= 0xFF
    assert refused(bytes(raw)) in {"damaged", "format"}


@pytest.mark.django_db
def test_the_name_of_a_stored_file_says_nothing() -> None:
    from centers.models.photo import photo_path

    row = make.photo(make.center(), caption="张三家的孩子")
    names = {photo_path(row, "张三.jpg") for _n in range(20)}
    assert len(names) == 20
    assert all(name.isascii() and name.endswith(".webp") for name in names)
