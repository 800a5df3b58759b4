"""Forms of venues: what is shared, its rooms, a request."""

from datetime import datetime
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.forms.base import DateInput, ScopedModelForm, TimeInput
from activities.models import SharedResource, Venue, VenueBooking
from centers.models import Center


class ResourceForm(ScopedModelForm):
    class Meta:
        model = SharedResource
        fields = ["organisation", "region", "name", "address", "area", "center", "since", "until", "note"]
        widgets = {"since": DateInput(), "until": DateInput()}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["region"].queryset = self.fields["region"].queryset.filter(level="village")  # type: ignore[attr-defined]


class VenueForm(ScopedModelForm):
    class Meta:
        model = Venue
        fields = [
            *("center", "resource", "parent", "name", "area", "holds", "equipment", "opens", "closes"),
            *("lead_days", "ahead_days", "buffer_minutes", "bookable"),
        ]
        widgets = {"opens": TimeInput(), "closes": TimeInput()}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["center"].queryset = Center.objects.allowed(self.user, "change").order_by("region__code")  # type: ignore[attr-defined]
        own = SharedResource.objects.allowed(self.user, "change")
        self.fields["resource"].queryset = own  # type: ignore[attr-defined]
        self.fields["parent"].queryset = Venue.objects.allowed(self.user, "change").filter(parent=None)  # type: ignore[attr-defined]


class RequestForm(forms.ModelForm):  # type: ignore[type-arg]
    """Day and times apart, as people say them; every week until a day where it repeats."""

    day = forms.DateField(label=_("哪一天"), widget=DateInput())
    starts = forms.TimeField(label=_("几点开始"), widget=TimeInput())
    ends = forms.TimeField(label=_("几点结束"), widget=TimeInput())
    until = forms.DateField(
        label=_("每周同一时间，重复到"), required=False, widget=DateInput(), help_text=_("只用一次就留空；有冲突的那几天会跳过并告诉您。")
    )
    field_order = ["day", "starts", "ends", "people", "purpose", "until"]

    class Meta:
        model = VenueBooking
        fields = ["people", "purpose"]

    def __init__(self, *args: Any, venue: Venue, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.instance.venue = venue

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("day") and data.get("starts") and data.get("ends"):
            for name, clock in (("starts_at", "starts"), ("ends_at", "ends")):
                setattr(self.instance, name, timezone.make_aware(datetime.combine(data["day"], data[clock])))
            if self.instance.ends_at <= self.instance.starts_at:
                self.add_error("ends", _("结束时间要晚于开始时间。"))
        if data.get("until") and data.get("day") and data["until"] < data["day"]:
            self.add_error("until", _("重复到的日期早于第一天。"))
        return data

    def _post_clean(self) -> None:
        """What was typed goes into the row; its own rules are asked by ``venues.request``, once it is whole."""
        self.instance = forms.models.construct_instance(self, self.instance, self._meta.fields, self._meta.exclude)  # type: ignore[attr-defined]
