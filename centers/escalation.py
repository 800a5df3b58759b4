"""What is late is raised: 提醒 to whose turn it is, 督办 with their superiors, 通报 with the district; each level once.

Working days late, by level; defaults of ours (DOMAIN §2.2 names the levels, no numbers).
"""

from collections.abc import Iterator
from datetime import date, datetime
from typing import Any, NamedTuple

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from centers.models import Escalation, Feedback, Finding, RepairTicket
from records import outbox
from records.working_days import kinds_between
from workflow.telling import tell_holders

LATE = {Escalation.Level.REMINDER: 0, Escalation.Level.SUPERVISION: 3, Escalation.Level.NOTICE: 10}


class Late(NamedTuple):
    """One late thing: what it is, where, since which day, who must act, which address shows it."""

    subject: str
    number: int
    region: Any
    due: date
    permissions: tuple[str, str]
    link: str
    name: str


def late_things(now: datetime) -> Iterator[Late]:
    """Everything overdue, streamed."""
    today = timezone.localdate(now)
    joins = ("center__region__parent__parent",)
    for row in Finding.objects.overdue(today).select_related(*joins).iterator(500):
        permissions = ("centers.submit_finding", "centers.verify_finding")
        yield Late("finding", row.pk, row.center.region, row.due_on, permissions, f"/desk/findings/{row.pk}/", str(row.center))
    for ticket in RepairTicket.objects.overdue(now).select_related(*joins).iterator(500):
        permissions = ("centers.fix_repairticket", "centers.confirm_repairticket")
        due = timezone.localdate(ticket.due_at)
        yield Late("repair", ticket.pk, ticket.center.region, due, permissions, f"/desk/repairs/{ticket.pk}/", str(ticket.center))
    for feedback in Feedback.objects.overdue(today).select_related("region__parent__parent", "center").iterator(500):
        permissions = ("centers.answer_feedback", "centers.answer_feedback")
        name = str(feedback.center or feedback.region)
        yield Late("feedback", feedback.pk, feedback.region, feedback.due_on, permissions, f"/desk/feedback/{feedback.pk}/", name)


def working_days_late(due: date, today: date) -> int:
    """Working days gone since the deadline."""
    kinds = kinds_between(due, today)
    return sum(day > due and known.kind in ("workday", "makeup") for day, known in kinds.items())


def run(now: datetime | None = None) -> int:
    """Raises what is late; returns how many levels were raised. May run twice, or in two workers at once."""
    moment = now or timezone.now()
    raised = 0
    for late in late_things(moment):
        days = working_days_late(late.due, timezone.localdate(moment))
        for level, after in LATE.items():
            if days >= after:
                raised += raise_to(late, level)
    return raised


def raise_to(late: Late, level: Escalation.Level) -> bool:
    """Writes the level and tells; False where it was written before (the database decides between two workers)."""
    if Escalation.objects.filter(subject=late.subject, number=late.number, level=level).exists():
        return False
    try:
        with transaction.atomic():
            Escalation.objects.create(subject=late.subject, number=late.number, level=level, region=late.region)
            tell(late, level)
    except IntegrityError:
        return False
    return True


@outbox.portal_language
def tell(late: Late, level: Escalation.Level) -> None:
    """The one whose turn it is at every level; its superiors from 督办 on, the district from 通报 on."""
    what = Escalation.Subject(late.subject).label
    subject = _("%(level)s：%(what)s过了期限（%(name)s）") % {"level": level.label, "what": what, "name": late.name}
    body = _("期限是 %(day)s，请尽快办理，办完会自动消掉。") % {"day": f"{late.due:%Y-%m-%d}"}
    own, superior = late.permissions
    code = late.region.code
    targets: list[tuple[str, str]] = [(own, code)]
    if level >= Escalation.Level.SUPERVISION:
        targets.append((superior, code[:9]))
    if level >= Escalation.Level.NOTICE:
        targets.append((superior, code[:6]))
    for permission, where in dict.fromkeys(targets):
        once = f"late:{late.subject}:{late.number}:{level}"
        tell_holders(permission, where, "late", subject, body, late.link, once)
