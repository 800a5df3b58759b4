"""Staffing in the small world: a posted month with a duty that is over, one that lies ahead, leave, a swap, partners."""

from datetime import timedelta
from typing import Any

from django.utils import timezone

from accounts.models import User
from centers.models import Center
from tests import make


def staffing(center: Center, resident: User) -> dict[str, Any]:
    """Rows by name. The resident is a cadre of the center, too: their own rows are reached from the phone."""
    mine, other = make.cadre(user=resident, name="黄值班"), make.cadre(name="方值班")
    for who in (mine, other):
        make.posting(center, who)
    today = timezone.localdate()
    month = make.month_of(today)
    posted, draft = make.roster(center, "published", month=month), make.roster(center, month=make.next_month())
    over = make.shift(posted, month if today.day > 2 else today - timedelta(days=3))
    ahead = make.shift(make.roster(center, "published", month=make.month_of(today + timedelta(days=70))), today + timedelta(days=70))
    swapped = make.duty(ahead, mine)
    return {
        "cadre_row": mine,
        "posting": make.posting(center),
        "manager": make.manager(center, other),
        "need": make.duty_need(center),
        "safety": make.safety_list(center),
        "roster": posted,
        "draft_roster": draft,
        "roster_run": make.roster_run(make.VILLAGE),
        "shift": over,
        "duty": make.duty(over, other),
        "absent": make.duty(over, mine, state="absent", finding="没有来"),
        "own_duty": swapped,
        "leave": make.leave(mine, first=40),
        "swap": make.swap(make.duty(ahead, other), mine),
        "own_swap": make.swap(swapped, other),
        "balance": make.duty_balance(posted, mine),
        "community_partner": make.community_partner(center),
    }
