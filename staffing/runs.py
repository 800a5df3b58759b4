"""Rosters of many centers in the background: one task a center, counted from what is there, resumed where the broker lost it."""

import logging
from datetime import date, timedelta
from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from accounts.models import Region
from centers.models import Center
from records import audit
from staffing import making
from staffing.models import Roster, RosterRun
from staffing.models.roster import month_within_reach
from staffing.workflows.roster import ROSTER

log = logging.getLogger(__name__)
#: So long after it was asked for, what is missing is asked for again.
STALLED = timedelta(minutes=5)
OPEN = (Roster.State.DRAFT, Roster.State.GENERATED)


def centers_in(region: Region, user: Any, month: date) -> Any:
    """The published centers in the region whose roster this user may make: none that is looked over or posted already."""
    settled = Roster.objects.filter(month=month).exclude(state__in=OPEN).values("center")
    reach = Center.objects.filter(region__code__in=reached(user, region))
    return reach.published().exclude(pk__in=settled).order_by("region__code", "id")  # type: ignore[attr-defined]


def reached(user: Any, region: Region) -> Any:
    """The codes under the region within which the user makes rosters."""
    from accounts.scope import prefixes

    codes = prefixes(user, "staffing.generate_roster")
    rows = Region.objects.under(region.code)  # type: ignore[attr-defined]
    return [code for code in rows.values_list("code", flat=True) if any(code.startswith(own) for own in codes)]


def start(user: Any, region: Region, month: date, only: Center | None = None) -> RosterRun:
    """Begins a run over the region's centers, or one; raises ValidationError where there is none to make."""
    month_within_reach(month)
    busy = {pk for run in RosterRun.objects.unfinished().filter(month=month) for pk in run.wanted if pk not in run.made}
    centers = centers_in(region, user, month)
    if only:
        centers = centers.filter(pk=only.pk)
    wanted = [center.pk for center in centers if center.pk not in busy]
    if not wanted:
        raise ValidationError(_("这里没有可以排的：都已经核对或公示了，或者正在排，或者不归您排。"))
    with transaction.atomic():
        run = RosterRun.objects.create(region=region, month=month, wanted=wanted, started_by=user)
        audit.write("staffing.add_rosterrun", by=user, on=run, region_code=region.code, count=len(wanted))
        transaction.on_commit(lambda: ask(run.pk, wanted))
    return run


def ask(run: int, centers: list[int]) -> None:
    """Asks the worker; a dead broker only delays (beat asks again)."""
    from staffing.tasks import make_roster

    try:
        for center in centers:
            make_roster.apply_async((run, center), retry=False, ignore_result=True)
    except Exception as error:  # the broker's client raises many kinds; none may reach the person who pressed the button
        log.warning("the broker is away, rosters wait for beat: %s", type(error).__name__)


def step(pk: int, center: int) -> None:
    """One center of a run; told twice, the second time does nothing."""
    run = RosterRun.objects.select_related("started_by").get(pk=pk)
    if run.over or center in run.made:
        return
    with override(settings.LANGUAGE_CODE):
        words = made(run, center)
    with transaction.atomic():
        row = RosterRun.objects.select_for_update().get(pk=pk)
        if words:
            row.failed = row.failed | {str(center): words}
        else:
            row.failed = {key: said for key, said in row.failed.items() if key != str(center)}
            row.made = sorted({*row.made, center})
        if row.done >= row.total:
            row.finished_at = row.finished_at or timezone.now()
        row.save(update_fields=["failed", "made", "finished_at"])


def made(run: RosterRun, center: int) -> str:
    """Makes the center's roster; why there is none, in words, or "". One that somebody made since the run began stays."""
    roster = making.roster_of(Center.objects.get(pk=center), run.month)
    if roster.generated_at and roster.generated_at > run.started_at:
        return ""
    try:
        ROSTER.take(roster, "generate", by=run.started_by)
    except ValidationError as error:
        return " ".join(error.messages)
    except PermissionDenied:
        return _("您没有给这个中心排班的权限。")
    except Exception:  # one center's trouble is that center's alone, and is told on the run's page
        log.exception("roster of center %s", center)
        return _("排这个中心的时候出了问题，请再排一次；还不行请找管理员。")
    return ""


def cancel(run: RosterRun, by: Any) -> None:
    """Stops after the center that is being made now; what is made stays."""
    if RosterRun.objects.unfinished().filter(pk=run.pk).update(cancelled_at=timezone.now()):
        audit.write("staffing.cancel_rosterrun", by=by, on=run, region_code=run.region.code)


def resume() -> int:
    """Asks again, every five minutes at most, for what unfinished runs still miss; returns how many."""
    asked = 0
    for run in RosterRun.objects.unfinished().filter(asked_at__lt=timezone.now() - STALLED):
        missing = [pk for pk in run.wanted if pk not in run.made and str(pk) not in run.failed]
        RosterRun.objects.filter(pk=run.pk).update(asked_at=timezone.now())
        ask(run.pk, missing)
        asked += len(missing)
    return asked
