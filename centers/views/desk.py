"""The officer's own center: facts, hours, exceptions, services, contacts, photos."""

from typing import Any, NamedTuple

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import CreateView, DetailView, ListView, UpdateView, View

from accounts.scope import permission, prefixes, region_code
from accounts.views.base import OfficerMixin, ScopedFormMixin, ScopedMixin
from centers import compliance, inspecting
from centers.forms.centers import CaptionForm, ContactForm, ExceptionForm, FactsForm, HoursForm, PhotoForm, ServiceForm
from centers.models import Center, CenterService, Contact, Finding, OpeningException, OpeningHours, Photo
from records import audit, working_days


class Part(NamedTuple):
    model: Any
    form: Any
    title: Any
    add_form: Any = None


PARTS: dict[str, Part] = {
    "hours": Part(OpeningHours, HoursForm, gettext_lazy("开放时间")),
    "exceptions": Part(OpeningException, ExceptionForm, gettext_lazy("特殊安排")),
    "services": Part(CenterService, ServiceForm, gettext_lazy("服务")),
    "contacts": Part(Contact, ContactForm, gettext_lazy("联系人")),
    "photos": Part(Photo, CaptionForm, gettext_lazy("照片"), PhotoForm),
}


class CentersView(ScopedMixin, ListView):
    """The centers in the officer's region."""

    model = Center
    desk = True
    paginate_by = 50
    template_name = "centers/desk_centers.html"

    def tuned(self, rows: Any) -> Any:
        text = self.request.GET.get("q", "").replace("\x00", "")[:60]
        return rows.found(text).select_related("region__parent").order_by("region__code", "id")


class CenterView(ScopedMixin, DetailView):
    """One center with all its parts and what is missing."""

    model = Center
    desk = True
    template_name = "centers/desk_center.html"

    def tuned(self, rows: Any) -> Any:
        return rows.select_related("region__parent").prefetch_related("hours", "exceptions", "services", "contacts", "photos")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        center = self.object
        may_edit = Center.objects.allowed(self.request.user, "change").filter(pk=center.pk).exists()
        may_publish = Center.objects.allowed(self.request.user, "publish").filter(pk=center.pk).exists()
        return super().get_context_data(
            may_edit=may_edit,
            may_publish=may_publish and not center.published,
            years=working_days.years(timezone.localdate().year, timezone.localdate().year + 1),
            missing=missing(center),
            may_inspect=bool(inspecting.kinds_for(self.request.user, center)),
            **standing_of(center, self.request.user),
            **kwargs,
        )


def standing_of(center: Center, user: Any) -> dict[str, Any]:
    """Where the center stands against the standards, what is missing, what is open; nothing for those who don't see inspections."""
    if not prefixes(user, "centers.view_inspection"):
        return {}
    standing = compliance.standing(center)
    return {
        "standing": standing,
        "lacking": compliance.missing(standing) if standing else [],
        "open_findings": center.findings.exclude(state=Finding.State.CLOSED).order_by("due_on")[:10],
        "tasks": center.upgrade_tasks.order_by("-id")[:3],
        "signs_up": center.signs.filter(removed_on=None).count(),
    }


def missing(center: Center) -> list[str]:
    """What a resident would look for and not find."""
    gaps = [
        (not center.address, _("地址")),
        (not center.phone, _("大厅电话")),
        (not center.hours.all(), _("开放时间")),
        (not center.services.all(), _("服务")),
        (not center.photos.all(), _("照片")),
    ]
    return [name for empty, name in gaps if empty]


class FactsView(ScopedFormMixin, UpdateView):
    """Edits the facts."""

    model, action, desk = Center, "change", True
    form_class, template_name = FactsForm, "form_page.html"

    def get_success_url(self) -> str:
        messages.success(self.request, _("已保存。"))
        return reverse("desk_center", args=[self.object.pk])

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        back = reverse("desk_center", args=[self.object.pk])
        return super().get_context_data(page_title=_("基本信息"), lead=self.object.name, back=back, **kwargs)


class PublishView(OfficerMixin, View):
    """Makes a center public; the township's or the district's to do."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        if not prefixes(request.user, "centers.publish_center"):
            raise PermissionDenied
        with transaction.atomic():
            rows = Center.objects.allowed(request.user, "publish").select_for_update(of=("self",))
            center: Any = get_object_or_404(rows.select_related("region__parent"), pk=pk)
            center.publish()
            center.save()
            audit.write("centers.publish_center", by=request.user, on=center, fields=["published_at"], region_code=region_code(center))
        messages.success(request, _("已公开，居民现在可以看到。"))
        return redirect("desk_center", pk=pk)


class PartMixin(ScopedFormMixin):
    """A part of a center; the address names which kind."""

    desk = True

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if kwargs["part"] not in PARTS:
            raise Http404
        self.part = PARTS[kwargs["part"]]
        self.model = self.part.model
        if request.user.is_authenticated:
            if not prefixes(request.user, "centers.change_center"):
                raise PermissionDenied
            rows = Center.objects.allowed(request.user, "change").select_related("region__parent")
            self.center: Any = get_object_or_404(rows, pk=kwargs["center"])
        return super().dispatch(request, *args, **kwargs)

    def tuned(self, rows: Any) -> Any:
        return rows.filter(center=self.center)

    def fixed(self) -> dict[str, Any]:
        return {"center": self.center}

    def get_form_class(self) -> Any:
        adding = self.action == "add" and self.part.add_form
        return self.part.add_form if adding else self.part.form

    def get_success_url(self) -> str:
        messages.success(self.request, _("已保存。"))  # type: ignore[attr-defined]
        return reverse("desk_center", args=[self.center.pk])

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        delete = ""
        if self.action == "change":
            delete = reverse("desk_part_delete", args=[self.center.pk, self.kwargs["part"], self.object.pk])  # type: ignore[attr-defined]
        back = reverse("desk_center", args=[self.center.pk])
        return super().get_context_data(  # type: ignore[misc, no-any-return]
            page_title=self.part.title, lead=self.center.name, back=back, delete=delete, **kwargs
        )


class PartAddView(PartMixin, CreateView):
    action, template_name = "add", "form_page.html"
    object = None


class PartEditView(PartMixin, UpdateView):
    action, template_name = "change", "form_page.html"


class PartDeleteView(PartMixin, View):
    """Takes a part away; its history stays."""

    action = "delete"
    http_method_names = ["post"]

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        row = get_object_or_404(self.get_queryset(), pk=kwargs["pk"])
        with transaction.atomic():
            audit.write(permission(self.model, "delete"), by=request.user, on=row, region_code=region_code(self.center))
            files = [getattr(row, size) for size in Photo.SIZES] if isinstance(row, Photo) else []
            row.delete()
            transaction.on_commit(lambda: [file.storage.delete(file.name) for file in files])
        messages.success(request, _("已删除。"))
        return redirect("desk_center", pk=self.center.pk)
