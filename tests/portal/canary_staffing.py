"""For ``test_canary``: the other township's cadres, rosters, leave and partners, and where else to listen for the canary."""

from typing import Any

from accounts.models import Organisation
from centers.models import Center
from tests import make

API = ("cadres", "postings", "managers", "safety-lists", "duty-needs", "rosters", "roster-runs", "duties", "leaves", "swaps")
API += ("duty-balances", "partners")
OWN_API = ("duties", "leaves", "swaps", "duty-balances")
DESK = ("cadres", "postings", "managers", "safety-lists", "duty-needs", "rosters", "duties", "leaves", "swaps", "partners")
ADMIN = ("staffing/cadre", "staffing/posting", "staffing/leave", "staffing/swap", "staffing/duty", "staffing/communitypartner")
REGISTERS = ("cadres", "postings", "managers", "safety_lists", "duty_needs", "rosters", "duties", "leaves", "swaps", "partners")


def questions(persona: str, name: str) -> list[str]:
    """Searches, filters and exports beyond the table's own addresses."""
    nouns = () if persona == "anonymous" else API if persona in ("village", "township", "other_township") else OWN_API
    found = [
        f"/api/v1/{noun}/?{query}" for noun in nouns for query in ("page_size=200", "ordering=-id", "region=330703101", f"search={name}")
    ]
    if persona in ("village", "township", "other_township"):
        found += [f"/desk/{noun}/?{query}" for noun in DESK for query in (f"q={name}", "town=330703101")]
        found += [f"/desk/export/{register}/" for register in (*REGISTERS, "duty_balances")]
        found += ["/desk/duty-board/", "/desk/hall/"]
    if persona in ("township", "other_township"):
        found += [f"/admin/{model}/?q={name}" for model in ADMIN]
        found += [f"/admin/autocomplete/?app_label=staffing&model_name=posting&field_name=cadre&term={name}"]
    return found


def plant(draft: Center, text: str) -> dict[str, Any]:
    """At a center of the other township that is not public: a cadre of that name on duty, on leave, in a swap."""
    known = Organisation.objects.order_by("pk").first()  # forms of places offer every organisation of the district
    who = make.cadre(draft.region.code, name=text)
    make.posting(draft, who, position=text, exempt="evening", exempt_note=text)
    month = make.month_of(make.day_after(0))
    posted = make.roster(draft, "published", month=month)
    over = make.duty(make.shift(posted, make.day_after(0)), who, position=text, state="absent", finding=text)
    ahead = make.duty(make.shift(posted, make.day_after(0), kind="extended", clock=(18, 20)), who)
    return {
        "cadre_row": who,
        "absent": over,
        "leave": make.leave(who, note=text),
        "swap": make.swap(ahead, make.cadre(draft.region.code), note=text),
        "manager": make.manager(draft, who),
        "safety": make.safety_list(draft, note=text),
        "community_partner": make.community_partner(draft, organisation=known, services=text, gives_back=text, space=text),
        "balance": make.duty_balance(posted, who),
    }


def heard_at(rows: dict[str, Any]) -> list[str]:
    """Where the other township's own officer reads it."""
    return [
        *("/desk/cadres/", "/desk/postings/", "/desk/managers/", "/desk/duties/", "/desk/leaves/", "/desk/export/cadres/"),
        *(f"/desk/leaves/{rows['leave'].pk}/", f"/desk/partners/{rows['community_partner'].pk}/", f"/desk/swaps/{rows['swap'].pk}/"),
    ]
