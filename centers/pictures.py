"""Pictures of work: checked, re-encoded, stored; the same picture again is flagged to a person, never refused."""

from typing import Any

from django.core.files.base import ContentFile

from centers import photos
from centers.models import Center, Picture

#: Hashes that differ in at most so many of 64 bits are the same picture, re-saved or resized.
SAME_WITHIN = 5


def store(center: Center, raw: bytes, source: str, by: Any = None, *, hidden: bool = False) -> Picture:
    """Saves a picture of a center's work; raises ValidationError in the user's words. Call it last: it writes files."""
    return keep(center, photos.derive(raw, Picture.SIZES), photos.difference_hash(raw), source, by, hidden=hidden)


def keep(center: Center, sizes: photos.Sizes, value: int, source: str, by: Any = None, *, hidden: bool = False) -> Picture:
    """The same of a picture that was checked and re-encoded already; ``value`` is its difference hash."""
    row = Picture(
        center=center,
        source=source,
        width=sizes.width,
        height=sizes.height,
        dhash=value,
        bands=photos.bands(value),
        twin=twin_of(value),
        hidden=hidden,
        uploaded_by=by,
    )
    for size, content in sizes.files.items():
        getattr(row, size).save("x.webp", ContentFile(content), save=False)
    row.save()
    return row


def twin_of(value: int) -> Picture | None:
    """The oldest picture of the district that looks the same; found through an index over the hash's bytes."""
    if photos.plain(value):
        return None
    near = Picture.objects.filter(bands__overlap=photos.bands(value)).order_by("id").only("pk", "dhash")
    return next((row for row in near.iterator(500) if photos.distance(row.dhash, value) <= SAME_WITHIN), None)
