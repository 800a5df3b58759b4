"""Drafts the month's column from facts that were approved: published outcomes, activities, resources, recognised brands."""

from datetime import date, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Min, Sum
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Region
from activities.models import Activity, Brand, Digest, DigestItem, Intake, Outcome, SharedResource
from activities.models.digest import printable
from activities.telling import moment
from records import outbox
from workflow.telling import tell_holders

#: Stories and coming activities in one column.
STORIES, COMING = 5, 5
Kind = DigestItem.Kind


def month_before(day: date | None = None) -> date:
    """The first day of the month before."""
    first = (day or timezone.localdate()).replace(day=1)
    return (first - timedelta(1)).replace(day=1)


def month_after(month: date) -> date:
    return (month + timedelta(32)).replace(day=1)


def held(code: str, month: date) -> Any:
    """Outcomes of the month in a region."""
    return Outcome.objects.filter(activity__center__region__code__startswith=code, held_on__gte=month, held_on__lt=month_after(month))


def numbers(code: str, month: date) -> list[dict[str, Any]]:
    rows = held(code, month)
    total = rows.aggregate(heads=Sum("headcount"), first=Min("held_on"))
    if not total["first"]:
        return []
    centers = rows.values("activity__center").distinct().count()
    said = _("%(n)d 个中心办了 %(acts)d 场活动，%(heads)d 人次参加。") % {"n": centers, "acts": rows.count(), "heads": total["heads"]}
    return [{"kind": Kind.NUMBERS, "text": said}]


def stories(code: str, month: date) -> list[dict[str, Any]]:
    """What centers published themselves, the best attended first, one of each center."""
    found: dict[int, dict[str, Any]] = {}
    rows = held(code, month).published().exclude(lines="").select_related("activity__center").order_by("-headcount", "id")  # type: ignore[attr-defined]
    for row in rows[: STORIES * 20]:
        activity = row.activity
        title = f"{activity.center.short_name} · {activity.title}"[:80]
        found.setdefault(
            activity.center_id, {"kind": Kind.STORY, "title": title, "text": row.lines[:1000], "link": f"/activities/{activity.pk}/"}
        )
        if len(found) == STORIES:
            break
    return list(found.values())


def coming(code: str, month: date) -> list[dict[str, Any]]:
    """What begins in the month after and can still be booked, the first of each kind."""
    after = month_after(month)
    first = Min("intakes__meetings__starts_at")
    rows = Activity.objects.published().filter(center__region__code__startswith=code, state="published").annotate(first=first)
    rows = rows.filter(
        pk__in=Intake.objects.open().values("activity"),
        first__gte=timezone.now(),
        first__date__gte=after,
        first__date__lt=month_after(after),
    )
    seen: dict[str, dict[str, Any]] = {}
    for row in rows.select_related("center").order_by("first", "id")[:200]:
        text = f"{moment(row.first)} · {row.center.short_name} {row.summary}".strip()  # type: ignore[attr-defined]
        seen.setdefault(row.kind, {"kind": Kind.COMING, "title": row.title, "text": text, "link": f"/activities/{row.pk}/"})
    return list(seen.values())[:COMING]


def news(code: str, month: date) -> list[dict[str, Any]]:
    """Resources shared since, brands recognised."""
    until = month_after(month)
    shared = SharedResource.objects.filter(region__code__startswith=code, since__gte=month, since__lt=until).select_related("organisation")
    brands = Brand.objects.published().filter(center__region__code__startswith=code, recognised_on__gte=month, recognised_on__lt=until)
    found: list[dict[str, Any]] = [
        {"kind": Kind.RESOURCE, "title": str(row), "text": f"{row.organisation} · {row.area} ㎡", "link": "/venues/"} for row in shared[:5]
    ]
    return found + [
        {"kind": Kind.BRAND, "title": f"{row.center.short_name} · {row.name}"[:80], "text": row.summary, "link": f"/brands/{row.pk}/"}
        for row in brands.select_related("center")[:5]
    ]


def items_of(code: str, month: date) -> list[dict[str, Any]]:
    return [*numbers(code, month), *stories(code, month), *coming(code, month), *news(code, month)]


@outbox.portal_language
def fill(digest: Digest) -> int:
    """Replaces a draft's items by what the records say now, but keeps what editors wrote as their own words; returns how many."""
    with transaction.atomic():
        digest.items.exclude(kind=Kind.WORDS).delete()
        items = items_of(digest.region.code, digest.month)
        for place, item in enumerate(items, 1):
            words = {name: printable(item[name]) for name in ("title", "text") if name in item}
            DigestItem.objects.create(digest=digest, place=place * 10, **(item | words))
    return len(items)


@outbox.portal_language
def draft(region: Region, month: date) -> Digest | None:
    """The month's draft with its items; None where it is there already or nothing happened. Those who edit it hear."""
    if Digest.objects.filter(region=region, month=month).exists() or not items_of(region.code, month):
        return None
    title = _("%(place)s党群服务 %(year)d 年 %(month)d 月") % {"place": region.short_name, "year": month.year, "month": month.month}
    try:
        with transaction.atomic():
            digest = Digest.objects.create(region=region, month=month, title=title[:60])
            fill(digest)
            said = _("系统起好了专栏草稿：%(what)s") % {"what": digest}
            tell_holders(
                "activities.submit_digest", region.code, "digest", said, "", f"/desk/digests/{digest.pk}/", once=f"draft:{digest.pk}"
            )
    except IntegrityError:  # the beat's second run was quicker
        return None
    return digest


def draft_due() -> int:
    """Drafts last month's column of each district that has none; returns how many."""
    districts = Region.objects.filter(level=Region.Level.DISTRICT)
    return sum(draft(region, month_before()) is not None for region in districts)
