"""Forms of a center and its parts."""

from typing import Any

from django import forms
from django.core.files.base import ContentFile
from django.utils.translation import gettext_lazy as _

from accounts.forms.base import DateInput, ScopedModelForm, TimeInput
from centers import photos
from centers.models import Center, CenterService, Contact, OpeningException, OpeningHours, Photo


class FactsForm(ScopedModelForm):
    """A center's facts; its name and region are the district's to change (in the admin site)."""

    class Meta:
        model = Center
        fields = ["address", "phone", "area", "opened_on", "latitude", "longitude", "introduction"]
        widgets = {"opened_on": DateInput(), "introduction": forms.Textarea(attrs={"rows": 5})}


class HoursForm(ScopedModelForm):
    class Meta:
        model = OpeningHours
        fields = ["day_type", "kind", "opens", "closes"]
        widgets = {"opens": TimeInput(), "closes": TimeInput()}


class ExceptionForm(ScopedModelForm):
    class Meta:
        model = OpeningException
        fields = ["first_day", "last_day", "closed", "opens", "closes", "note"]
        widgets = {"first_day": DateInput(), "last_day": DateInput(), "opens": TimeInput(), "closes": TimeInput()}


class ServiceForm(ScopedModelForm):
    class Meta:
        model = CenterService
        fields = ["kind", "title", "detail"]


class ContactForm(ScopedModelForm):
    class Meta:
        model = Contact
        fields = ["name", "position", "phone", "public"]


class PhotoForm(ScopedModelForm):
    """A new photograph: checked and re-encoded; the original is not kept."""

    file = forms.FileField(
        label=_("选择照片"),
        help_text=_("JPG、PNG 或 WebP，最大 8 MB。拍摄地点等信息会自动去掉。请不要上传涉密内容。"),
        widget=forms.ClearableFileInput(attrs={"accept": "image/jpeg,image/png,image/webp"}),
    )

    class Meta:
        model = Photo
        fields = ["caption"]

    def clean_file(self) -> Any:
        upload = self.cleaned_data["file"]
        self.sizes = photos.derive(photos.content(upload), Photo.SIZES)
        self.instance.width, self.instance.height = self.sizes.width, self.sizes.height
        return upload

    def save(self, commit: bool = True) -> Any:
        for size, content in self.sizes.files.items():
            getattr(self.instance, size).save("x.webp", ContentFile(content), save=False)
        return super().save(commit)


class CaptionForm(ScopedModelForm):
    class Meta:
        model = Photo
        fields = ["caption"]
