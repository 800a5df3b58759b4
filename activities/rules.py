"""The rules of an intake: who may have a place in it. Each raises Refused with the rule in the user's words."""

from typing import Any

from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Guardianship, Participant, Region
from activities import telling
from activities.models import Booking, Intake, Meeting, Pause
from activities.models.booking import BUSY
from activities.refusal import Refused


def check_eligible(intake: Intake, participant: Participant) -> None:
    """No pause; residence, and age in full years on the first day; a person whose birthday is unknown passes no age rule."""
    if participant.paused:  # type: ignore[attr-defined]
        until = Pause.objects.in_force().filter(participant=participant).order_by("-ends_on").values_list("ends_on", flat=True)[0]
        raise Refused(
            "paused",
            _("因为多次预约了没有来，预约暂停到 %(day)s。有特殊情况请和中心说一声，工作人员可以恢复。") % {"day": telling.on(until)},
        )
    if intake.residence_id:
        code = Region.objects.values_list("code", flat=True).get(pk=intake.residence_id)
        if not Region.objects.filter(pk=participant.region_id, code__startswith=code).exists():
            name = Region.objects.get(pk=intake.residence_id).short_name
            raise Refused("ineligible", _("这次活动只限%(place)s的居民。住址有变化的话，请先改家人资料。") % {"place": name})
    if intake.min_age is None and intake.max_age is None:
        return
    start = intake.first_start  # type: ignore[attr-defined]
    age = participant.age_on(timezone.localdate(start or intake.closes_at))
    if age is None:
        raise Refused("ineligible", _("这次活动有年龄要求，请先在家人资料里补上出生日期。"))
    low, high = intake.min_age or 0, intake.max_age if intake.max_age is not None else 200
    if not low <= age <= high:
        rule = _("%(low)d 至 %(high)d 岁") % {"low": low, "high": high} if high < 200 else _("满 %(low)d 岁") % {"low": low}
        raise Refused("ineligible", _("这次活动要求%(rule)s（按开始那天算），这位参与人那天 %(age)d 岁。") % {"rule": rule, "age": age})


def guards_of(people: list[Participant]) -> set[int]:
    """The accounts that act for any of them."""
    guards = set(Guardianship.objects.in_force().filter(participant__in=people).values_list("user_id", flat=True))
    return guards | {person.user_id for person in people if person.user_id}


def check_family_limit(intake: Intake, people: list[Participant], guards: set[int]) -> None:
    """The family's live bookings and these together; the caller holds the family's lock."""
    members = Guardianship.objects.in_force().filter(user__in=guards).values("participant")
    taken = Booking.objects.live().filter(Q(participant__in=members) | Q(participant__user__in=guards), intake=intake)
    if taken.exclude(participant__in=people).count() + len(people) > intake.family_limit:
        raise Refused("ineligible", _("这次活动每家最多 %(limit)d 人，您家已经约满了。") % {"limit": intake.family_limit})


def check_person_limit(intake: Intake, people: list[Participant]) -> None:
    """So many intakes of one activity for each person; under a lock that others who book for the same person wait for."""
    if intake.person_limit is None:
        return
    for person in people:
        Participant.objects.select_for_update(no_key=True).get(pk=person.pk)
        taken = Booking.objects.live().filter(participant=person, intake__activity=intake.activity_id).exclude(intake=intake)
        if taken.count() >= intake.person_limit:
            raise Refused("ineligible", _("这个活动每人最多约 %(limit)d 个批次，这位参与人已经约满了。") % {"limit": intake.person_limit})


def clashes(intake: Intake, people: list[Participant]) -> Any:
    """Bookings of these people that have a meeting at the same time as one of the intake's still to come."""
    now = timezone.now()
    times = Q(pk__in=[])
    for start, end in Meeting.objects.filter(intake=intake, ends_at__gt=now).values_list("starts_at", "ends_at"):
        times |= Q(intake__meetings__starts_at__lt=end, intake__meetings__ends_at__gt=start)
    rows = Booking.objects.filter(times, participant__in=people, state__in=BUSY).exclude(intake=intake)
    return rows.annotate(at=F("intake__meetings__starts_at")).select_related("intake__activity", "participant")


def clash_words(intake: Intake, people: list[Participant]) -> str:
    """Who has what at the same time, and how to go on."""
    row = clashes(intake, people).first()
    if row is None:
        return _("同一时间已经约了别的活动。")
    return _("%(who)s同一时间已经约了“%(what)s”。想来这个，请先取消那个。") % {"who": row.participant.name, "what": row.intake}
