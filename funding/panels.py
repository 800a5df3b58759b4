"""Who scores what: representatives drawn by lot for each township, two scorers of the township, the district's assessor."""

from collections.abc import Iterable
from contextlib import suppress
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Count, Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Grant
from accounts.scope import prefixes
from activities import draw
from funding.models import Application, Criterion, RatingRound, Representative, Sheet
from funding.models.application import SCORED
from records import audit, outbox

#: Drawn for each township, so that the quorum of 5 stands where one is of the village and one recuses; a default of ours.
DRAWN = 7
NOT_NOW = gettext_lazy("现在不能给这个村社打分，请看评星的日期和状态。")


def order(row: RatingRound, town: str) -> list[Representative]:
    """A township's representatives in the order of the lot: anybody can draw it again once the seed is open."""
    found = Representative.objects.in_force().filter(region__code__startswith=town, user__is_active=True).select_related("region", "user")
    by_ticket = {f"{one.pk}": one for one in found}
    return [by_ticket[ticket] for ticket in draw.order(f"{row.seed}panel", by_ticket)]


def homes(users: Iterable[int]) -> dict[int, set[str]]:
    """User → codes of the villages that they may not score: where they live, where they hold an office. The database bars the same."""
    found: dict[int, set[str]] = {user: set() for user in users}
    lived = Representative.objects.filter(user__in=found)
    offices = Grant.objects.in_force().filter(user__in=found, region__level="village")
    for rows in (lived, offices):
        for user, code in rows.values_list("user_id", "region__code"):
            found[user].add(code)
    return found


def draw_all(row: RatingRound, count: int) -> int:
    """Sheets for the drawn representatives of every township; returns how many people were drawn.

    Raises ValidationError naming townships that have too few.
    """
    applications: dict[str, list[Application]] = {}
    for one in Application.objects.filter(SCORED, round=row).select_related("center__region__parent"):
        applications.setdefault(one.center.region.code[:9], []).append(one)
    sheets: list[Sheet] = []
    people: dict[int, Any] = {}
    short = []
    for town, rows in sorted(applications.items()):
        drawn = order(row, town)[:count]
        barred = homes(one.user_id for one in drawn)
        if any(sum(one.center.region.code not in barred[p.user_id] for p in drawn) < row.scheme.quorum for one in rows):
            short.append(rows[0].center.region.parent.name if rows[0].center.region.parent else town)
        for one in rows:
            fitting = [p for p in drawn if one.center.region.code not in barred[p.user_id]]
            sheets += [Sheet(application=one, source="representatives", scorer=p.user, number=n) for n, p in enumerate(fitting, 1)]
            people |= {p.user_id: p.user for p in fitting}
    if short:
        raise ValidationError(_("评议代表不够：%(towns)s。请先在“评议代表”里补足（本村的不算）。") % {"towns": "、".join(short)})
    Sheet.objects.bulk_create(sheets, 1000)
    for person in people.values():
        body = _("请在手机上评，一个村社一分钟。本村的、和自己有关系的可以回避。")
        outbox.tell(person, "rating", _("请您评议：%(round)s") % {"round": row}, body, link="/me/reviews/", once=f"panel:{row.pk}")
    return len(people)


def draw_one(application: Application) -> None:
    """Representatives for one application after the others had theirs: the first of the same lot."""
    pool = order(application.round, application.center.region.code[:9])
    barred = homes(one.user_id for one in pool)
    fitting = [one for one in pool if application.center.region.code not in barred[one.user_id]][:DRAWN]
    if len(fitting) < application.round.scheme.quorum:
        raise ValidationError(_("这个镇街没有别的代表可以补了，请先登记评议代表。"))
    for number, one in enumerate(fitting, 1):
        Sheet.objects.create(application=application, source="representatives", scorer=one.user, number=number)
        outbox.tell(
            one.user, "rating", _("请您评议：%(round)s") % {"round": application.round}, str(application.center), link="/me/reviews/"
        )


def fill_up(sheet: Sheet) -> None:
    """Somebody recused: where too few are left for the quorum, the next one of the lot is asked; without one it shows as missing."""
    left = sheet.application.sheets.filter(source="representatives").exclude(state="recused").count()
    if left < sheet.application.round.scheme.quorum:
        with suppress(ValidationError):
            replace(sheet)


def replace(sheet: Sheet) -> Sheet:
    """The next one of the lot takes the place of who recused or did not answer; ValidationError where nobody is left."""
    application = sheet.application
    had = set(application.sheets.values_list("scorer_id", flat=True))
    code = application.center.region.code
    waiting = [one for one in order(application.round, code[:9]) if one.user_id not in had]
    barred = homes(one.user_id for one in waiting)
    for one in waiting:
        if code not in barred[one.user_id]:
            number = application.sheets.filter(source="representatives").count() + 1
            made = Sheet.objects.create(application=application, source="representatives", scorer=one.user, number=number)
            subject = _("请您评议：%(round)s") % {"round": application.round}
            outbox.tell(one.user, "rating", subject, str(application.center), link="/me/reviews/")
            return made
    raise ValidationError(_("这个镇街没有别的代表可以补了，请先登记评议代表。"))


