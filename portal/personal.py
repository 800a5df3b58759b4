"""A person's own data: everything the portal holds about them and their family, exported, erased; across all apps."""

from datetime import timedelta
from typing import Any

from django.contrib.sessions.backends.cached_db import SessionStore
from django.contrib.sessions.models import Session
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django_otp.plugins.otp_totp.models import TOTPDevice

from accounts import importing, tokens
from accounts.models import ConsentRecord, Guardianship, ImportJob, LoginCode, Participant, User
from activities import personal as activities
from centers.models import Appointment, Feedback
from centers.workflows.appointment import APPOINTMENT
from funding import personal as funding
from records import audit
from records.models import Message
from staffing import personal as staffing

APPOINTMENT_FIELDS = ("center__name", "starts_at", "ends_at", "people", "purpose", "state", "note", "created_at", "answered_at")


def export(user: User) -> dict[str, Any]:
    """All of it as plain data: account, family, consents, bookings, messages."""
    family = Participant.objects.all()
    people = list(family.filter(family.own(user)).select_related("region"))
    return {
        "exported_at": timezone.localtime().isoformat(),
        "account": {"login": user.login, "phone": user.phone, "name": user.name, "email": user.email, "since": user.created_at.isoformat()},
        "family": [
            {
                "id": p.pk,
                "kind": p.kind,
                "name": p.name,
                "birthday": p.birthday.isoformat() if p.birthday else None,
                "phone": p.phone,
                "region": p.region.name,
            }
            for p in people
        ],
        "guardianships": list(Guardianship.objects.filter(user=user).values("participant_id", "relation", "valid_from", "valid_until")),
        "consents": list(
            ConsentRecord.objects.filter(participant__in=people).values("participant_id", "purpose", "version", "given_at", "withdrawn_at")
        ),
        **activities.exported(user, people),
        **staffing.exported(user),
        **funding.exported(user),
        "feedback": list(Feedback.objects.filter(user=user).values("kind", "text", "phone", "received_at", "office", "answer")),
        "appointments": list(Appointment.objects.filter(asked_by=user).values(*APPOINTMENT_FIELDS)),
        "messages": list(Message.objects.filter(recipient=user).values("channel", "subject", "body", "created_at")),
    }


def erase(user: User) -> None:
    """Erases the account and those whose only guardian it was; bookings stay as numbers without a person.

    Row history and audit hold no personal values; sessions, tokens, codes, devices and messages go. One transaction.
    """
    with transaction.atomic():
        user = User.objects.select_for_update().get(pk=user.pk)
        family = Participant.objects.all()
        for person in list(family.filter(family.own(user)).select_for_update(of=("self",)).order_by("id")):
            others = Guardianship.objects.in_force().filter(participant=person, user__is_active=True).exclude(user=user)
            if person.user_id == user.pk or not others.exists():
                erase_participant(person, user)
        end_guardianships(user)
        erase_appointments(user)
        Message.objects.filter(recipient=user).delete()
        for job in ImportJob.objects.filter(user=user):
            importing.forget(job)
        activities.erase_account(user)
        staffing.erase_account(user)
        funding.erase_account(user)
        LoginCode.objects.filter(phone=user.phone or "").delete()
        TOTPDevice.objects.filter(user=user).delete()
        Feedback.objects.filter(user=user).update(user=None, phone="", text=_("（已按本人要求删除）"))
        tokens.revoke(user)
        audit.write("accounts.erase_user", by=user, on=user, fields=["login", "phone", "name", "email"])
        end_sessions(user)
        user.login, user.phone, user.name, user.email = f"erased-{user.pk}", None, "", ""
        user.organisation = None
        user.is_active, user.erased_at = False, timezone.now()
        user.set_unusable_password()
        user.save()


def erase_appointments(user: User) -> None:
    """Cancels those that lie ahead, so that nobody waits at the door, and takes the words from all; times and heads stay as numbers."""
    mine = Appointment.objects.filter(asked_by=user)
    for row in mine.live().filter(starts_at__gt=timezone.now()).order_by("id"):  # type: ignore[attr-defined]
        APPOINTMENT.take(row, "cancel", by=user)
    words = _("（已按本人要求删除）")
    mine.update(purpose=words)
    mine.exclude(note="").update(note=words)


def end_guardianships(user: User) -> None:
    """Ends them with yesterday: a tie's last day still counts, and an erased guardian guards nobody."""
    for tie in Guardianship.objects.filter(user=user, valid_until=None):
        end_tie(tie)


def end_tie(tie: Guardianship) -> None:
    yesterday = timezone.localdate() - timedelta(days=1)
    if tie.valid_from > yesterday:
        tie.delete()
    else:
        tie.valid_until = yesterday
        tie.save()


def erase_participant(person: Participant, by: User | None) -> None:
    """Empties a participant; live bookings to come are cancelled first, so that the places go to others."""
    activities.erase_participant(person, by)
    ConsentRecord.objects.in_force().filter(participant=person).update(withdrawn_at=timezone.now())
    person.name, person.birthday, person.phone, person.user = "", None, "", None
    person.erased_at = timezone.now()
    person.save()
    audit.write("accounts.erase_participant", by=by, on=person, fields=["name", "birthday", "phone"], region_code=person.region.code)


def end_sessions(user: User) -> None:
    """Deletes the account's sessions with their cached copies, and those that wait for a code sent to its phone."""
    for session in Session.objects.iterator():
        known = session.get_decoded()
        if known.get("_auth_user_id") == str(user.pk) or (user.phone and known.get("login_phone") == user.phone):
            SessionStore(session.session_key).delete()
