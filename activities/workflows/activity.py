"""An activity's life: planned, reviewed where it must be, published, held, reported; postponed or called off."""

from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.forms.base import LocalDateTimeInput
from accounts.scope import prefixes
from activities import reporting, seats, telling, turnstile
from activities.models import Activity, Booking, Draw, Intake, Meeting, Outcome
from activities.models.activity import NO_PERMIT, PERMIT_FROM
from activities.models.care import UNDER_THREE, under_three
from records import outbox
from workflow.engine import Step, Workflow
from workflow.telling import tell_holders

S = Activity.State


def link(activity: Activity) -> str:
    return f"/desk/activities/{activity.pk}/"


def ready_to_publish(activity: Activity, user: Any, data: dict[str, Any]) -> None:
    """Reviewed where it must be, and whole."""
    reason = activity.review_needed
    reviewer = any(activity.center.region.code.startswith(code) for code in prefixes(user, "activities.approve_activity"))
    if reason and not (reviewer or approved(activity)):
        raise ValidationError(_("%(reason)s要先送镇街审核，通过以后再发布。请点“送审”。") % {"reason": reason})
    if activity.people >= PERMIT_FROM and not activity.permit_no:
        raise ValidationError(NO_PERMIT)
    complete(activity)
    ready_for_children(activity)
    activity.published_at = timezone.now()


def ready_for_children(activity: Activity) -> None:
    """Childcare for the under-threes is filed with the health department first (DOMAIN §2.6), whatever it is called."""
    program = getattr(activity, "care", None)
    if program and (words := program.unready()):
        raise ValidationError(words)
    if activity.kind == Activity.Kind.CARE and not program and any(map(under_three, activity.intakes.all())):
        raise ValidationError(UNDER_THREE)


def approved(activity: Activity) -> bool:
    """Whether the state before this step was approved (the row in the database still has it)."""
    return Activity.objects.filter(pk=activity.pk, state=S.APPROVED).exists()


def complete(activity: Activity) -> None:
    """What residents need before they can decide: a published center, an intake with a meeting still to come."""
    if not activity.center.published:
        raise ValidationError(_("中心还没有公开，请先让镇街公开中心，再发布活动。"))
    intakes = list(activity.intakes.prefetch_related("meetings"))
    if not intakes:
        raise ValidationError(_("还没有设名额。请先添加一个预约批次，再发布。"))
    for intake in intakes:
        if intake.mode == Intake.Mode.LOTTERY and not Draw.objects.filter(intake=intake).exists():
            raise ValidationError(_("“%(intake)s”用抽签，请先公布抽签办法，再发布。") % {"intake": intake})
        if not intake.meetings.all():
            raise ValidationError(_("“%(intake)s”还没有时间。请至少添加一场，再发布。") % {"intake": intake})
    if all(meeting.ends_at < timezone.now() for intake in intakes for meeting in intake.meetings.all()):
        raise ValidationError(_("所有场次都已经过去了。请添加新的时间，再发布。"))


def ready_to_submit(activity: Activity, user: Any, data: dict[str, Any]) -> None:
    if not activity.review_needed:
        raise ValidationError(_("日常活动不用送审，可以直接发布。"))
    complete(activity)


def tell_town(activity: Activity, user: Any, data: dict[str, Any]) -> None:
    subject = _("请审核活动：%(what)s") % {"what": activity}
    tell_holders("activities.approve_activity", activity.center.region.code, "review", subject, activity.review_needed, link(activity))


def tell_village(activity: Activity, user: Any, data: dict[str, Any]) -> None:
    passed = activity.state == S.APPROVED
    subject = (_("活动审核通过：%(what)s") if passed else _("活动退回修改：%(what)s")) % {"what": activity}
    if activity.created_by:
        outbox.tell(activity.created_by, "review", subject, str(data.get("reason", "")), link=link(activity))


def withdrawable(activity: Activity, user: Any, data: dict[str, Any]) -> None:
    """Only while nobody has booked; afterwards it is called off, so that everyone hears."""
    if Booking.objects.live().filter(intake__activity=activity).exists():
        raise ValidationError(_("已经有人预约，不能撤回。不办了请用“取消活动”，系统会通知每一位预约的人。"))
    activity.published_at = None


def call_off(activity: Activity, user: Any, data: dict[str, Any]) -> None:
    activity.cancelled_at, activity.cancel_reason = timezone.now(), str(data["reason"])[:120]


@outbox.portal_language
def free_seats(activity: Activity, user: Any, data: dict[str, Any]) -> None:
    """Cancels every booking and tells all who booked."""
    for intake in activity.intakes.order_by("id"):
        intake.activity = activity
        seats.cancel_all(intake, user, _("活动取消了：%(reason)s") % {"reason": data["reason"]})


def move_meetings(activity: Activity, user: Any, data: dict[str, Any]) -> None:
    """All meetings still to come by as much as the next one, but none that people have come to already."""
    ahead = Meeting.objects.filter(intake__activity=activity, ends_at__gte=timezone.now(), attendance=None).order_by("starts_at")
    first = ahead.first()
    if first is None:
        raise ValidationError(_("没有可以改期的场次：已经过去，或者已经签到了。"))
    by = data["starts_at"] - first.starts_at
    if data["starts_at"] <= timezone.now() or not timedelta(0) != by <= timedelta(days=400):
        raise ValidationError({"starts_at": _("请填一个以后的、和原来不同的时间。")})
    rows = list(ahead.order_by("starts_at" if by < timedelta(0) else "-starts_at"))  # so that none meets another on the way
    for meeting in rows:
        meeting.starts_at, meeting.ends_at = meeting.starts_at + by, meeting.ends_at + by
        meeting.save()
    for intake in Intake.objects.filter(pk__in={m.intake_id for m in rows}).select_related("activity").order_by("pk"):
        move_terms(intake, by, data["starts_at"])
        tell_postponed(intake, data)


