"""A month's roster: made, looked over, hung on the wall a week before, settled when the month is over."""

from datetime import date, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from records import outbox
from staffing import changing, checker, making, settling
from staffing.models import Duty, Roster
from workflow.engine import Step, Workflow

S = Roster.State
#: Days after the month's end in which absences may still be found and answered, before it is settled.
SETTLE_AFTER = timedelta(days=5)


def settled_before(day: date | None = None) -> date:
    """Months before this one are over since five days."""
    return ((day or timezone.localdate()) - SETTLE_AFTER).replace(day=1)


def too_early(user: Any) -> Q:
    return Q(month__gte=settled_before())


def generated(row: Roster, user: Any, data: dict[str, Any]) -> None:
    making.fill(row)


def accepted(row: Roster) -> None:
    """The evaluator looks at it once more, as it now stands: what was changed by hand too."""
    found = changing.month(row)
    wrong = checker.faults(found.problem, found.now)
    if wrong:
        day = f"{wrong[0].day:%Y-%m-%d} " if wrong[0].day else ""
        raise ValidationError(_("还不能往下走：%(day)s%(words)s") % {"day": day, "words": changing.words(wrong[:1])}, code=wrong[0].rule)


def reviewed(row: Roster, user: Any, data: dict[str, Any]) -> None:
    accepted(row)
    row.reviewed_by = user


def published(row: Roster, user: Any, data: dict[str, Any]) -> None:
    accepted(row)
    row.published_at = timezone.now()


def closed(row: Roster, user: Any, data: dict[str, Any]) -> None:
    if row.month >= settled_before():
        raise ValidationError(_("这个月过完五天以后再结账，好让缺勤的认定和说明办完。"))
    if Duty.objects.filter(shift__roster=row, state=Duty.State.ANSWERED).exists():
        raise ValidationError(_("还有缺勤的说明没答复，请镇街先答复。"))
    row.closed_at = timezone.now()


def settle(row: Roster, user: Any, data: dict[str, Any]) -> None:
    settling.settle(row)


def tell_cadres(row: Roster, user: Any, data: dict[str, Any]) -> None:
    """Everybody on it who has an account."""
    subject = _("%(center)s %(month)s月值班表公示了") % {"center": row.center.short_name, "month": row.month.month}
    users = User.objects.filter(cadre__duties__shift__roster=row, is_active=True).distinct()
    for one in users.order_by("id"):
        count = Duty.objects.filter(shift__roster=row, cadre__user=one).count()
        body = _("您这个月有 %(count)d 个班。有事请早点请假，或找人换班。") % {"count": count}
        outbox.tell(one, "duty", subject, body, link="/me/duties/", once=f"roster:{row.pk}:published")


ROSTER = Workflow(
    Roster,
    Step("generate", gettext_lazy("自动排班"), (S.DRAFT, S.GENERATED), S.GENERATED, sets=generated),
    Step("review", gettext_lazy("核对好了"), (S.GENERATED,), S.REVIEWED, sets=reviewed),
    Step("send_back", gettext_lazy("退回重排"), (S.REVIEWED,), S.GENERATED, needs=("reason",), aside=True),
    Step("publish", gettext_lazy("公示"), (S.REVIEWED,), S.PUBLISHED, sets=published, tells=tell_cadres),
    Step(
        "close", gettext_lazy("结账"), (S.PUBLISHED,), S.CLOSED, unless=too_early,
        unless_says=gettext_lazy("这个月过完五天以后再结账，好让缺勤的认定和说明办完。"), sets=closed, then=settle, aside=True, clock=True,
    ),
)  # fmt: skip
