"""Activities and pauses at the desk: what waits, by deadline."""

from datetime import timedelta
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.register import REGISTERS, Column, Register, cell, register
from activities import venues
from activities.forms.desk import OutcomeForm
from activities.forms.venue import ResourceForm, VenueForm
from activities.models import Activity, Outcome, Pause, SharedResource, Venue, VenueBooking
from activities.workflows.activity import ACTIVITY
from activities.workflows.pause import PAUSE
from activities.workflows.venue_booking import VENUE_BOOKING
from workflow.nouns import Noun, by_state, by_town, noun

__all__ = ["ACTIVITY", "PAUSE", "VENUE_BOOKING"]

PAUSES = register(
    Register(
        "pauses",
        _("暂停预约"),
        Pause,
        (
            Column(_("编号"), lambda p: str(p.pk)),
            Column(_("参与人"), lambda p: p.participant.masked_name),
            Column(_("村社"), lambda p: p.participant.region.name, 20),
            Column(_("起"), lambda p: p.starts_on),
            Column(_("止"), lambda p: p.ends_on),
            Column(_("状态"), lambda p: p.get_state_display()),
            Column(_("恢复时间"), lambda p: p.lifted_at, 18),
        ),
        ("participant__region",),
    )
)


def venue_facts(venue: Venue) -> list[tuple[Any, Any]]:
    """The register's columns, and how far the venue was used in the last 30 days."""
    last = timezone.localdate() - timedelta(1)
    share = venues.use(venue, last - timedelta(29), last)
    used = "" if share is None else f"{share * 100:.0f}%"
    return [*((c.title, cell(c.value(venue))) for c in REGISTERS["venues"].columns), (_("近 30 天使用率（用的小时 ÷ 开放的小时）"), used)]


def due(activity: Activity) -> Any:
    return activity.next_due


noun(
    Noun(
        "activities",
        _("活动"),
        Activity,
        "activities",
        joins=("center",),
        prefetch=("intakes__meetings",),
        ordering=("-id",),
        due=due,
        icon="activity",
    )
)
noun(
    Noun(
        "outcomes",
        _("活动总结"),
        Outcome,
        "outcomes",
        edit_form=OutcomeForm,
        search=("activity__title", "activity__center__name"),
        filters=(by_town("activity__center__region__code", _("镇街")),),
        joins=("activity__center",),
        ordering=("-held_on", "-id"),
        icon="chart",
        empty=_("活动办完、填了总结，就会出现在这里。"),
    )
)
noun(
    Noun(
        "pauses",
        _("暂停预约"),
        Pause,
        "pauses",
        filters=(by_state(Pause, _("状态")), by_town("participant__region__code", _("镇街"))),
        joins=("participant__region",),
        ordering=("-starts_on", "-id"),
        icon="stop",
        empty=_("没有人被暂停预约。"),
        lead=_("半年里三次预约了没有来，暂停预约 90 天。有特殊情况，写明理由就可以恢复。"),
    )
)
noun(
    Noun(
        "venue-bookings",
        _("场地预约"),
        VenueBooking,
        "venue_bookings",
        filters=(by_state(VenueBooking, _("状态")), by_town("venue__region__code", _("镇街"))),
        search=("venue__name", "venue__center__name", "venue__resource__name"),
        joins=("venue__center", "venue__resource", "asked_by"),
        ordering=("-starts_at", "-id"),
        due=lambda row: row.due.date() if row.state == "requested" else None,
        icon="calendar",
        empty=_("还没有人申请场地。"),
    )
)
noun(
    Noun(
        "venues",
        _("活动场地"),
        Venue,
        "venues",
        form=VenueForm,
        filters=(by_town("region__code", _("镇街")),),
        search=("name", "center__name", "resource__name"),
        joins=("center", "resource__organisation", "region"),
        facts=venue_facts,
        ordering=("region__code", "id"),
        icon="home",
        empty=_("还没有登记场地。登记以后，居民就能在网上申请。"),
    )
)
noun(
    Noun(
        "resources",
        _("共享场地"),
        SharedResource,
        "resources",
        form=ResourceForm,
        filters=(by_town("region__code", _("镇街")),),
        search=("name", "organisation__name"),
        joins=("organisation", "region", "center"),
        ordering=("region__code", "id"),
        icon="share",
        empty=_("还没有单位共享场地。"),
    )
)
