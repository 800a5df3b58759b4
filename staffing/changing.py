"""One duty given to another person, by hand, by swap or for a leave: whether it may be, who could, and the change itself."""

from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext as _

from accounts.scope import prefixes
from records import audit, outbox
from staffing import checker, judging, plan
from staffing.models import Cadre, Duty, Posting, Shift, Swap
from staffing.problem import TOTAL, Assigned, Problem
from workflow.telling import tell_holders


@dataclass
class Month:
    """A roster's month as plain data, with what is stored."""

    problem: Problem
    now: Assigned
    shifts: dict[str, Shift]


def may(user: Any, roster: Any) -> bool:
    """Whether the user changes this roster's duties by hand, and plans it anew."""
    return any(roster.center.region.code.startswith(code) for code in prefixes(user, "staffing.change_duty"))


def month(roster: Any) -> Month:
    shifts = plan.stored(roster)
    return Month(plan.problem(roster, shifts), plan.assigned(shifts), {s.key: s for s in shifts})


def changed(now: Assigned, key: str, out: int | None, into: int | None) -> Assigned:
    """The same roster with one person out of a slot, and one in."""
    rest = [c for c in now.get(key, ()) if c != out] + ([into] if into is not None else [])
    return now | {key: tuple(sorted(rest))}


def broken(problem: Problem, before: Assigned, after: Assigned) -> list[checker.Fault]:
    """The hard rules that the change breaks and that were not broken before."""
    known = set(checker.faults(problem, before))
    return [fault for fault in checker.faults(problem, after) if fault not in known]


def words(faults: list[checker.Fault]) -> str:
    return " ".join(dict.fromkeys(str(checker.WORDS[fault.rule]) for fault in faults))


def bars(duty: Duty, to: Cadre, giving: Duty | None = None) -> str:
    """Why ``to`` can't take the duty (giving up ``giving`` in exchange), in words; "" where nothing speaks against it."""
    found = month(duty.shift.roster)
    if to.pk not in {p.key for p in found.problem.people}:
        return _("他这个月在这个中心没有任职，不能排他的班。")
    after = changed(found.now, duty.shift.key, duty.cadre_id, to.pk)
    if giving and giving.shift.roster_id == duty.shift.roster_id:
        after = changed(after, giving.shift.key, giving.cadre_id, duty.cadre_id)
    return words([f for f in broken(found.problem, found.now, after) if f.person in (to.pk, None)])


def owed(found: Month) -> dict[int, int]:
    """cadre → hundredths of a duty beyond the share by the month's end, as things stand: who has least owes most."""
    return {p.key: judging.why(found.problem, found.now, p.key)[TOTAL].balance for p in found.problem.people}


def candidates(found: Month, key: str, out: int | None = None) -> list[int]:
    """Who could be in the slot instead of ``out``, who owes most first."""
    balance = owed(found)
    there = {duty.cadre_id for duty in found.shifts[key].duties.all()}
    able = [
        p.key
        for p in found.problem.people
        if p.key not in there and not broken(found.problem, found.now, changed(found.now, key, out, p.key))
    ]
    return sorted(able, key=lambda cadre: (balance[cadre], cadre))


def post_of(shift: Shift, cadre: int) -> Posting | None:
    """The cadre's posting at the shift's center on its day."""
    rows = Posting.objects.filter(center=shift.roster.center_id, cadre=cadre).between(shift.day, shift.day)
    return rows.order_by("-lead", "id").first()


def duty(shift: Shift, cadre: int, post: Posting | None = None) -> Duty:
    """A duty, unsaved, with the position that hangs on the wall."""
    post = post or post_of(shift, cadre)
    made = Duty(shift=shift, cadre_id=cadre, position=post.position if post else "", lead=bool(post and post.lead))
    made.fill()
    return made


