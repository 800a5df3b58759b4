"""Forms of the family page."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.forms.base import ConstrainedForm, DateInput
from accounts.models import Guardianship, Participant, Region
from accounts.phones import normal


class RegionChoice(forms.ModelChoiceField):
    """A village or community, named with its township."""

    def label_from_instance(self, obj: Any) -> str:
        return f"{obj.parent.name} · {obj.short_name}" if obj.parent else obj.name


def villages() -> Any:
    return Region.objects.filter(level=Region.Level.VILLAGE).select_related("parent").order_by("code")


class PersonForm(forms.Form):
    """A child, an elder, or oneself."""

    kind = forms.ChoiceField(label=gettext_lazy("谁"), choices=Participant.Kind.choices)
    name = forms.CharField(label=gettext_lazy("姓名"), max_length=50)
    birthday = forms.DateField(label=gettext_lazy("出生日期"), required=False, widget=DateInput())
    region = RegionChoice(label=gettext_lazy("居住村社"), queryset=Region.objects.none())
    phone = forms.CharField(label=gettext_lazy("联系电话"), max_length=30, required=False, widget=forms.TextInput(attrs={"type": "tel"}))
    relation = forms.ChoiceField(label=gettext_lazy("关系"), choices=[("", "—"), *Guardianship.Relation.choices], required=False)
    consent = forms.BooleanField(
        label=gettext_lazy("我已阅读并同意个人信息告知书"),
        required=True,
        error_messages={"required": gettext_lazy("请先阅读告知书并勾选同意。")},
    )
    separate = forms.BooleanField(required=False, widget=forms.HiddenInput())

    def __init__(self, *args: Any, kinds: tuple[str, ...] = ("child", "elder"), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["region"].queryset = villages()  # type: ignore[attr-defined]
        kind = self.fields["kind"]
        kind.choices = [(k, label) for k, label in Participant.Kind.choices if k in kinds]  # type: ignore[attr-defined]
        if len(kinds) == 1:
            kind.widget, kind.initial = forms.HiddenInput(), kinds[0]

    def clean_phone(self) -> str:
        return normal(self.cleaned_data["phone"]) if self.cleaned_data["phone"] else ""

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("kind") == Participant.Kind.CHILD and not data.get("birthday"):
            self.add_error("birthday", _("请填写孩子的出生日期，用来核对活动的年龄要求。"))
        return data


class CorrectForm(ConstrainedForm):
    """Corrects a participant's data."""

    class Meta:
        model = Participant
        fields = ["name", "birthday", "phone", "region"]
        widgets = {"birthday": DateInput()}
        field_classes = {"region": RegionChoice}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["region"].queryset = villages()  # type: ignore[attr-defined]

    def clean_phone(self) -> str:
        return normal(self.cleaned_data["phone"]) if self.cleaned_data["phone"] else ""


class ReasonForm(forms.Form):
    """Why: asked for an unmasking, a cancellation."""

    reason = forms.CharField(
        label=gettext_lazy("理由"), min_length=4, max_length=120, help_text=gettext_lazy("会记入审计记录，请不要写居民的姓名和电话。")
    )
