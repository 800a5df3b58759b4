"""What activities hold about people, and when its purpose is over: a year after the service (DOMAIN §4, a default of ours).

``portal/purpose.py`` puts all apps' together. Each function returns a queryset of what is due, or lets it go; names no person.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import Exists, F, OuterRef, Q
from django.utils import timezone

from accounts.models import ConsentRecord, Participant, User
from activities.models import Booking, CareNote, Handover, Meeting, PickupPerson
from records.models import Message

KEPT = timedelta(days=365)
BATCH = 500


def over(now: datetime | None = None) -> datetime:
    """What ended before this moment has served its purpose."""
    return (now or timezone.now()) - KEPT


def still_going(before: datetime) -> Any:
    """Bookings with a meeting that ended later, or, where there is none, taken later."""
    later = Meeting.objects.filter(intake=OuterRef("intake"), ends_at__gte=before)
    none = ~Exists(Meeting.objects.filter(intake=OuterRef("intake")))
    return Booking.objects.filter(Exists(later) | none & Q(created_at__gte=before))


def bookings(before: datetime) -> Any:
    """Bookings whose service is over for a year and that still know whose they were."""
    rows = Booking.objects.filter(participant__erased_at=None, created_at__lt=before)
    return rows.exclude(pk__in=still_going(before).values("pk")).order_by("id")


def handovers(before: datetime) -> Any:
    return Handover.objects.filter(attendance__meeting__ends_at__lt=before).order_by("id")


def care_files(before: datetime) -> Any:
    """Children whose last place in childcare, and last word about it, is over for a year, with a list or a note."""
    live = still_going(before).filter(intake__activity__care__isnull=False)
    known = Q(pk__in=CareNote.objects.values("participant")) | Q(pk__in=PickupPerson.objects.values("participant"))
    return without_fresh(Participant.objects.filter(known), before).exclude(pk__in=live.values("participant")).order_by("id")


def children(before: datetime) -> Any:
    """Children who came to nothing, and of whom nobody said anything, for a year."""
    rows = Participant.objects.alive().filter(kind=Participant.Kind.CHILD, created_at__lt=before)
    return without_fresh(rows, before).exclude(pk__in=still_going(before).values("participant")).order_by("id")


def without_fresh(rows: Any, before: datetime) -> Any:
    """Whoever agreed anew, or keeps a list or a note this year, means to come."""
    agreed = ConsentRecord.objects.in_force().filter(given_at__gte=before)  # type: ignore[attr-defined]
    noted, listed = CareNote.objects.filter(updated_at__gte=before), PickupPerson.objects.filter(added_at__gte=before)
    days = Handover.objects.filter(attendance__meeting__ends_at__gte=before).values(participant=F("attendance__booking__participant"))
    fresh: Any
    for fresh in (agreed, noted, listed, days):
        rows = rows.exclude(pk__in=fresh.values("participant"))
    return rows


def nobody() -> User:
    """The account that anonymous bookings name as who booked; it can't log in."""
    known, _made = User.objects.get_or_create(login="anonymous-bookings", defaults={"is_active": False, "erased_at": timezone.now()})
    return known


def anonymise(rows: Iterable[Booking]) -> int:
    """Bookings stay as numbers: each gets an empty person of the same kind and village; words and history go."""
    known = list(rows)
    with transaction.atomic():
        now, by = timezone.now(), nobody()
        empty = [Participant(kind=b.participant.kind, region_id=b.participant.region_id, created_at=now, erased_at=now) for b in known]
        made = Participant.objects.bulk_create(empty)
        for booking, person in zip(known, made, strict=True):
            booking.participant, booking.booked_by, booking.answer, booking.priority = person, by, "", ""
        Booking.objects.bulk_update(known, ["participant", "booked_by", "answer", "priority"])
        with connection.cursor() as cursor:  # history is not the portal's own to delete: the database looks what it lets go
            cursor.execute("SELECT activities_forget_bookings(%s)", [[booking.pk for booking in known]])
    return len(known)


def forget_handovers(rows: Any) -> int:
    """Who brought and collected a child; that it came stays as a number."""
    with transaction.atomic():
        numbers = list(rows.values_list("pk", flat=True)[:BATCH])
        Handover.objects.filter(pk__in=numbers).delete()
        with connection.cursor() as cursor:
            cursor.execute("SELECT activities_forget_handovers()")
    return len(numbers)


def forget_care(child: Participant) -> None:
    """The note, and who may collect; with the consents that they rested on."""
    with transaction.atomic():
        while forget_handovers(Handover.objects.filter(attendance__booking__participant=child)):
            pass
        CareNote.objects.filter(participant=child).delete()
        PickupPerson.objects.filter(participant=child).delete()
        purposes = (ConsentRecord.Purpose.CARE, ConsentRecord.Purpose.HEALTH)
        ConsentRecord.objects.in_force().filter(participant=child, purpose__in=purposes).update(withdrawn_at=timezone.now())


def messages(before: datetime) -> Any:
    """What the family and the center were told about a child's days."""
    return Message.objects.filter(kind__in=("arrived", "collected", "undone", "late"), created_at__lt=before).order_by("id")


def forget_messages(rows: Any) -> int:
    return int(Message.objects.filter(pk__in=list(rows.values_list("pk", flat=True)[:BATCH])).delete()[0])