def move_terms(intake: Intake, by: timedelta, start: datetime) -> None:
    """Until when one may book and cancel: as far as the meetings moved, and at least a day to cancel after hearing of it.

    Where places were given out at the end of booking it is not opened again; a lottery keeps its end, so that nobody
    enters once the number that draws it is known.
    """
    now, draw = timezone.now(), Draw.objects.filter(intake=intake).first()
    if draw and draw.drawn_at is None and draw.draws_on > timezone.localdate(start):
        raise ValidationError({"starts_at": _("新的时间比抽签还早。请先改抽签办法，再改期。")})
    if draw is None and not (intake.drawn and intake.closes_at <= now):
        intake.closes_at += by
    intake.cancel_until = max(intake.cancel_until + by, min(now + timedelta(days=1), start))
    intake.clean()
    intake.validate_constraints()
    intake.save(update_fields=["closes_at", "cancel_until"])
    transaction.on_commit(lambda: turnstile.forget(intake.pk))


def tell_postponed(intake: Intake, data: dict[str, Any]) -> None:
    rows = Booking.objects.live().filter(intake=intake).select_related("participant__user", "intake__activity")
    body = _("新的时间从 %(at)s 开始。原因：%(reason)s 来不了可以取消，不算爽约。")
    words = body % {"at": telling.moment(data["starts_at"]), "reason": data["reason"]}
    about = f"{timezone.now():%y%m%d%H%M%S%f}"  # there, back and there again is news each time
    telling.tell_units(list(rows), "postponed", _("改期了：%(what)s") % {"what": intake}, words, about)


def report(activity: Activity, user: Any, data: dict[str, Any]) -> None:
    """The outcome: headcount and three lines; only once the last meeting is over."""
    if not activity.over:
        raise ValidationError(_("最后一场还没有结束，结束以后再填总结。"))
    if data.get("headcount") is None:
        raise ValidationError({"headcount": _("请填到场人次，没有人来就填 0。")})


def keep_outcome(activity: Activity, user: Any, data: dict[str, Any]) -> None:
    row = Outcome(
        activity=activity,
        held_on=activity.last_day or timezone.localdate(),
        headcount=data["headcount"],
        lines=data["lines"],
        reported_by=user,
        released_at=timezone.now() if data.get("release") else None,
    )
    row.full_clean()
    row.save()


def start_field() -> forms.Field:
    return forms.DateTimeField(label=gettext_lazy("下一场改到"), widget=LocalDateTimeInput())


def headcount_field() -> forms.Field:
    return forms.IntegerField(
        label=gettext_lazy("到场人次"), min_value=0, max_value=100_000, help_text=gettext_lazy("所有场次加起来，含直接来的。")
    )


def lines_field() -> forms.Field:
    return forms.CharField(
        label=gettext_lazy("三句话总结"),
        max_length=600,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=gettext_lazy("系统已经按记录起好草稿，改几个字就行；不要写出居民的姓名。"),
    )


def release_field() -> forms.Field:
    return forms.BooleanField(label=gettext_lazy("同时公开在活动页上"))


ACTIVITY = Workflow(
    Activity,
    Step("submit", gettext_lazy("送审"), (S.DRAFT,), S.SUBMITTED, sets=ready_to_submit, tells=tell_town),
    Step("approve", gettext_lazy("审核通过"), (S.SUBMITTED,), S.APPROVED, tells=tell_village),
    Step("send_back", gettext_lazy("退回修改"), (S.SUBMITTED,), S.DRAFT, needs=("reason",), tells=tell_village),
    Step("publish", gettext_lazy("发布"), (S.DRAFT, S.APPROVED), S.PUBLISHED, sets=ready_to_publish),
    Step(
        "report",
        gettext_lazy("填总结"),
        (S.PUBLISHED,),
        S.REPORTED,
        needs=("lines",),
        asks={"headcount": headcount_field, "lines": lines_field, "release": release_field},
        unless=lambda user: Q(intakes__meetings__ends_at__gte=timezone.now()),
        unless_says=gettext_lazy("最后一场还没有结束，结束以后再填总结。"),
        drafts=reporting.draft,
        sets=report,
        then=keep_outcome,
    ),
    Step(
        "postpone",
        gettext_lazy("改期"),
        (S.PUBLISHED,),
        S.PUBLISHED,
        needs=("starts_at", "reason"),
        asks={"starts_at": start_field},
        aside=True,
        then=move_meetings,
    ),
    Step("withdraw", gettext_lazy("撤回草稿"), (S.SUBMITTED, S.APPROVED, S.PUBLISHED), S.DRAFT, aside=True, sets=withdrawable),
    Step("cancel", gettext_lazy("取消活动"), (S.PUBLISHED,), S.CANCELLED, needs=("reason",), aside=True, sets=call_off, then=free_seats),
)
