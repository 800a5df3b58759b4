"""A round: opened (which freezes its rules), representatives drawn, all scores in, decided and noticed, final, awarded, paid."""

import secrets
from datetime import timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.forms.base import DateInput
from accounts.models import User
from activities.draw import sha256
from centers.models import Center
from funding import deciding, ledger, panels, rating, scoring
from funding.models import Application, Award, DecisionLine, Objection, RatingRound, RatingScheme, Sheet
from funding.models.application import SCORED
from records import outbox
from workflow.engine import Step, Workflow
from workflow.telling import tell_holders

S = RatingRound.State
MISSING = {
    "no_quorum": gettext_lazy("代表评议不够票数"),
    "no_sheet": gettext_lazy("还没有打分"),
    "second_needed": gettext_lazy("镇街还差一位打分"),
    "third_needed": gettext_lazy("镇街两位相差大，要第三位打分"),
}
#: The longest extension of the time to apply; a default of ours.
EXTENDED = timedelta(days=60)
SOURCES = dict(Sheet.SOURCES)


def lacks(whys: Any) -> str:
    """``代表评议不够票数、区级评定还没有打分``."""
    said = [str(MISSING[why]) if why != "no_sheet" else f"{SOURCES[source]}{MISSING[why]}" for source, why in whys]
    return "、".join(said)


def link(row: RatingRound) -> str:
    return f"/desk/rating-rounds/{row.pk}/"


def opened(row: RatingRound, user: Any, data: dict[str, Any]) -> None:
    scheme = row.scheme
    wrong = deciding.faults(scheme)
    if wrong:
        raise ValidationError(wrong)
    if row.apply_until < timezone.localdate():
        raise ValidationError({"apply_until": _("申报时间已经过了，请先改日期。")})
    row.seed = secrets.token_hex(32)
    row.seed_commitment, row.opened_at = sha256(row.seed), timezone.now()


def freeze(row: RatingRound, user: Any, data: dict[str, Any]) -> None:
    scheme = RatingScheme.objects.select_for_update(no_key=True).get(pk=row.scheme_id)
    if not scheme.frozen:
        scheme.rules_hash = scoring.rules_hash(rating.rules_of(scheme))
        scheme.frozen_at = timezone.now()
        scheme.save()


def invited(row: RatingRound) -> QuerySet[Center]:
    inside = Center.objects.filter(region__code__startswith=row.region.code, published_at__isnull=False)
    return inside.exclude(level="town").select_related("region")


@outbox.portal_language
def tell_villages(row: RatingRound, user: Any, data: dict[str, Any]) -> None:
    """Each village once; what the system knows is filled in already."""
    for center in invited(row):
        subject = _("可以申报了：%(round)s") % {"round": row}
        body = _("%(day)s 前在工作台申报，大约 3 分钟：数字系统已经带上，只写系统不知道的。") % {"day": row.apply_until}
        once = f"round:{row.pk}:open:{center.pk}"
        tell_holders("funding.submit_application", center.region.code, "rating", subject, body, "/desk/applications/", once)


def extended(row: RatingRound, user: Any, data: dict[str, Any]) -> None:
    """The time to score moves by as many days. What somebody has scored already is not opened to changes."""
    if Sheet.objects.filter(application__round=row).exists():
        raise ValidationError(_("已经有人打过分了，申报不能再延长。"))
    if data["until"] > max(row.apply_until, timezone.localdate()) + EXTENDED:
        raise ValidationError({"until": _("一次最多延 %(n)d 天，请看看年份写对了没有。") % {"n": EXTENDED.days}})
    if data["until"] <= row.apply_until or data["until"] < timezone.localdate():
        raise ValidationError({"until": _("要比现在的 %(day)s 晚，也不能是过去的日子。") % {"day": row.apply_until}})
    row.review_until += data["until"] - row.apply_until
    row.apply_until = data["until"]


@outbox.portal_language
def tell_extended(row: RatingRound, user: Any, data: dict[str, Any]) -> None:
    """The villages that have not handed in."""
    done = Application.objects.filter(round=row).exclude(state__in=("draft", "returned", "withdrawn")).values("center")
    subject = _("申报延到 %(day)s：%(round)s") % {"day": row.apply_until, "round": row}
    for center in invited(row).exclude(pk__in=done):
        once = f"round:{row.pk}:until:{row.apply_until}:{center.pk}"
        tell_holders("funding.submit_application", center.region.code, "rating", subject, data["reason"], "/desk/applications/", once)


