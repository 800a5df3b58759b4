"""Used fully: shared venues, activities and who came to them, brands (DOMAIN §2.5, 2.7, 2.11)."""

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Count, Q, Sum
from django.db.models.functions import TruncMonth
from django.utils.translation import gettext_lazy as _

from accounts.models import Organisation
from accounts.register import Column
from activities.models import Brand, Outcome, SharedResource
from activities.models.activity import SHOWN
from portal.facts.fact import Fact, Part, Reading, places, year_of


def months(day: date) -> Iterator[date]:
    """The months of the day's year up to the day's own."""
    for number in range(1, day.month + 1):
        yield day.replace(month=number, day=1)


def over(month: date, day: date) -> bool:
    """Whether the month has ended by the evening of the day."""
    return (day + timedelta(days=1)).replace(day=1) > month


def monthly(day: date, count: Any) -> list[tuple[date, int]]:
    """Each month of the year up to the day, and what is counted of the activities held in it; one query."""
    rows = Outcome.objects.all().held_between(year_of(day), day).order_by()
    found = dict(rows.values_list(TruncMonth("held_on")).annotate(n=count))
    return [(month, found.get(month, 0)) for month in months(day)]


def parts(counts: list[tuple[date, int]]) -> tuple[Part, ...]:
    return tuple(Part(f"{month:%Y-%m}", n) for month, n in counts)


def sharers(day: date) -> Reading:
    return Reading(SharedResource.objects.all().active(day).aggregate(n=Count("organisation", distinct=True))["n"])


def sharer_rows(day: date) -> Any:
    shared = Q(resources__in=SharedResource.objects.all().active(day).order_by().values("pk"))
    counts = {"n": Count("resources", filter=shared), "shared": Sum("resources__area", filter=shared)}
    return Organisation.objects.filter(shared).annotate(**counts).select_related("region").order_by("region__code", "pk")


def shared(day: date) -> Reading:
    return Reading(SharedResource.objects.all().active(day).aggregate(n=Sum("area"))["n"] or Decimal(0))


def shared_rows(day: date) -> Any:
    rows = SharedResource.objects.all().active(day).select_related("region__parent", "organisation")
    return rows.order_by("region__code", "pk")


def activities(day: date) -> Reading:
    """The month with the fewest. A month under way is shown and not compared, unless it is the only one."""
    counts = monthly(day, Count("pk"))
    compared = [n for month, n in counts if over(month, day)] or [n for _month, n in counts]
    return Reading(min(compared), parts(counts))


def visits(day: date) -> Reading:
    counts = monthly(day, Sum("headcount"))
    return Reading(sum(n for _month, n in counts), parts(counts))


def outcome_rows(day: date) -> Any:
    rows = Outcome.objects.all().held_between(year_of(day), day).select_related("activity__center__region__parent")
    return rows.order_by("-held_on", "-pk")


def title(outcome: Outcome) -> str:
    """The activity's name where anybody may read it."""
    activity = outcome.activity
    return activity.title if activity.state in SHOWN and activity.center.published_at else ""


def brands(day: date) -> Reading:
    return Reading(brand_rows(day).count())


def brand_rows(day: date) -> Any:
    rows = Brand.objects.all().published().filter(recognised_on__lte=day).select_related("center__region__parent")
    return rows.order_by("-recognised_on", "pk")


HELD = (
    Column(_("日期"), lambda o: o.held_on),
    *places(lambda o: o.activity.center.region),
    Column(_("活动"), title, 30),
    Column(_("类别"), lambda o: o.activity.get_kind_display()),
    Column(_("到场人次"), lambda o: o.headcount),
)
SHARERS = Fact(
    "sharing-organisations",
    _("共享场地的单位"),
    _("家"),
    _("这一天正在把场地拿出来共享的单位，一家单位共享几处也只算一家。"),
    Organisation,
    sharers,
    sharer_rows,
    (
        Column(_("共享单位"), lambda o: o.name, 30),
        Column(_("所在区划"), lambda o: o.region.name, 20),
        Column(_("共享几处"), lambda o: o.n),
        Column(_("面积（㎡）"), lambda o: o.shared),
    ),
)
SHARED = Fact(
    "shared-area",
    _("共享的场地面积"),
    _("平方米"),
    _("这一天正在共享的场地，面积加在一起；租来的、自己建的不算。"),
    SharedResource,
    shared,
    shared_rows,
    (
        Column(_("场地"), lambda r: r.name, 30),
        Column(_("共享单位"), lambda r: r.organisation.name, 30),
        *places(lambda r: r.region),
        Column(_("面积（㎡）"), lambda r: r.area),
        Column(_("共享起"), lambda r: r.since),
    ),
)
ACTIVITIES = Fact(
    "activities",
    _("每月举办的活动（最少的月份）"),
    _("场"),
    _("当年各月，镇、村社中心办完并写了总结的活动，按最后一场的日期归月；取最少的一个月。没过完的月份列出来，不参加比较。"),
    Outcome,
    activities,
    outcome_rows,
    HELD,
    _("一行是一场活动；按月数一数，最少的那个月就是上面的数。"),
)
VISITS = Fact(
    "visits",
    _("参加活动的人次"),
    _("人次"),
    _("当年一月一日到这一天办完的活动，到场人次加在一起；没预约直接来的也在内，一个人来几次算几次。"),
    Outcome,
    visits,
    outcome_rows,
    HELD,
)
BRANDS = Fact(
    "brands",
    _("认定的服务品牌"),
    _("个"),
    _("到这一天认定、现在还在用的服务品牌（一社一品）。"),
    Brand,
    brands,
    brand_rows,
    (
        Column(_("品牌"), lambda b: b.name, 24),
        *places(lambda b: b.center.region),
        Column(_("一句话介绍"), lambda b: b.summary, 40),
        Column(_("认定日期"), lambda b: b.recognised_on),
    ),
)
FACTS = (SHARERS, SHARED, ACTIVITIES, VISITS, BRANDS)
