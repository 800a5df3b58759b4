"""Forms of the campaign and its tasks."""

from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.db import IntegrityError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.forms.base import DateInput, ScopedModelForm
from centers import papers, photos, pictures
from centers.forms.fields import CenterChoice, MonthField, WanField
from centers.models import Campaign, Center, ClosurePhoto, Finding, GuidanceVisit, Picture, PlannedStep, ProgressReport, UpgradeTask

PHOTO_HELP = gettext_lazy("JPG、PNG 或 WebP，最大 8 MB。拍摄地点等信息会自动去掉。请不要上传涉密内容。")
PHOTO_INPUT = {"accept": "image/jpeg,image/png,image/webp"}


class CampaignForm(ScopedModelForm):
    first_month = MonthField(label=gettext_lazy("开始月份"))
    last_month = MonthField(label=gettext_lazy("结束月份"))

    class Meta:
        model = Campaign
        fields = ["region", "name", "first_month", "last_month", "note"]


class TaskForm(ScopedModelForm):
    """A task; its number is the campaign's next where none is given."""

    center = CenterChoice(label=gettext_lazy("中心"), queryset=Center.objects.select_related("region__parent"))
    number = forms.IntegerField(label=gettext_lazy("任务号"), min_value=1, required=False, help_text=gettext_lazy("留空就接着往下排。"))
    budget_fen = WanField(label=gettext_lazy("预算（万元）"), required=False)
    target_month = MonthField(label=gettext_lazy("计划销号月份"))

    class Meta:
        model = UpgradeTask
        fields = [
            *("campaign", "number", "center", "batch", "build_method", "content", "town_person", "village_person"),
            *("budget_fen", "target_month"),
        ]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["center"].queryset = Center.objects.allowed(self.user, "view").select_related("region__parent")  # type: ignore[attr-defined]

    def clean_budget_fen(self) -> int:
        return self.cleaned_data["budget_fen"] or 0

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        if not data.get("number") and data.get("campaign"):
            last = UpgradeTask.objects.filter(campaign=data["campaign"]).order_by("-number").values_list("number", flat=True).first()
            data["number"] = self.instance.number or (last or 0) + 1
        return data


class PlannedStepForm(ScopedModelForm):
    due_month = MonthField(label=gettext_lazy("计划月份"))

    class Meta:
        model = PlannedStep
        fields = ["number", "title", "due_month", "done_on"]
        widgets = {"done_on": DateInput()}


class VisitForm(ScopedModelForm):
    class Meta:
        model = GuidanceVisit
        fields = ["visited_on", "visitors", "note"]
        widgets = {"visited_on": DateInput(), "note": forms.Textarea(attrs={"rows": 3})}

    def save(self, commit: bool = True) -> Any:
        self.instance.recorded_by = self.instance.recorded_by or self.user
        return super().save(commit)


class ClosurePhotoForm(ScopedModelForm):
    """One picture before or after; at most three of each."""

    file = forms.FileField(label=gettext_lazy("选择照片"), help_text=PHOTO_HELP, widget=forms.ClearableFileInput(attrs=PHOTO_INPUT))

    class Meta:
        model = ClosurePhoto
        fields = ["moment"]

    def clean_file(self) -> bytes:
        raw = photos.content(self.cleaned_data["file"])
        photos.derive(raw, {})
        return raw

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        if data.get("moment"):
            taken = set(ClosurePhoto.objects.filter(task=self.instance.task, moment=data["moment"]).values_list("number", flat=True))
            free = [n for n in (1, 2, 3) if n not in taken]
            if not free:
                raise ValidationError(_("提升前、提升后的照片各最多 3 张；先删掉一张再传。"))
            self.instance.number = free[0]
        return data

    def save(self, commit: bool = True) -> Any:
        row = self.instance
        picture = row.picture = pictures.store(row.task.center, self.cleaned_data["file"], Picture.Source.CLOSURE, self.user)
        try:
            return super().save(commit)
        except IntegrityError:  # somebody was quicker: the row is rolled back, files are not
            for size in Picture.SIZES:
                file = getattr(picture, size)
                file.storage.delete(file.name)
            raise


class AfterPhotoForm(ScopedModelForm):
    """One picture of what was mended; a new one takes the place of the last. ``finding`` is set on the instance by the page."""

    file = forms.FileField(label=gettext_lazy("选择照片"), help_text=PHOTO_HELP, widget=forms.ClearableFileInput(attrs=PHOTO_INPUT))

    class Meta:
        model = Picture
        fields: ClassVar[list[str]] = []

    def clean_file(self) -> bytes:
        raw = photos.content(self.cleaned_data["file"])
        photos.derive(raw, {})
        return raw

    def _post_clean(self) -> None:
        """The row is made by ``pictures.store``, with everything that its constraints ask."""

    def save(self, commit: bool = True) -> Any:
        finding = self.instance.finding
        row = pictures.store(finding.center, self.cleaned_data["file"], Picture.Source.FINDING, self.user)
        locked = Finding.objects.select_for_update(of=("self",), no_key=True).get(pk=finding.pk)
        if not papers.takes_parts(locked):
            raise ValidationError(_("这个问题刚刚交上去了，照片没有换。"))
        locked.after = row
        locked.save(update_fields=["after"])
        self.instance = row
        return row


class LineForm(forms.Form):
    """A month's line as the month page shows it."""

    percent = forms.IntegerField(label=gettext_lazy("进度（%）"), min_value=0, max_value=100)
    text = forms.CharField(label=gettext_lazy("本月进展"), max_length=300, widget=forms.Textarea(attrs={"rows": 2}))
    spent_fen = WanField(label=gettext_lazy("累计支出（万元）"), required=False)

    def __init__(self, data: Any = None, *, line: ProgressReport) -> None:
        self.line = line
        initial = {"percent": line.percent, "text": line.text, "spent_fen": line.spent_fen}
        super().__init__(data, prefix=f"line{line.pk}", initial=initial)

    def clean_spent_fen(self) -> int:
        return self.cleaned_data["spent_fen"] or 0