def drawn(row: RatingRound, user: Any, data: dict[str, Any]) -> None:
    if row.phase != "reviewing":
        raise ValidationError(_("申报结束以后再抽代表。"))
    count = int(data.get("count") or panels.DRAWN)
    if count < row.scheme.quorum:
        raise ValidationError({"count": _("办法里至少要 %(n)d 票，请多抽几位。") % {"n": row.scheme.quorum}})
    panels.draw_all(row, count)
    row.drawn_at = timezone.now()


@outbox.portal_language
def tell_pending(row: RatingRound, user: Any, data: dict[str, Any]) -> None:
    """Those whose ballots are still out, and the townships; once a day, whoever presses how often. Nobody is named to anybody."""
    day = timezone.localdate()
    subject = _("还有村社等您评：%(round)s") % {"round": row}
    body = _("%(day)s 前请评完。") % {"day": row.review_until}
    pending = Sheet.objects.filter(application__round=row, state="pending").values("scorer")
    for person in User.objects.filter(pk__in=pending, is_active=True).order_by("pk"):
        outbox.tell(person, "rating", subject, body, link="/me/reviews/", once=f"remind:{row.pk}:{day}")
    codes = {code[:9] for code in row.applications.filter(SCORED).values_list("center__region__code", flat=True)}
    for code in sorted(codes):
        tell_holders("funding.score_sheet", code, "rating", subject, body, "/desk/scoring/", f"remind:{row.pk}:{code}:{day}")


def all_in(row: RatingRound, user: Any, data: dict[str, Any]) -> None:
    """Nothing is left out silently: what is missing is chased, replaced, or ruled on with a reason."""
    row.scored_at = timezone.now()
    lacking = rating.missing(row)
    if lacking:
        rows = Application.objects.select_related("center__region").in_bulk([pk for pk, _m in lacking[:5]])
        said = "；".join(f"{rows[pk].center.short_name}：{lacks(whys)}" for pk, whys in lacking[:5])
        raise ValidationError(_("还有 %(n)d 个村社的分没齐：%(said)s") % {"n": len(lacking), "said": said})
    if not Application.objects.filter(round=row).counted().exists():
        raise ValidationError(_("还没有一个村社申报。"))


def noticed(row: RatingRound, user: Any, data: dict[str, Any]) -> None:
    row.notice_from, row.notice_until = deciding.notice_days()
    row.final_at = None
    if row.applications.filter(reopened=True).exists():
        lacking = len(rating.missing(row))
        if lacking:
            raise ValidationError(_("还有 %(n)d 个村社改正以后分没齐，请先补齐或者另行处理。") % {"n": lacking})
        row.scored_at = timezone.now()  # what was kept of the scores is not theirs any more


def decide(row: RatingRound, user: Any, data: dict[str, Any]) -> None:
    """What was opened again to be set right is closed with it."""
    deciding.decide(row, user, data)
    Application.objects.filter(round=row, reopened=True).update(reopened=False)


@outbox.portal_language
def tell_result(row: RatingRound, user: Any, data: dict[str, Any]) -> None:
    subject = _("评定结果公示：%(round)s") % {"round": row}
    lines = DecisionLine.objects.filter(decision__round=row).current().select_related("application__center__region")  # type: ignore[attr-defined]
    for line in lines:
        star = _("%(n)d 星") % {"n": line.star} if line.star else _("没有评上星")
        body = _("%(star)s，总分 %(total)s。公示到 %(day)s；怎么算的，逐项可以核对。")
        words = body % {"star": star, "total": line.total if line.total is not None else "—", "day": row.notice_until}
        once = f"round:{row.pk}:decided:{line.pk}"
        place = f"/funding/rounds/{row.pk}/{line.application_id}/"
        code = line.application.center.region.code
        tell_holders("funding.submit_application", code, "rating", subject, words, place, once)


def finalised(row: RatingRound, user: Any, data: dict[str, Any]) -> None:
    if row.notice_until and timezone.localdate() <= row.notice_until:
        raise ValidationError(_("公示到 %(day)s 才满，之后再确定。") % {"day": row.notice_until})
    last = row.decisions.order_by("-number").first()
    if last and row.objections.filter(state="upheld", answered_at__gt=last.decided_at).exists():
        raise ValidationError(_("有成立的异议，请先改正、重新评定，再确定。"))
    if row.applications.filter(reopened=True).exists():
        raise ValidationError(_("还有正在改正的村社，请先重新评定。"))
    if Objection.objects.filter(round=row).open().exists():  # type: ignore[attr-defined]
        raise ValidationError(_("还有异议没有答复，答复以后再确定。"))
    row.final_at = timezone.now()


