"""Childcare by the day: a child comes, is collected by somebody known, or by whom a called guardian names; what to mind stays sealed."""

import json
from datetime import datetime
from typing import Any, NamedTuple

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Q
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

    @property
    def key(self) -> str:
        return f"{self.kind}-{self.pk}"

    @property
    def called(self) -> str:
        """The key of a guardian who agreed by telephone that another collects."""
        return f"called-{self.pk}"


class Collected(NamedTuple):
    """Who takes the child: ``kind`` is ``guardian``, ``person`` (on the list) or ``called``.

    ``called`` names in ``taken_by`` who came, and in ``pk`` the guardian who agreed by telephone; 0 for the number of a
    child that has no guardian with an account.
    """

    kind: str
    pk: int
    taken_by: str = ""


def pickers(child: Participant) -> list[Picker]:
    """The guardians in force, then those on the list, with names and numbers: only for the page of one child."""
    ties = Guardianship.objects.in_force().filter(participant=child).select_related("user").order_by("id")
    found = [Picker("guardian", t.user_id, str(t.get_relation_display()), t.user.name, t.user.phone or "") for t in ties]
    listed = PickupPerson.objects.listed().filter(participant=child).order_by("id")
    return found + [Picker("person", p.pk, p.relation, p.name, p.phone) for p in listed]


def enrolments(user: Any) -> Any:
    """Places in childcare that this officer hands children over from: booked ones, and of children who are still here."""
    week = timezone.now() - checkin.AFTER
    here = Handover.objects.filter(out_at=None, attendance__meeting__ends_at__gte=week).values("attendance__booking")
    rows = Booking.objects.allowed(user, "hand_over").filter(intake__activity__care__isnull=False)
    return rows.filter(Q(state="booked") | Q(pk__in=here))


@outbox.portal_language
def arrive(user: Any, meeting: Meeting, booking: Booking) -> Handover:
    """The child is here: attendance and the time. Twice is harmless."""
    with transaction.atomic():
        check(user, meeting, booking)
        if timezone.localdate(meeting.starts_at) != timezone.localdate():
            raise ValidationError(_("只能记当天到的孩子。"))
        checkin.mark(user, meeting, {booking.pk: Attendance.Seen.CAME}, Attendance.Channel.LIST)
        seen = Attendance.objects.select_for_update(no_key=True).get(meeting=meeting, booking=booking)
        row, made = Handover.objects.get_or_create(attendance=seen, defaults={"in_by": user})
        if made:
            written("receive", user, row, booking)
            said = _("孩子已经到了：%(what)s") % {"what": booking.intake}
            telling.tell(booking, None, "arrived", said, telling.moment(row.in_at), f"{row.pk}")
    return row


@outbox.portal_language
def leave(user: Any, meeting: Meeting, booking: Booking, who: Collected, at: datetime | None = None) -> Handover:
    """The child goes, now or, for one that was forgotten, ``at`` a time since it came. Twice is harmless."""
    with transaction.atomic():
        check(user, meeting, booking)
        row = day_of(meeting, booking)
        if row is None:
            raise ValidationError(_("还没有记这个孩子到了。请先点“到了”。"))
        if row.out_at:
            return row
        out_at = at or timezone.now()
        if not row.in_at <= out_at <= timezone.now():
            raise ValidationError(_("走的时间要在到了以后、现在以前。"))
        if at is None and timezone.localdate(meeting.starts_at) != timezone.localdate():
            raise ValidationError(_("不是今天的班，请填写孩子是几点走的。"))
        take(row, booking, who)
        row.out_at, row.out_by = out_at, user
        row.full_clean()
        row.save()
        written("hand_over", user, row, booking)
        said = _("孩子已经接走：%(what)s") % {"what": booking.intake}
        telling.tell(booking, None, "collected", said, telling.moment(row.out_at), f"{row.pk}:{timezone.now():%H%M%S%f}")
        if row.late:
            follow_late(booking, meeting)
    return row


