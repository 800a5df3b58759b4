"""What-if, and the decision: stars and money under other thresholds and awards; the last word is stored with its hash."""

from datetime import date
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from funding import rating, scoring
from funding.models import Decision, DecisionLine, RatingRound, RatingScheme
from funding.models.round import NOTICE_DAYS
from records.working_days import add_working_days

#: Lines written in one statement.
BATCH = 2000
FAULTS = {
    "weights_sum": gettext_lazy("代表、镇街、区级三项加起来要正好是 100。"),
    "weights_positive": gettext_lazy("代表、镇街、区级三项权重都要大于 0。"),
    "items_empty": gettext_lazy("代表评议、镇街打分、区级评定都要至少有一个评分项。"),
    "items_positive": gettext_lazy("评分项的权重要大于 0。"),
    "tiers_empty": gettext_lazy("还没有星级标准，请至少写一个星级。"),
    "tier_star": gettext_lazy("星级是 1 到 5，每个星级一条。"),
    "tier_threshold": gettext_lazy("分数线在 0 到 100 之间。"),
    "tier_threshold_order": gettext_lazy("星级越高，分数线要越高。"),
    "tier_award": gettext_lazy("奖励不能是负数。"),
    "tier_award_order": gettext_lazy("星级越高，奖励不能更低。"),
    "tier_quota": gettext_lazy("名额写整数，不限就留空。"),
    "budget": gettext_lazy("预算不能是负数。"),
    "quorum": gettext_lazy("代表评议至少要 1 票。"),
    "trim_from": gettext_lazy("去掉两头至少要从 10 票起。"),
    "gap": gettext_lazy("相差多少要第三人，写 0 到 100。"),
}


#: Thresholds have two decimals, as totals have.
CENT = Decimal("0.01")


def faults(scheme: RatingScheme) -> list[str]:
    """What keeps a scheme from being frozen, in words."""
    return [str(FAULTS.get(code, code)) for code in scoring.faults(rating.rules_of(scheme))]


def notice_days() -> tuple[date, date]:
    """The public notice from today on: its last day is the fifth working day after."""
    today = timezone.localdate()
    return today, add_working_days(today, NOTICE_DAYS)


def standing(row: RatingRound, budget: int | None = None) -> scoring.Rules:
    """The rules as the last decision applied them; the scheme's where nothing was decided yet."""
    last = row.decisions.order_by("-number").first()
    if last is None:
        return rating.rules_of(row.scheme, budget=budget)
    tiers = [scoring.Tier(t["star"], Decimal(t["threshold"]), t["award"], t["quota"]) for t in last.tiers]
    return rating.rules_of(row.scheme, tiers, last.budget if budget is None else budget)


def variant(row: RatingRound, tiers: Any, budget: Any) -> scoring.Rules:
    """The scheme's rules with the tiers and the budget that were given; ValidationError in words where they can't be."""
    if not tiers:
        return standing(row, budget)
    try:
        given = tuple(
            scoring.Tier(
                int(t["star"]),
                Decimal(str(t["threshold"])).quantize(CENT),
                int(t["award"]),
                None if t.get("quota") is None else int(t["quota"]),
            )
            for t in tiers
        )
    except (KeyError, TypeError, ValueError, ArithmeticError) as error:
        raise ValidationError({"tiers": _("星级标准没有看懂，请从“试算”页面提交。")}) from error
    rules = rating.rules_of(row.scheme, given, budget)
    wrong = [str(FAULTS.get(code, code)) for code in scoring.faults(rules)]
    if any(t.star > 5 for t in given):
        wrong.append(str(FAULTS["tier_star"]))
    if wrong:
        raise ValidationError({"tiers": wrong})
    return rules


def as_stored(rules: scoring.Rules) -> list[dict[str, Any]]:
    return [{"star": t.star, "threshold": str(t.threshold), "quota": t.quota, "award": t.award} for t in rules.tiers]


def decide(row: RatingRound, user: Any, data: dict[str, Any], at: Any = None) -> Decision:
    """Writes the decision with its lines; a later one replaces it and says why."""
    rules = variant(row, data.get("tiers"), data.get("budget"))
    lines, inputs = scoring.decided(rules, rating.entries_of(row))
    money = sum(line.award for line in lines)
    if money > rules.budget:  # scoring cuts to the budget; were it ever not so, nothing is written
        raise ValidationError(_("奖励合计超过预算。"))
    number = row.decisions.count() + 1
    changed = as_stored(rules) != as_stored(rating.rules_of(row.scheme)) or rules.budget != row.scheme.budget
    reason = str(data.get("reason") or "")
    if changed and not reason:
        raise ValidationError({"reason": _("分数线、名额、奖励或预算和办法里的不一样，请写明理由。")})
    if number > 1 and not reason:
        raise ValidationError({"reason": _("重新评定要写明理由。")})
    made = Decision(
        round=row,
        number=number,
        tiers=as_stored(rules),
        budget=rules.budget,
        inputs_hash=inputs,
        reason=reason,
        decided_by=user,
        decided_at=at or timezone.now(),
    )
    made.full_clean()
    made.save()
    for start in range(0, len(lines), BATCH):
        DecisionLine.objects.bulk_create([stored(made, line) for line in lines[start : start + BATCH]])
    return made


def stored(made: Decision, line: Any) -> DecisionLine:
    def places(value: Any) -> Decimal | None:
        return None if value is None else (Decimal(value.numerator) / Decimal(value.denominator)).quantize(Decimal("0.0001"))

    return DecisionLine(
        decision=made,
        application_id=line.key,
        representatives=places(line.representatives),
        township=places(line.township),
        district=places(line.district),
        total=line.total,
        star=line.star,
        award=line.award,
    )


def next_version(old: RatingScheme) -> tuple[RatingScheme, bool]:
    """The version after a frozen scheme's last one, and whether it was made now; a last one not frozen yet is that version.

    To be called inside a transaction: who copies at the same moment waits, and finds what the first one made.
    """
    versions = RatingScheme.objects.filter(region=old.region_id, name=old.name)
    list(versions.select_for_update(no_key=True).order_by("pk").values_list("pk"))
    last = versions.latest("version")
    if not last.frozen:
        return last, False
    made = RatingScheme.objects.get(pk=old.pk)
    made.pk, made._state.adding = None, True
    made.version, made.frozen_at, made.rules_hash = last.version + 1, None, ""
    made.full_clean()
    made.save()
    for part in (*old.tiers.all(), *old.criteria.all()):
        part.pk, part.scheme, part._state.adding = None, made, True
        part.save()
    return made, True
