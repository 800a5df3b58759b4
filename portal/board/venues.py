"""Use of venues: hours that were booked and agreed, of the hours in which rooms could be booked (DOMAIN §2.7)."""

from collections import defaultdict
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import F, Sum
from django.db.models.functions import Left, TruncMonth
from django.utils import timezone

from accounts.scope import within
from activities.models import Venue, VenueSlot
from staffing.models.roster import month_end


def open_minutes(leaves: Any) -> dict[str, int]:
    """Township → minutes a day in which its rooms can be booked."""
    found: dict[str, int] = defaultdict(int)
    for code, opens, closes in leaves.order_by().values_list("region__code", "opens", "closes").iterator(2000):
        found[code[:9]] += (closes.hour - opens.hour) * 60 + closes.minute - opens.minute
    return found


def used(codes: list[str], months: list[date]) -> dict[tuple[str, date], tuple[int, int | None]]:
    """(township, month) → (minutes used, minutes open), of single rooms: a hall booked whole counts for each of its parts."""
    leaves = Venue.objects.filter(within("region__code", codes), bookable=True, parts=None)
    today = timezone.localdate()
    begin = timezone.make_aware(datetime.combine(months[0], time.min))
    end = timezone.make_aware(datetime.combine(min(month_end(months[-1]), today) + timedelta(days=1), time.min))
    slots = VenueSlot.objects.filter(leaf__in=leaves.order_by().values("pk"), holding=True, booking__state="approved")
    slots = slots.filter(booking__starts_at__gte=begin, booking__starts_at__lt=end)
    groups = slots.order_by().values_list(Left("leaf__region__code", 9), TruncMonth("booking__starts_at"))
    taken = groups.annotate(n=Sum(F("booking__ends_at") - F("booking__starts_at")))
    minutes = {(town, timezone.localdate(month)): int(n.total_seconds() // 60) for town, month, n in taken}
    days = {month: max(0, (min(month_end(month), today) - month).days + 1) for month in months}
    return {
        (town, month): (minutes.get((town, month), 0), daily * days[month])
        for town, daily in open_minutes(leaves).items()
        for month in months
        if days[month]
    }
