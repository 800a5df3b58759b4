"""Papers: which files are taken, told by their first bytes; served to be downloaded, never shown inside our pages."""

import re
import struct
import unicodedata
import zipfile
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

MAX_BYTES = 10 * 1024 * 1024
OFFICE = "application/vnd.openxmlformats-officedocument"
#: First bytes → content type.
STARTS = {b"%PDF-": "application/pdf", b"\xff\xd8\xff": "image/jpeg", b"\x89PNG\r\n\x1a\n": "image/png"}
#: A part that an office file has → content type.
PARTS = {"word/document.xml": f"{OFFICE}.wordprocessingml.document", "xl/workbook.xml": f"{OFFICE}.spreadsheetml.sheet"}


def content_type(upload: Any) -> str:
    """The kind of file; raises ValidationError in the user's words."""
    if upload.size > MAX_BYTES:
        raise ValidationError(_("文件超过 10 MB。请压缩或分成几份再上传。"), code="large")
    upload.seek(0)
    head = upload.read(8)
    upload.seek(0)
    for start, kind in STARTS.items():
        if head.startswith(start):
            return kind
    if head.startswith(b"PK"):
        kind = office_type(upload)
        upload.seek(0)
        if kind:
            return kind
    raise ValidationError(_("这个文件不能收（只收 PDF、JPG、PNG、Word、Excel）。请另存为 PDF 再上传。"), code="format")


def office_type(upload: Any) -> str:
    """Word or Excel without macros; "" for any other archive."""
    try:
        with zipfile.ZipFile(upload) as archive:
            names = set(archive.namelist())
    except (zipfile.BadZipFile, NotImplementedError, ValueError, OSError, struct.error):
        return ""
    if any(name.endswith("vbaProject.bin") for name in names):
        return ""
    return next((kind for part, kind in PARTS.items() if part in names), "")


def file_name(raw: str) -> str:
    """A name that is safe to send back: no paths, no control characters, at most 120 characters."""
    name = unicodedata.normalize("NFC", raw or "").replace("\\", "/").rsplit("/", 1)[-1]
    return re.sub(r"[\x00-\x1f\x7f\"<>|:*?]", "_", name)[-120:] or "file"


#: In which states papers, photos, planned steps and visits are added and taken away, by the owner's model.
OPEN = {
    "upgradetask": ("draft", "plan_set", "in_progress", "returned", "reopened"),
    "finding": ("issued", "accepted", "extended", "returned"),
    "placementapplication": ("draft", "returned"),
    "lease": ("draft", "legal_review"),
    "candidatesite": ("found", "assessed", "negotiating", "agreed", "in_use"),
    "project": ("draft", "returned", "approved"),
}


def takes_parts(owner: Any) -> bool:
    """Whether an owner's parts may still change: not while somebody reviews them, nor after; nor those of what is frozen."""
    if hasattr(owner, "frozen"):
        return not owner.frozen
    return owner.state in OPEN[owner._meta.model_name]


#: In these states a paper may still come, and none goes: somebody decided by those that are there.
KEPT = {"project": ("approved",)}


def keeps_parts(owner: Any) -> bool:
    return getattr(owner, "state", "") in KEPT.get(owner._meta.model_name, ())


def region_of(owner: Any) -> Any:
    """The region that an owner's papers belong to."""
    if owner._meta.model_name == "candidatesite":
        return owner.region
    return owner.site.region if owner._meta.model_name == "lease" else owner.center.region


class WithPapers:
    """An owner whose papers lie where it lies: moved with it, so that the old place loses sight of them."""

    def save(self, *args: Any, **kwargs: Any) -> None:
        super().save(*args, **kwargs)  # type: ignore[misc]
        region = region_of(self)
        self.papers.exclude(region=region).update(region=region)  # type: ignore[attr-defined]
