"""Forms of findings, repairs, feedback, matters, standards."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.forms.base import ConstrainedForm, DateInput, ScopedModelForm
from accounts.phones import normal
from centers import photos
from centers.forms.fields import CenterChoice
from centers.forms.upgrade import PHOTO_HELP, PHOTO_INPUT
from centers.models import Center, Feedback, Finding, Matter, RepairTicket, StandardSet


def own_centers(user: Any) -> Any:
    return Center.objects.allowed(user, "view").select_related("region__parent").order_by("region__code", "id")


class FindingForm(ScopedModelForm):
    """A finding without an inspection; the deadline follows from the urgency where none is typed."""

    center = CenterChoice(label=_("中心"), queryset=Center.objects.none())

    class Meta:
        model = Finding
        fields = ["center", "text", "urgency", "due_on"]
        widgets = {"text": forms.Textarea(attrs={"rows": 3}), "due_on": DateInput()}
        help_texts = {"due_on": _("留空按类别算：立行立改 3 个工作日，限期 15 个，长期 60 个。")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["center"].queryset = own_centers(self.user)  # type: ignore[attr-defined]

    def save(self, commit: bool = True) -> Any:
        from centers.workflows import rectification

        new = self.instance.pk is None
        self.instance.issued_by = self.instance.issued_by or self.user
        row = super().save(commit)
        if new:
            rectification.tell_issued(row)
        return row


class FindingWordsForm(ScopedModelForm):
    """The words of a finding; its place stays, and its deadline moves by the step "extend" alone."""

    class Meta:
        model = Finding
        fields = ["text", "urgency"]
        widgets = {"text": forms.Textarea(attrs={"rows": 3})}


class MatterForm(ScopedModelForm):
    center = CenterChoice(label=_("中心"), queryset=Center.objects.none())

    class Meta:
        model = Matter
        fields = ["center", "title", "papers", "window", "when", "note"]
        widgets = {"papers": forms.Textarea(attrs={"rows": 4})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["center"].queryset = own_centers(self.user)  # type: ignore[attr-defined]


class StandardSetForm(ScopedModelForm):
    class Meta:
        model = StandardSet
        fields = ["region", "name", "version", "pass_percent", "note"]


class PhoneMixin:
    """A phone number that may be left out."""

    cleaned_data: dict[str, Any]

    def clean_phone(self) -> str:
        typed = str(self.cleaned_data.get("phone") or "")
        return normal(typed) if typed else ""


class RepairForm(PhoneMixin, ConstrainedForm):
    """What a resident tells in the hall: no account, one photo at most."""

    file = forms.FileField(label=_("拍一张照片"), required=False, help_text=PHOTO_HELP, widget=forms.FileInput(attrs=PHOTO_INPUT))

    class Meta:
        model = RepairTicket
        fields = ["text", "place", "hazard", "phone"]
        widgets = {"text": forms.Textarea(attrs={"rows": 3}), "phone": forms.TextInput(attrs={"type": "tel"})}
        help_texts = {"phone": _("不填也行。填了，弄不清楚时方便问您；办完 90 天后删掉。")}

    def clean_file(self) -> bytes | None:
        upload = self.cleaned_data.get("file")
        if not upload:
            return None
        raw = photos.content(upload)
        photos.derive(raw, {})
        return raw


class DeskRepairForm(ScopedModelForm):
    """Entered by an officer."""

    center = CenterChoice(label=_("中心"), queryset=Center.objects.none())

    class Meta:
        model = RepairTicket
        fields = ["center", "text", "place", "hazard"]
        widgets = {"text": forms.Textarea(attrs={"rows": 3})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["center"].queryset = own_centers(self.user)  # type: ignore[attr-defined]


class FeedbackForm(PhoneMixin, ConstrainedForm):
    """A complaint or suggestion, from everybody."""

    center = CenterChoice(
        label=_("关于哪个中心"),
        required=False,
        queryset=Center.objects.published().select_related("region__parent").order_by("region__code", "id"),
        empty_label=_("不是某个中心的事（交给区里）"),
    )

    class Meta:
        model = Feedback
        fields = ["kind", "center", "text", "phone"]
        widgets = {"text": forms.Textarea(attrs={"rows": 5}), "phone": forms.TextInput(attrs={"type": "tel"})}
        help_texts = {"phone": _("不填也行，可以凭查询网址看答复。")}