def source_for(user: Any, code: str) -> str:
    """As whom an officer scores a village of this code: ``township``, ``district``, or "" (not at all)."""
    codes = [prefix for prefix in prefixes(user, "funding.score_sheet") if code.startswith(prefix)]
    if not codes or len(codes[0]) > 9:
        return ""
    return "township" if len(codes[0]) == 9 else "district"


def to_score(user: Any) -> Any:
    """Applications that wait for this officer's scores: the township's two (or the third), the district's one."""
    done = Q(sheets__state="done")
    counts = {source: Count("sheets", filter=done & Q(sheets__source=source)) for source in ("township", "district")}
    now = Q(round__in=RatingRound.objects.reviewing().values("pk")) | Q(reopened=True)  # type: ignore[attr-defined]
    reviewed = Application.objects.filter(now, SCORED)
    rows: Any = reviewed.annotate(**{f"n_{source}": count for source, count in counts.items()})
    condition = Q(pk__in=[])
    for code in prefixes(user, "funding.score_sheet"):
        wanted = Q(n_district=0)
        if len(code) > 6:
            two = rows.filter(center__region__code__startswith=code, n_township=2)
            wanted = Q(n_township__lt=2) | Q(pk__in=differing(two))
        condition |= Q(center__region__code__startswith=code) & wanted
    return rows.filter(condition).exclude(pk__in=Sheet.objects.filter(scorer=user).values("application"))


def differing(rows: Any) -> list[int]:
    """Of applications that two of the township scored: those where they differ by more than the gap."""
    from funding import scoring

    weights: dict[int, dict[str, int]] = {}
    scores: dict[int, list[Any]] = {}
    gaps: dict[int, int] = {}
    sheets = Sheet.objects.done().filter(application__in=rows.values("pk"), source="township")  # type: ignore[attr-defined]
    rule = "application__round__scheme"
    for pk, scheme, gap, marks in sheets.values_list("application", rule, f"{rule}__gap", "marks"):
        if scheme not in weights:
            own = Criterion.objects.filter(scheme=scheme, source="township")
            weights[scheme] = {str(item): weight for item, weight in own.values_list("pk", "weight")}
        scores.setdefault(pk, []).append(scoring.sheet_score(marks, weights[scheme]))
        gaps[pk] = gap
    return [pk for pk, both in scores.items() if max(both) - min(both) > gaps[pk]]


def needed(application: Application, source: str) -> bool:
    """Whether the source wants one more sheet: the township two, a third where these differ too much; the district one."""
    from funding import rating, scoring

    done = application.sheets.done().filter(source=source).count()
    if source == "district":
        return done < 1
    if done < 2:
        return True
    found = rating.entries_of(application.round, [application.pk])
    total = scoring.score_all(rating.rules_of(application.round.scheme), found)[application.pk]
    return done == 2 and ("township", "third_needed") in total.missing


def give(application: Application, user: Any, marks: dict[str, int]) -> Sheet:
    """An officer's sheet, handed in. Raises ValidationError: not theirs, not wanted, a mark missing."""
    code = application.center.region.code
    source = source_for(user, code)
    if (
        not source
        or not (application.round.phase == "reviewing" or application.reopened)
        or not application.to_score
        or application.submitted_by_id == user.pk
    ):
        raise ValidationError(NOT_NOW)
    if code in homes([user.pk])[user.pk]:
        raise ValidationError(_("您在这个村社有职务，或者住在这里，请另一位来打分。"))
    try:
        return given(application, user, source, marks)
    except IntegrityError as error:  # all scores were in a moment before
        raise ValidationError(NOT_NOW) from error


def given(application: Application, user: Any, source: str, marks: dict[str, int]) -> Sheet:
    with transaction.atomic():
        held = Application.objects.select_for_update(no_key=True).get(pk=application.pk)
        if held.sheets.filter(scorer=user).exists():
            raise ValidationError(_("您已经给这个村社打过分了。"))
        if not needed(held, source):
            raise ValidationError(_("这个村社的分已经齐了，谢谢。"))
        number = held.sheets.filter(source=source).aggregate(n=Count("pk"))["n"] + 1
        row = Sheet(application=held, source=source, scorer=user, number=number, state="done", marks=marks, done_at=timezone.now())
        row.full_clean()
        row.save()
        # The sheet's trigger holds the round now: an extension that came first is seen, a later one sees this sheet.
        if not held.reopened and RatingRound.objects.get(pk=held.round_id).phase != "reviewing":
            raise ValidationError(NOT_NOW)
        audit.write("funding.score_sheet", by=user, on=row, fields=["marks"], region_code=held.center.region.code)
    return row
