"""What residents read: the month's column with its feeds, brands, polls."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.mixins import LoginRequiredMixin
from django.contrib.syndication.views import Feed
from django.core.exceptions import ValidationError
from django.db.models import Prefetch
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.feedgenerator import Atom1Feed
from django.utils.html import linebreaks
from django.utils.translation import gettext as _
from django.views.generic import DetailView, ListView, View

from accounts.rates import over
from activities import poll as polls
from activities.models import Brand, Digest, Poll, PollOption, Roadshow

#: So many of the last columns are in a feed.
IN_FEED = 24


def digests() -> Any:
    return Digest.objects.published().select_related("region").prefetch_related("items").order_by("-month", "region__code")


class NoticesView(ListView):
    """Published columns, the last first; polls that are open or counted."""

    model = Digest
    template_name = "activities/notices.html"
    paginate_by = 12

    def get_queryset(self) -> Any:
        return digests()

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(polls=Poll.objects.published().order_by("-opens_at")[:24], **kwargs)


class NoticeView(DetailView):
    """One month's column."""

    model = Digest
    template_name = "activities/notice.html"

    def get_queryset(self) -> Any:
        return digests()


class RssFeed(Feed):
    """The columns as RSS; ``/notices/atom.xml`` as Atom."""

    def title(self) -> str:
        return _("党群服务中心月度专栏")

    def link(self) -> str:
        return reverse("notices")

    def description(self) -> str:
        return _("每月一期：办了什么、接下来可以参加什么、新添了哪些场地。")

    subtitle = description

    def items(self) -> Any:
        return digests()[:IN_FEED]

    def item_title(self, item: Any) -> str:
        return str(item.title)

    def item_description(self, item: Any) -> str:
        parts = [linebreaks(part, autoescape=True) for part in [item.lead, *(f"{p.title}\n{p.text}".strip() for p in item.chosen)] if part]
        return "".join(parts)

    def author_name(self) -> str:
        return str(settings.SITE["name"])

    def item_updateddate(self, item: Any) -> Any:
        return item.published_at

    def item_link(self, item: Any) -> str:
        return reverse("notice", args=[item.pk])

    def item_pubdate(self, item: Any) -> Any:
        return item.published_at


class AtomFeed(RssFeed):
    feed_type = Atom1Feed


class BrandsView(ListView):
    """Recognised brands (一社一品)."""

    model = Brand
    template_name = "activities/brands.html"
    paginate_by = 30

    def get_queryset(self) -> Any:
        return Brand.objects.published().select_related("center__region__parent", "organisation").order_by("-recognised_on", "id")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        shown = Prefetch("brands", Brand.objects.published().select_related("center").order_by("id"))
        return super().get_context_data(roadshows=Roadshow.objects.published().prefetch_related(shown)[:12], **kwargs)


class BrandView(DetailView):
    model = Brand
    template_name = "activities/brand.html"

    def get_queryset(self) -> Any:
        return Brand.objects.published().select_related("center", "organisation", "roadshow")


class PollView(DetailView):
    """One poll: to vote in while it is open, its result once it is published."""

    model = Poll
    template_name = "activities/poll.html"

    def get_queryset(self) -> Any:
        return Poll.objects.published()

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        poll, user = self.object, self.request.user
        rows = PollOption.objects.filter(poll=poll)
        shown: list[Any] = list(rows.counted() if poll.state == "published" else rows.order_by("id"))  # type: ignore[attr-defined]
        most = max((option.votes for option in shown), default=0) if poll.state == "published" else 0
        return super().get_context_data(
            options=shown, most=most, may_vote=polls.may_vote(user), voted=polls.voted(user, poll), voters=poll.voters.count(), **kwargs
        )


class VoteView(LoginRequiredMixin, View):
    """One vote, up to so many choices."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        poll = get_object_or_404(Poll.objects.published(), pk=pk)
        if over(account=str(request.user.pk), address=request.client_address):  # type: ignore[attr-defined]
            messages.error(request, _("操作太频繁了，请过一分钟再试。"))
            return redirect("poll", pk=pk)
        chosen = [int(value) for value in request.POST.getlist("option") if value.isdecimal() and len(value) < 19]
        try:
            polls.vote(request.user, poll, chosen)
            messages.success(request, _("投好了，谢谢。"))
        except ValidationError as error:
            messages.error(request, " ".join(error.messages))
        return redirect("poll", pk=pk)
