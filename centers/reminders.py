"""Who is told in the month's cycle: one message a person, with counts; lines are never listed by name."""

from collections import Counter
from collections.abc import Iterable
from datetime import date
from typing import Any

from django.db.models import Count, F
from django.db.models.functions import Substr
from django.utils.translation import gettext as _

from accounts.models import Grant
from centers.models import Campaign, CycleRun, ProgressReport
from centers.workflows.progress import month_link
from records import outbox
from records.models import Message

S = ProgressReport.State


def counts(campaign: Campaign, month: date, states: tuple[str, ...], length: int) -> Counter[str]:
    """How many lines in these states by region code of ``length`` digits; one query."""
    rows = ProgressReport.objects.filter(task__campaign=campaign, month=month, state__in=states)
    grouped = rows.annotate(where=Substr(F("task__center__region__code"), 1, length)).values("where").annotate(n=Count("pk")).order_by()
    return Counter({row["where"]: row["n"] for row in grouped})


def holders(permission: str, under: str) -> dict[str, list[Any]]:
    """Region code → the accounts that hold the permission just there; one query."""
    found: dict[str, list[Any]] = {}
    for grant in Grant.objects.holding(permission).filter(region__code__startswith=under).select_related("user", "region"):
        found.setdefault(grant.region.code, []).append(grant.user)
    return found


def turns(campaign: Campaign, month: date, event: str) -> Iterable[tuple[Any, str]]:
    """(account, words) of everybody whose turn it is."""
    people = holders("centers.file_progressreport", campaign.region.code)
    villages = counts(campaign, month, (S.OPEN, S.RETURNED), 12)
    towns = counts(campaign, month, (S.OPEN, S.RETURNED, S.FILED, S.VERIFIED), 9)
    for code, n in villages.items():
        for user in people.get(code, []):
            yield user, _("还有 %(n)d 个任务的进展没有填，请抓紧填好；没有变化点一下“无变化”就行。") % {"n": n}
    for code, n in towns.items():
        for user in people.get(code, []):
            yield user, _("全镇街还有 %(n)d 行没有报到区里，请审核后一起报。") % {"n": n}
    if event == CycleRun.Event.REMIND_LAST and towns:
        words = _("还有 %(n)d 个镇街没有报齐，共 %(lines)d 行。") % {"n": len(towns), "lines": sum(towns.values())}
        for user in holders("centers.close_upgradetask", campaign.region.code).get(campaign.region.code, []):
            yield user, words


@outbox.portal_language
def send(campaign: Campaign, month: date, event: str) -> int:
    """Writes the messages; a second run writes none (``once``). Returns how many people it was about."""
    subject = _("%(month)d月的“一月一销号”") % {"month": month.month}
    once = f"month:{campaign.pk}:{month:%Y%m}:{event}"
    told: dict[int, Message] = {}
    for user, words in turns(campaign, month, event):
        told[user.pk] = outbox.letter(user, "month", subject, words, link=month_link(month), once=once)
    Message.objects.bulk_create(told.values(), batch_size=500, ignore_conflicts=True)
    return len(told)