def put(shift: Shift, out: Cadre | None, into: Cadre | None, by: Any, reason: str = "") -> None:
    """By hand: takes ``out`` off the shift, puts ``into`` on it. Raises ValidationError with the rule's words where one breaks."""
    with transaction.atomic():
        roster = type(shift.roster).objects.select_for_update(no_key=True).get(pk=shift.roster_id)
        if roster.state == roster.State.CLOSED:
            raise ValidationError(_("这个月已经结账，不能再改。"))
        old = (
            Duty.objects.select_for_update(no_key=True, of=("self",)).filter(shift=shift, cadre=out, state="planned").first()
            if out
            else None
        )
        if out and old is None:
            raise ValidationError(_("他刚刚不在这个班里了，或者已经确认过，请刷新页面看看最新情况。"), code="conflict")
        found = month(roster)
        now = found.shifts.get(shift.key)
        if now is None or now.pk != shift.pk:
            raise ValidationError(_("这个班刚刚重新安排过，请刷新页面看看最新情况。"), code="conflict")
        shift = now  # at its times as they are now
        after = changed(found.now, shift.key, out.pk if out else None, into.pk if into else None)
        wrong = broken(found.problem, found.now, after)
        if wrong:
            raise ValidationError(words(wrong), code=wrong[0].rule)
        if old:
            take_off([old])
        if into:
            made = duty(shift, into.pk)
            made.full_clean()
            made.save()
        restate(roster)
        code = roster.center.region.code
        audit.write("staffing.change_duty", by=by, on=shift, fields=["cadre"], reason=reason[:200], region_code=code)
        if roster.posted:
            tell(roster, said(shift, out, into))


@outbox.portal_language
def said(shift: Shift, out: Cadre | None, into: Cadre | None) -> dict[int, list[str]]:
    """What a change by hand is to each of the two."""
    words = ((out, _("换下了您：%(shift)s")), (into, _("请您来：%(shift)s")))
    return {cadre.pk: [text % {"shift": shift}] for cadre, text in words if cadre}


def figures(problem: Problem, now: Assigned) -> dict[str, Any]:
    """What the evaluator says, for the roster's page: hundredths of a duty where it is a spread."""
    found = judging.quality(problem, now)
    return {"gaps": found.gaps, "leadless": found.leadless, "spread": dict(found.spread), "cost": found.cost}


def restate(roster: Any) -> None:
    """The roster's figures after a change, in the caller's transaction; what the solver proved no longer holds."""
    found = month(roster)
    kept = {name: roster.quality[name] for name in ("announced", "replanned") if name in roster.quality}
    roster.quality = kept | {"changed": True} | figures(found.problem, found.now)
    roster.save(update_fields=["quality"])


def lapse(duties: list[Duty], states: tuple[str, ...]) -> None:
    """Swaps of these duties that are still open end, in the caller's transaction; both hear of it."""
    from staffing.workflows.swap import SWAP

    for swap in Swap.objects.filter(Q(duty__in=duties) | Q(back__in=duties), state__in=states).order_by("pk"):
        SWAP.take(swap, "lapse", by=None, reason=_("这个班重新安排了。"))


def take_off(duties: list[Duty]) -> None:
    """The duties go, in the caller's transaction; swaps of them that are still open end first, and both hear of it."""
    lapse(duties, ("offered", "accepted"))
    Duty.objects.filter(pk__in=[duty.pk for duty in duties]).delete()


@outbox.portal_language
def tell(roster: Any, concerned: dict[int, list[str]]) -> None:
    """cadre → what changed for them on a posted roster, a line a shift: one message each."""
    for cadre in Cadre.objects.filter(pk__in=concerned).select_related("user"):
        if cadre.user:
            subject = _("值班有变动：%(center)s") % {"center": roster.center.short_name}
            outbox.tell(cadre.user, "duty", subject, "\n".join(concerned[cadre.pk]), link="/me/duties/")


@outbox.portal_language
def release(centers: set[int], last: Any) -> int:
    """Planned duties after ``last`` of those who hold no posting there then: they go, and who makes rosters hears of it."""
    held = Posting.objects.filter(center=OuterRef("shift__roster__center"), cadre=OuterRef("cadre"))
    held = held.filter(Q(valid_until=None) | Q(valid_until__gte=OuterRef("shift__day")), valid_from__lte=OuterRef("shift__day"))
    rows = Duty.objects.filter(shift__roster__center__in=centers, shift__day__gt=last, state="planned").exclude(Exists(held))
    gone = list(rows.exclude(shift__roster__state="closed").select_related("shift__roster__center__region"))
    take_off(gone)
    for roster in {duty.shift.roster for duty in gone if duty.shift.roster.posted}:
        subject = _("换届空出了班，请重新安排：%(roster)s") % {"roster": roster}
        tell_holders("staffing.change_duty", roster.center.region.code, "duty", subject, "", f"/desk/rosters/{roster.pk}/replan/")
    return len(gone)
