"""Forms of sites, leases, applications, signs, papers."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.forms.base import DateInput, ScopedModelForm
from accounts.forms.family import RegionChoice
from accounts.models import Organisation, Region
from centers import papers
from centers.forms.fields import CenterChoice, WanField
from centers.forms.work import own_centers
from centers.models import CandidateSite, Center, Lease, Paper, PlacementApplication, Sign


class SiteForm(ScopedModelForm):
    region = RegionChoice(
        label=_("所在村社"), queryset=Region.objects.none(), error_messages={"invalid_choice": _("这个村社不在您的辖区里，请核对。")}
    )
    center = CenterChoice(label=_("用于哪个中心"), queryset=Center.objects.none(), required=False)

    class Meta:
        model = CandidateSite
        fields = ["region", "name", "address", "mode", "channel", "area", "owner", "center", "latitude", "longitude", "found_on", "note"]
        widgets = {"found_on": DateInput()}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        regions = Region.objects.allowed(self.user, "view").filter(level=Region.Level.VILLAGE)
        self.fields["region"].queryset = regions.select_related("parent").order_by("code")  # type: ignore[attr-defined]
        self.fields["center"].queryset = own_centers(self.user)  # type: ignore[attr-defined]
        self.fields["owner"].queryset = reachable_organisations(self.user)  # type: ignore[attr-defined]
        self.fields["channel"].required = False

    def clean_channel(self) -> str:
        return str(self.cleaned_data["channel"] or CandidateSite.Channel.OTHER)


def reachable_organisations(user: Any) -> Any:
    """Those of the officer's district: a lessor often sits in another township."""
    from accounts.scope import above, grants_of

    codes = [code for _role, code in grants_of(user)]
    districts = {code for code in [*codes, *above(codes)] if len(code) == 6} or {code[:6] for code in codes}
    rows = Organisation.objects.none()
    for code in districts:
        rows = rows | Organisation.objects.filter(region__code__startswith=code)
    return rows.order_by("name")


class LeaseForm(ScopedModelForm):
    rent_fen = WanField(label=_("年租金（万元）"), required=False)

    class Meta:
        model = Lease
        fields = ["site", "organisation", "area", "starts_on", "ends_on", "rent_fen", "note"]
        widgets = {"starts_on": DateInput(), "ends_on": DateInput()}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["organisation"].queryset = reachable_organisations(self.user)  # type: ignore[attr-defined]

    def clean_rent_fen(self) -> int:
        return self.cleaned_data["rent_fen"] or 0


class PlacementForm(ScopedModelForm):
    """An application; a unit's officer applies for the own organisation alone."""

    center = CenterChoice(label=_("中心"), queryset=Center.objects.none())
    budget_fen = WanField(label=_("预算（万元）"), required=False, help_text=_("装修方案要填。"))

    class Meta:
        model = PlacementApplication
        fields = [
            *("center", "organisation", "kind", "title", "place", "basis_title", "basis_number"),
            *("expires_on", "budget_fen", "note"),
        ]
        widgets = {"expires_on": DateInput()}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        own = Organisation.objects.filter(pk=self.user.organisation_id or 0)
        unit = not self.user.has_perm("centers.view_sign")
        centers = Center.objects.published() if unit else Center.objects.allowed(self.user, "view")
        self.fields["center"].queryset = centers.select_related("region__parent").order_by("region__code")  # type: ignore[attr-defined]
        self.fields["organisation"].queryset = own if unit else reachable_organisations(self.user)  # type: ignore[attr-defined]
        if unit and own.exists():
            self.fields["organisation"].initial = self.user.organisation_id

    def save(self, commit: bool = True) -> Any:
        self.instance.applied_by = self.instance.applied_by or self.user
        return super().save(commit)


class SignForm(ScopedModelForm):
    """A sign found at a center: approved ones come from their application."""

    center = CenterChoice(label=_("中心"), queryset=Center.objects.none())

    class Meta:
        model = Sign
        fields = ["center", "title", "place", "unit", "action", "found_on", "removed_on"]
        widgets = {"found_on": DateInput(), "removed_on": DateInput()}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["center"].queryset = own_centers(self.user)  # type: ignore[attr-defined]


class PaperForm(ScopedModelForm):
    """A scan or document; its kind of file is told by its content, not by its name."""

    file = forms.FileField(
        label=_("选择文件"),
        help_text=_("PDF、JPG、PNG、Word 或 Excel，最大 10 MB。请不要上传涉密文件。"),
        widget=forms.ClearableFileInput(attrs={"accept": ".pdf,.jpg,.jpeg,.png,.docx,.xlsx"}),
    )

    class Meta:
        model: Any = Paper
        fields = ["kind"]

    def clean_file(self) -> Any:
        upload = self.cleaned_data["file"]
        self.instance.content_type = papers.content_type(upload)
        self.instance.size, self.instance.name = upload.size, papers.file_name(upload.name)
        return upload

    def save(self, commit: bool = True) -> Any:
        row = self.instance
        row.uploaded_by = self.user
        row.file.save("x", self.cleaned_data["file"], save=False)
        return super().save(commit)
