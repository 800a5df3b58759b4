"""What-if before deciding, and a scheme's next version."""

from decimal import Decimal, InvalidOperation
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.generic import DetailView, View

from accounts.views.base import ScopedMixin
from centers.forms.fields import FEN_A_WAN
from funding import deciding, rating, scoring
from funding.models import Application, RatingRound, RatingScheme
from funding.workflows.round import ROUND
from records import audit


def read(data: Any, rules: scoring.Rules) -> tuple[list[dict[str, Any]], int]:
    """The tiers and the budget that the form gave; what it left out is the scheme's. ValidationError in words."""

    def number(name: str, default: Decimal) -> Decimal:
        text = str(data.get(name, "")).strip().replace(",", "")
        try:
            found = Decimal(text) if text else default
        except InvalidOperation as error:
            raise ValidationError(_("“%(text)s”不是数字，请改正。") % {"text": text[:20]}) from error
        if not found.is_finite() or not 0 <= found < 10**7:
            raise ValidationError(_("“%(text)s”太大或太小，请改正。") % {"text": text[:20]})
        return found

    tiers = []
    for tier in rules.tiers:
        quota = str(data.get(f"quota_{tier.star}", "" if tier.quota is None else tier.quota)).strip()
        if quota and not (quota.isdecimal() and len(quota) < 7):
            raise ValidationError(_("名额写整数，不限就留空。"))
        tiers.append(
            {
                "star": tier.star,
                "threshold": str(number(f"threshold_{tier.star}", tier.threshold)),
                "quota": int(quota) if quota else None,
                "award": int(number(f"award_{tier.star}", Decimal(tier.award) / FEN_A_WAN) * FEN_A_WAN),
            }
        )
    return tiers, int(number("budget", Decimal(rules.budget) / FEN_A_WAN) * FEN_A_WAN)


class WhatIfView(ScopedMixin, DetailView):
    """Thresholds and awards moved: which stars, how much money, which villages change; nothing is stored until it is decided."""

    model, action, desk, template_name = RatingRound, "decide", True, "funding/what_if.html"

    def tuned(self, rows: Any) -> Any:
        return rows.select_related("scheme", "region").filter(state__in=("scored", "decided", "final"))

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        row = self.object
        entries, totals = rating.scored(row)
        base = deciding.standing(row)
        problem = ""
        tiers, budget = deciding.as_stored(base), base.budget
        try:
            tiers, budget = read(self.request.GET, base)
            rules = deciding.variant(row, tiers, budget)
        except ValidationError as error:
            problem, rules = " ".join(error.messages), base
        before, after = scoring.what_if(base, totals, entries), scoring.what_if(rules, totals, entries)
        changes = scoring.changes(before, after)
        return super().get_context_data(
            round=row,
            tiers=[{**t, "was": changes.stars.get(t["star"], (0, 0))[0], "count": changes.stars.get(t["star"], (0, 0))[1]} for t in tiers],
            problem=problem,
            reason=self.request.POST.get("reason", ""),
            decided=row.decisions.exists(),
            stored={"tiers": deciding.as_stored(rules), "budget": rules.budget},
            budget=budget,
            money=changes.money[1],
            money_before=changes.money[0],
            wanted=sum(scoring.by_table(rules, {line.key: line.star for line in after}).values()),
            changed=self.changed(before, after),
            step="decide" if row.state == "scored" else "revise",
            leniency=self.leniency(totals, entries),
            **kwargs,
        )

    @staticmethod
    def changed(before: Any, after: Any) -> list[dict[str, Any]]:
        """Villages whose star or award differs, the first hundred."""
        old = {line.key: line for line in before}
        moved = [line for line in after if (line.star, line.award) != (old[line.key].star, old[line.key].award)]
        names = Application.objects.filter(pk__in=[line.key for line in moved[:100]]).values_list("pk", "center__name")
        known = dict(names)
        return [{"name": known[line.key], "line": line, "was": old[line.key]} for line in moved[:100]]

    @staticmethod
    def leniency(totals: Any, entries: Any) -> list[tuple[str, Decimal]]:
        """Each township's mean of its own scores less the district's."""
        from accounts.models import Region

        found = scoring.leniency(totals, entries)
        names = dict(Region.objects.filter(code__in=list(found)).values_list("code", "name"))
        return [(names.get(code, code), scoring.rounded(value)) for code, value in sorted(found.items())]

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Decides by what the page shows."""
        self.object = row = self.get_object()
        try:
            tiers, budget = read(request.POST, deciding.standing(row))
            name = "decide" if row.state == "scored" else "revise"
            ROUND.take(row, name, by=request.user, tiers=tiers, budget=budget, reason=request.POST.get("reason", "").strip()[:200])
        except ValidationError as error:
            messages.error(request, " ".join(error.messages))
            self.request.GET = request.POST.copy()  # type: ignore[misc, assignment]
            return self.render_to_response(self.get_context_data(object=row))
        messages.success(request, _("已评定，公示开始了。"))
        return redirect("desk_noun", "rating-rounds", row.pk)


class NextSchemeView(ScopedMixin, View):
    """A frozen scheme's next version, with its tiers and criteria to be edited; a version that is open to edits is used first."""

    model, action, desk = RatingScheme, "add", True
    http_method_names = ["post"]

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        old: Any = get_object_or_404(self.get_queryset(), pk=pk)
        with transaction.atomic():
            made, new = deciding.next_version(old)
            if not RatingScheme.objects.allowed(request.user, "add").filter(pk=made.pk).exists():
                raise PermissionDenied
            if new:
                audit.write("funding.add_ratingscheme", by=request.user, on=made, fields=["version"], region_code=made.region.code)
        said = _("已复制成 %(name)s，改好再用。") if new else _("%(name)s 还没有定稿，就在这里改。")
        messages.success(request, said % {"name": made})
        return redirect("desk_noun", "rating-schemes", made.pk)
