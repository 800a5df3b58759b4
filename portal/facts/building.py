"""Built to a high standard: tasks, candidate sites, lessors and what was leased from them (DOMAIN §2.1, 2.9)."""

from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Count, Q, Sum
from django.utils.translation import gettext_lazy as _

from accounts.models import Organisation
from accounts.register import Column
from centers.models import CandidateSite, Lease, UpgradeTask
from portal.facts.fact import Fact, Part, Reading, places


def grouped(rows: Any, field: str, labels: dict[str, Any]) -> Reading:
    """How many rows of each value of a field, and of all; values without a row are shown with nought."""
    found = dict(rows.order_by().values_list(field).annotate(n=Count("pk")))
    return Reading(sum(found.values()), tuple(Part(label, found.get(value, 0)) for value, label in labels.items()))


def tasks(day: date) -> Reading:
    return grouped(UpgradeTask.objects.all().counted_on(day), "batch", dict(UpgradeTask.Batch.choices))


def task_rows(day: date) -> Any:
    rows = UpgradeTask.objects.all().counted_on(day).select_related("campaign", "center__region__parent")
    return rows.order_by("campaign__first_month", "campaign", "number")


def sites(day: date) -> Reading:
    return grouped(CandidateSite.objects.all().counted_on(day), "mode", dict(CandidateSite.Mode.choices))


def site_rows(day: date) -> Any:
    return CandidateSite.objects.all().counted_on(day).select_related("region__parent").order_by("region__code", "pk")


def lessors(day: date) -> Reading:
    return Reading(Lease.objects.all().signed_by(day).aggregate(n=Count("organisation", distinct=True))["n"])


def lessor_rows(day: date) -> Any:
    """The organisations by kind and place: whose name it is stays with the leases at the desk."""
    signed = Q(leases__signed_on__lte=day)
    rows = Organisation.objects.filter(signed).annotate(n=Count("leases", filter=signed), leased=Sum("leases__area", filter=signed))
    return rows.select_related("region").order_by("region__code", "pk")


def leased(day: date) -> Reading:
    return Reading(Lease.objects.all().signed_by(day).aggregate(n=Sum("area"))["n"] or Decimal(0))


def lease_rows(day: date) -> Any:
    rows = Lease.objects.all().signed_by(day).select_related("site__region__parent", "organisation")
    return rows.order_by("site__region__code", "pk")


TASKS = Fact(
    "tasks",
    _("规范提升任务"),
    _("项"),
    _("列入规范提升行动、到这一天没有作废的任务，按示范、提升、新建三个一批分。"),
    UpgradeTask,
    tasks,
    task_rows,
    (
        Column(_("任务号"), lambda t: t.number, 8),
        *places(lambda t: t.center.region),
        Column(_("批次"), lambda t: t.get_batch_display()),
        Column(_("建设方式"), lambda t: t.get_build_method_display()),
        Column(_("计划销号月份"), lambda t: f"{t.target_month:%Y-%m}"),
        Column(_("现在的状态"), lambda t: t.get_state_display()),
        Column(_("销号日期"), lambda t: t.closed_on),
    ),
)
SITES = Fact(
    "sites",
    _("可腾可租可建的场地"),
    _("处"),
    _("到这一天摸排出来、没有放弃的场地，按可腾、可租、可建分；签没签租约都算一处。"),
    CandidateSite,
    sites,
    site_rows,
    (
        *places(lambda s: s.region),
        Column(_("方式"), lambda s: s.get_mode_display()),
        Column(_("渠道"), lambda s: s.get_channel_display()),
        Column(_("面积（㎡）"), lambda s: s.area),
        Column(_("摸排日期"), lambda s: s.found_on),
        Column(_("现在的状态"), lambda s: s.get_state_display()),
    ),
)
LESSORS = Fact(
    "lessors",
    _("签了租赁协议的单位"),
    _("家"),
    _("到这一天和我们签过租赁协议的出租单位，一家单位签几份也只算一家。"),
    Organisation,
    lessors,
    lessor_rows,
    (
        Column(_("单位类别"), lambda o: o.get_kind_display()),
        Column(_("所在区划"), lambda o: o.region.name, 20),
        Column(_("协议份数"), lambda o: o.n),
        Column(_("租用面积（㎡）"), lambda o: o.leased),
    ),
)
LEASED = Fact(
    "leased-area",
    _("租用的面积"),
    _("平方米"),
    _("到这一天签了的租赁协议，面积加在一起；后来到期或终止的也在内。"),
    Lease,
    leased,
    lease_rows,
    (
        *places(lambda x: x.site.region),
        Column(_("单位类别"), lambda x: x.organisation.get_kind_display()),
        Column(_("租用面积（㎡）"), lambda x: x.area),
        Column(_("签约日期"), lambda x: x.signed_on),
        Column(_("起租日期"), lambda x: x.starts_on),
        Column(_("到期日期"), lambda x: x.ends_on),
    ),
)
FACTS = (TASKS, SITES, LESSORS, LEASED)
