"""The resident's form: a day that has windows by appointment, from when to when, how many, what for."""

from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import dateformat, timezone
from django.utils.translation import gettext_lazy as _

from accounts.forms.base import ScopedModelForm, TimeInput
from centers import opening
from centers.models import Appointment, Center
from centers.models.appointment import AHEAD, moment

#: The form's own fields and the model's that they make.
FIELDS = {"starts_at": "opens", "ends_at": "closes", "day": "day"}


def days(center: Center) -> list[opening.DayPlan]:
    """The days within reach on which the center opens by appointment; of today only windows that have not ended."""
    now = timezone.localtime()
    plans = opening.week(center, now.date(), AHEAD + 1)
    return [p for p in plans if any(p.day > now.date() or w.closes > now.time() for w in p.by_appointment)]


class AppointmentForm(ScopedModelForm):
    """Errors of the model's times stand beside the fields in which they were typed."""

    day = forms.DateField(label=_("哪一天"), widget=forms.Select)
    opens = forms.TimeField(label=_("几点来"), widget=TimeInput())
    closes = forms.TimeField(label=_("几点走"), widget=TimeInput(), help_text=_("一次最长 4 个小时。"))
    field_order = ["day", "opens", "closes", "people", "purpose"]

    class Meta:
        model = Appointment
        fields = ["people", "purpose"]
        widgets = {"purpose": forms.Textarea(attrs={"rows": 3})}
        help_texts = {"purpose": _("比如“孩子补假期作业”“舞蹈队排练”。请不要写姓名和电话，中心会打您账号的手机号。")}

    def __init__(self, *args: Any, plans: list[opening.DayPlan], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(f"{p.day}", f"{p.day} {dateformat.format(p.day, 'D')} {p.spans}") for p in plans]
        self.fields["day"].widget.choices = choices  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        day, row = data.get("day"), self.instance
        row.starts_at = moment(day, data["opens"]) if day and data.get("opens") else None
        row.ends_at = moment(day, data["closes"]) if day and data.get("closes") else None
        return data

    def _update_errors(self, errors: ValidationError) -> None:
        if hasattr(errors, "error_dict"):
            errors = ValidationError({FIELDS.get(name, name): words for name, words in errors.error_dict.items()})
        super()._update_errors(errors)  # type: ignore[misc]


def asked_day(text: str, plans: list[opening.DayPlan]) -> date | None:
    """The day that the address names, where one may ask for it; else the first such day."""
    wanted = opening.day_in(text)
    found = [p.day for p in plans]
    return wanted if wanted in found else found[0] if found else None
