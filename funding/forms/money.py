"""Forms of projects and their papers, of budgets and reversals, of objections."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.forms.base import ConstrainedForm, DateInput, ScopedModelForm
from centers import papers
from centers.forms.fields import AT_LEAST_A_YUAN, CenterChoice, WanField
from centers.forms.premises import PaperForm
from centers.models import Center
from funding.forms.rating import districts
from funding.models import Application, Book, Objection, Project, ProjectPaper
from staffing.forms.people import centers_for

ACCEPT = {"accept": ".pdf,.jpg,.jpeg,.png,.docx,.xlsx"}


class ProjectForm(ScopedModelForm):
    center: Any = CenterChoice(label=_("中心"), queryset=Center.objects.none())
    asked = WanField(label=_("申请多少（万元）"), validators=[AT_LEAST_A_YUAN])

    class Meta:
        model = Project
        fields = ["center", "year", "title", "purpose", "asked", "council_on", "present", "agreed"]
        widgets = {"purpose": forms.Textarea(attrs={"rows": 4}), "council_on": DateInput()}
        help_texts = {"purpose": _("批准以后会公示，请不要写姓名和电话。")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["center"]
        field.queryset = centers_for(self.user, "funding.add_project")
        field.empty_label = None
        if self.instance.year is None:
            self.fields["year"].initial = timezone.localdate().year


class ProjectPaperForm(PaperForm):
    """A scan or document of a project."""

    class Meta(PaperForm.Meta):
        model = ProjectPaper


class ReversalForm(forms.Form):
    """Why an entry is undone: the ledger is open, and never edited."""

    reason = forms.CharField(
        label=_("理由"), min_length=2, max_length=120, help_text=_("会写进公开台账，改不掉：请不要写姓名、电话、账号。")
    )


class BudgetForm(forms.Form):
    """A year's money for one purpose; more can be added later, nothing is overwritten."""

    region: Any = forms.ModelChoiceField(label=_("区县"), queryset=None, empty_label=None)
    year = forms.IntegerField(label=_("年度"), min_value=2020, max_value=2099)
    purpose = forms.ChoiceField(label=_("用途"), choices=Book.Purpose.choices)
    amount = WanField(label=_("增加多少预算（万元）"), validators=[AT_LEAST_A_YUAN])
    reason = forms.CharField(label=_("依据"), max_length=200, help_text=_("例如文件号。会写进公开台账，请不要写姓名、电话、账号。"))

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["region"].queryset = districts(user, "funding.add_ledgerentry")  # type: ignore[attr-defined]
        self.fields["year"].initial = timezone.localdate().year


class ObjectionForm(ConstrainedForm):
    """Anybody may object while the result is noticed: who they are stays with those who answer."""

    class Meta:
        model = Objection
        fields = ["application", "kind", "name", "phone", "text", "seal"]
        widgets = {"text": forms.Textarea(attrs={"rows": 6}), "seal": forms.ClearableFileInput(attrs=ACCEPT)}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows = Application.objects.filter(round=self.instance.round_id).counted().select_related("center__region__parent")  # type: ignore[attr-defined]
        field: Any = self.fields["application"]
        field.queryset = rows.order_by("center__region__code")
        field.label_from_instance = lambda row: row.center.name
        field.empty_label = _("整个结果")
        self.fields["seal"].required = False

    def clean_phone(self) -> str:
        from accounts.phones import normal

        return normal(str(self.cleaned_data["phone"]))

    def clean_seal(self) -> Any:
        upload = self.cleaned_data.get("seal")
        if upload and hasattr(upload, "read") and not getattr(upload, "_committed", False):
            self.instance.content_type = papers.content_type(upload)
        return upload

    def clean(self) -> Any:
        data: Any = super().clean()
        if data.get("kind") == Objection.Kind.UNIT and not data.get("seal"):
            raise ValidationError({"seal": _("单位提出异议，要附盖章的书面材料。")})
        return data
