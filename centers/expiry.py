"""What ends: leases within 90 and 30 days, approved signs past their date, told once each; telephone numbers no longer needed."""

from datetime import date, timedelta

from django.utils import timezone
from django.utils.translation import gettext as _

from centers.models import Appointment, Feedback, Lease, PlacementApplication, RepairTicket
from centers.models.premises import EXPIRING_DAYS
from records import outbox
from workflow.telling import tell_holders


@outbox.portal_language
def run(day: date | None = None) -> int:
    """Returns how many rows were spoken of; a second run tells nobody again."""
    today = day or timezone.localdate()
    count = 0
    for days in EXPIRING_DAYS:
        for lease in Lease.objects.expiring(days, today).select_related("site__region", "organisation").iterator(500):
            subject = _("租赁协议 %(days)d 天内到期：%(site)s") % {"days": days, "site": lease.site.name}
            body = _("%(day)s 到期，请商量续签或另找地方。") % {"day": f"{lease.ends_on:%Y-%m-%d}"}
            once = f"lease:{lease.pk}:{days}:{lease.ends_on:%Y%m%d}"
            tell_holders("centers.review_lease", lease.site.region.code, "lease", subject, body, f"/desk/leases/{lease.pk}/", once)
            count += 1
    up = PlacementApplication.objects.filter(state__in=("approved", "installed", "checked"), expires_on__lt=today)
    for row in up.select_related("center__region").iterator(500):
        subject = _("标识过期了：%(title)s") % {"title": row.title}
        once = f"placement:{row.pk}:{row.expires_on:%Y%m%d}"
        tell_holders(
            "centers.remove_placementapplication", row.center.region.code, "placement", subject, "", f"/desk/placements/{row.pk}/", once
        )
        count += 1
    return count


#: Days after which a number left with a repair or an opinion has served its purpose; a default of ours.
NUMBERS_KEPT = 90


#: Days after which what an opening by appointment was for is nobody's business any more (bookings: the same year).
PURPOSE_KEPT, PAST = 365, "—"


def forget_numbers() -> int:
    """Deletes the telephone numbers of what was done or answered 90 days ago, and last year's purposes; returns how many numbers."""
    before = timezone.now() - timedelta(days=NUMBERS_KEPT)
    Appointment.objects.filter(ends_at__lt=timezone.now() - timedelta(days=PURPOSE_KEPT)).exclude(purpose=PAST).update(purpose=PAST)
    done = RepairTicket.objects.filter(done_at__lt=before).exclude(phone="").update(phone="")
    return int(done + Feedback.objects.filter(answered_at__lt=before).exclude(phone="").update(phone=""))
