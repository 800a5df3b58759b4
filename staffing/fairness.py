"""Why somebody has the duties they have: the month's share and the account, in words. No ranking of persons (DOMAIN 0.1)."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Sum
from django.utils.translation import gettext as _

from staffing import changing, judging
from staffing.models import Cadre, DutyBalance, Roster
from staffing.problem import KINDS, TOTAL


def hundredths(amount: int) -> str:
    """``1.5`` for 150: duties, at most two decimals."""
    return f"{amount / 100:.2f}".rstrip("0").rstrip(".")


@dataclass
class Line:
    """One kind: what is said of it, and the figures behind."""

    kind: str
    label: str
    done: int
    share: str
    carried: str
    after: str


def lines(told: judging.Why) -> list[Line]:
    found = []
    for kind in KINDS:
        account = told[kind]
        if account.slots:
            numbers = (hundredths(account.share), hundredths(account.carried), hundredths(account.balance))
            found.append(Line(kind, str(DutyBalance.Kind(kind).label), account.done, *numbers))
    return found


def words(told: judging.Why) -> str:
    """The month's total in a sentence or two."""
    total = told[TOTAL]
    said = _("这个月一共 %(slots)d 个班次，能排您的有 %(could)d 个，按份额该值 %(share)s 个，排了 %(done)d 个。") % {
        "slots": total.slots,
        "could": total.could,
        "share": hundredths(total.share),
        "done": total.done,
    }
    if total.carried:
        more = _("以前多值了 %(n)s 个，") if total.carried > 0 else _("以前少值了 %(n)s 个，")
        said += more % {"n": hundredths(abs(total.carried))} + _("这次一起算。")
    if total.balance:
        after = _("到月底累计多值 %(n)s 个，以后少排。") if total.balance > 0 else _("到月底累计少值 %(n)s 个，以后补上。")
        said += after % {"n": hundredths(abs(total.balance))}
    return said


def explained(roster: Roster, cadre: int) -> tuple[str, list[Line]] | None:
    """The sentence and its figures for one cadre's month; None where they are not of it."""
    found = changing.month(roster)
    if cadre not in {p.key for p in found.problem.people}:
        return None
    told = judging.why(found.problem, found.now, cadre)
    return words(told), lines(told)


def everybody(roster: Roster, found: changing.Month) -> list[tuple[Cadre, list[Line], str]]:
    """Each cadre of the month in the order of the postings, with figures and sentence; by name, never by rank."""
    cadres = Cadre.objects.in_bulk([p.key for p in found.problem.people])
    told = [(cadres[p.key], judging.why(found.problem, found.now, p.key)) for p in found.problem.people]
    return sorted(((cadre, lines(why), words(why)) for cadre, why in told), key=lambda row: (row[0].name, row[0].pk))


def standing(cadre: Cadre, user: Any) -> list[tuple[str, str, str]]:
    """(center, kind, hundredths) of the accounts that the user may see."""
    rows = DutyBalance.objects.allowed(user, "view").filter(cadre=cadre).order_by()
    sums = rows.values("center__name", "kind").annotate(sum=Sum("amount")).order_by("center__name", "kind")
    return [(row["center__name"], str(DutyBalance.Kind(row["kind"]).label), hundredths(row["sum"])) for row in sums]
