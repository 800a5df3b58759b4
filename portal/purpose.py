"""Personal data go when their purpose ends (个人信息保护法 art. 19, 47): by a beat task each night; a dry run lists what would go."""

import logging
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any, NamedTuple

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Guardianship, Participant
from activities import purpose
from funding import personal as funding
from portal import personal
from records import audit, outbox

log = logging.getLogger(__name__)


class Due(NamedTuple):
    """So many rows of one kind whose purpose is over: ``rule`` says why, ``numbers`` which."""

    what: str
    rule: str
    numbers: list[int]


def due(now: datetime | None = None) -> list[Due]:
    """What would go, without a name: kinds, rules and row numbers."""
    before = purpose.over(now)
    found = (
        ("handover", "who brought and collected: a year after the day", purpose.handovers(before)),
        ("care file", "who may collect, allergies: a year after the last childcare", purpose.care_files(before)),
        ("booking", "whose it was: a year after the service", purpose.bookings(before)),
        ("child", "name, birthday, guardians: a year without any service", purpose.children(before)),
        ("message", "what was told about a child's day: a year after", purpose.messages(before)),
        ("objection", "who objected: a year after the answer", funding.over(now)),
    )
    return [Due(what, rule, list(rows.values_list("pk", flat=True))) for what, rule, rows in found]


def lines(found: list[Due]) -> Iterator[str]:
    """For people: a line a kind, the first numbers of each."""
    for one in found:
        first = ", ".join(map(str, one.numbers[:20])) + (" …" if len(one.numbers) > 20 else "")
        yield f"{one.what}: {len(one.numbers)} ({one.rule}){': ' + first if first else ''}"


def end(now: datetime | None = None) -> dict[str, int]:
    """Lets all of it go, in batches, each a transaction of its own; may run twice. Returns how many of each kind went."""
    before = purpose.over(now)
    gone = {"handover": 0, "care file": 0, "booking": 0, "child": 0, "message": 0, "objection": 0}
    while number := purpose.forget_handovers(purpose.handovers(before)):
        gone["handover"] += number
    for pk in list(purpose.care_files(before).values_list("pk", flat=True)):
        gone["care file"] += one_by_one(pk, purpose.care_files(before), purpose.forget_care)
    while rows := list(purpose.bookings(before).select_related("participant")[: purpose.BATCH]):
        gone["booking"] += purpose.anonymise(rows)
    for pk in list(purpose.children(before).values_list("pk", flat=True)):
        gone["child"] += one_by_one(pk, purpose.children(before), let_go)
    while number := purpose.forget_messages(purpose.messages(before)):
        gone["message"] += number
    gone["objection"] = funding.forget(funding.over(now))
    for what, number in gone.items():
        if number:
            audit.write("portal.end_purpose", target_type=what, reason="purpose over", count=number)
    return gone


def one_by_one(pk: int, rows: Any, act: Callable[[Participant], None]) -> bool:
    """Looks again under the child's lock whether it is still due; a fault with one child keeps no other."""
    try:
        with transaction.atomic():
            child = Participant.objects.select_for_update(of=("self",)).select_related("region").get(pk=pk)
            if not rows.filter(pk=pk).exists():
                return False
            act(child)
    except Exception:
        log.exception("the purpose of participant %s is over, but letting go failed", pk)
        return False
    return True


@outbox.portal_language
def let_go(child: Participant) -> None:
    """Empties a child's row, ends the guardianships, and tells the guardians, who may register it anew. Inside a transaction."""
    ties = list(Guardianship.objects.in_force().filter(participant=child).select_related("user"))
    personal.erase_participant(child, None)
    for tie in ties:
        body = _("一年没有参加服务，孩子的资料已按约定自动删除。以后再来，重新登记一下就好。")
        outbox.tell(tie.user, "purpose", _("孩子的资料已删除"), body, link="/me/family/", once=f"purpose:{child.pk}")
        personal.end_tie(tie)
