"""Managed finely: who takes turns at the halls, who runs the centers (DOMAIN §2.4). The public sees how many where, never who."""

from datetime import date
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, Subquery
from django.utils.translation import gettext_lazy as _

from accounts.register import Column
from centers.models import Center
from portal.facts.fact import Fact, Reading, places, year_of
from staffing.models import Cadre, CenterManager, Duty, Roster
from staffing.models.cadre import in_force

WHERE = (*places(lambda c: c.region), Column(_("中心类别"), lambda c: c.get_level_display()), Column(_("人数"), lambda c: c.n))
TWICE = _("一个人在两处的，两处都列着；合计时只算一次，所以各行相加会比合计多一点。")


def cadres(day: date) -> Reading:
    return Reading(Cadre.objects.all().rostered(year_of(day), day).count())


def cadre_rows(day: date) -> Any:
    """Counted center by center, so that a page costs its own fifty and not the district's."""
    posted = Roster.objects.all().posted_between(year_of(day), day)
    duties = Duty.objects.filter(shift__roster__in=posted, shift__roster__center=OuterRef("pk")).order_by()
    people = duties.values("shift__roster__center").annotate(n=Count("cadre", distinct=True)).values("n")
    rows = Center.objects.filter(Exists(duties)).annotate(n=Subquery(people))
    return rows.select_related("region__parent").order_by("region__code", "pk")


def managers(day: date) -> Reading:
    return Reading(Cadre.objects.all().managing(day).count())


def manager_rows(day: date) -> Any:
    own = CenterManager.objects.filter(in_force(day)).values("pk")
    rows = Center.objects.filter(managers__in=own).annotate(n=Count("managers__cadre", distinct=True, filter=Q(managers__in=own)))
    return rows.select_related("region__parent").order_by("region__code", "pk")


CADRES = Fact(
    "cadres",
    _("轮流坐班的村社干部"),
    _("人"),
    _("当年一月到这一天所在的月份，排进了当时已公示的值班表的干部，一个人不管排几次、在几个中心，都只算一次。"),
    Center,
    cadres,
    cadre_rows,
    WHERE,
    TWICE,
)
MANAGERS = Fact(
    "managers",
    _("专管员"),
    _("人"),
    _("这一天在任的专管员，一个人管几个中心也只算一次。"),
    Center,
    managers,
    manager_rows,
    WHERE,
    TWICE,
)
FACTS = (CADRES, MANAGERS)
