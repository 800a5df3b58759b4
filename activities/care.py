"""Childcare by the day: a child comes, is collected by somebody known, or by whom a called guardian names; what to mind stays sealed."""

import json
from typing import Any, NamedTuple

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import consents
from accounts.models import ConsentRecord, Guardianship, Participant
from activities import checkin, telling
from activities.models import Attendance, Booking, CareNote, Handover, Meeting, PickupPerson
from activities.models.handover import LATE_LIMIT
from records import audit, outbox, secret
from workflow.telling import tell_holders

Purpose = consents.Purpose


class Picker(NamedTuple):
    """Somebody who may collect a child: ``kind`` is ``guardian`` or ``person``."""

    kind: str
    pk: int
    relation: str
    name: str
    phone: str


def pickers(child: Participant) -> list[Picker]:
    """The guardians in force, then those on the list, with names and numbers: only for the page of one child."""
    ties = Guardianship.objects.in_force().filter(participant=child).select_related("user").order_by("id")
    found = [Picker("guardian", t.user_id, str(t.get_relation_display()), t.user.name, t.user.phone or "") for t in ties]
    listed = PickupPerson.objects.listed().filter(participant=child).order_by("id")
    return found + [Picker("person", p.pk, p.relation, p.name, p.phone) for p in listed]


def enrolments(user: Any) -> Any:
    """Booked places in childcare that this officer hands children over from."""
    return Booking.objects.allowed(user, "hand_over").filter(state="booked", intake__activity__care__isnull=False)


@outbox.portal_language
def arrive(user: Any, meeting: Meeting, booking: Booking) -> Handover:
    """The child is here: attendance and the time. Twice is harmless."""
    with transaction.atomic():
        check(user, meeting, booking)
        checkin.mark(user, meeting, {booking.pk: Attendance.Seen.CAME}, Attendance.Channel.LIST)
        seen = Attendance.objects.select_for_update(no_key=True).get(meeting=meeting, booking=booking)
        row, made = Handover.objects.get_or_create(attendance=seen, defaults={"in_by": user})
        if made:
            written("receive", user, row, booking)
            said = _("孩子已经到了：%(what)s") % {"what": booking.intake}
            telling.tell(booking, None, "arrived", said, telling.moment(row.in_at), str(meeting.pk))
    return row


@outbox.portal_language
def leave(user: Any, meeting: Meeting, booking: Booking, kind: str, pk: int) -> Handover:
    """The child goes with a guardian (``guardian``), somebody on the list (``person``), or as a guardian said when called (``called``)."""
    with transaction.atomic():
        check(user, meeting, booking)
        rows = Handover.objects.select_for_update(of=("self",), no_key=True).select_related("attendance__meeting", "attendance__booking")
        row = rows.filter(attendance__meeting=meeting, attendance__booking=booking).first()
        if row is None:
            raise ValidationError(_("还没有记这个孩子到了。请先点“到了”。"))
        if row.out_at:
            return row
        known = {(picker.kind, picker.pk) for picker in pickers(booking.participant)}
        if ("guardian" if kind == "called" else kind, pk) not in known:
            raise ValidationError(_("这个人不在接送名单上。请先打电话问监护人，同意了再交。"))
        setattr(row, {"guardian": "guardian_id", "person": "person_id", "called": "agreed_by_id"}[kind], pk)
        row.out_at, row.out_by = timezone.now(), user
        row.full_clean()
        row.save()
        written("hand_over", user, row, booking)
        said = _("孩子已经接走：%(what)s") % {"what": booking.intake}
        telling.tell(booking, None, "collected", said, telling.moment(row.out_at), str(meeting.pk))
        if row.late:
            follow_late(booking, meeting)
    return row


def check(user: Any, meeting: Meeting, booking: Booking) -> None:
    """Raises PermissionDenied, or ValidationError outside the day."""
    if booking.intake_id != meeting.intake_id or not enrolments(user).filter(pk=booking.pk).exists():
        raise PermissionDenied
    if timezone.localdate(meeting.starts_at) != timezone.localdate():
        raise ValidationError(_("只能记当天的接送。"))


