"""The article's table: each of its figures is one entry here, one query, as of a day (DOMAIN §2.12).

A new figure is one ``Fact`` in the module of its noun, added to ``FACTS`` below; page, API, Excel and tests follow from the list.
"""

import re
from datetime import date

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.facts import building, money, people, service
from portal.facts.fact import Fact, Part, Reading, number

#: In the article's order.
FACTS: tuple[Fact, ...] = (*building.FACTS, *people.FACTS, *service.FACTS, *money.FACTS)
BY_KEY = {fact.key: fact for fact in FACTS}
#: The first day that can be asked for: no record is older.
FIRST = date(2000, 1, 1)
DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def day_asked(text: str) -> date:
    """The day that an address names, today where it names none; ValidationError for no day, or one to come."""
    today = timezone.localdate()
    if not text:
        return today
    try:
        day = date.fromisoformat(text) if DAY.fullmatch(text) else None
    except ValueError:
        day = None
    if day is None:
        raise ValidationError({"as_of": _("日期写成“2024-12-18”这样。")})
    if not FIRST <= day <= today:
        raise ValidationError({"as_of": _("请选 2000 年以后、今天或以前的日期。")})
    return day


__all__ = ["BY_KEY", "FACTS", "Fact", "Part", "Reading", "day_asked", "number"]
