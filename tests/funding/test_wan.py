"""Money as fields and pages show it."""

import pytest

from portal.templatetags.portal import in_wan, stars, wan


@pytest.mark.parametrize(
    ("fen", "shown"), [(0, "0"), (60_000_000, "60"), (1_500_000, "1.5"), (100, "0.0001"), (100_000_000, "100"), (None, "")]
)
def test_what_a_field_for_wan_starts_with(fen: int | None, shown: str) -> None:
    assert in_wan(fen) == shown


def test_money_and_stars_in_words() -> None:
    assert wan(110_000_000) == "110.00万元" and wan(None) == "—"
    assert stars(4) == "★★★★ 4星" and stars(0) == "未评上"
