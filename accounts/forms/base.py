"""The scoped form base: related rows within reach only, and every constraint of the model, also on fields not shown."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from accounts.scope import ScopedQuerySet


class ConstrainedForm(forms.ModelForm):  # type: ignore[type-arg]
    """Asks every constraint of the model, also those that name a field which the form doesn't show."""

    def _post_clean(self) -> None:
        super()._post_clean()  # type: ignore[misc]
        if self.errors:
            return
        try:
            self.instance.validate_constraints()
        except ValidationError as error:
            self._update_errors(error)  # type: ignore[attr-defined]


class ScopedModelForm(ConstrainedForm):
    """Takes ``user``; subclasses may set ``set_on_instance`` values through ``fixed``."""

    def __init__(self, *args: Any, user: Any, fixed: dict[str, Any] | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        for name, value in (fixed or {}).items():
            setattr(self.instance, name, value)
        for field in self.fields.values():
            queryset = getattr(field, "queryset", None)
            if isinstance(queryset, ScopedQuerySet):
                field.queryset = queryset.visible(user)  # type: ignore[attr-defined]


class LocalDateTimeInput(forms.DateTimeInput):
    """The browser's own picker; the form's times are Shanghai's."""

    input_type = "datetime-local"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs, format="%Y-%m-%dT%H:%M")


class DateInput(forms.DateInput):
    input_type = "date"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs, format="%Y-%m-%d")


class TimeInput(forms.TimeInput):
    input_type = "time"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs, format="%H:%M")
