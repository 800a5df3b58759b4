"""Excel in: upload, progress, preview, result; for whoever may add or change the register's rows by a grant."""

from typing import Any

from django import forms
from django.contrib import messages
from django.core.cache import cache
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.views.generic import DetailView, FormView, ListView, View

from accounts import importing, template, xlsx
from accounts.models import ImportJob
from accounts.register import REGISTERS, Register
from accounts.views.base import OfficerMixin

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class FileForm(forms.Form):
    """The file, looked at from outside before anything opens it."""

    file = forms.FileField(
        label=_("Excel 文件（.xlsx）"),
        help_text=_("不超过 10 MB，最多 10000 行。请不要上传涉密内容。"),
        widget=forms.FileInput(attrs={"accept": ".xlsx"}),
    )

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        try:
            xlsx.inspect(file)
        except xlsx.Refused as refusal:
            raise forms.ValidationError(str(refusal)) from refusal
        return file


class ImportMixin(OfficerMixin):
    """Open to whoever may import this register; without a name in the address, any register."""

    kwargs: dict[str, Any]

    def may_enter(self, user: Any) -> bool:
        entries = [self.entry] if "name" in self.kwargs else REGISTERS.values()
        return any(entry.takes_from(user) for entry in entries)

    @property
    def entry(self) -> Register:
        """The register that the address names; 404 where none of that name takes files."""
        entry = REGISTERS.get(self.kwargs["name"])
        if entry is None or entry.incoming is None:
            raise Http404
        return entry


class UploadView(ImportMixin, FormView):  # type: ignore[type-arg]
    """The template first, then the file."""

    form_class = FileForm
    template_name = "accounts/import_form.html"

    def form_valid(self, form: Any) -> HttpResponse:
        try:
            job = importing.upload(self.entry, self.request.user, form.cleaned_data["file"])
        except xlsx.Refused as refusal:
            form.add_error("file", str(refusal))
            return self.form_invalid(form)
        tell(self.request, importing.wake(job))
        return redirect("import_job", job.pk)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(entry=self.entry, cells=self.entry.takes().fields, **kwargs)


class TemplateView(ImportMixin, View):
    """The workbook to fill in."""

    def get(self, request: HttpRequest, name: str) -> HttpResponse:
        response = HttpResponse(template.workbook(self.entry, request.user), content_type=XLSX)
        file_name = _now("%(title)s-导入模板.xlsx") % {"title": self.entry.title}
        response["Content-Disposition"] = content_disposition_header(True, file_name) or ""
        return response


class OwnJobs(ImportMixin):
    """One's own imports, of registers that one may still import."""

    request: HttpRequest

    def get_queryset(self) -> Any:
        names = [entry.name for entry in REGISTERS.values() if entry.takes_from(self.request.user)]
        return ImportJob.objects.allowed(self.request.user).filter(register__in=names).defer("faults")

    def job(self) -> ImportJob:
        return get_object_or_404(self.get_queryset(), pk=self.kwargs["pk"])  # type: ignore[no-any-return]


class JobsView(OwnJobs, ListView):  # type: ignore[type-arg]
    """What I have imported, and what I may."""

    paginate_by = 50
    template_name = "accounts/import_list.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        entries = [entry for entry in REGISTERS.values() if entry.takes_from(self.request.user)]
        context = super().get_context_data(entries=entries, **kwargs)
        for job in context["object_list"]:
            job.title = REGISTERS[job.register].title
        return context


class JobView(OwnJobs, DetailView):  # type: ignore[type-arg]
    """Progress, preview and result of one import; htmx asks for its inner part every second while it runs."""

    template_name = "accounts/import_job.html"
    context_object_name = "job"

    def get_object(self, queryset: Any = None) -> ImportJob:
        return self.job()

    def get_template_names(self) -> list[str]:
        return ["accounts/_import_progress.html" if self.request.htmx else self.template_name]  # type: ignore[attr-defined]

    def render_to_response(self, context: dict[str, Any], **kwargs: Any) -> HttpResponse:
        response = super().render_to_response(context, **kwargs)
        if self.request.htmx and not self.object.running:  # type: ignore[attr-defined]
            response["HX-Refresh"] = "true"  # what comes next is another page
        return response

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        job, now = self.object, timezone.now()
        done = (cache.get(importing.progress_key(job.pk)) or 0) if job.phase == ImportJob.Phase.CHECKING else job.done
        spent = (now - job.started_at).total_seconds() if job.started_at else 0
        left = int(spent / done * (job.total - done)) + 1 if job.running and done else None
        again = ImportJob.objects.allowed(self.request.user).filter(register=job.register, sha256=job.sha256, phase="done", pk__lt=job.pk)
        return super().get_context_data(
            entry=REGISTERS[job.register],
            done=done,
            seconds_left=left,
            late=job.running and job.started_at is None and now - job.created_at > importing.ASK_AGAIN,
            ahead=ImportJob.objects.waiting().filter(pk__lt=job.pk).count() if job.running else 0,
            again=again.first(),
            **kwargs,
        )


class ApplyView(OwnJobs, View):
    """The owner agrees to the preview."""

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        job = self.job()
        if importing.approve(job):
            tell(request, importing.wake(job))
        return redirect("import_job", pk)


class CancelView(OwnJobs, View):
    """Stops it; what is imported already stays."""

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        if importing.cancel(self.job()):
            messages.success(request, _("已经取消。"))
        return redirect("import_job", pk)


class ResultView(OwnJobs, View):
    """The same file, marked."""

    def get(self, request: HttpRequest, pk: int) -> FileResponse:
        job = self.job()
        if not job.result:
            raise Http404
        stem = job.file_name.rsplit(".", 1)[0]
        name = _now("%(name)s-标注.xlsx") % {"name": stem.removesuffix(_now("-标注"))}
        return FileResponse(job.result.open("rb"), as_attachment=True, filename=name, content_type=XLSX)


def tell(request: HttpRequest, woken: bool) -> None:
    """Says so when the worker could not be asked."""
    if not woken:
        messages.warning(request, _("后台暂时没有响应。文件已经收好，恢复后会自动接着处理，不用重新上传；您可以先离开这一页。"))
