"""The register of the campaign (台账): page, Excel, printable A4; live or as a month was frozen."""

from datetime import date
from functools import partial
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import TemplateView, View

from accounts import register
from accounts.register import Column, Register
from accounts.scope import prefixes
from accounts.views.base import ScopedMixin
from centers import tally
from centers.models import SnapshotLine, UpgradeTask
from centers.views.month import month_of
from records import audit, printing

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
BATCHES = UpgradeTask.Batch.choices


def numbers(count: tally.Count) -> list[Any]:
    return [count.total, count.closed, count.due, count.overdue]


def figure(line: tally.Line, *, batch: str, place: int) -> int:
    """One number of a line: of a batch, or of all."""
    return int(numbers(line.batches[batch] if batch else line.all)[place])


def columns() -> tuple[Column, ...]:
    """Township, then total, closed, due, overdue of each batch and of all, the rate."""
    heads = (gettext_lazy("总数"), gettext_lazy("已销号"), gettext_lazy("本月到期"), gettext_lazy("逾期"))
    found = [Column(gettext_lazy("镇街"), lambda line: line.name or _("全区合计"), 16)]
    for value, label in BATCHES:
        for n, head in enumerate(heads):
            found.append(Column(f"{label}{head}", partial(figure, batch=value, place=n), 12))
    for n, head in enumerate(heads):
        found.append(Column(head, partial(figure, batch="", place=n), 10))
    found.append(Column(gettext_lazy("销号率（%）"), lambda line: line.all.rate, 12))
    return tuple(found)


class RegisterMixin(ScopedMixin):
    """The lines that a request asks for: live, or ``month=`` of a snapshot."""

    model = UpgradeTask
    desk = True
    request: HttpRequest

    def asked(self) -> date | None:
        given = self.request.GET.get("month", "")
        return month_of(given) if given else None

    def found(self) -> list[tally.Line]:
        month = self.asked()
        if month is None:
            return tally.live(UpgradeTask.objects.all().allowed(self.request.user, "view"), timezone.localdate())
        return tally.frozen(SnapshotLine.objects.all().allowed(self.request.user, "view"), month)

    def as_of(self) -> str:
        month = self.asked()
        return _("%(month)s 月末冻结") % {"month": f"{month:%Y-%m}"} if month else f"{timezone.localtime():%Y-%m-%d %H:%M}"


class RegisterView(RegisterMixin, TemplateView):
    template_name = "centers/upgrade_register.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        lines = self.found()
        for line in lines:
            line.cells = [line.batches[value] for value, _label in BATCHES]  # type: ignore[attr-defined]
        months = tally.frozen_months(self.request.user)
        return super().get_context_data(
            lines=lines[:-1],
            total=lines[-1],
            batches=BATCHES,
            months=months,
            month=self.asked(),
            old_month=self.asked() in months[6:],
            as_of=self.as_of(),
            **kwargs,
        )


class RegisterFileView(RegisterMixin, View):
    """The same lines as .xlsx or .pdf; audited."""

    def get(self, request: HttpRequest, kind: str) -> HttpResponse:
        if kind not in ("xlsx", "pdf"):
            raise Http404
        lines, user = self.found(), request.user
        codes = prefixes(user, "centers.view_upgradetask")
        audit.write("accounts.export", by=user, target_type="centers.upgradetask", region_code=codes[0], count=len(lines))
        title = _("规范提升行动台账")
        if kind == "pdf":
            return printing.answer("register", self.printed(lines, title), f"{title}.pdf")
        entry = Register("upgrade-register", title, UpgradeTask, columns())
        response = HttpResponse(register.workbook(entry, lines), content_type=XLSX)
        response["Content-Disposition"] = content_disposition_header(True, f"{title}-{timezone.localdate():%Y%m%d}.xlsx") or ""
        return response

    def printed(self, lines: list[tally.Line], title: str) -> dict[str, Any]:
        """What the typeset page needs: plain texts."""
        heads = columns()
        rows = [["" if (value := column.value(line)) is None else str(value) for column in heads] for line in lines]
        total = lines[-1].all
        return {
            "title": title,
            "subtitle": _("三个一批 · 一月一销号"),
            "as_of": self.as_of(),
            "totals": [
                {"label": str(label), "value": str(value)}
                for label, value in zip((_("总数"), _("已销号"), _("本月到期"), _("逾期")), numbers(total), strict=True)
            ],
            "columns": [str(column.title) for column in heads],
            "align": ["left", *["right"] * (len(heads) - 1)],
            "rows": rows[:-1],
            "foot": rows[-1],
            "note": _("销号率 = 已销号 ÷ 总数；逾期 = 计划月份已过还没有销号。作废的任务不算。"),
        }
