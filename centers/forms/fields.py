"""Fields in the units that people write: 万元 for fen, a month for its first day."""

import datetime
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator
from django.utils.translation import gettext_lazy as _

FEN_A_WAN = 1_000_000
#: For ``WanField``, whose validators see 万元.
AT_LEAST_A_YUAN = MinValueValidator(Decimal("0.0001"), _("至少写 1 元，也就是 0.0001 万元。"))


class WanField(forms.DecimalField):
    """万元, at most two decimals of a 元; gives fen as an integer."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(min_value=0, max_value=Decimal(9_999_999), max_digits=13, decimal_places=6, **kwargs)

    def prepare_value(self, value: Any) -> Any:
        if isinstance(value, int):
            text = f"{Decimal(value) / FEN_A_WAN:f}"
            return text.rstrip("0").rstrip(".") if "." in text else text
        return value

    def clean(self, value: Any) -> Any:
        wan = super().clean(value)
        return None if wan is None else int((wan * FEN_A_WAN).to_integral_value())

    def has_changed(self, initial: Any, data: Any) -> bool:
        try:
            return bool(self.clean(data) != initial)
        except ValidationError:
            return True


class MonthInput(forms.DateInput):
    input_type = "month"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs, format="%Y-%m")


class MonthField(forms.DateField):
    """A month as its first day."""

    widget = MonthInput

    def __init__(self, **kwargs: Any) -> None:
        words = {"invalid": _("请写年和月，例如 2026-11。")}
        super().__init__(input_formats=["%Y-%m", "%Y-%m-%d", "%Y.%m"], error_messages=words, **kwargs)

    def to_python(self, value: Any) -> datetime.date | None:
        day = super().to_python(value)
        return day.replace(day=1) if day else None


class CenterChoice(forms.ModelChoiceField):
    """A center, named with its township."""

    default_error_messages = {"invalid_choice": _("这个中心不在您的辖区里，请核对。")}

    def label_from_instance(self, obj: Any) -> str:
        return f"{obj.region.parent.name} · {obj.short_name}" if obj.level != "town" and obj.region.parent else obj.name
