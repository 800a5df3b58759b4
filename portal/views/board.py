"""数据看板: a year by township and month, for whom it concerns: a district its townships, a township itself."""

from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.views.generic import TemplateView, View

from accounts.models import Region
from accounts.register import Column, Register, download
from accounts.scope import prefixes, within
from accounts.views.base import OfficerMixin
from centers.views.month import month_of
from portal.board import burden, summary
from portal.board.charts import Chart, chart
from portal.board.series import SERIES, Series

SHEET = Register(
    "board",
    _("数据看板"),
    Series,
    (
        Column(_("指标"), lambda row: row["series"].label, 20),
        Column(_("镇街"), lambda row: row["line"].name, 16),
        Column(_("月份"), lambda row: f"{row['month']:%Y-%m}", 10),
        Column(_("数值"), lambda row: row["value"].number, 12),
        Column(_("单位"), lambda row: row["series"].unit, 8),
        Column(_("分子"), lambda row: row["value"].part if row["value"].whole is not None else None, 12),
        Column(_("分母"), lambda row: row["value"].whole, 12),
        Column(_("口径"), lambda row: row["series"].definition, 60),
    ),
)


class BoardMixin(OfficerMixin):
    """Which townships, which year: the address may narrow what the grants allow, never widen it."""

    request: HttpRequest

    def may_enter(self, user: Any) -> bool:
        return bool(prefixes(user, "accounts.view_board"))

    def reach(self) -> list[str]:
        """The codes of the user's grants."""
        return prefixes(self.request.user, "accounts.view_board")

    def town(self) -> str:
        """The township that the address names, where it lies within reach."""
        given = self.request.GET.get("town", "")
        known = len(given) == summary.TOWN and given.isalnum() and any(given.startswith(code) for code in self.reach())
        return given if known else ""

    def last(self) -> date:
        """The month that the year ends with; none that is still to come."""
        return min(month_of(self.request.GET.get("until", "")), timezone.localdate().replace(day=1))

    def towns(self) -> dict[str, str]:
        """Code → name of the townships within reach; of a village's grant, the township that it lies in."""
        codes = [code[: summary.TOWN] for code in self.reach()]
        rows = Region.objects.filter(within("code", codes), level=Region.Level.TOWN).order_by("code")
        return dict(rows.values_list("code", "name"))

    def charts(self, found: summary.Summary, months: list[date], towns: dict[str, str]) -> list[Chart]:
        chosen = {code: name for code, name in towns.items() if code == (self.town() or code)}
        total = next(iter(chosen.values())) if len(chosen) == 1 else _now("合计")
        return [chart(series, found.cells[series.key], months, chosen, total) for series in SERIES]

    def asked(self, found: summary.Summary, month: date, towns: dict[str, str]) -> burden.Burden:
        town = self.town()
        return burden.of(found.cells, [town] if town else self.reach(), month, [town] if town else towns)


class BoardView(BoardMixin, TemplateView):
    """Few numbers, each with its definition; bars and lines with the table behind each; what villages were asked for."""

    template_name = "portal/board.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        last, towns = self.last(), self.towns()
        months = summary.window(last)
        found = summary.of(self.reach(), months)
        this = timezone.localdate().replace(day=1)
        later = min(last.replace(year=last.year + 1), this)
        return super().get_context_data(
            charts=self.charts(found, months, towns),
            burden=self.asked(found, last, towns),
            found=found,
            months=months,
            last=last,
            before=last.replace(year=last.year - 1),
            after=later if later > last else None,
            towns=towns,
            town=self.town(),
            this=this,
            **kwargs,
        )

    def post(self, request: HttpRequest) -> HttpResponse:
        """Counts anew at once, when somebody does not want to wait for beat."""
        months = summary.window(self.last())
        for code in summary.districts(code for code in self.reach() if len(code) <= summary.TOWN):
            summary.refresh(code, months)
        town = f"&town={self.town()}" if self.town() else ""
        return redirect(f"{reverse('board')}?until={self.last():%Y-%m}{town}")


class BoardExportView(BoardMixin, View):
    """The same numbers as Excel, with parts and wholes."""

    def get(self, request: HttpRequest) -> HttpResponse:
        months = summary.window(self.last())
        rows = []
        for one in self.charts(summary.of(self.reach(), months), months, self.towns()):
            lines = (*one.lines, one.total) if len(one.lines) > 1 else one.lines
            rows += [
                {"series": one.series, "line": line, "month": month, "value": value}
                for line in lines
                for month, value in zip(months, line.values, strict=True)
            ]
        return download(SHEET, rows)
