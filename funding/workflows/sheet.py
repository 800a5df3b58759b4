"""A representative's sheet: handed in, or recused; the district puts the next one of the lot in the place of who does not answer."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from funding import panels
from funding.models import Criterion, Sheet
from funding.models.score import NOW
from workflow.engine import Step, Workflow

S = Sheet.State
OVER = gettext_lazy("这次评议已经结束，分数不能再改。")


def closed(user: Any) -> Q:
    return ~NOW


def others(user: Any) -> Q:
    """Scored and recused by the one whose sheet it is, nobody else."""
    return ~Q(scorer=user) | closed(user)


def items_of(sheet: Sheet) -> list[Criterion]:
    """What this sheet scores, in order."""
    return list(Criterion.objects.filter(scheme=sheet.application.round.scheme_id, source=sheet.source).order_by("number"))


def marks_in(sheet: Sheet, given: Any) -> dict[str, int]:
    """Whole marks 0–100 for every item of the sheet; ValidationError names the item that is missing or wrong."""
    found, wrong = {}, {}
    given = given if isinstance(given, dict) else {}
    items = items_of(sheet)
    for item in items:
        value = given.get(str(item.pk))
        if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= 100:
            wrong[str(item.pk)] = _("“%(item)s”请打 0 到 100 的整数分。") % {"item": item.title}
        else:
            found[str(item.pk)] = value
    if set(given) - {str(item.pk) for item in items}:
        wrong["marks"] = _("有不属于您打分的项目。")
    if wrong:
        raise ValidationError({"marks": list(wrong.values())})
    return found


def scored(row: Sheet, user: Any, data: dict[str, Any]) -> None:
    if not row.application.to_score:
        raise ValidationError(_("这个村社现在不用打分了。"))
    row.marks, row.done_at = marks_in(row, data["marks"]), timezone.now()


def recused(row: Sheet, user: Any, data: dict[str, Any]) -> None:
    row.marks, row.reason, row.done_at = {}, str(data.get("why") or data.get("reason"))[:100], timezone.now()


def followed(row: Sheet, user: Any, data: dict[str, Any]) -> None:
    panels.fill_up(row)


def replaced(row: Sheet, user: Any, data: dict[str, Any]) -> None:
    panels.replace(row)


def marks() -> forms.Field:
    return forms.JSONField(label=gettext_lazy("分数"))


def why() -> forms.Field:
    """Not called ``reason``, which the audit keeps: it speaks of a person's ties, and goes where they ask for it."""
    help_text = gettext_lazy("一句话就好，例如：亲戚在这里上班。")
    return forms.CharField(label=gettext_lazy("为什么回避"), max_length=100, widget=forms.Textarea(attrs={"rows": 2}), help_text=help_text)


SHEET = Workflow(
    Sheet,
    Step(
        "score", gettext_lazy("交评分表"), (S.PENDING, S.DONE), S.DONE, needs=("marks",), asks={"marks": marks}, unless=others,
        unless_says=OVER, sets=scored,
    ),
    Step(
        "recuse", gettext_lazy("我要回避"), (S.PENDING, S.DONE), S.RECUSED, needs=("why",), asks={"why": why}, unless=others,
        unless_says=OVER, sets=recused, then=followed, aside=True,
    ),
    Step(
        "replace", gettext_lazy("换人"), (S.PENDING,), S.RECUSED, needs=("reason",), unless=closed, unless_says=OVER, sets=recused,
        then=replaced, aside=True,
    ),
)  # fmt: skip
