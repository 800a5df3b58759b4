"""The column at the desk: its items, and the text to paste into an official account."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.views.generic import DetailView

from accounts.views.base import ScopedMixin
from activities import digest as drafting
from activities.forms.publicity import ItemFormSet
from activities.models import Digest
from records import audit


class ItemsView(ScopedMixin, DetailView):
    """All items on one page: what is printed, in which order, in which words."""

    model, action, desk = Digest, "change", True
    template_name = "activities/digest_items.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(formset=kwargs.pop("formset", None) or ItemFormSet(instance=self.object), **kwargs)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        with transaction.atomic():
            self.object = get_object_or_404(self.get_queryset().select_for_update(of=("self",)), pk=kwargs["pk"])
            if request.POST.get("refill"):
                number = drafting.fill(self.object)
                self.changed()
                messages.success(request, _("已按记录重新起草 %(n)d 条；您自己写的“编者的话”留着。") % {"n": number})
                return redirect("desk_digest_items", pk=self.object.pk)
            formset = ItemFormSet(request.POST, instance=self.object)
            if not formset.is_valid():
                return self.render_to_response(self.get_context_data(formset=formset), status=400)
            formset.save()
            self.changed()
        messages.success(request, _("已保存。"))
        return redirect("desk_noun", noun="digests", pk=self.object.pk)

    def changed(self) -> None:
        """Whoever changed what is printed, by hand or by drafting anew, can't check it."""
        self.object.editors.add(self.request.user)  # type: ignore[arg-type]
        code = self.object.region.code
        audit.write("activities.change_digest", by=self.request.user, on=self.object, fields=["items"], region_code=code)


def for_wechat(digest: Digest) -> str:
    """HTML with its styles inside, as official accounts take it."""
    return render_to_string("activities/digest_wechat.html", {"digest": digest, "site": settings.SITE_URL})


class WechatView(ScopedMixin, DetailView):
    """The HTML to copy, as code."""

    model, desk = Digest, True
    template_name = "activities/digest_paste.html"

    def tuned(self, rows: Any) -> Any:
        return rows.prefetch_related("items")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(html=for_wechat(self.object), **kwargs)
