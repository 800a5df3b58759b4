"""What anybody does without an account: reports a repair, says an opinion, looks up what a center does; and follows it later."""

from typing import Any

from django.conf import settings
from django.contrib.auth.mixins import LoginRequiredMixin
from django.db import transaction
from django.forms.utils import ErrorDict
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.generic import DetailView, FormView, ListView, TemplateView, View

from accounts import qr, rates
from accounts.models import Region
from centers import maps, opening, pictures
from centers.forms.work import FeedbackForm, RepairForm
from centers.models import Center, Feedback, Matter, Picture, RepairTicket
from centers.models.feedback import DAYS
from centers.models.repair import hashed, new_secret
from centers.workflows import feedback as feedback_flow
from centers.workflows import repair as repair_flow
from records import audit, printing, working_days


class TooMany(Exception):
    """More from one address, or for one center, than a minute allows."""


class PublicFormView(FormView):
    """A form that strangers send: rate-limited by address and by center, nothing typed is lost."""

    template_name = "centers/public_form.html"
    kind = ""

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Counted before anything is read: a wrong form, or a picture of forty megapixels, is a try too."""
        try:
            self.limited(self.about())
        except TooMany:
            return self.too_many(self.get_form())
        return super().post(request, *args, **kwargs)

    def about(self) -> int:
        """The center that it is about; 0 is the district."""
        given = self.request.POST.get("center", "")
        return int(given) if given.isdecimal() and len(given) < 10 else 0

    def limited(self, center: int) -> None:
        address = str(getattr(self.request, "client_address", "local"))
        if rates.over(**{f"{self.kind}_address": address, f"{self.kind}_center": str(center)}):
            raise TooMany

    def too_many(self, form: Any) -> HttpResponse:
        form._errors, form.cleaned_data = ErrorDict(), {}  # the fields are not looked at: that is what costs
        form.add_error(None, _("这会儿报的人太多了，请过一分钟再交。您写的还在。"))
        return self.render_to_response(self.get_context_data(form=form), status=429)


class RepairView(PublicFormView):
    """The page behind the QR code in the hall."""

    form_class, kind = RepairForm, "repair"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        self.center: Any = get_object_or_404(Center.objects.published().select_related("region__parent"), pk=kwargs["pk"])
        return super().dispatch(request, *args, **kwargs)

    def about(self) -> int:
        return int(self.center.pk)

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "instance": RepairTicket(center=self.center)}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        words = {
            "page_title": _("报修"),
            "lead": self.center.name,
            "submit": _("提交报修"),
            "back": reverse("center_detail", args=[self.center.pk]),
        }
        return super().get_context_data(**words, **kwargs)

    def form_valid(self, form: Any) -> HttpResponse:
        secret, digest = new_secret()
        raw = form.cleaned_data["file"]
        with transaction.atomic():
            ticket = form.save(commit=False)
            ticket.token_hash = digest
            if raw is not None:
                ticket.photo = pictures.store(self.center, raw, Picture.Source.REPAIR, hidden=True)
            ticket.save()
            code = self.center.region.code
            audit.write("centers.add_repairticket", by=self.request.user, on=ticket, fields=["text"], region_code=code)
            repair_flow.tell_reported(ticket)
        return redirect("repair_status", secret)


class FeedbackView(PublicFormView):
    """投诉建议: from every page, to a center or to the district."""

    form_class, kind = FeedbackForm, "feedback"

    def get_initial(self) -> dict[str, Any]:
        given = self.request.GET.get("center", "")
        return {"center": given} if given.isdecimal() else {}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        words = {
            "page_title": _("投诉建议"),
            "lead": _("5 个工作日内答复。只有办理的人看得到您写的话。"),
            "submit": _("提交"),
            "back": reverse("home"),
        }
        return super().get_context_data(**words, **kwargs)

    def form_valid(self, form: Any) -> HttpResponse:
        center = form.cleaned_data["center"]
        secret, digest = new_secret()
        row = form.save(commit=False)
        row.token_hash = digest
        row.user = self.request.user if self.request.user.is_authenticated else None
        row.region = center.region if center else district()
        row.due_on = working_days.add_working_days(timezone.localdate(), DAYS)
        with transaction.atomic():
            row.save()
            audit.write("centers.add_feedback", by=self.request.user, on=row, fields=["text"], region_code=row.region.code)
            feedback_flow.tell_new(row)
        return redirect("feedback_status", secret)


def district() -> Region:
    """The district of this portal: the region of that level with centers."""
    found = Region.objects.filter(level=Region.Level.DISTRICT).order_by("code").first()
    if found is None:
        raise Http404
    return found


class SecretMixin:
    """A page at a secret address: not kept by browsers or proxies, its address given to no other site."""

    model: Any
    request: HttpRequest

    def get_object(self, queryset: Any = None) -> Any:
        secret = self.kwargs["secret"]  # type: ignore[attr-defined]
        return get_object_or_404(self.model._default_manager.select_related("center"), token_hash=hashed(secret))

    def render_to_response(self, context: dict[str, Any], **kwargs: Any) -> HttpResponse:
        address = self.request.build_absolute_uri(self.request.path)
        response: HttpResponse = super().render_to_response({**context, "address": address}, **kwargs)  # type: ignore[misc]
        response["Cache-Control"] = "no-store"
        response["Referrer-Policy"] = "no-referrer"
        response["X-Robots-Tag"] = "noindex"
        return response


class RepairStatusView(SecretMixin, DetailView):
    """What became of a ticket, for who knows the address."""

    model, template_name = RepairTicket, "centers/repair_status.html"


class FeedbackStatusView(SecretMixin, DetailView):
    """The answer, for who knows the address."""

    model, template_name = Feedback, "centers/feedback_status.html"


class OwnFeedbackView(LoginRequiredMixin, ListView):
    """What this account has told us, and the answers."""

    model, template_name, paginate_by = Feedback, "centers/feedback_own.html", 20

    def get_queryset(self) -> Any:
        rows = Feedback.objects.all()
        return rows.filter(rows.own(self.request.user)).select_related("center").order_by("-id")


class MattersView(ListView):
    """What can be done where: by its words, its pinyin, within a township."""

    model, template_name, paginate_by = Matter, "centers/matter_list.html", 20

    def get_queryset(self) -> Any:
        rows: Any = Matter.objects.all().published()
        rows = rows.found(self.request.GET.get("q", "").replace("\x00", "")[:60])
        town = self.request.GET.get("town", "")
        rows = rows.filter(center__region__code__startswith=town) if town.isdigit() else rows
        return rows.select_related("center__region__parent").order_by("title", "center__region__code", "id")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        towns = Region.objects.filter(level=Region.Level.TOWN).order_by("code")
        query = self.request.GET
        return super().get_context_data(towns=towns, q=query.get("q", ""), town=query.get("town", ""), **kwargs)


class CenterMapView(TemplateView):
    """The published centers on a map, and the same in a list that serves without tiles."""

    template_name = "centers/map.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        rows = Center.objects.published().filter(latitude__isnull=False).select_related("region__parent").order_by("region__code", "id")
        today = opening.today()
        open_ids = set(opening.open_centers(Center.objects.published(), known=today).values_list("pk", flat=True))
        points = []
        for row in rows:
            is_open = row.pk in open_ids
            row.line = _("开着") if is_open else _("现在没开")  # type: ignore[attr-defined]
            row.point, row.link = f"c{row.pk}", reverse("center_detail", args=[row.pk])  # type: ignore[attr-defined]
            made = maps.point(row, row.point, row.name, row.line, row.link, "ok" if is_open else "info")  # type: ignore[attr-defined]
            points.append(made | {"town": row.region.code[:9]})
        towns = dict(Region.objects.filter(level=Region.Level.TOWN).values_list("code", "name"))
        return super().get_context_data(
            points=points,
            announced=today.announced,
            labels=maps.labels(points, towns),
            page_title=_("地图找中心"),
            rows=rows,
            **maps.settings_of(),
            **kwargs,
        )


class PrintView(View):
    """For the wall: the wayfinding board, and the poster whose code leads to the repair page."""

    def get(self, request: HttpRequest, pk: int, kind: str) -> HttpResponse:
        if rates.over(print_address=str(getattr(request, "client_address", "local"))):  # each one is typeset anew
            return render(request, "429.html", status=429)
        rows = Center.objects.all().visible(request.user).select_related("region__parent")
        center: Any = get_object_or_404(rows.prefetch_related("matters", "services", "hours"), pk=pk)
        data = {"wayfinding": wayfinding, "repair": repair_poster}.get(kind)
        if data is None:
            raise Http404
        template = "wayfinding" if kind == "wayfinding" else "poster"
        return printing.answer(template, data(center), f"{center.name}-{kind}.pdf")


def wayfinding(center: Any) -> dict[str, Any]:
    """功能服务指引牌: what is done at which counter."""
    groups: dict[str, list[dict[str, str]]] = {}
    for matter in center.matters.all():
        papers = "、".join(line.strip() for line in matter.papers.splitlines() if line.strip())
        groups.setdefault(matter.window, []).append({"title": matter.title, "papers": papers, "when": matter.when})
    url = settings.SITE_URL + reverse("center_detail", args=[center.pk])
    return {
        "name": center.name,
        "address": center.address,
        "phone": center.phone,
        "hours": [f"{h.get_day_type_display()} {h.opens:%H:%M}–{h.closes:%H:%M} {h.get_kind_display()}" for h in center.hours.all()],
        "groups": [{"window": window, "matters": matters} for window, matters in groups.items()],
        "services": [{"title": s.title, "detail": s.detail} for s in center.services.all()],
        "qr_svg": qr.svg(url),
        "url": url,
    }


def repair_poster(center: Any) -> dict[str, Any]:
    url = settings.SITE_URL + reverse("repair_new", args=[center.pk])
    lines = [_("用手机扫一扫，不用注册、不用下载。"), _("漏电、漏水、掉落这类会伤人的，24 小时内处理。"), _("别的五个工作日内修好。")]
    return {"name": center.name, "title": _("哪里坏了，扫码报修"), "lines": lines, "qr_svg": qr.svg(url), "url": url}
