"""Draws the sample and asks; what the village sees are numbers. Likes and shares never count (DOMAIN §0.1)."""

from datetime import timedelta
from random import SystemRandom
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from activities import telling
from activities.models import Activity, Attendance, Booking, Survey, SurveyAnswer
from centers.models.repair import new_secret
from records import outbox

#: One in three of those who came, at least eight where so many came, thirty at the most: a default of ours.
SHARE, LEAST, MOST = 3, 8, 30
#: After the last meeting: from an hour on, and for three days; who is asked may answer for two weeks.
FROM, UNTIL, OPEN = timedelta(hours=1), timedelta(days=3), timedelta(days=14)


def due() -> Any:
    """Activities whose last meeting is over since an hour, with a list of who came, not asked about yet."""
    now = timezone.now()
    recent = Activity.objects.filter(state__in=("published", "reported"), survey=None).filter(
        intakes__meetings__ends_at__gte=now - UNTIL, intakes__meetings__ends_at__lte=now - FROM
    )
    ahead = Activity.objects.filter(intakes__meetings__ends_at__gt=now - FROM).values("pk")
    came = Attendance.objects.filter(seen="came").values("meeting__intake__activity")
    return recent.exclude(pk__in=ahead).filter(pk__in=came).distinct().order_by("id")


def size(came: int) -> int:
    """How many of those who came are asked."""
    return min(came, max(LEAST, -(-came // SHARE)), MOST)


def draw_due() -> int:
    """Draws for all that are due; returns how many activities. May run twice."""
    return sum(ask(activity) for activity in due()[:200])


@outbox.portal_language
def ask(activity: Activity) -> bool:
    """Draws and asks once; each person once, however many of the family came."""
    with transaction.atomic():
        Activity.objects.select_for_update(no_key=True).get(pk=activity.pk)
        if Survey.objects.filter(activity=activity).exists():
            return False
        came = list(
            Booking.objects.filter(attendance__seen="came", intake__activity=activity, participant__erased_at=None)
            .distinct()
            .select_related("participant__user")
            .order_by("id")
        )
        people = {person.pk: person for booking in came for person in telling.people_of(booking.participant).values()}
        chosen = SystemRandom().sample(sorted(people), size(len(people)))
        survey = Survey.objects.create(activity=activity, came=len(people), asked=len(chosen))
        for pk in chosen:
            secret, token_hash = new_secret()
            SurveyAnswer.objects.create(survey=survey, token_hash=token_hash)
            subject = _("一个问题：%(what)s办得好吗？") % {"what": activity}
            body = _("点开选一下就行，不用登录。不记名，村社看不到是谁回答的。")
            outbox.tell(people[pk], "survey", subject, body, link=f"/q/{secret}/", once=f"survey:{activity.pk}", channels=("sms",))
    return True