def written(what: str, user: Any, row: Handover, booking: Booking) -> None:
    audit.write(f"activities.{what}_booking", by=user, on=row, region_code=booking.intake.activity.center.region.code)


def late_times(booking: Booking) -> int:
    """How often the child was collected late in this term."""
    return Handover.objects.late().filter(attendance__booking=booking).count()


def follow_late(booking: Booking, meeting: Meeting) -> None:
    """The family hears each time; the third time the center decides with it whether the place goes to another (DOMAIN §2.6)."""
    times = late_times(booking)
    subject = _("今天接晚了：%(what)s") % {"what": booking.intake}
    if times < LATE_LIMIT:
        words = _("这个学期第 %(n)d 次晚接。满 %(limit)d 次，名额可能让给排队的家庭；有困难请和中心说。") % {
            "n": times,
            "limit": LATE_LIMIT,
        }
    else:
        words = _("这个学期已经第 %(n)d 次晚接。中心会打电话和您商量，名额可能让给排队的家庭。") % {"n": times}
        code = booking.intake.activity.center.region.code
        title = _("第 %(n)d 次晚接，请和家长商量：%(who)s") % {"n": times, "who": booking.participant.masked_name}
        once = f"late:{booking.pk}:{meeting.pk}"
        tell_holders("activities.hand_over_booking", code, "late", title, str(booking.intake), f"/desk/care/{meeting.pk}/", once=once)
    telling.tell(booking, None, "late", subject, words, str(meeting.pk))


def note_of(child: Participant) -> dict[str, str]:
    """``allergies`` and ``notes`` in clear; raises records.secret.Unreadable. Whoever calls logs the reading."""
    row = CareNote.objects.filter(participant=child).first()
    return dict(json.loads(secret.open_sealed(row.sealed))) if row else {}


def keep_note(user: Any, child: Participant, allergies: str, notes: str) -> None:
    """Seals what a guardian wrote; nothing written leaves nothing. The consent to it is recorded with it."""
    with transaction.atomic():
        if not (allergies or notes):
            forget_note(child)
        else:
            consents.record(child, user, Purpose.HEALTH, ConsentRecord.Channel.PAGE)
            sealed = secret.seal(json.dumps({"allergies": allergies, "notes": notes}, ensure_ascii=False))
            CareNote.objects.update_or_create(
                participant=child, defaults={"sealed": sealed, "updated_by": user, "updated_at": timezone.now()}
            )
        audit.write("activities.change_carenote", by=user, on=child, fields=["allergies", "notes"], region_code=child.region.code)


def forget_note(child: Participant) -> None:
    """Deletes it, with the consent that it rested on."""
    CareNote.objects.filter(participant=child).delete()
    ConsentRecord.objects.in_force().filter(participant=child, purpose=Purpose.HEALTH).update(withdrawn_at=timezone.now())


def read_note(user: Any, booking: Booking) -> dict[str, str]:
    """What to mind, for the officer who minds the child; the reading is logged, and the family sees by whom."""
    if not enrolments(user).filter(pk=booking.pk).exists():
        raise PermissionDenied
    known = note_of(booking.participant)
    audit.write(
        "activities.read_carenote",
        by=user,
        on=booking.participant,
        fields=["allergies", "notes"],
        region_code=booking.intake.activity.center.region.code,
    )
    return known


def agreed(children: Any) -> set[int]:
    """Which of the children the agreement on childcare, in its version in force, was given for."""
    version = consents.TEXTS[Purpose.CARE].version
    rows = ConsentRecord.objects.in_force().filter(participant__in=children, purpose=Purpose.CARE, version=version)
    return set(rows.values_list("participant_id", flat=True))


def lacking(child: Participant) -> bool:
    """Whether that agreement is still to be given."""
    return child.pk not in agreed([child.pk])
