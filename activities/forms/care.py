"""Forms of childcare: the program, who may collect, what to mind."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts import consents
from accounts.forms.base import DateInput, ScopedModelForm
from accounts.phones import normal
from activities.models import CareProgram, PickupPerson


class CareForm(ScopedModelForm):
    class Meta:
        model = CareProgram
        fields = ["kind", "starts_on", "ends_on", "staff", "checked_on", "fee_note", "filing_no", "floor"]
        widgets = {"starts_on": DateInput(), "ends_on": DateInput(), "checked_on": DateInput()}


class PickupForm(ScopedModelForm):
    """A name, what they are to the child, a number to call."""

    class Meta:
        model = PickupPerson
        fields = ["name", "relation", "phone"]

    def clean_phone(self) -> str:
        return normal(self.cleaned_data["phone"])


class NoteForm(forms.Form):
    """Both may stay empty; what is written needs the consent beside it."""

    allergies = forms.CharField(
        label=_("过敏"), max_length=200, required=False, help_text=_("吃的、药、花粉……例如“花生过敏，会起疹子”。没有就留空。")
    )
    notes = forms.CharField(
        label=_("要留意的"), max_length=400, required=False, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("例如“下午要吃一次药，药在书包里”。不用写病历。"),
    )  # fmt: skip
    consent = forms.BooleanField(label=consents.TEXTS[consents.Purpose.HEALTH].sentence, required=False)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if (data.get("allergies") or data.get("notes")) and not data.get("consent"):
            self.add_error("consent", _("要保存这些内容，请先勾选同意；不想留，就把上面清空。"))
        return data
