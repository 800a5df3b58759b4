"""Forms of schemes, rounds, applications, representatives; the sheet of marks."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from accounts.forms.base import DateInput, ScopedModelForm
from accounts.models import Region, User
from accounts.scope import prefixes, within
from centers.forms.fields import CenterChoice, WanField
from centers.models import Center
from funding import evidence
from funding.models import Application, Criterion, RatingRound, RatingScheme, Representative, Tier
from staffing.forms.people import centers_for


def districts(user: Any, name: str) -> Any:
    """The districts in which the user holds a permission."""
    return Region.objects.filter(within("code", prefixes(user, name)), level=Region.Level.DISTRICT).order_by("code")


class SchemeForm(ScopedModelForm):
    budget = WanField(label=_("总预算（万元）"))

    class Meta:
        model = RatingScheme
        fields = [
            *("region", "name", "version", "weight_representatives", "weight_township", "weight_district", "budget"),
            *("quorum", "trim_from", "gap", "veto_star", "correct_leniency"),
        ]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["region"]
        field.queryset = districts(self.user, "funding.add_ratingscheme")
        field.initial = field.queryset.first()

    def clean(self) -> Any:
        if self.instance.frozen:
            raise ValidationError(_("这一版已经定稿，不能再改；请新增一版。"))
        return super().clean()


class TierForm(ScopedModelForm):
    award = WanField(label=_("奖励（万元）"))

    class Meta:
        model = Tier
        fields = ["star", "threshold", "quota", "award"]


class CriterionForm(ScopedModelForm):
    class Meta:
        model = Criterion
        fields = ["number", "pillar", "source", "title", "guide", "weight", "fact"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [("", _("不带")), *((entry.key, entry.label) for entry in evidence.EVIDENCE)]
        help_text = self.fields["fact"].help_text
        self.fields["fact"] = forms.ChoiceField(label=_("系统里的事实"), choices=choices, required=False, help_text=help_text)


class RoundForm(ScopedModelForm):
    class Meta:
        model = RatingRound
        fields = ["region", "scheme", "year", "title", "facts_from", "facts_until", "apply_from", "apply_until", "review_until"]
        widgets = {name: DateInput() for name in ("facts_from", "facts_until", "apply_from", "apply_until", "review_until")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        region: Any = self.fields["region"]
        region.queryset = districts(self.user, "funding.add_ratinground")
        region.initial = region.queryset.first()
        scheme: Any = self.fields["scheme"]
        scheme.queryset = RatingScheme.objects.allowed(self.user, "change").order_by("-id")


class ApplicationForm(ScopedModelForm):
    """What only the village knows; the numbers stand beside it and need no typing."""

    center: Any = CenterChoice(label=_("中心"), queryset=Center.objects.none())

    class Meta:
        model = Application
        fields = ["round", "center", "strengths", "plans"]
        widgets = {"strengths": forms.Textarea(attrs={"rows": 5}), "plans": forms.Textarea(attrs={"rows": 3})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rounds: Any = self.fields["round"]
        center: Any = self.fields["center"]
        rounds.queryset = RatingRound.objects.applying().allowed(self.user, "view")  # type: ignore[attr-defined]
        center.queryset = centers_for(self.user, "funding.add_application").exclude(level=Center.Level.TOWN)
        rounds.empty_label = center.empty_label = None
        if self.instance.pk:
            self.fields.pop("round")
            self.fields.pop("center")
        else:
            rounds.initial = rounds.queryset.first()


class RepresentativeForm(ScopedModelForm):
    login = forms.CharField(label=_("登录名或手机号"), max_length=40, help_text=_("有账号的人：工作人员写登录名，居民写手机号。"))

    class Meta:
        model = Representative
        fields = ["region", "kind", "valid_from", "valid_until"]
        widgets = {"valid_from": DateInput(), "valid_until": DateInput()}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows = Region.objects.filter(within("code", prefixes(self.user, "funding.add_representative")), level=Region.Level.VILLAGE)
        self.fields["region"].queryset = rows.order_by("code")  # type: ignore[attr-defined]
        if self.instance.pk:
            self.fields.pop("login")

    def clean_login(self) -> str:
        from accounts.phones import normal

        typed = str(self.cleaned_data["login"]).strip()
        rows = User.objects.filter(is_active=True)
        found = rows.filter(login=typed).first()
        if found is None:
            try:
                found = rows.filter(phone=normal(typed)).first()
            except ValidationError:
                found = None
        if found is None:
            raise ValidationError(_("没有找到这个账号。请他先用手机号登录一次，再来登记。"))
        if Representative.objects.filter(user=found).exists():
            raise ValidationError(_("这个账号已经是评议代表了。"))
        self.instance.user = found
        return typed


class MarksForm(forms.Form):
    """One whole number 0–100 for each item of a source; nothing is filled in beforehand."""

    def __init__(self, *args: Any, items: list[Criterion], marks: dict[str, int] | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for item in items:
            widget = forms.NumberInput(attrs={"min": 0, "max": 100, "step": 1, "inputmode": "numeric"})
            field = forms.IntegerField(label=item.title, min_value=0, max_value=100, help_text=item.guide, widget=widget)
            field.initial = (marks or {}).get(str(item.pk))
            self.fields[f"item_{item.pk}"] = field

    @property
    def marks(self) -> dict[str, int]:
        return {name.removeprefix("item_"): value for name, value in self.cleaned_data.items()}
