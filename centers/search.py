"""What a center is found by: bigrams of its Chinese names, its pinyin, its initials; each with an index of its own.

Bigrams, since Chinese has no spaces and word lists miss names (浴点 in 助浴点); phrase queries keep their order.
"""

import re
import unicodedata
from itertools import product
from typing import Any

from pypinyin import Style, pinyin

HAN = re.compile(r"[\u3400-\u9fff\U00020000-\U0003ffff]+")
LATIN = re.compile(r"[0-9a-z]+")
READINGS = 8  # a name with several heteronyms is stored under at most so many readings


def plain(text: str) -> str:
    """NFKC, lower case: full-width digits and letters become plain ones."""
    return unicodedata.normalize("NFKC", text or "").lower()


def tokens(text: str) -> list[str]:
    """Bigrams of each run of Chinese characters, the run's last character alone, and Latin words."""
    found: list[str] = []
    for run in HAN.findall(plain(text)):
        found += [run[n : n + 2] for n in range(len(run))]
    return found + LATIN.findall(plain(text))


def letters(run: str) -> Any:
    """What is not Chinese stands for itself, letter by letter (pypinyin's types know only whole strings)."""
    return list(plain(run))


def spelled(name: str) -> tuple[str, str]:
    """(pinyin, initials) of a name without tones: ``guangnanshequ``, ``gnsq``."""
    syllables = [group[0] for group in pinyin(name, style=Style.NORMAL, errors=letters)]
    words = [re.sub(r"[^0-9a-z]", "", plain(s)) for s in syllables]
    return "".join(words)[:160], "".join(w[0] for w in words if w)[:60]


def initial_readings(name: str) -> list[str]:
    """The initials under every reading of the name's characters, the usual one first (重 is ch or zh)."""
    groups = [sorted({plain(s)[0] for s in g if s}) for g in pinyin(name, style=Style.NORMAL, heteronym=True, errors=letters)]
    readings = ("".join(letters) for letters, _n in zip(product(*groups), range(READINGS), strict=False))
    return list(dict.fromkeys([spelled(name)[1], *readings]))


def phrase(text: str) -> str:
    """The ``tsquery`` text that finds the words typed: bigrams in order, the last one open-ended; "" for nothing."""
    parts = []
    for run in HAN.findall(plain(text)):
        grams = [run[n : n + 2] for n in range(max(1, len(run) - 1))]
        parts.append(" <-> ".join(f"'{g}'" + (":*" if n == len(grams) - 1 else "") for n, g in enumerate(grams)))
    parts += [f"'{word}':*" for word in LATIN.findall(plain(text))]
    return " & ".join(f"({part})" for part in parts)
