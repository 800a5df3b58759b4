"""Forms of rosters, leave and swaps."""

from datetime import timedelta
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.forms.base import DateInput, ScopedModelForm
from centers.forms.fields import CenterChoice, MonthField
from centers.models import Center
from staffing.forms.people import CadreChoice, centers_for
from staffing.models import Cadre, Duty, Leave, Posting, Roster, Swap
from staffing.models.roster import month_within_reach


def next_month() -> Any:
    return (timezone.localdate().replace(day=1) + timedelta(days=32)).replace(day=1)


class RosterForm(ScopedModelForm):
    center: Any = CenterChoice(label=_("中心"), queryset=Center.objects.none())
    month: Any = MonthField(label=_("月份"), initial=next_month)

    class Meta:
        model = Roster
        fields = ["center", "month"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["center"].queryset = centers_for(self.user, "staffing.add_roster")  # type: ignore[attr-defined]


class RunForm(forms.Form):
    """A month, of all centers within reach."""

    month = MonthField(label=_("月份"), initial=next_month)

    def clean_month(self) -> Any:
        month_within_reach(self.cleaned_data["month"])
        return self.cleaned_data["month"]


class LeaveForm(ScopedModelForm):
    """For a cadre of one's own region; at the desk it may be asked for somebody who called."""

    cadre: Any = CadreChoice(label=_("干部"), queryset=Cadre.objects.none())

    class Meta:
        model = Leave
        fields = ["cadre", "kind", "first_day", "last_day", "note"]
        widgets = {"first_day": DateInput(), "last_day": DateInput()}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows: Any = Cadre.objects.posted().allowed(self.user, "view").select_related("region").order_by("region__code", "name", "id")
        self.fields["cadre"].queryset = rows  # type: ignore[attr-defined]
        self.instance.asked_by = self.user

    def save(self, commit: bool = True) -> Any:
        from staffing.workflows.leave import tell_asked

        row = super().save(commit)
        tell_asked(row)
        return row


class OwnLeaveForm(LeaveForm):
    """One's own; the page sets the cadre."""

    class Meta(LeaveForm.Meta):
        fields = ["kind", "first_day", "last_day", "note"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields.pop("cadre", None)
        self.fields["kind"].choices = [("", _("请选择")), *Leave.Kind.choices]  # type: ignore[attr-defined]


class DutyChoice(forms.ModelChoiceField):
    def label_from_instance(self, obj: Any) -> str:
        return f"{obj.cadre.name} · {obj.shift}"


class SwapForm(ScopedModelForm):
    """Who is asked, and which of their duties comes in exchange. ``duty`` is the page's."""

    to: Any = CadreChoice(label=_("请谁来"), queryset=Cadre.objects.none())
    back: Any = DutyChoice(label=_("换他的哪个班"), queryset=Duty.objects.none(), required=False, empty_label=_("不换，请他代班"))

    class Meta:
        model = Swap
        fields = ["to", "back", "note"]

    def __init__(self, *args: Any, duty: Duty, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.instance.duty, self.instance.owner, self.instance.asked_by = duty, duty.cadre, self.user
        center = duty.shift.roster.center_id
        there = Posting.objects.filter(center=center).in_force(duty.shift.day).exclude(cadre=duty.cadre_id)
        people = Cadre.objects.filter(pk__in=there.values("cadre")).select_related("region").order_by("name", "id")
        self.fields["to"].queryset = people  # type: ignore[attr-defined]
        theirs = Duty.objects.posted().filter(cadre__in=people, starts_at__gt=timezone.now(), state="planned", shift__roster__center=center)
        self.fields["back"].queryset = theirs.select_related("cadre", "shift").order_by("cadre__name", "starts_at")  # type: ignore[attr-defined]

    def save(self, commit: bool = True) -> Any:
        from staffing.workflows.swap import tell_offered

        row = super().save(commit)
        tell_offered(row)
        return row


class PutForm(forms.Form):
    """By hand: who comes off a shift, who goes on it, in a word why."""

    out: Any = CadreChoice(label=_("换下谁"), queryset=Cadre.objects.none(), required=False, empty_label=_("不换下，只加人"))
    into: Any = CadreChoice(label=_("换上谁"), queryset=Cadre.objects.none(), required=False, empty_label=_("不加人，先空着"))
    reason = forms.CharField(label=_("为什么"), max_length=100, required=False)

    def __init__(self, *args: Any, shift: Any, people: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        planned = Cadre.objects.filter(duties__shift=shift, duties__state="planned").select_related("region").order_by("name", "id")
        self.fields["out"].queryset = planned  # type: ignore[attr-defined]
        self.fields["into"].queryset = people.exclude(duties__shift=shift)  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        if not self.errors and not data.get("out") and not data.get("into"):
            raise forms.ValidationError(_("请选换下谁，或者换上谁。"))
        return data
