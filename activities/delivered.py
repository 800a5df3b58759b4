"""What a community partner has delivered: activities held under its name, and how many came."""

from typing import Any

from django.db.models import Sum
from django.utils.translation import gettext as _

from activities.models import Activity, Outcome
from staffing.models import CommunityPartner


def facts(partner: CommunityPartner) -> list[tuple[Any, Any]]:
    """(label, value) for the partner's page at the desk."""
    held = Activity.objects.held().filter(partner=partner).count() + Activity.objects.filter(partner=partner, state="reported").count()
    came = Outcome.objects.filter(activity__partner=partner).aggregate(n=Sum("headcount"))["n"] or 0
    return [(_("办过几次服务"), held), (_("来了多少人次"), came)]
