"""Adds children and elders, and lets a second parent join the first: never silently."""

from datetime import date
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Guardianship, Participant, Region
from accounts.scope import prefixes
from records import audit, outbox


class AlreadyKnown(Exception):
    """A child of that name and birthday is known in that village: perhaps the other parent has entered it."""

    def __init__(self, participant: Participant) -> None:
        super().__init__("already known")
        self.participant = participant
        self.sentence = _("这个村社已经登记过同名、同生日的孩子，可能是家里另一位监护人登记的。可以申请一起监护，对方同意后就能一起预约。")


def add(
    user: Any,
    *,
    kind: str,
    name: str,
    region: Region,
    birthday: date | None = None,
    phone: str = "",
    relation: str = "",
    separate: bool = False,
    own_family: bool = False,
) -> Participant:
    """A new child or elder. A resident becomes the guardian; an officer enters an elder of their own region,
    unless on the officer's own family page (``own_family``).

    Raises AlreadyKnown unless ``separate`` says that it is another child. One transaction.
    """
    desk = not own_family and any(region.code.startswith(code) for code in prefixes(user, "accounts.add_participant"))
    with transaction.atomic():
        if kind == Participant.Kind.CHILD and not separate:
            twin = Participant.objects.same_person(name, birthday, region).exclude(guardianships__user=user).first()
            if twin:
                raise AlreadyKnown(twin)
        row = Participant(kind=kind, name=name, birthday=birthday, phone=phone, region=region, created_by=user)
        row.full_clean(exclude=["user", "created_by"])
        row.save()
        if not desk:
            default = Guardianship.Relation.CHILD if kind == Participant.Kind.ELDER else Guardianship.Relation.PARENT
            Guardianship.objects.create(
                user=user, participant=row, relation=relation or default, confirmed_at=timezone.now(), confirmed_by=user
            )
        audit.write("accounts.add_participant", by=user, on=row, fields=["name", "birthday", "phone"], region_code=region.code)
    return row


def self_of(user: Any, region: Region, name: str, birthday: date | None = None) -> Participant:
    """The account's own participant, made or corrected."""
    row = Participant.objects.filter(user=user).first() or Participant(user=user, kind=Participant.Kind.SELF, created_by=user)
    row.name, row.region, row.phone = name, region, user.phone or ""
    row.birthday = birthday
    row.full_clean(exclude=["user", "created_by"])
    row.save()
    return row


@outbox.portal_language
def ask_to_join(user: Any, participant: Participant, relation: str) -> Guardianship:
    """A second parent asks; the guardians in force hear of it, without a name in the message."""
    with transaction.atomic():
        row = Guardianship(user=user, participant=participant, relation=relation or Guardianship.Relation.PARENT)
        row.full_clean(exclude=["confirmed_by"])
        row.save()
        for guard in participant.guardianships.in_force().select_related("user"):
            outbox.tell(
                guard.user,
                "join",
                _("有人申请一起做孩子的监护人"),
                _("如果是您的家人，请在“家人”里同意；不认识就不同意。"),
                link="/me/family/",
                once=f"join:{row.pk}",
            )
        audit.write("accounts.ask_guardianship", by=user, on=row, region_code=participant.region.code)
    return row


@outbox.portal_language
def answer_join(user: Any, row: Guardianship, agree: bool) -> None:
    """A guardian in force (or an officer of the village, after looking at papers) answers; raises PermissionDenied."""
    with transaction.atomic():
        row = Guardianship.objects.select_for_update(of=("self",)).select_related("participant__region", "user").get(pk=row.pk)
        guard = row.participant.guardianships.in_force().filter(user=user).exclude(pk=row.pk).exists()
        code = row.participant.region.code
        if not guard and not any(code.startswith(p) for p in prefixes(user, "accounts.change_participant")):
            raise PermissionDenied
        if row.confirmed_at or row.valid_until:
            return
        if agree:
            row.confirmed_at, row.confirmed_by = timezone.now(), user
        else:
            row.valid_until = max(row.valid_from, timezone.localdate())
        row.save()
        subject = _("您已成为孩子的监护人") if agree else _("一起监护的申请没有通过")
        outbox.tell(row.user, "join-answer", subject, link="/me/family/", once=f"join-answer:{row.pk}")
        audit.write("accounts.answer_guardianship", by=user, on=row, fields=["confirmed_at" if agree else "valid_until"], region_code=code)
