"""A new version of the standards, to be edited as a draft."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.generic import View

from accounts.scope import prefixes, region_code
from accounts.views.base import ScopedMixin
from centers.models import StandardSet
from centers.models.standard import next_version
from records import audit


class NextVersionView(ScopedMixin, View):
    """Copies a set with all of its items into a draft of the next version; a draft that is there is gone on with."""

    model, desk = StandardSet, True
    http_method_names = ["post"]

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        codes = prefixes(request.user, "centers.add_standardset")
        if not codes:
            raise PermissionDenied
        with transaction.atomic():
            old: Any = get_object_or_404(self.get_queryset().select_for_update(of=("self",)).select_related("region"), pk=pk)
            if not any(old.region.code.startswith(code) for code in codes):
                raise PermissionDenied
            draft = StandardSet.objects.filter(region=old.region, state=StandardSet.State.DRAFT).first()
            if draft is None:
                draft = next_version(old)
                audit.write("centers.add_standardset", by=request.user, on=draft, fields=["version"], region_code=region_code(draft))
        messages.success(request, _("这是草稿，改好以后再发布。"))
        return redirect("desk_noun", "standards", draft.pk)
