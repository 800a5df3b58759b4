"""A standard set: edited as a draft, published for good, retired by the next version."""

from datetime import timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.forms.base import DateInput
from centers.models import StandardSet
from workflow.engine import Step, Workflow

S = StandardSet.State


def complete(row: StandardSet, user: Any, data: dict[str, Any]) -> None:
    """Every standard has an item; the version before ends the day before this one begins."""
    standards = list(row.standards.prefetch_related("items"))
    empty = [standard.name for standard in standards if not standard.items.all()]
    if empty or not standards:
        raise ValidationError(_("每条标准下面至少要有一项，还空着：%(names)s。") % {"names": "、".join(empty) or _("全部")})
    row.in_force_from = data["day"]
    before: Any = StandardSet.objects.filter(region=row.region, state=S.PUBLISHED).exclude(pk=row.pk).first()
    if before is not None:
        if before.in_force_from >= data["day"]:
            raise ValidationError({"day": _("新版的施行日期要晚于上一版，请换一个日期。")})
        STANDARDS.take(before, "retire", by=user, day=data["day"] - timedelta(days=1))


def retired(row: StandardSet, user: Any, data: dict[str, Any]) -> None:
    row.in_force_until = data["day"]


def day() -> forms.Field:
    return forms.DateField(label=gettext_lazy("施行日期"), widget=DateInput(), help_text=gettext_lazy("发布以后这一版不能再改。"))


def last_day() -> forms.Field:
    return forms.DateField(label=gettext_lazy("施行到"), widget=DateInput())


STANDARDS = Workflow(
    StandardSet,
    Step("publish", gettext_lazy("发布"), (S.DRAFT,), S.PUBLISHED, needs=("day",), asks={"day": day}, sets=complete),
    Step("retire", gettext_lazy("停用"), (S.PUBLISHED,), S.RETIRED, needs=("day",), asks={"day": last_day}, sets=retired, aside=True),
)
