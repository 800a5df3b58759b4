"""Forms of a lottery: what is announced, and the public number."""

from typing import Any

from django import forms
from django.core.validators import RegexValidator
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from accounts.forms.base import DateInput, ScopedModelForm
from activities.models import Draw


class DrawForm(ScopedModelForm):
    class Meta:
        model = Draw
        fields = ["source", "draws_on"]
        widgets = {"draws_on": DateInput()}


class NumberForm(forms.Form):
    """The same number twice: a slip can't be put right afterwards."""

    number = forms.CharField(
        label=_("公开号码"), max_length=40, validators=[RegexValidator(r"\A[0-9]{3,40}\Z", _("只填数字，3 到 40 位。"))]
    )
    again = forms.CharField(label=_("再填一遍"), max_length=40)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if "number" in data and data.get("again", "").strip() != data["number"]:
            self.add_error("again", _now("两次填的不一样，请核对。"))
        return data
