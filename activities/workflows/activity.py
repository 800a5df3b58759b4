"""An activity's life: drafted, published, called off."""

from typing import Any

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from activities import seats
from activities.models import Activity, Draw, Intake
from records import outbox
from workflow.engine import Step, Workflow

S = Activity.State


def ready_to_publish(activity: Activity, user: Any, data: dict[str, Any]) -> None:
    """What residents need before they can decide: a published center, an intake with a meeting still to come."""
    if not activity.center.published:
        raise ValidationError(_("中心还没有公开，请先让镇街公开中心，再发布活动。"))
    intakes = list(activity.intakes.prefetch_related("meetings"))
    if not intakes:
        raise ValidationError(_("还没有设名额。请先添加一个预约批次，再发布。"))
    for intake in intakes:
        meetings = list(intake.meetings.all())
        if intake.mode == Intake.Mode.LOTTERY and not Draw.objects.filter(intake=intake).exists():
            raise ValidationError(_("“%(intake)s”用抽签，请先公布抽签办法，再发布。") % {"intake": intake})
        if not meetings:
            raise ValidationError(_("“%(intake)s”还没有时间。请至少添加一场，再发布。") % {"intake": intake})
    if all(meeting.ends_at < timezone.now() for intake in intakes for meeting in intake.meetings.all()):
        raise ValidationError(_("所有场次都已经过去了。请添加新的时间，再发布。"))
    activity.published_at = timezone.now()


def withdrawable(activity: Activity, user: Any, data: dict[str, Any]) -> None:
    """Only while nobody has booked; afterwards it is called off, so that everyone hears."""
    from activities.models import Booking

    if Booking.objects.live().filter(intake__activity=activity).exists():
        raise ValidationError(_("已经有人预约，不能撤回。不办了请用“取消活动”，系统会通知每一位预约的人。"))
    activity.published_at = None


def call_off(activity: Activity, user: Any, data: dict[str, Any]) -> None:
    activity.cancelled_at, activity.cancel_reason = timezone.now(), data["reason"]


@outbox.portal_language
def free_seats(activity: Activity, user: Any, data: dict[str, Any]) -> None:
    """Cancels every booking and tells all who booked."""
    for intake in activity.intakes.order_by("id"):
        intake.activity = activity
        seats.cancel_all(intake, user, _("活动取消了：%(reason)s") % {"reason": data["reason"]})


ACTIVITY = Workflow(
    Activity,
    Step("publish", gettext_lazy("发布"), (S.DRAFT,), S.PUBLISHED, sets=ready_to_publish),
    Step("withdraw", gettext_lazy("撤回草稿"), (S.PUBLISHED,), S.DRAFT, sets=withdrawable),
    Step("cancel", gettext_lazy("取消活动"), (S.PUBLISHED,), S.CANCELLED, needs=("reason",), sets=call_off, then=free_seats),
)
