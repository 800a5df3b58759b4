"""The same picture again, re-saved or resized, is flagged with its twin; other pictures and plain ones are not."""

import io
from pathlib import Path
from random import Random

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageDraw

from centers import photos, pictures
from centers.models import Picture
from tests import make

SEEDS = range(12)
MASK = (1 << 64) - 1


def scene(seed: int, size: tuple[int, int] = (1200, 900)) -> Image.Image:
    """Something like a photograph: light from one side, things of many sizes in it."""
    rng = Random(seed)
    base = Image.new("RGB", size)
    base.paste(Image.linear_gradient("L").rotate(rng.choice((0, 90, 180, 270))).resize(size).convert("RGB"))
    draw = ImageDraw.Draw(base)
    for _n in range(40):
        x, y = rng.randrange(size[0]), rng.randrange(size[1])
        w, h = rng.randrange(20, size[0] // 2), rng.randrange(20, size[1] // 2)
        draw.rectangle((x, y, x + w, y + h), fill=tuple(rng.randrange(256) for _c in range(3)))
    return base


def saved(picture: Image.Image, kind: str = "JPEG", quality: int = 92) -> bytes:
    out = io.BytesIO()
    picture.save(out, kind, quality=quality)
    return out.getvalue()


def copies(picture: Image.Image) -> dict[str, bytes]:
    half = picture.resize((picture.width // 2, picture.height // 2), Image.Resampling.LANCZOS)
    again = Image.open(io.BytesIO(saved(picture, quality=60)))
    return {
        "re-saved": saved(picture, quality=60),
        "half": saved(half),
        "webp": saved(picture, "WEBP", 75),
        "half, webp, saved twice": saved(again.resize(half.size), "WEBP", 60),
    }


# -- the hash -----------------------------------------------------------------------------------------------
@pytest.mark.parametrize("seed", SEEDS)
def test_a_copy_differs_by_few_bits(seed: int) -> None:
    original = scene(seed)
    value = photos.difference_hash(saved(original))
    far = {name: photos.distance(value, photos.difference_hash(raw)) for name, raw in copies(original).items()}
    assert max(far.values()) <= pictures.SAME_WITHIN, far


def test_other_pictures_differ_by_many() -> None:
    values = [photos.difference_hash(saved(scene(seed))) for seed in range(40)]
    near = [photos.distance(a, b) for n, a in enumerate(values) for b in values[:n]]
    assert min(near) > pictures.SAME_WITHIN


def test_a_phone_that_turns_the_picture_by_its_exif_gives_the_same_hash() -> None:
    original = scene(3)
    exif = Image.Exif()
    exif[0x0112] = 6  # stored on its side
    out = io.BytesIO()
    original.rotate(90, expand=True).save(out, "JPEG", exif=exif, quality=92)
    assert photos.distance(photos.difference_hash(out.getvalue()), photos.difference_hash(saved(original))) <= pictures.SAME_WITHIN


@given(st.integers(-(1 << 63), (1 << 63) - 1), st.sets(st.integers(0, 63), max_size=7))
def test_hashes_that_differ_in_at_most_seven_bits_share_a_band(value: int, flipped: set[int]) -> None:
    other = (value & MASK) ^ sum(1 << bit for bit in flipped)
    signed = other - (1 << 64) if other >> 63 else other
    assert photos.distance(value, signed) == len(flipped)
    assert set(photos.bands(value)) & set(photos.bands(signed))


@given(st.integers(-(1 << 63), (1 << 63) - 1))
def test_bands_know_their_place(value: int) -> None:
    assert len(set(photos.bands(value))) == 8
    assert sum((band & 255) << 8 * n for n, band in enumerate(photos.bands(value))) == value & MASK


# -- what is flagged ----------------------------------------------------------------------------------------
@pytest.mark.django_db
@pytest.mark.parametrize("name", list(copies(scene(0, (90, 80)))))
def test_a_twin_is_flagged_and_never_refused(name: str, files: Path) -> None:
    center, original = make.center(), scene(5)
    first = pictures.store(center, saved(original), "closure")
    second = pictures.store(center, copies(original)[name], "inspection")
    assert (first.twin, second.twin) == (None, first)
    assert Picture.objects.count() == 2


@pytest.mark.django_db
def test_the_twin_is_the_oldest_of_any_center(files: Path) -> None:
    first = pictures.store(make.center(), saved(scene(7)), "closure")
    pictures.store(make.center(make.NEXT_VILLAGE), saved(scene(7)), "closure")
    assert pictures.store(make.center(make.OTHER_VILLAGE), saved(scene(7)), "sign").twin == first


@pytest.mark.django_db
def test_another_picture_has_no_twin(files: Path) -> None:
    center = make.center()
    for seed in range(6):
        assert pictures.store(center, saved(scene(seed, (400, 300))), "closure").twin is None


@pytest.mark.django_db
@pytest.mark.parametrize("color", ["black", "white", "grey"])
def test_plain_pictures_are_never_flagged(color: str, files: Path) -> None:
    center, raw = make.center(), make.photo_bytes(color=color)
    pictures.store(center, raw, "closure")
    assert pictures.store(center, raw, "closure").twin is None


@pytest.mark.django_db
def test_a_stored_picture_is_re_encoded_in_two_widths(files: Path) -> None:
    made = pictures.store(make.center(), saved(scene(1, (2000, 1000))), "repair", hidden=True)
    sizes = {name: Image.open(io.BytesIO(getattr(made, name).read())) for name in Picture.SIZES}
    assert {name: (one.format, one.size) for name, one in sizes.items()} == {"small": ("WEBP", (480, 240)), "large": ("WEBP", (1600, 800))}
    assert (made.width, made.height, made.hidden) == (2000, 1000, True)


@pytest.mark.django_db
def test_what_is_no_picture_leaves_nothing(files: Path) -> None:
    with pytest.raises(ValidationError):
        pictures.store(make.center(), b"%PDF-1.4", "closure")
    assert not Picture.objects.exists()
    assert not any(path.is_file() for path in files.rglob("*"))
