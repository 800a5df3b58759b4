"""An inspection on a phone, the compliance that follows, the notice of a finding."""

import uuid
from datetime import date, timedelta
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.views.generic import DetailView, TemplateView

from accounts.models import Region
from accounts.scope import prefixes
from accounts.views.base import ScopedMixin
from centers import compliance, inspecting, photos
from centers.inspecting import Seen
from centers.models import Center, Finding, Inspection, InspectionAnswer, StandardItem
from records import printing

Result = InspectionAnswer.Result


class InspectView(ScopedMixin, DetailView):
    """One center, every item of the standards in force; what was typed stays where something is wrong."""

    model = Center
    desk = True
    template_name = "centers/inspect.html"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if request.user.is_authenticated and not prefixes(request.user, "centers.add_inspection"):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def tuned(self, rows: Any) -> Any:
        return rows.select_related("region__parent")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        typed: dict[int, Seen] = kwargs.pop("typed", {})
        try:
            standard_set = inspecting.set_for(self.object, kwargs.get("day") or timezone.localdate())
            items = inspecting.items_of(standard_set)
        except ValidationError as error:
            standard_set, items = None, []
            kwargs.setdefault("problems", error.messages)
        for item in items:
            item.seen = typed.get(item.pk) or Seen()  # type: ignore[attr-defined]
        allowed = inspecting.kinds_for(self.request.user, self.object)
        kinds = [(value, label) for value, label in Inspection.Kind.choices if value in allowed]
        started = {"number": str(uuid.uuid4()), "day": timezone.localdate(), "kind": kinds[0][0] if kinds else "", "remark": ""}
        shown = started | {"standard_set": standard_set, "items": items, "kinds": kinds, "results": Result.choices} | kwargs
        return super().get_context_data(**shown)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.object = self.get_object()
        day = parse_safely(request.POST.get("inspected_on", ""))
        number, kind = request.POST.get("client_uuid", ""), request.POST.get("kind", "")
        typed = self.typed(day)
        remark = request.POST.get("remark", "").replace("\x00", "")[:500]
        try:
            row, new = inspecting.record(self.object, kind, needed(day), request.user, as_uuid(number), typed, remark)
        except ValidationError as error:
            shown = {"number": number or str(uuid.uuid4()), "day": day, "kind": kind, "remark": remark, "typed": typed}
            return self.render_to_response(self.get_context_data(problems=error.messages, **shown), status=400)
        messages.success(request, _("检查已提交。") if new else _("这次检查已经收到过，没有重复记。"))
        return redirect("desk_noun", "inspections", row.pk)

    def typed(self, day: date | None) -> dict[int, Seen]:
        """What the form holds for each item that it shows."""
        post, files, found = self.request.POST, self.request.FILES, {}
        parts = [name.split("-")[1] for name in (*post, *files) if name.startswith("item-")]
        numbers = {int(part) for part in parts if part.isdecimal() and len(part) < 10}
        for pk in StandardItem.objects.filter(pk__in=numbers).values_list("pk", flat=True):
            result = post.get(f"item-{pk}-result", Result.UNKNOWN)
            upload = files.get(f"item-{pk}-photo")
            raw = photos.content(upload) if upload else None
            found[pk] = Seen(
                result if result in Result.values else Result.UNKNOWN, post.get(f"item-{pk}-remark", "").replace("\x00", ""), raw
            )
        return found


def parse_safely(text: str) -> date | None:
    try:
        return parse_date(text)
    except ValueError:
        return None


def needed(day: date | None) -> date:
    if day is None:
        raise ValidationError({"inspected_on": _("请填检查日期。")})
    return day


def as_uuid(text: str) -> uuid.UUID:
    try:
        return uuid.UUID(text)
    except ValueError as error:
        raise ValidationError(_("表单不完整，请刷新页面再交。")) from error


class ComplianceView(ScopedMixin, TemplateView):
    """Standing by township, by standard, over the last half year; within the officer's reach."""

    model, desk = Inspection, True
    template_name = "centers/compliance.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        user, town = self.request.user, self.request.GET.get("town", "")
        centers = Center.objects.allowed(user, "view")
        if town.isalnum():
            centers = centers.filter(region__code__startswith=town)
        months, month = [], timezone.localdate().replace(day=1)
        for _n in range(6):
            months.append(month)
            month = (month - timedelta(days=1)).replace(day=1)
        worst = self.worst(centers) if town or centers.count() <= 60 else []
        towns = Region.objects.allowed(user, "view").filter(level=Region.Level.TOWN).order_by("code")
        return super().get_context_data(
            by_town=compliance.by_town(centers),
            by_standard=compliance.by_standard(centers),
            over_time=compliance.over_time(centers, months[::-1]),
            worst=worst,
            towns=towns,
            town=town,
            **kwargs,
        )

    @staticmethod
    def worst(centers: Any) -> list[tuple[Center, compliance.Standing | None]]:
        """Each center with its standing, those that lack most first; never inspected last."""
        known = compliance.standings(centers)
        rows = [(center, known.get(center.pk)) for center in centers.select_related("region__parent")]
        return sorted(rows, key=lambda row: (row[1] is None, (row[1].rate or 0) if row[1] else 0, row[0].pk))


class NoticeView(ScopedMixin, DetailView):
    """整改通知书 as PDF."""

    model = Finding
    desk = True

    def tuned(self, rows: Any) -> Any:
        return rows.select_related("center__region__parent", "item__standard", "repeats")

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        row = get_object_or_404(self.get_queryset(), pk=kwargs["pk"])
        level = row.get_urgency_display() + (_("（重复出现）") if row.repeats_id else "")
        data = {
            "number": str(row.pk),
            "center": row.center.name,
            "issued_on": f"{row.issued_on:%Y-%m-%d}",
            "due_on": f"{row.due_on:%Y-%m-%d}",
            "text": row.text,
            "basis": str(row.item.standard) if row.item else "",
            "level": level,
            "from_office": office_of(row),
            "contact": "",
            "printed": f"{timezone.localtime():%Y-%m-%d %H:%M}",
        }
        return printing.answer("notice", data, _("整改通知书") + f"-{row.pk}.pdf")


def office_of(row: Finding) -> str:
    """Who issued it: the district where its inspection was the district's, else the township."""
    region = row.center.region
    town = region if region.level == Region.Level.TOWN or region.parent is None else region.parent
    above = town.parent if row.from_above and town.parent else town
    return str(above.name)
