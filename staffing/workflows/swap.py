"""Swaps: offered by the owner, accepted by the other, agreed by the head, applied then; the owner is responsible until then."""

from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Grant
from records import outbox
from staffing import changing
from staffing.models import Duty, Roster, Swap
from workflow.engine import Step, Workflow
from workflow.telling import tell_holders

S = Swap.State
OPEN = (S.OFFERED, S.ACCEPTED)


def begun() -> Q:
    return Q(duty__starts_at__lte=timezone.now())


def not_asked(user: Any) -> Q:
    """Only the one who was asked answers, while the duty lies ahead."""
    return ~Q(to__user=user.pk) | begun()


def not_owner(user: Any) -> Q:
    return ~Q(owner__user=user.pk)


def concerned(user: Any) -> Q:
    """Nobody agrees to one's own swap."""
    return Q(owner__user=user.pk) | Q(to__user=user.pk) | begun()


def decided(row: Swap, user: Any, data: dict[str, Any]) -> None:
    row.decided_at, row.reply = timezone.now(), str(data.get("reason") or "")


def applied(row: Swap, user: Any, data: dict[str, Any]) -> None:
    """Under lock, looked at once more: what was possible when it was offered may no longer be."""
    keys = [key for key in (row.duty_id, row.back_id) if key]
    rosters = Roster.objects.filter(shifts__duties__in=keys).values("pk")
    list(Roster.objects.select_for_update(no_key=True).filter(pk__in=rosters).order_by("pk"))
    now = Duty.objects.select_for_update(no_key=True, of=("self",)).select_related("shift__roster", "cadre").order_by("pk").in_bulk(keys)
    duty, back = now.get(row.duty_id), now.get(row.back_id) if row.back_id else None
    gone = _("这个班已经不是他的了，请对方重新提。")
    for held, whose in ((duty, row.owner_id), (back, row.to_id if row.back_id else None)):
        if whose and (held is None or held.cadre_id != whose or held.state != Duty.State.PLANNED or held.begun):
            raise ValidationError(gone, code="conflict")
    if duty is None:
        raise ValidationError(gone, code="conflict")
    words = changing.bars(duty, row.to, giving=back)
    if not words and back:
        words = changing.bars(back, row.owner, giving=duty)
    if words:
        raise ValidationError(words, code="conflict")
    row.duty, row.back = duty, back
    decided(row, user, data)


def move(row: Swap, user: Any, data: dict[str, Any]) -> None:
    """The duties change hands, with the position of who now holds them."""
    for old, cadre in ((row.duty, row.to_id), (row.back, row.owner_id)):
        if old:
            new = changing.duty(old.shift, cadre)
            Duty.objects.filter(pk=old.pk).update(cadre_id=cadre, position=new.position, lead=new.lead)
    for roster in {old.shift.roster for old in (row.duty, row.back) if old}:
        changing.restate(roster)


def tell_both(row: Swap, user: Any, data: dict[str, Any]) -> None:
    words = {
        S.ACCEPTED: _("换班：对方答应了，等负责人同意"),
        S.APPLIED: _("换班办好了"),
        S.REFUSED: _("换班没换成"),
        S.WITHDRAWN: _("换班收回了"),
    }[S(row.state)]
    body = f"{row.duty.shift}" + (f"\n{row.reply}" if row.reply else "")
    for cadre in (row.owner, row.to):
        if cadre.user and (user is None or cadre.user_id != user.pk):
            outbox.tell(cadre.user, "duty", words, body, link="/me/duties/", once=f"swap:{row.pk}:{row.state}")
    if row.state == S.ACCEPTED:
        code = row.duty.shift.roster.center.region.code
        heads = set(Grant.objects.holding("staffing.agree_swap").filter(region__code=code).values_list("user", flat=True))
        if heads and heads <= {row.owner.user_id, row.to.user_id}:
            code = code[:9]
        tell_holders("staffing.agree_swap", code, "duty", _("有人换班，请答复"), body, f"/desk/swaps/{row.pk}/")


@outbox.portal_language
def tell_offered(row: Swap) -> None:
    """The one who is asked hears of it."""
    if row.to.user:
        subject = _("%(name)s 想请您换班") % {"name": row.owner.name}
        body = f"{row.duty.shift}" + (f" ⇄ {row.back.shift}" if row.back else "") + (f"\n{row.note}" if row.note else "")
        outbox.tell(row.to.user, "duty", subject, body, link="/me/duties/", once=f"swap:{row.pk}:offered")


SWAP = Workflow(
    Swap,
    Step("accept", gettext_lazy("答应"), (S.OFFERED,), S.ACCEPTED, unless=not_asked, tells=tell_both),
    Step("decline", gettext_lazy("不方便"), (S.OFFERED,), S.REFUSED, unless=not_asked, sets=decided, tells=tell_both, aside=True),
    Step("withdraw", gettext_lazy("收回"), OPEN, S.WITHDRAWN, unless=not_owner, sets=decided, tells=tell_both, aside=True),
    Step(
        "agree", gettext_lazy("同意换班"), (S.ACCEPTED,), S.APPLIED, unless=concerned,
        unless_says=gettext_lazy("自己的换班请另一位负责人或镇街同意；已经开始的班不能再换。"), sets=applied, then=move, tells=tell_both,
    ),
    Step("refuse", gettext_lazy("不同意"), OPEN, S.REFUSED, needs=("reason",), unless=concerned, sets=decided, tells=tell_both, aside=True),
    Step("lapse", gettext_lazy("作废"), OPEN, S.WITHDRAWN, sets=decided, tells=tell_both, aside=True, clock=True),
)  # fmt: skip
