"""What belongs to a row of the desk: a task's steps, visits and photos, the papers of tasks, sites, leases, applications."""

from typing import Any, NamedTuple

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import ProtectedError
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import CreateView, UpdateView, View

from accounts.scope import permission, region_code
from accounts.views.base import ScopedFormMixin
from centers import papers as papers_of
from centers.forms.premises import PaperForm
from centers.forms.upgrade import AfterPhotoForm, ClosurePhotoForm, PlannedStepForm, VisitForm
from centers.models import ClosurePhoto, GuidanceVisit, Paper, Picture, PlannedStep
from records import audit
from workflow.nouns import NOUNS


class Part(NamedTuple):
    """One kind of part: its model, its form, its title, the field that names its owner, what the owner sets on it."""

    model: Any
    form: Any
    title: Any
    owner: str
    sets_region: bool = False


def paper_part(owner: str) -> Part:
    return Part(Paper, PaperForm, gettext_lazy("材料"), owner, True)


#: (noun, part) → what it is; apps above add theirs in ``ready()``.
PARTS: dict[tuple[str, str], Part] = {
    ("tasks", "planned"): Part(PlannedStep, PlannedStepForm, gettext_lazy("计划步骤"), "task"),
    ("tasks", "visits"): Part(GuidanceVisit, VisitForm, gettext_lazy("上门指导"), "task"),
    ("tasks", "photos"): Part(ClosurePhoto, ClosurePhotoForm, gettext_lazy("前后对比照"), "task"),
    ("tasks", "papers"): paper_part("task"),
    ("findings", "after"): Part(Picture, AfterPhotoForm, gettext_lazy("整改后的照片"), "finding"),
    ("placements", "papers"): paper_part("placement"),
    ("leases", "papers"): paper_part("lease"),
    ("sites", "papers"): paper_part("site"),
}


class PartMixin(ScopedFormMixin):
    """The owner must be in sight, and not in a state in which nothing is added to it any more."""

    desk = True
    template_name: Any = "form_page.html"
    model: Any

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        part = PARTS.get((kwargs["noun"], kwargs["part"]))
        if part is None:
            raise Http404
        self.part, self.model, self.noun = part, part.model, NOUNS[kwargs["noun"]]
        if request.user.is_authenticated:
            rows = self.noun.model._default_manager.all().allowed(request.user, "view")  # type: ignore[attr-defined]
            self.owner = get_object_or_404(rows.select_related(*self.noun.joins), pk=kwargs["owner"])
            if request.method == "POST" and self.frozen():
                raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def frozen(self) -> bool:
        return not papers_of.takes_parts(self.owner)

    def tuned(self, rows: Any) -> Any:
        named = self.part.owner in {field.name for field in self.model._meta.fields}
        return rows.filter(**{self.part.owner: self.owner}) if named else rows.none()

    def fixed(self) -> dict[str, Any]:
        own: dict[str, Any] = {self.part.owner: self.owner}
        if self.part.sets_region:
            own["region"] = papers_of.region_of(self.owner)
        return own

    def get_form_class(self) -> Any:
        return self.part.form

    def address(self) -> str:
        return reverse("desk_noun", args=[self.noun.slug, self.owner.pk])

    def get_success_url(self) -> str:
        messages.success(self.request, _("已保存。"))  # type: ignore[attr-defined]
        return self.address()

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(page_title=self.part.title, lead=str(self.owner), back=self.address(), **kwargs)  # type: ignore[misc, no-any-return]


def forget(files: list[Any]) -> None:
    for file in files:
        file.storage.delete(file.name)


class PartAddView(PartMixin, CreateView):
    action = "add"
    object = None


class PartEditView(PartMixin, UpdateView):
    action = "change"


class PartDeleteView(PartMixin, View):
    """Takes a part away; its history stays. Files go when the row is gone for good."""

    action = "delete"
    http_method_names = ["post"]

    def frozen(self) -> bool:
        return super().frozen() or papers_of.keeps_parts(self.owner)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        row = get_object_or_404(self.get_queryset(), pk=kwargs["pk"])
        files = [row.file] if hasattr(row, "file") else []
        picture = row.picture if isinstance(row, ClosurePhoto) else None
        try:
            with transaction.atomic():
                audit.write(permission(self.model, "delete"), by=request.user, on=row, region_code=region_code(row))
                row.delete()
                if picture is not None:
                    files += [getattr(picture, size) for size in picture.SIZES]
                    picture.delete()
                transaction.on_commit(lambda: forget(files))
        except (ProtectedError, ValidationError):
            messages.error(request, _("别处还在用，不能删除。"))
            return redirect(self.address())
        messages.success(request, _("已删除。"))
        return redirect(self.address())
