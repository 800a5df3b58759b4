"""QR codes as inline SVG (an address, never Chinese text: that would need a scanner that knows kanji mode)."""

import segno
from django.utils.safestring import SafeString, mark_safe


def svg(text: str, scale: int = 5) -> SafeString:
    """An SVG picture with its own quiet zone; safe, since segno writes it whole and the text is not in it."""
    return mark_safe(segno.make(text, error="m").svg_inline(scale=scale, dark="#000", light="#fff"))  # noqa: S308
