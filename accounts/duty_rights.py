"""What the roles may do about duty and people: the part of ``roles.py`` that speaks of the app ``staffing``."""


def staffing(nouns: str, *names: str) -> set[str]:
    """``staffing.approve_leave`` … for each verb or step and each noun of the app ``staffing``."""
    return {f"staffing.{name}_{noun}" for name in names for noun in nouns.split()}


#: Who is on duty when; a cadre's leave and its kind are the head's and the township's to see, and their own.
DUTY_VIEW = staffing("cadre posting centermanager safetylist dutyneed roster rosterrun shift duty", "view")
#: The hall's own work: who is there, the roster made, the month's list on safety.
DUTY_WORK = (
    DUTY_VIEW
    | staffing("swap dutybalance communitypartner", "view")
    | staffing("safetylist", "add", "change")
    | staffing("roster", "add", "generate")
    | staffing("rosterrun", "add", "cancel")
    | staffing("duty", "confirm", "unconfirm")
    | staffing("swap communitypartner", "add")
    | staffing("communitypartner", "change", "submit")
)
#: The head answers for people: postings, leave, swaps, what hangs on the wall.
DUTY_HEAD = (
    DUTY_WORK
    | staffing("cadre posting", "add", "change")
    | staffing("cadre", "unmask")
    | staffing("dutyneed", "add", "change", "delete")
    | staffing("roster", "review", "send_back", "publish", "close")
    | staffing("duty", "change")
    | staffing("leave", "view", "add", "approve", "refuse", "cancel")
    | staffing("swap", "agree", "refuse")
)
#: Above the village: appointments, elections, absences that are found and answered, partners.
DUTY_TOWN = (
    DUTY_HEAD
    | staffing("centermanager", "add", "change")
    | staffing("posting", "end")
    | staffing("duty", "find_absent", "uphold", "drop")
    | staffing("communitypartner", "vet", "send_back", "refuse", "agree", "review", "renew", "end")
)
#: Everybody who is a cadre, on their own rows; the others have none.
DUTY_OWN = (
    staffing("duty dutybalance leave swap", "view")
    | staffing("leave swap", "add")
    | staffing("leave", "cancel")
    | staffing("swap", "accept", "decline", "withdraw")
    | staffing("duty", "answer")
)
PARTNER_WORK = staffing("communitypartner", "view", "add", "change", "submit")
