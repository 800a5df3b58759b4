"""What a booking request looks at before it takes a place: the intake, and the participant with consent and family."""

from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists, OuterRef, Q, QuerySet

from accounts import consents
from accounts.models import ConsentRecord, Guardianship, Participant, User
from activities.models import Activity, Intake, Meeting, Pause
from activities.refusal import NotHere
from centers.models import Center
from records.compiled import Compiled

INTAKE = [f.attname for f in Intake._meta.concrete_fields]
PERSON = [f.attname for f in Participant._meta.concrete_fields]
FACTS = ("consented", "has_family", "guards", "paused")
FURTHER = ("activity__title", "activity__state", "activity__center_id", "activity__center__name", "activity__center__region__code")


def _intake(intake: Any) -> QuerySet[Any, Any]:
    first = Meeting.objects.filter(intake=OuterRef("pk")).order_by("starts_at").values("starts_at")[:1]
    return Intake.objects.published().filter(pk=intake).annotate(first_start=first).values_list(*INTAKE, *FURTHER, "first_start")


def with_facts(rows: Any) -> Any:
    """Participants with whether they consented, whether they have family here, and who may act for them."""
    given = ConsentRecord.objects.in_force().filter(participant=OuterRef("pk"))
    child = Q(participant__kind=Participant.Kind.CHILD)
    texts = consents.TEXTS
    purpose, childs = consents.Purpose.BOOKING, consents.Purpose.CHILD
    fitting = Q(child, purpose=childs, version=texts[childs].version) | Q(~child, purpose=purpose, version=texts[purpose].version)
    guards = Guardianship.objects.in_force().filter(participant=OuterRef(OuterRef("pk"))).values("user")
    wards = Guardianship.objects.in_force().filter(Q(user__in=guards) | Q(user=OuterRef("user"))).exclude(participant=OuterRef("pk"))
    return rows.annotate(
        consented=Exists(given.filter(fitting)),
        has_family=Q(Exists(wards)) | Q(Exists(Participant.objects.filter(user__in=guards))),
        paused=Exists(Pause.objects.in_force().filter(participant=OuterRef("pk"))),
        guards=ArraySubquery(Guardianship.objects.in_force().filter(participant=OuterRef("pk")).values("user")),
    )


def _own_person(user: Any, participant: Any) -> QuerySet[Any, Any]:
    """As a resident: oneself and one's family. No grant is looked at."""
    rows = Participant.objects.all()
    return with_facts(rows.filter(rows.own(user), pk=participant)).values_list(*PERSON, *FACTS)


INTAKE_QUERY = Compiled(_intake, "intake")
OWN_PERSON_QUERY = Compiled(_own_person, "user", "participant")


def intake_for(intake_id: int) -> Intake:
    """A published intake with its activity, center name and region code at hand; raises NotHere."""
    row = INTAKE_QUERY.first(intake=intake_id)
    if row is None:
        raise NotHere
    intake = Intake.from_db("default", INTAKE, row[: len(INTAKE)])
    title, state, center_id, center_name, code, first_start = row[len(INTAKE) :]
    activity = Activity(pk=intake.activity_id, title=title, state=state, center_id=center_id)
    activity.center = Center(pk=center_id, name=center_name)
    intake.activity = activity
    intake.region_code, intake.first_start = code, first_start  # type: ignore[attr-defined]
    return intake


def participant_for(user: User, participant_id: int) -> tuple[Participant, bool]:
    """The participant whom this user may book for, and whether as family (else by a grant, at a desk); raises NotHere."""
    row = OWN_PERSON_QUERY.first(user=user.pk, participant=participant_id)
    if row is not None:
        person = Participant.from_db("default", PERSON, row[: len(PERSON)])
        for name, value in zip(FACTS, row[len(PERSON) :], strict=True):
            setattr(person, name, value)
        return person, True
    known = with_facts(Participant.objects.allowed(user, "book").filter(pk=participant_id, erased_at=None)).first()
    if known is None:
        raise NotHere
    return known, False
