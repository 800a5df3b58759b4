"""Photographs: checked, turned upright, stripped of EXIF, re-encoded to WebP in three widths. Plain bytes in and out."""

import io
import warnings
from typing import Any, NamedTuple

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from PIL import Image, ImageOps, UnidentifiedImageError

FORMATS = ("JPEG", "PNG", "WEBP")


class Sizes(NamedTuple):
    """WebP bytes by name of size, and the original's width and height in px, upright."""

    files: dict[str, bytes]
    width: int
    height: int


def derive(raw: bytes, widths: dict[str, int]) -> Sizes:
    """The picture in each width (never enlarged); raises ValidationError in the user's words."""
    if len(raw) > settings.PHOTO_MAX_BYTES:
        raise ValidationError(_("照片超过 8 MB。请用手机相册的“编辑—压缩”或微信发送一次原图以外的版本，再上传。"), code="large")
    picture = opened(raw)
    picture = ImageOps.exif_transpose(picture)
    if picture.mode not in ("RGB", "L"):
        flat = Image.new("RGB", picture.size, "white")
        rgba = picture.convert("RGBA")
        flat.paste(rgba, mask=rgba.getchannel("A"))
        picture = flat
    files = {name: encoded(picture, width) for name, width in widths.items()}
    return Sizes(files, *picture.size)


def content(upload: Any) -> bytes:
    """An upload's bytes; of one too large only what shows that it is."""
    return bytes(upload.read(settings.PHOTO_MAX_BYTES + 1))


def opened(raw: bytes) -> Image.Image:
    """The decoded picture; refuses other formats, too many pixels, damaged files."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            picture = Image.open(io.BytesIO(raw), formats=FORMATS)
            if picture.width * picture.height > settings.PHOTO_MAX_PIXELS:
                raise ValidationError(_("照片的像素太多（超过 4000 万）。请缩小后再上传。"), code="pixels")
            picture.load()
    except UnidentifiedImageError as error:
        raise ValidationError(_("这个文件不是照片（只收 JPG、PNG、WebP）。请换一张再上传。"), code="format") from error
    except (Image.DecompressionBombWarning, Image.DecompressionBombError) as error:
        raise ValidationError(_("照片的像素太多（超过 4000 万）。请缩小后再上传。"), code="pixels") from error
    except (OSError, SyntaxError, ValueError) as error:
        raise ValidationError(_("照片文件损坏了，打不开。请重新拍一张，或换一张再上传。"), code="damaged") from error
    return picture


def encoded(picture: Image.Image, width: int) -> bytes:
    """WebP bytes at most ``width`` px wide, without metadata."""
    copy = picture.copy()
    if copy.width > width:
        copy = copy.resize((width, max(1, round(copy.height * width / copy.width))), Image.Resampling.LANCZOS)
    out = io.BytesIO()
    copy.save(out, "WEBP", quality=82, method=4, exif=b"", xmp=b"", icc_profile=b"")
    return out.getvalue()


def difference_hash(raw: bytes) -> int:
    """The 64-bit difference hash of a picture as a signed integer: the same for a copy that was re-saved or resized.

    Each bit says whether a point of the picture, shrunk to 9 × 8 greys, is brighter than its right neighbour.
    """
    small = ImageOps.exif_transpose(opened(raw)).convert("L").resize((9, 8), Image.Resampling.LANCZOS)
    greys = list(small.tobytes())
    bits = 0
    for row in range(8):
        for column in range(8):
            bits = bits << 1 | (greys[row * 9 + column] > greys[row * 9 + column + 1])
    return bits - (1 << 64) if bits >> 63 else bits


def distance(one: int, other: int) -> int:
    """In how many of 64 bits two hashes differ."""
    return ((one ^ other) & (1 << 64) - 1).bit_count()


def bands(value: int) -> list[int]:
    """Eight numbers, one for each byte with its place: hashes that differ in at most 7 bits share one (pigeonhole)."""
    unsigned = value & (1 << 64) - 1
    return [place << 8 | (unsigned >> 8 * place & 255) for place in range(8)]


def plain(value: int) -> bool:
    """A picture without detail (all grey, all black): its hash says nothing."""
    return (value & (1 << 64) - 1).bit_count() in (0, 1, 63, 64)
