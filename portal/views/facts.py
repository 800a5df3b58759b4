"""开放数据: the article's table for everybody, as of a day; each figure opens the rows behind it."""

from collections.abc import Callable
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.views.generic import ListView, TemplateView, View

from accounts.rates import over
from accounts.register import Column, Register, download
from portal import facts
from portal.facts import Fact

TABLE = Register(
    "facts",
    _("开放数据"),
    Fact,
    (
        Column(_("指标"), lambda line: line["fact"].label, 26),
        Column(_("数值"), lambda line: facts.number(line["value"])),
        Column(_("单位"), lambda line: line["fact"].unit, 10),
        Column(_("其中"), lambda line: "；".join(f"{part.label} {facts.number(part.value)}" for part in line["parts"]), 40),
        Column(_("口径"), lambda line: line["fact"].definition, 60),
        Column(_("截至"), lambda line: line["day"]),
    ),
)


def lines(day: date) -> list[dict[str, Any]]:
    """The whole table, a query for each figure."""
    return [{"fact": fact, "day": day, **fact.read(day)._asdict()} for fact in facts.FACTS]


def fact_of(key: str) -> Fact:
    """404 for a figure that there is none of."""
    if key not in facts.BY_KEY:
        raise Http404
    return facts.BY_KEY[key]


class AsOfMixin:
    """The day that the address names; a wrong one is said on the page, which then shows today."""

    request: HttpRequest
    wrong: tuple[str, ...] = ()

    def day(self) -> date:
        try:
            return facts.day_asked(self.request.GET.get("as_of", ""))
        except ValidationError as error:
            self.wrong = tuple(error.messages)
            return timezone.localdate()

    def frame(self, day: date) -> dict[str, Any]:
        """What both pages say about the day."""
        return {"day": day, "today": timezone.localdate(), "first": facts.FIRST, "wrong": self.wrong}


class OpenDataView(AsOfMixin, TemplateView):
    """Each figure with its definition and its day."""

    template_name = "portal/open_data.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        day = self.day()
        return super().get_context_data(lines=lines(day), **self.frame(day), **kwargs)


class FactView(AsOfMixin, ListView):
    """The rows behind one figure, a page at a time."""

    template_name = "portal/fact.html"
    paginate_by = 50

    def get_queryset(self) -> Any:
        self.fact, self.asked = fact_of(self.kwargs["key"]), self.day()
        return self.fact.rows(self.asked)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        columns = self.fact.columns
        table = [[(column.title, column.value(row)) for column in columns] for row in context["object_list"]]
        reading = self.fact.read(self.asked)
        return context | self.frame(self.asked) | {"fact": self.fact, "table": table, "columns": columns, **reading._asdict()}


class DownloadMixin:
    """Files for everybody: limited by address, as making one costs more than a page. ``sheet`` gives the register and its rows."""

    sheet: Callable[[date], tuple[Register, Any]]

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if over(address=str(getattr(request, "client_address", "local"))):
            return HttpResponse(_now("操作太频繁了，请过一分钟再试。"), status=429, content_type="text/plain; charset=utf-8")
        try:
            day = facts.day_asked(request.GET.get("as_of", ""))
        except ValidationError as error:
            return HttpResponse("".join(error.messages), status=400, content_type="text/plain; charset=utf-8")
        entry, rows = self.sheet(day)
        return download(entry, rows, day)


class OpenDataExportView(DownloadMixin, View):
    """The table as Excel."""

    def sheet(self, day: date) -> tuple[Register, Any]:
        return TABLE, lines(day)


class FactExportView(DownloadMixin, View):
    """The rows behind one figure as Excel."""

    kwargs: dict[str, Any]

    def sheet(self, day: date) -> tuple[Register, Any]:
        fact = fact_of(self.kwargs["key"])
        return fact.register, fact.rows(day).iterator(1000)


def rows_path(fact: Fact, day: date) -> str:
    """Where the rows behind a figure are read."""
    return f"{reverse('fact', args=[fact.key])}?as_of={day:%Y-%m-%d}"
