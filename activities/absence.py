"""What follows from staying away without a word: a friendly line, then a warning, then a pause; a person may lift it.

Defaults of ours after DOMAIN §2.7: three times within 180 days, 90 days. Only what somebody wrote down counts.
"""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Participant
from activities import telling
from activities.models import Activity, Attendance, Booking, Meeting, Pause
from records import audit, outbox
from workflow.telling import tell_holders

TIMES, WITHIN, PAUSED = 3, timedelta(days=180), timedelta(days=90)


def missed(participant_id: int) -> int:
    """How often within the time that counts, since the last pause that was lifted or served."""
    since = timezone.localdate() - WITHIN
    last = Pause.objects.filter(participant=participant_id).order_by("-starts_on").values_list("starts_on", flat=True).first()
    rows = Attendance.objects.filter(booking__participant=participant_id, seen="missed", meeting__starts_at__date__gte=since)
    rows = rows.filter(meeting__intake__activity__care=None).exclude(meeting__intake__activity__kind=Activity.Kind.ELDERLY)
    return (rows.filter(meeting__starts_at__date__gt=last) if last else rows).count()


def hold(people: Iterable[int]) -> None:
    """Locks participants, in ascending order, so that two lists that miss the same person count each other."""
    list(Participant.objects.select_for_update(no_key=True).filter(pk__in=set(people)).order_by("pk").values_list("pk"))


@outbox.portal_language
def follow(booking: Booking, meeting: Meeting, by: Any) -> None:
    """Tells, warns or pauses after one was marked as missed; the desk hears of an elder who stays away twice running."""
    what, about = {"what": booking.intake}, str(meeting.pk)  # one booking, many evenings: each is said
    if hasattr(meeting.intake.activity, "care"):
        words = _("今天没有到。请假或不来了，请和中心说一声，免得工作人员担心。")
        return telling.tell(booking, None, "missed", _("孩子没有到：%(what)s") % what, words, about)
    if meeting.intake.activity.kind == Activity.Kind.ELDERLY:  # nobody's lunch is stopped: somebody calls instead
        return call_elder(booking, meeting)
    times = missed(booking.participant_id)
    if times >= TIMES:
        row = Pause(participant=booking.participant, starts_on=timezone.localdate(), ends_on=timezone.localdate() + PAUSED)
        row.full_clean()
        row.save()
        audit.write("activities.add_pause", by=by, on=row, region_code=booking.participant.region.code)
        words = _("已经三次预约了没有来，暂停预约到 %(day)s。有特殊情况请和中心说一声，工作人员可以恢复。") % {
            "day": telling.on(row.ends_on)
        }
        telling.tell(booking, None, "paused", _("预约暂停：%(what)s") % what, words, about)
    elif times == TIMES - 1:
        words = _("这是第二次预约了没有来。再有一次，会暂停预约 90 天。来不了请提前取消，好让给别人。")
        telling.tell(booking, None, "missed", _("您没有来：%(what)s") % what, words, about)
    else:
        words = _("来不了的话，请提前在“我的预约”里取消，名额可以让给邻居。")
        telling.tell(booking, None, "missed", _("您没有来：%(what)s") % what, words, about)
    return None


def call_elder(booking: Booking, meeting: Meeting) -> None:
    """An elder who was missed at the meal or visit before this one too: somebody should call."""
    rows = Attendance.objects.filter(
        booking__participant=booking.participant_id,
        meeting__intake__activity__kind=Activity.Kind.ELDERLY,
        meeting__starts_at__lt=meeting.starts_at,
    )
    before = rows.order_by("-meeting__starts_at").first()
    if before and before.seen == Attendance.Seen.MISSED:
        code = meeting.intake.activity.center.region.code  # whose list the link opens, wherever the elder lives
        subject = _("请给老人打个电话：%(who)s") % {"who": booking.participant.masked_name}
        words = _("连续两次约好了没有来，请问问是否平安。")
        once = f"call:{booking.pk}:{meeting.pk}"
        tell_holders("activities.checkin_meeting", code, "call", subject, words, f"/desk/meetings/{meeting.pk}/", once=once)