def awarded(row: RatingRound, user: Any, data: dict[str, Any]) -> None:
    lines = DecisionLine.objects.filter(decision__round=row, award__gt=0).current()  # type: ignore[attr-defined]
    rows = [
        Award(round=row, line=line, center=line.application.center, star=line.star, amount=line.award)
        for line in lines.select_related("application__center__region")
    ]
    Award.objects.bulk_create(rows, 1000)
    ledger.allocate_all(rows, by=user)


def paid(row: RatingRound, user: Any, data: dict[str, Any]) -> None:
    ledger.pay_all(list(Award.objects.filter(round=row)), by=user)
    if Award.objects.filter(round=row).unpaid().exists():  # type: ignore[attr-defined]
        raise ValidationError(_("还有奖励没有落实，先在“星级奖励”里落实，再全部拨付。"))


def count() -> forms.Field:
    help_text = gettext_lazy("本村的代表不评本村；多抽一两位，有人回避时还够票数。")
    return forms.IntegerField(label=gettext_lazy("每个镇街抽几位"), min_value=3, max_value=31, initial=panels.DRAWN, help_text=help_text)


def until() -> forms.Field:
    return forms.DateField(label=gettext_lazy("申报延到"), widget=DateInput(), help_text=gettext_lazy("打分的截止日跟着往后移同样的天数。"))


def variant() -> forms.Field:
    help_text = gettext_lazy("不填就按办法里的；先在“试算”里看好。")
    return forms.JSONField(label=gettext_lazy("星级标准"), widget=forms.HiddenInput(), help_text=help_text)


def budget() -> forms.Field:
    return forms.IntegerField(label=gettext_lazy("预算（分）"), min_value=0, widget=forms.HiddenInput())


def reason() -> forms.Field:
    help_text = gettext_lazy("会公开。和办法不一样的、重新评定的要写。")
    return forms.CharField(label=gettext_lazy("理由"), max_length=200, widget=forms.Textarea(attrs={"rows": 3}), help_text=help_text)


def told() -> forms.Field:
    help_text = gettext_lazy("会告诉还没有申报的村社。")
    return forms.CharField(label=gettext_lazy("理由"), max_length=200, widget=forms.Textarea(attrs={"rows": 3}), help_text=help_text)


DECIDES = {"tiers": variant, "budget": budget, "reason": reason}
DRAWN = gettext_lazy("代表已经抽过了。有人不能来，在他的评分表上“换人”。")
DRAWN_ON = gettext_lazy("代表已经抽过了，申报不能再延长。")
ROUND = Workflow(
    RatingRound,
    Step("open", gettext_lazy("开始申报"), (S.DRAFT,), S.OPEN, sets=opened, then=freeze, tells=tell_villages),
    Step(
        "draw", gettext_lazy("抽评议代表"), (S.OPEN,), S.OPEN, asks={"count": count}, unless=lambda user: ~Q(drawn_at=None),
        unless_says=DRAWN, sets=drawn),
    Step(
        "extend", gettext_lazy("延长申报"), (S.OPEN,), S.OPEN, needs=("until", "reason"), asks={"until": until, "reason": told}, aside=True,
        unless=lambda user: ~Q(drawn_at=None), unless_says=DRAWN_ON, sets=extended, tells=tell_extended),
    Step("score", gettext_lazy("分数齐了"), (S.OPEN,), S.SCORED, sets=all_in),
    Step("remind", gettext_lazy("催一催"), (S.OPEN,), S.OPEN, unless=lambda user: Q(drawn_at=None), aside=True, tells=tell_pending),
    Step("decide", gettext_lazy("评定并公示"), (S.SCORED,), S.DECIDED, asks=DECIDES, sets=noticed, then=decide, tells=tell_result),
    Step(
        "revise", gettext_lazy("重新评定"), (S.DECIDED, S.FINAL), S.DECIDED, needs=("reason",), asks=DECIDES, sets=noticed,
        then=decide, tells=tell_result, aside=True,
    ),
    Step("finalise", gettext_lazy("确定结果"), (S.DECIDED,), S.FINAL, sets=finalised),
    Step("award", gettext_lazy("落实奖励"), (S.FINAL,), S.AWARDED, then=awarded),
    Step("pay", gettext_lazy("全部拨付"), (S.AWARDED,), S.DISBURSED, then=paid),
)  # fmt: skip
