"""What the roles may do about stars and money: the part of ``roles.py`` that speaks of the app ``funding``."""


def funding(nouns: str, *names: str) -> set[str]:
    """``funding.approve_project`` … for each verb or step and each noun of the app ``funding``."""
    return {f"funding.{name}_{noun}" for name in names for noun in nouns.split()}


#: Rules, results and money are open; applications and projects are each place's own.
MONEY_VIEW = funding("ratingscheme tier criterion ratinground decision decisionline award book ledgerentry", "view") | funding(
    "application project projectpaper", "view"
)
MONEY_VILLAGE = (
    MONEY_VIEW
    | funding("application", "add", "change", "submit", "withdraw", "again")
    | funding("project", "add", "change", "submit")
    | funding("projectpaper", "add", "delete")
)
#: Scores are given by the township and the district, as what their grant says; nobody sees another's before all are in.
MONEY_TOWN = (
    MONEY_VILLAGE
    | funding("application", "send_back")
    | funding("sheet", "view", "score")
    | funding("project", "endorse", "send_back", "accept")
    | funding("representative", "view", "add", "change")
)
#: Who puts money in place, and pays out what another put in place.
MONEY_PAY = funding("award project ratinground", "pay") | funding("ledgerentry", "reverse")
MONEY_REVIEW = MONEY_VIEW | MONEY_PAY | funding("objection sheet", "view")
MONEY_DISTRICT = (
    MONEY_TOWN
    | MONEY_REVIEW
    | funding("ratingscheme tier criterion", "add", "change", "delete")
    | funding("ratinground", "add", "change", "open", "extend", "draw", "remind", "decide", "score", "revise", "finalise", "award")
    | funding("application", "veto", "lift_veto", "rule", "lift_ruling", "reopen")
    | funding("sheet", "replace")
    | funding("project", "approve", "refuse", "revoke")
    | funding("objection", "uphold", "dismiss", "unmask")
    | funding("ledgerentry", "add")
)
#: Everybody on their own rows: the sheets of who was drawn to review, one's objections.
MONEY_OWN = funding("sheet", "view", "score", "recuse") | funding("objection", "view")
