"""Forms of cadres, postings, managers, and the month's list on safety."""

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.forms.base import DateInput, ScopedModelForm
from accounts.forms.incoming import officers
from accounts.models import Organisation, Region, User
from accounts.phones import masked, normal
from accounts.scope import prefixes, within
from centers.forms.fields import CenterChoice
from centers.models import Center
from staffing.models import Cadre, CenterManager, CommunityPartner, DutyNeed, Posting, SafetyList
from staffing.models.manager import SAFETY_ITEMS

DATES = {"valid_from": DateInput(), "valid_until": DateInput()}


def centers_for(user: Any, name: str) -> Any:
    """The centers within which the user holds a permission."""
    rows = Center.objects.filter(within("region__code", prefixes(user, name)))
    return rows.select_related("region__parent").order_by("region__code", "id")


class CadreChoice(forms.ModelChoiceField):
    """A cadre, with the village."""

    def label_from_instance(self, obj: Any) -> str:
        return f"{obj.name} · {obj.region.short_name}"


class KeptNumber(forms.TextInput):
    """A number that is stored is not shown again; one that was typed is. ``kept`` is the stored one."""

    input_type = "tel"
    kept = ""

    def get_context(self, name: str, value: Any, attrs: Any) -> dict[str, Any]:
        return super().get_context(name, None if value and value == self.kept else value, attrs)


