"""What beat calls to mind, each once: empty shifts a day ahead and at their start, rosters not posted, agreements and checks that end."""

import logging
from datetime import date, timedelta

from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from centers.models import Center
from records import outbox
from records.working_days import Day, kinds_between
from staffing import replanning
from staffing.models import CommunityPartner, Roster, Shift
from staffing.models.partner import CHECK_HOLDS, REMIND
from staffing.models.roster import AHEAD
from staffing.workflows.partner import link
from staffing.workflows.roster import ROSTER, settled_before
from workflow.telling import tell_holders

log = logging.getLogger(__name__)


@outbox.portal_language
def uncovered() -> int:
    """Posted shifts with too few people that begin within a day, and again when they begin; returns how many were told of."""
    now = timezone.now()
    rows = Shift.objects.posted().filter(starts_at__gt=now - timedelta(hours=1), starts_at__lte=now + timedelta(hours=24))
    found = list(rows.uncovered().select_related("roster__center__region").prefetch_related("duties").order_by("starts_at", "id"))
    for shift in found:
        begun = shift.starts_at <= now
        center = shift.roster.center
        words = _("现在缺 %(n)d 人值班：%(center)s %(shift)s") if begun else _("一天以内的班缺 %(n)d 人：%(center)s %(shift)s")
        link = f"/desk/shifts/{shift.pk}/"
        once = f"uncovered:{shift.pk}:{'start' if begun else 'ahead'}"
        tell_holders(
            "staffing.change_duty",
            center.region.code,
            "duty",
            words % {"n": shift.missing, "center": center.short_name, "shift": shift},
            "",
            link,
            once,
        )
    return len(found)


@outbox.portal_language
def not_posted(day: date | None = None) -> int:
    """Rosters of the month to come that should hang already; once a roster."""
    today = day or timezone.localdate()
    rows = list(Roster.objects.late(today).filter(month__gt=today, month__lte=today + AHEAD).select_related("center__region"))
    for roster in rows:
        words = _("%(roster)s 的值班表还没公示") % {"roster": roster}
        tell_holders(
            "staffing.publish_roster", roster.center.region.code, "duty", words, "", f"/desk/rosters/{roster.pk}/", f"late:{roster.pk}"
        )
    # Centers with people and no roster at all.
    month = (today + AHEAD).replace(day=1)
    begun = Roster.objects.filter(month=month).values("center")
    none = Center.objects.published().filter(postings__isnull=False).exclude(pk__in=begun) if month > today else Center.objects.none()
    for center in none.distinct().select_related("region"):
        words = _("%(center)s 下个月的值班表还没开始排") % {"center": center.short_name}
        tell_holders("staffing.add_roster", center.region.code, "duty", words, "", "/desk/rosters/", f"none:{center.pk}:{month}")
    return len(rows)


@outbox.portal_language
def stale() -> int:
    """Posted rosters that the hours have left behind, each once for the same hours; returns how many."""
    month = timezone.localdate().replace(day=1)
    rows = Roster.objects.filter(state=Roster.State.PUBLISHED, month__gte=month).select_related("center__region")
    told = 0
    calendar: dict[date, dict[date, Day]] = {}
    for roster in rows.prefetch_related("shifts", "center__hours", "center__exceptions", "center__duty_needs").order_by("id").iterator(200):
        if roster.month not in calendar:
            calendar[roster.month] = kinds_between(roster.month, roster.last_day)
        found = replanning.stale(roster, known=calendar[roster.month])
        if found:
            words = _("值班表有 %(n)d 天和现在的开放时间、放假安排或者要的人数对不上：%(roster)s") % {
                "n": len(found.days),
                "roster": roster,
            }
            last = str(roster.quality.get("replanned", ""))[:19]
            link, once = f"/desk/rosters/{roster.pk}/replan/", f"stale:{roster.pk}:{found.mark[:24]}:{last}"
            tell_holders("staffing.change_duty", roster.center.region.code, "duty", words, "", link, once)
            told += 1
    return told


def settle(day: date | None = None) -> int:
    """Closes the posted rosters of months that are over since five days; returns how many."""
    today = day or timezone.localdate()
    rows = list(Roster.objects.filter(state=Roster.State.PUBLISHED, month__lt=settled_before(today)).order_by("month", "id"))
    settled = 0
    for roster in rows:
        try:
            ROSTER.take(roster, "close", by=None)
            settled += 1
        except ValidationError as error:  # an answer that waits for the township; closed by hand a moment ago
            log.info("roster %s is not settled: %s", roster.pk, " ".join(error.messages))
    return settled


@outbox.portal_language
def partners(day: date | None = None) -> int:
    """Agreements 90 and 30 days before their end, checks a month before they have to be made again; each once."""
    today = day or timezone.localdate()
    told = 0
    for row in CommunityPartner.objects.expiring(today).select_related("organisation", "center__region"):
        left = (row.ends_on - today).days if row.ends_on else 0
        step = min(days for days in REMIND if left <= days)
        words = _("%(who)s 的合伙协议还有 %(days)d 天到期") % {"who": row.organisation, "days": left}
        code = row.center.region.code
        told += tell_holders(
            "staffing.vet_communitypartner", code, "partner", words, "", link(row), f"partner:{row.pk}:{row.ends_on}:{step}"
        )
    soon = Q(checked_on__lte=today - CHECK_HOLDS + timedelta(30))
    for row in CommunityPartner.objects.active(today).filter(soon, with_children=True).select_related("organisation", "center__region"):
        words = _("%(who)s 的从业人员查询快满一年，请重新查") % {"who": row.organisation}
        code, once = row.center.region.code, f"check:{row.pk}:{row.checked_on}"
        told += tell_holders("staffing.vet_communitypartner", code, "partner", words, "", link(row), once)
    return told