def take(row: Handover, booking: Booking, who: Collected) -> None:
    """Writes down who takes the child; raises ValidationError for whoever may not."""
    known = {(picker.kind, picker.pk) for picker in pickers(booking.participant)}
    guarded = any(kind == "guardian" for kind, _pk in known)
    if who.kind == "called":
        row.taken_by = who.taken_by.strip()[:40]
        if not row.taken_by:
            raise ValidationError(_("请写下来接的是谁（关系、姓），例如“邻居 王”。"))
        if guarded and ("guardian", who.pk) not in known:
            raise ValidationError(_("请选是哪一位监护人在电话里同意的。"))
        row.agreed_by_id = who.pk if guarded else None
    elif (who.kind, who.pk) not in known:
        raise ValidationError(_("这个人不在接送名单上。请先打电话问监护人，同意了再交。"))
    else:
        setattr(row, {"guardian": "guardian_id", "person": "person_id"}[who.kind], who.pk)


@outbox.portal_language
def undo(user: Any, meeting: Meeting, booking: Booking, reason: str) -> None:
    """Takes back the last tap, which was meant for another child: the going, else the coming; the family hears."""
    with transaction.atomic():
        check(user, meeting, booking)
        row = day_of(meeting, booking)
        if row is None:
            raise ValidationError(_("没有可以撤回的记录。"))
        if not reason.strip():
            raise ValidationError(_("请写一下为什么撤回，例如“点错了孩子”。"))
        written("undo_hand_over", user, row, booking, reason)
        said = _("刚才的接送记录记错了：%(what)s") % {"what": booking.intake}
        telling.tell(booking, None, "undone", said, _("已经改正，以“托管”里的记录为准。"), f"{row.pk}:{timezone.now():%H%M%S%f}")
        if row.out_at:
            row.out_at = row.out_by = row.guardian = row.person = row.agreed_by = None
            row.taken_by = ""
            row.save()
        else:
            seen = row.attendance
            row.delete()
            seen.delete()


def day_of(meeting: Meeting, booking: Booking) -> Handover | None:
    """The child's day, locked."""
    rows = Handover.objects.select_for_update(of=("self",), no_key=True).select_related("attendance__meeting", "attendance__booking")
    return rows.filter(attendance__meeting=meeting, attendance__booking=booking).first()


def check(user: Any, meeting: Meeting, booking: Booking) -> None:
    """Raises PermissionDenied, or ValidationError a week after the day."""
    if booking.intake_id != meeting.intake_id or not enrolments(user).filter(pk=booking.pk).exists():
        raise PermissionDenied
    if not open_to_officers(meeting):
        raise ValidationError(_("这一天已经过去七天多了，不能再记。"))


def open_to_officers(meeting: Meeting) -> bool:
    """From its day on until a week later: then nobody needs to look at the child's list any more."""
    return timezone.localdate(meeting.starts_at) <= timezone.localdate() and timezone.now() <= meeting.ends_at + checkin.AFTER


def written(what: str, user: Any, row: Handover, booking: Booking, reason: str = "") -> None:
    audit.write(f"activities.{what}_booking", by=user, on=row, reason=reason, region_code=booking.intake.activity.center.region.code)


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
        title = _("第 %(n)d 次晚接，请和家长商量：%(who)s") % {"n": times, "who": booking.code}
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


def withdraw_note(user: Any, child: Participant) -> None:
    """The family takes its consent back: it needs no key for that."""
    with transaction.atomic():
        forget_note(child)
        audit.write("activities.change_carenote", by=user, on=child, fields=["allergies", "notes"], region_code=child.region.code)


def take_off(user: Any, person: PickupPerson) -> None:
    """Takes somebody off the list, from now on. Twice is harmless."""
    with transaction.atomic():
        row = PickupPerson.objects.select_for_update(of=("self",), no_key=True).select_related("participant__region").get(pk=person.pk)
        if row.ended_at is None:
            row.ended_at = timezone.now()
            row.save()
            code = row.participant.region.code
            audit.write("activities.change_pickupperson", by=user, on=row, fields=["ended_at"], region_code=code)


def forget_note(child: Participant) -> None:
    """Deletes it, with the consent that it rested on."""
    CareNote.objects.filter(participant=child).delete()
    ConsentRecord.objects.in_force().filter(participant=child, purpose=Purpose.HEALTH).update(withdrawn_at=timezone.now())


def read_note(user: Any, meeting: Meeting, booking: Booking) -> dict[str, str]:
    """What to mind, for the officer who minds the child; the reading is logged, and the family sees by whom."""
    if not (enrolments(user).filter(pk=booking.pk).exists() and open_to_officers(meeting)):
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
