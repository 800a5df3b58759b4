"""The month of a whole township on one page: fill, verify all but the exceptions, submit."""

from datetime import date, timedelta
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.generic import ListView, View

from accounts import register
from accounts.models import Region
from accounts.scope import prefixes
from accounts.views.base import ScopedMixin
from centers.forms.upgrade import LineForm
from centers.models import ProgressReport
from centers.nouns.upgrade import REPORT
from centers.workflows.progress import PROGRESS

#: More lines than a page can bear are shown when a township is chosen.
MOST = 120


def month_of(text: str) -> date:
    """``2024-11`` as its first day; the current month where the text is none."""
    try:
        month = date.fromisoformat(f"{text}-01")
    except ValueError:
        month = timezone.localdate().replace(day=1)
    return month if 2000 <= month.year <= 2100 else timezone.localdate().replace(day=1)


class MonthMixin(ScopedMixin):
    model: Any = ProgressReport
    desk = True

    def month(self) -> date:
        return month_of(self.request.GET.get("month", ""))  # type: ignore[attr-defined]

    def town(self) -> str:
        given = self.request.GET.get("town", "")  # type: ignore[attr-defined]
        return given if given.isalnum() else ""

    def tuned(self, rows: Any) -> Any:
        rows = rows.of(self.month()).select_related("task__center__region__parent", "filed_by", "verified_by")
        if self.town():
            rows = rows.filter(task__center__region__code__startswith=self.town())
        return rows.order_by("task__center__region__code", "task__number")

    def address(self) -> str:
        town = f"&town={self.town()}" if self.town() else ""
        return f"{reverse('desk_month')}?month={self.month():%Y-%m}{town}"


class MonthView(MonthMixin, ListView):
    """What each township has filed; the lines with their boxes where they are few enough or a township is chosen."""

    template_name = "centers/month.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        forms: dict[int, LineForm] = kwargs.pop("forms", {})
        rows = list(self.object_list[: MOST + 1])
        crowded = len(rows) > MOST and not self.town()
        rows = [] if crowded else rows
        steps = PROGRESS.open_to_many(rows, self.request.user)
        for row in rows:
            names = {step.name for step in steps.get(row.pk, [])}
            row.steps_open = names
            row.form = forms.get(row.pk) or (LineForm(line=row) if "file" in names else None)
        month = self.month()
        return super().get_context_data(
            wrong=list(forms.values()),
            lines=rows,
            crowded=crowded,
            month=month,
            before=(month - timedelta(days=1)).replace(day=1),
            after=(month + timedelta(days=32)).replace(day=1),
            due=month.replace(day=25),
            summary=self.summary(),
            town=self.town(),
            may_verify=bool(prefixes(self.request.user, "centers.verify_progressreport")),
            may_submit=bool(prefixes(self.request.user, "centers.submit_progressreport")),
            **kwargs,
        )

    def summary(self) -> list[dict[str, Any]]:
        """Each township's lines by state."""
        names = dict(Region.objects.filter(level=Region.Level.TOWN).values_list("code", "name"))
        found: dict[str, dict[str, Any]] = {}
        scoped: Any = ProgressReport.objects.all().allowed(self.request.user, "view")
        for code, state in scoped.of(self.month()).order_by().values_list("task__center__region__code", "state").iterator(2000):
            line = found.setdefault(code[:9], {"code": code[:9], "name": names.get(code[:9], code[:9]), "total": 0})
            line["total"] += 1
            line[state] = line.get(state, 0) + 1
        return [found[code] for code in sorted(found)]

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.object_list = self.get_queryset()
        verb, _dash, number = request.POST.get("act", "").partition("-")
        act = {"save": self.save, "verify": self.verify, "submit": self.submit, "unchanged": self.single, "send_back": self.single}.get(
            verb
        )
        if act is None:
            raise PermissionDenied
        wrong = self.typed(verb, number) or act(verb, number)
        if wrong:
            return self.render_to_response(self.get_context_data(forms=wrong), status=400)
        return redirect(self.address())

    def typed(self, verb: str, number: str) -> dict[int, LineForm]:
        """What was typed into other lines is filed before anything else is done: no button throws it away."""
        if verb == "save":
            return {}
        wrong, _filed = self.file_changed(without=number)
        self.object_list = self.get_queryset()
        return wrong

    def line(self, number: str) -> ProgressReport:
        from django.shortcuts import get_object_or_404

        found: ProgressReport = get_object_or_404(self.get_queryset(), pk=number if number.isdecimal() and len(number) < 19 else None)
        return found

    def take(self, row: ProgressReport, step: str, **data: Any) -> bool:
        """One step; what is wrong is said with the line's name, the other lines go on."""
        try:
            PROGRESS.take(row, step, by=self.request.user, **data)
        except ValidationError as error:
            messages.error(self.request, f"{row.task}：{' '.join(error.messages)}")
            return False
        return True

    def single(self, verb: str, number: str) -> dict[int, LineForm]:
        row = self.line(number)
        reason = self.request.POST.get(f"reason-{row.pk}", "").replace("\x00", "").strip()[:200]
        if self.take(row, verb, **({"reason": reason} if verb == "send_back" else {})):
            messages.success(self.request, _("已记“无变化”。") if verb == "unchanged" else _("已退回。"))
        return {}

    def save(self, verb: str, number: str) -> dict[int, LineForm]:
        """Files every line that was changed; wrong ones come back with their words, the good ones are kept."""
        wrong, filed = self.file_changed()
        if filed:
            messages.success(self.request, _("已填报 %(n)d 行。") % {"n": filed})
        elif not wrong:
            messages.info(self.request, _("没有改动。没有变化的任务，请点它旁边的“无变化”。"))
        return wrong

    def file_changed(self, without: str = "") -> tuple[dict[int, LineForm], int]:
        """(forms with errors, how many lines were filed)."""
        wrong: dict[int, LineForm] = {}
        filed = 0
        steps = PROGRESS.open_to_many(list(self.object_list), self.request.user)
        for row in self.object_list:
            if str(row.pk) == without or "file" not in {step.name for step in steps.get(row.pk, [])}:
                continue
            form = LineForm(self.request.POST, line=row)
            if form.add_prefix("text") not in self.request.POST or not form.has_changed():
                continue
            if form.is_valid():
                filed += self.take(row, "file", **form.cleaned_data)
            else:
                wrong[row.pk] = form
        return wrong, filed

    def verify(self, verb: str, number: str) -> dict[int, LineForm]:
        """Those ticked; the others stay as they are."""
        picked = {int(pk) for pk in self.request.POST.getlist("pick") if pk.isdecimal() and len(pk) < 19}
        done = sum(self.take(row, "verify") for row in self.object_list if row.pk in picked)
        messages.success(self.request, _("已审核 %(n)d 行。") % {"n": done})
        return {}

    def submit(self, verb: str, number: str) -> dict[int, LineForm]:
        rows = PROGRESS.allowed(self.request.user, PROGRESS.steps["submit"]).filter(pk__in=self.object_list, state="verified")
        done = sum(self.take(row, "submit") for row in rows.select_related("task__center__region"))
        left = sum(row.state not in ("verified", "submitted") for row in self.object_list)
        messages.success(self.request, _("已报区里 %(n)d 行，还剩 %(left)d 行没有填或没有审核。") % {"n": done, "left": left})
        return {}


class MonthExportView(MonthMixin, View):
    """The month as Excel: filled in, it is imported again."""

    def get(self, request: HttpRequest) -> HttpResponse:
        return register.answer(REPORT, self.get_queryset().order_by("task__number"), request.user, self.town())