class CadreForm(ScopedModelForm):
    """``login`` names the account that sees its own duties. An empty number or login keeps what is stored."""

    login = forms.CharField(
        label=_("登录名"), required=False, max_length=40, help_text=_("有账号才能在手机上看班、请假、换班；没有就留空。")
    )
    unlink = forms.BooleanField(label=_("不再用这个账号"), required=False)

    class Meta:
        model = Cadre
        fields = ["region", "name", "phone"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows = Region.objects.filter(within("code", prefixes(self.user, "staffing.add_cadre")), level__in=("town", "village"))
        self.fields["region"].queryset = rows.order_by("code")  # type: ignore[attr-defined]
        if self.instance.user:
            self.initial["login"] = self.instance.user.login
        else:
            self.fields.pop("unlink")
        widget = KeptNumber()
        widget.kept = self.kept = self.instance.phone
        self.fields["phone"].widget = widget
        if self.kept:
            self.fields["phone"].help_text = _("现在是 %(number)s，不改就留空。") % {"number": masked(self.kept)}

    def clean_phone(self) -> str:
        typed = str(self.cleaned_data.get("phone") or "")
        return normal(typed) if typed else self.kept

    def clean_unlink(self) -> bool:
        gone = bool(self.cleaned_data.get("unlink"))
        if gone and self.instance.user_id == self.user.pk:
            raise forms.ValidationError(_("自己的账号请上级来改。"))
        if gone:
            self.instance.user = None
        return gone

    def clean_login(self) -> str:
        typed = str(self.cleaned_data.get("login") or "").strip()
        own = self.instance.user.login if self.instance.user else ""
        if typed and typed != own:
            if self.user.pk in (self.instance.user_id, getattr(officers(User.objects.filter(login=typed)).first(), "pk", None)):
                raise forms.ValidationError(_("自己的账号请上级来改。"))
            account = officers(User.objects.filter(login=typed, is_active=True)).first()
            if account is None:
                raise forms.ValidationError(_("没有找到这个工作人员账号，请核对登录名；没有账号就留空。"))
            if Cadre.objects.filter(user=account).exists():
                raise forms.ValidationError(_("这个账号已经给了另一位干部。"))
            self.instance.user = account
        return typed


class PostingForm(ScopedModelForm):
    cadre: Any = CadreChoice(label=_("干部"), queryset=Cadre.objects.none())
    center: Any = CenterChoice(label=_("中心"), queryset=Center.objects.none())

    class Meta:
        model = Posting
        fields = ["cadre", "center", "position", "lead", "exempt", "exempt_note", "valid_from", "valid_until"]
        widgets = DATES

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # A neighbouring village's cadre may help out: those of the whole township can be chosen.
        towns = sorted({code[:9] for code in prefixes(self.user, "staffing.add_posting")})
        near = Cadre.objects.filter(within("region__code", towns)).select_related("region").order_by("region__code", "name", "id")
        self.fields["cadre"].queryset = near  # type: ignore[attr-defined]
        self.fields["center"].queryset = centers_for(self.user, "staffing.add_posting")  # type: ignore[attr-defined]


class ManagerForm(ScopedModelForm):
    cadre: Any = CadreChoice(label=_("专管员"), queryset=Cadre.objects.none(), help_text=_("先在“干部”里登记这个人。"))
    center: Any = CenterChoice(label=_("中心"), queryset=Center.objects.none())

    class Meta:
        model = CenterManager
        fields = ["cadre", "center", "valid_from", "valid_until"]
        widgets = DATES

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        own = Cadre.objects.allowed(self.user, "view").select_related("region").order_by("region__code", "name", "id")
        self.fields["cadre"].queryset = own  # type: ignore[attr-defined]
        self.fields["center"].queryset = centers_for(self.user, "staffing.add_centermanager")  # type: ignore[attr-defined]


class NeedForm(ScopedModelForm):
    center: Any = CenterChoice(label=_("中心"), queryset=Center.objects.none())

    class Meta:
        model = DutyNeed
        fields = ["center", "kind", "people", "lead"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["center"].queryset = centers_for(self.user, "staffing.add_dutyneed")  # type: ignore[attr-defined]


class SafetyForm(ScopedModelForm):
    """Each point: fine, wrong, or not looked at."""

    center: Any = CenterChoice(label=_("中心"), queryset=Center.objects.none())

    class Meta:
        model = SafetyList
        fields = ["center", "note"]
        widgets = {"note": forms.Textarea(attrs={"rows": 3})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows = centers_for(self.user, "staffing.add_safetylist")
        self.fields["center"].queryset = rows  # type: ignore[attr-defined]
        choices = [("fine", _("没问题")), ("wrong", _("有问题")), ("", _("没看"))]
        for key, words in SAFETY_ITEMS.items():
            seen = "fine" if key in self.instance.fine else "wrong" if key in self.instance.wrong else ""
            field = forms.ChoiceField(label=words, choices=choices, required=False, widget=forms.RadioSelect, initial=seen)
            self.fields[f"item_{key}"] = field
        self.order_fields(["center", *(f"item_{key}" for key in SAFETY_ITEMS), "note"])
        if self.instance.pk is None:
            self.instance.month = timezone.localdate().replace(day=1)
            self.instance.done_by = self.user

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        self.instance.fine = [key for key in SAFETY_ITEMS if data.get(f"item_{key}") == "fine"]
        self.instance.wrong = [key for key in SAFETY_ITEMS if data.get(f"item_{key}") == "wrong"]
        return data

    def _update_errors(self, errors: Any) -> None:
        """The model speaks of its lists; on the page they are the points."""
        if hasattr(errors, "error_dict") and "fine" in errors.error_dict:
            errors = forms.ValidationError(errors.messages)
        super()._update_errors(errors)  # type: ignore[misc]


class PartnerForm(ScopedModelForm):
    center: Any = CenterChoice(label=_("中心"), queryset=Center.objects.none())

    class Meta:
        model = CommunityPartner
        fields = ["organisation", "center", "services", "gives_back", "space", "area", "with_children", "checked_on"]
        widgets = {
            "services": forms.Textarea(attrs={"rows": 3}),
            "gives_back": forms.Textarea(attrs={"rows": 3}),
            "checked_on": DateInput(),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows = Center.objects.visible(self.user) if self.user.organisation_id else centers_for(self.user, "staffing.add_communitypartner")
        self.fields["center"].queryset = rows.select_related("region__parent").order_by("region__code", "id")  # type: ignore[attr-defined]
        if not prefixes(self.user, "staffing.vet_communitypartner") and self.user.organisation_id:
            own = Organisation.objects.filter(pk=self.user.organisation_id)
            self.fields["organisation"].queryset = own  # type: ignore[attr-defined]

    def save(self, commit: bool = True) -> Any:
        from staffing.workflows.partner import tell_applied

        new = self.instance.pk is None
        row = super().save(commit)
        if new:
            tell_applied(row)
        return row


class ElectionForm(forms.Form):
    """Postings of a whole place end on one day: an election, a merger."""

    center: Any = CenterChoice(label=_("中心"), queryset=Center.objects.none(), required=False, help_text=_("不选就是辖区里全部中心。"))
    last_day = forms.DateField(label=_("任职到哪一天"), widget=DateInput(), help_text=_("最后一天，当天还在任。"))

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["center"].queryset = centers_for(user, "staffing.end_posting")  # type: ignore[attr-defined]
