"""For ``test_budgets``: the pages of cadres, rosters, leave, swaps and partners."""

from datetime import timedelta
from typing import Any

from accounts.models import User
from tests import make

NOUNS = {
    "cadres": "cadre_row",
    "postings": "posting",
    "managers": "manager",
    "safety-lists": "safety",
    "duty-needs": "need",
    "partners": "community_partner",
    "rosters": "roster",
    "duties": "duty",
    "leaves": "leave",
    "swaps": "swap",
}
EXPORTS = ("cadres", "postings", "managers", "safety_lists", "duty_needs", "partners", "rosters", "duties", "leaves", "swaps")
API = ("cadres", "postings", "managers", "safety-lists", "duty-needs", "rosters", "roster-runs", "duties", "leaves", "swaps")
#: Leave is the head's and the township's to see.
PAGES = {noun: row for noun, row in NOUNS.items() if noun != "leaves"}
DESK = tuple(f"/desk/{noun}/" for noun in PAGES) + tuple(f"/desk/{noun}/{{{row}}}/" for noun, row in PAGES.items())
DESK += ("/desk/hall/", "/desk/duty-board/", "/desk/centers/{center}/today/", "/desk/managers/missing/", "/desk/roster-runs/")
DESK += ("/desk/roster-runs/{roster_run}/", "/desk/partners/add/", "/desk/rosters/add/", "/desk/safety-lists/add/")
TOWN = (
    *DESK,
    "/desk/leaves/",
    "/desk/leaves/{leave}/",
    "/desk/leaves/add/",
    "/desk/shifts/{shift}/",
    "/desk/cadres/add/",
    "/desk/postings/add/",
    "/desk/cadres/{cadre_row}/unmask/",
    "/desk/elections/",
)
TOWN += tuple(f"/desk/export/{name}/" for name in EXPORTS) + tuple(f"/api/v1/{name}/" for name in (*API, "duty-balances", "partners"))
MODELS = ("cadre", "posting", "centermanager", "dutyneed", "safetylist", "communitypartner", "roster", "rosterrun", "shift", "duty")
MODELS += ("dutybalance", "leave", "swap")
WALK: dict[str, tuple[str, ...]] = {
    "anonymous": ("/centers/{center}/duty/", "/centers/{center}/duty.pdf"),
    "resident": ("/me/duties/", "/me/leaves/new/", "/me/duties/{own_duty}/swap/", "/api/v1/duties/", "/api/v1/leaves/", "/api/v1/swaps/"),
    "village": DESK,
    "township": TOWN,
    "district": tuple(f"/admin/staffing/{model}/" for model in MODELS),
}


def grow(resident: User, rows: dict[str, Any], n: int) -> None:
    """One more of each; the month keeps its few people, as a center does."""
    center, shift, more = rows["center"], rows["shift"], make.center(name=f"值班分中心{make.number()}")
    who = make.cadre(user=make.user(f"cadre_{make.number()}"))
    make.posting(more, who)
    make.manager(more, who)
    make.manager(center)
    make.duty_need(more)
    make.safety_list(more)
    make.community_partner(more)
    make.community_partner(center, state="agreed")
    today = make.day_after(0)
    other = make.roster(more, "published", month=make.month_of(today))
    make.duty(make.shift(other, today), who, state="answered", finding="没来", answer="去开会了")
    make.roster(more)
    make.leave(who, first=20)
    make.roster_run(make.VILLAGE)
    make.duty_balance(other, who)
    ahead = make.shift(
        other, make.day_after(1) if make.month_of(make.day_after(1)) == other.month else today, kind="extended", clock=(18, 20)
    )
    make.swap(make.duty(ahead, who), make.cadre(), state="accepted")
    known = rows["cadre_row"].leaves.count()
    if known < 5:
        make.leave(rows["cadre_row"], first=100 + 5 * known)
        day = shift.day + timedelta(days=known)
        if make.month_of(day) == rows["roster"].month:
            make.duty(make.shift(rows["roster"], day), rows["cadre_row"])
