"""What the system itself knows of a center in a period: the facts of an application. Each says what it counts, and where its rows are.

A popularity vote, a ranking of persons, a number of photographs is no fact here, and never will be (DOMAIN.md §0.1).
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from urllib.parse import quote

from django.db.models import Count, Q, Sum
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from activities.models import Outcome, SurveyAnswer
from activities.models.survey import AT_LEAST
from centers import compliance, opening
from centers.models import Center, Feedback, OpeningHours
from records.working_days import Day, kinds_between
from staffing import coverage

Values = dict[int, Any]


@dataclass(frozen=True)
class Evidence:
    """``of(center ids, first, last)`` gives center id → value; a center that is not in it has none (unknown, never 0)."""

    key: str
    label: Any
    unit: Any
    definition: Any
    rows: str
    of: Callable[[list[int], date, date], Values]


def hours_of(plan: opening.DayPlan) -> float:
    """Hours of a day's windows, those by appointment left out."""
    spans = [w for w in plan.windows if w.kind != OpeningHours.Kind.BY_APPOINTMENT]
    minutes = sum(60 * (w.closes.hour - w.opens.hour) + w.closes.minute - w.opens.minute for w in spans)
    return minutes / 60


def kept_share(center: Center, kinds: dict[date, Day]) -> float | None:
    """The share of the usual hours that were not taken away by an exception, in percent."""
    hours, exceptions = list(center.hours.all()), list(center.exceptions.all())
    if not hours:
        return None
    usual = {known.kind: hours_of(opening.plan(day, known, hours, [])) for day, known in kinds.items()}
    planned = sum(usual[known.kind] for known in kinds.values())
    lost = 0.0
    for day, known in kinds.items():
        if any(e.first_day <= day <= e.last_day for e in exceptions):
            lost += max(0.0, usual[known.kind] - hours_of(opening.plan(day, known, hours, exceptions)))
    return round(100 * (planned - lost) / planned, 1) if planned else None


def open_hours(ids: list[int], first: date, last: date) -> Values:
    kinds = kinds_between(first, last)
    rows = Center.objects.filter(pk__in=ids).prefetch_related("hours", "exceptions")
    found = {row.pk: kept_share(row, kinds) for row in rows}
    return {pk: value for pk, value in found.items() if value is not None}


def outcomes(ids: list[int], first: date, last: date) -> Any:
    rows = Outcome.objects.filter(activity__center__in=ids, held_on__range=(first, last))
    return rows.order_by().values_list("activity__center")


def held(ids: list[int], first: date, last: date) -> Values:
    return dict.fromkeys(ids, 0) | dict(outcomes(ids, first, last).annotate(n=Count("pk")))


def headcount(ids: list[int], first: date, last: date) -> Values:
    return dict.fromkeys(ids, 0) | dict(outcomes(ids, first, last).annotate(n=Sum("headcount")))


def complied(ids: list[int], first: date, last: date) -> Values:
    found = compliance.standings(Center.objects.filter(pk__in=ids), last)
    return {pk: standing.rate for pk, standing in found.items() if standing.rate is not None}


def covered(ids: list[int], first: date, last: date) -> Values:
    """As the board counts it (``staffing.coverage``), up to yesterday."""
    until = min(last, timezone.localdate() - timedelta(days=1))
    return {pk: round(100 * enough / minutes, 1) for pk, (enough, minutes) in coverage.by_center(ids, first, until).items() if minutes}


def satisfied(ids: list[int], first: date, last: date) -> Values:
    """Answers to the one question put to a drawn sample; too few to stay anonymous are told to nobody."""
    rows = SurveyAnswer.objects.filter(survey__activity__center__in=ids, value__isnull=False)
    rows = rows.filter(survey__activity__outcome__held_on__range=(first, last))
    counted = rows.order_by().values_list("survey__activity__center").annotate(n=Count("pk"), good=Count("pk", filter=Q(value="good")))
    return {pk: round(100 * good / n, 1) for pk, n, good in counted if n >= AT_LEAST}


def complaints(ids: list[int], first: date, last: date) -> Values:
    rows = Feedback.objects.filter(center__in=ids, kind="complaint", received_at__date__range=(first, last))
    return dict.fromkeys(ids, 0) | dict(rows.order_by().values_list("center").annotate(n=Count("pk")))


EVIDENCE: tuple[Evidence, ...] = (
    Evidence("open_hours", _("开放时间守住"), "%", _("按公布的开放时间算出的小时数里，没有因临时关门减少的占多少；按预约开放的不算。"),
             "/centers/{pk}/", open_hours),
    Evidence("activities", _("办了多少场活动"), _("场"), _("这段时间里已经办完、交了总结的活动；取消的不算。"),
             "/activities/?center={pk}", held),
    Evidence("headcount", _("多少人次参加"), _("人次"), _("这些活动总结里的到场人次之和，没预约直接来的也算。"),
             "/activities/?center={pk}", headcount),
    Evidence("compliance", _("七条标准达标率"), "%", _("截止日那天算数的检查：达标项权重 ÷ 已判定项权重；没看过的不算达标。"),
             "/desk/inspections/?q={name}", complied),
    Evidence("coverage", _("值班有人"), "%", _("已公示值班表里过去了的班次，人数排足的时长占多少；认定缺勤的不算在岗。"),
             "/centers/{pk}/duty/", covered),
    Evidence("satisfaction", _("满意度"), "%", _("活动后向抽到的参加者问一个问题，答“好”的占多少；不到 5 个回答的不公布。"),
             "/desk/activities/?center={pk}", satisfied),
    Evidence("complaints", _("投诉"), _("件"), _("这段时间里收到的关于这个中心的投诉；建议、咨询不算。"), "/desk/feedback/", complaints),
)  # fmt: skip
BY_KEY = {entry.key: entry for entry in EVIDENCE}


def facts(centers: Iterable[Center], first: date, last: date) -> dict[int, list[dict[str, Any]]]:
    """Center id → [{key, value}], in the order of ``EVIDENCE``; value None where nothing is known. One query or two a fact."""
    rows = list(centers)
    ids = [row.pk for row in rows]
    known = {entry.key: entry.of(ids, first, last) for entry in EVIDENCE}
    return {row.pk: [{"key": entry.key, "value": known[entry.key].get(row.pk)} for entry in EVIDENCE] for row in rows}


def shown(stored: list[dict[str, Any]], center: Center, desk: bool = True) -> list[dict[str, Any]]:
    """Stored facts with label, unit, definition and the address of the rows; for who has no ``desk`` the open ones alone."""
    found = []
    for fact in stored:
        entry = BY_KEY.get(fact["key"])
        if entry:
            link = entry.rows.format(pk=center.pk, name=quote(center.short_name))
            link = link if desk or not link.startswith("/desk/") else ""
            found.append({**fact, "label": entry.label, "unit": entry.unit, "definition": entry.definition, "rows": link})
    return found
