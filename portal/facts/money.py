"""The money of special projects that was put in place in the day's year (DOMAIN §0.2, §2.12): 一事一议, not star rewards."""

from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Q, Sum
from django.utils.translation import gettext_lazy as _

from accounts.register import Column
from centers.forms.fields import FEN_A_WAN
from funding.models import LedgerEntry
from portal.facts.fact import Fact, Part, Reading, places


def entries(day: date) -> Any:
    """Allocations and payments of projects in the year's book up to the day, with what was reversed."""
    rows = LedgerEntry.objects.filter(book__purpose="projects", book__year=day.year, posted_on__lte=day)
    return rows.filter(account__in=("allocation", "payment"))


def placed(day: date) -> Reading:
    """What was put in place; what was paid out of it stands beside it."""
    sums = {name: Sum("amount", filter=Q(account=name)) for name in ("allocation", "payment")}
    found = entries(day).order_by().aggregate(**sums)
    put, paid = (Decimal(found[name] or 0) / FEN_A_WAN for name in ("allocation", "payment"))
    return Reading(put, (Part(_("已拨付"), paid),))


def placed_rows(day: date) -> Any:
    rows = entries(day).filter(account="allocation").select_related("region__parent", "project")
    return rows.order_by("posted_on", "pk")


PLACED = Fact(
    "projects-money",
    _("一事一议资金落实"),
    _("万元"),
    _("当年的账上，到这一天给一事一议项目落实的钱，冲销的减掉；不含星级奖励。已拨付的列在旁边。"),
    LedgerEntry,
    placed,
    placed_rows,
    (
        Column(_("记账日期"), lambda e: e.posted_on),
        *places(lambda e: e.region),
        Column(_("项目名称"), lambda e: e.project.title, 30),
        Column(_("类别"), lambda e: e.get_kind_display()),
        Column(_("金额（万元）"), lambda e: Decimal(e.amount) / FEN_A_WAN),
    ),
)
FACTS = (PLACED,)
