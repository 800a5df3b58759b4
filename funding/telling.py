"""Whom a new objection is told."""

from django.utils.translation import gettext as _

from funding.models import Objection
from records import outbox
from workflow.telling import tell_holders


@outbox.portal_language
def objection(row: Objection) -> int:
    """Those of the district who answer it; without a word of who objects."""
    subject = _("收到异议：%(round)s") % {"round": row.round}
    body = _("%(day)s 前答复。") % {"day": row.due_on}
    link = f"/desk/objections/{row.pk}/"
    return tell_holders("funding.uphold_objection", row.round.region.code, "rating", subject, body, link, f"objection:{row.pk}")
