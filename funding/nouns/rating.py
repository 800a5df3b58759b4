"""Schemes, rounds, applications, representatives and scoring at the desk."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from accounts.register import Column, Register, register
from accounts.scope import prefixes
from centers.nouns.standards import town_of
from centers.nouns.upgrade import wan
from centers.views.parts import PARTS, Part
from funding import evidence, panels, rating
from funding.forms.rating import ApplicationForm, CriterionForm, RepresentativeForm, RoundForm, SchemeForm, TierForm
from funding.models import Application, Criterion, DecisionLine, RatingRound, RatingScheme, Representative, Sheet, Tier
from funding.workflows.application import APPLICATION
from funding.workflows.round import ROUND, lacks
from funding.workflows.sheet import SHEET
from workflow.nouns import Noun, by_choice, by_state, by_town, noun

__all__ = ["APPLICATION", "ROUND", "SHEET"]


SCHEMES = register(
    Register(
        "rating_schemes",
        _("评星办法"),
        RatingScheme,
        (
            Column(_("名称"), lambda s: s.name, 24),
            Column(_("版本"), lambda s: s.version),
            Column(_("代表评议占（%）"), lambda s: s.weight_representatives),
            Column(_("镇街打分占（%）"), lambda s: s.weight_township),
            Column(_("区级评定占（%）"), lambda s: s.weight_district),
            Column(_("总预算（万元）"), lambda s: wan(s.budget)),
            Column(_("定稿时间"), lambda s: s.frozen_at, 18),
            Column(_("规则指纹"), lambda s: s.rules_hash, 30),
        ),
        ("region",),
    )
)
ROUNDS = register(
    Register(
        "rating_rounds",
        _("评星"),
        RatingRound,
        (
            Column(_("年度"), lambda r: r.year),
            Column(_("名称"), lambda r: r.title, 30),
            Column(_("进行到"), lambda r: str(r.phase_words)),
            Column(_("申报从"), lambda r: r.apply_from),
            Column(_("申报到"), lambda r: r.apply_until),
            Column(_("打分到"), lambda r: r.review_until),
            Column(_("公示从"), lambda r: r.notice_from),
            Column(_("公示到"), lambda r: r.notice_until),
        ),
        ("scheme", "region"),
    )
)
APPLICATIONS = register(
    Register(
        "applications",
        _("评星申报"),
        Application,
        (
            Column(_("评星"), lambda a: a.round.title, 24),
            Column(_("镇街"), lambda a: town_of(a.center)),
            Column(_("中心"), lambda a: a.center.name, 30),
            Column(_("状态"), lambda a: a.get_state_display()),
            Column(_("申报时间"), lambda a: a.submitted_at, 18),
            Column(_("做得好的"), lambda a: a.strengths, 40),
            Column(_("还要改进的"), lambda a: a.plans, 40),
        ),
        ("round", "center__region__parent"),
    )
)
LINES = register(
    Register(
        "rating_results",
        _("评定结果"),
        DecisionLine,
        (
            Column(_("评星"), lambda d: d.decision.round.title, 24),
            Column(_("第几次"), lambda d: d.decision.number),
            Column(_("镇街"), lambda d: town_of(d.application.center)),
            Column(_("中心"), lambda d: d.application.center.name, 30),
            Column(_("代表评议"), lambda d: d.representatives),
            Column(_("镇街打分"), lambda d: d.township),
            Column(_("区级评定"), lambda d: d.district),
            Column(_("总分"), lambda d: d.total),
            Column(_("星级"), lambda d: d.star),
            Column(_("奖励（万元）"), lambda d: wan(d.award)),
        ),
        ("decision__round", "application__center__region__parent"),
    )
)
REPRESENTATIVES = register(
    Register(
        "representatives",
        _("评议代表"),
        Representative,
        (
            Column(_("村社"), lambda p: p.region.name, 24),
            Column(_("身份"), lambda p: p.get_kind_display()),
            Column(_("起"), lambda p: p.valid_from),
            Column(_("止"), lambda p: p.valid_until),
        ),
        ("region", "user"),
    )
)

PARTS[("rating-schemes", "tiers")] = Part(Tier, TierForm, _("星级标准"), "scheme")
PARTS[("rating-schemes", "criteria")] = Part(Criterion, CriterionForm, _("评分项"), "scheme")


def scheme_more(row: RatingScheme, user: Any) -> dict[str, Any]:
    return {
        "tiers": row.tiers.all(),
        "criteria": row.criteria.all(),
        "may_parts": not row.frozen and user.has_perm("funding.add_criterion"),
    }


def round_facts(row: RatingRound) -> list[tuple[Any, Any]]:
    return [
        (_("进行到"), row.phase_words),
        (_("评星办法"), str(row.scheme)),
        (_("看哪段时间"), f"{row.facts_from} – {row.facts_until}"),
        (_("申报"), f"{row.apply_from} – {row.apply_until}"),
        (_("打分到"), row.review_until),
        (_("公示"), f"{row.notice_from} – {row.notice_until}" if row.notice_from else ""),
        (_("抽签承诺"), row.seed_commitment),
        (_("抽签种子"), row.seed if row.revealed else ""),
    ]


def round_more(row: RatingRound, user: Any) -> dict[str, Any]:
    """How far it is. What is missing is named by village and source, never counted: scores are sealed."""
    held = Application.objects.filter(round=row).allowed(user, "view")  # type: ignore[attr-defined]
    district = bool(prefixes(user, "funding.decide_ratinground"))
    lacking = []
    if district and row.phase == "reviewing" and row.drawn_at:
        found = rating.missing(row)[:30]
        rows = Application.objects.select_related("center").in_bulk([pk for pk, _why in found])
        lacking = [(rows[pk], lacks(whys)) for pk, whys in found]
    return {
        "applied": held.counted().count(),  # type: ignore[attr-defined]
        "drafts": held.filter(state__in=("draft", "returned")).count(),
        "lacking": lacking,
        "decisions": row.decisions.select_related("decided_by") if row.public else [],
        "may_what_if": district and row.revealed,
        "objections_open": row.objections.open().count() if district else 0,
    }


def application_facts(row: Application) -> list[tuple[Any, Any]]:
    return [
        (_("评星"), row.round.title),
        (_("中心"), row.center.name),
        (_("申报时间"), row.submitted_at),
        (_("做得好的"), row.strengths),
        (_("还要改进的"), row.plans),
        (_("意见"), row.remark),
        (_("一票否决"), row.veto.title if row.veto else ""),
    ]


def application_more(row: Application, user: Any) -> dict[str, Any]:
    """The facts as they were frozen; before that, as they are today. Scores only once all are in."""
    stored = row.facts or evidence.facts([row.center], row.round.facts_from, row.round.facts_until)[row.center_id]
    source = panels.source_for(user, row.center.region.code)
    to_score = bool(source) and row.round.phase == "reviewing" and row.state == "submitted"
    return {
        "known": evidence.shown(stored, row.center),
        "frozen": bool(row.facts),
        "to_score": to_score and not row.sheets.filter(scorer=user).exists(),
        "sheets": Sheet.objects.allowed(user, "replace").pending().filter(application=row, source="representatives"),
        "result": row.lines.current().filter(decision__round__state__in=("decided", "final", "awarded", "disbursed")).first(),
    }


noun(
    Noun(
        "rating-schemes",
        _("评星办法"),
        RatingScheme,
        "rating_schemes",
        form=SchemeForm,
        search=("name",),
        joins=("region",),
        more=scheme_more,
        template="funding/scheme_detail.html",
        icon="star",
        empty=_("先写好办法：谁来评、各占多少、几分几星、奖励多少。"),
    )
)
noun(
    Noun(
        "rating-rounds",
        _("评星"),
        RatingRound,
        "rating_rounds",
        form=RoundForm,
        search=("title",),
        filters=(by_state(RatingRound, _("状态")),),
        joins=("region", "scheme"),
        facts=round_facts,
        more=round_more,
        template="funding/round_detail.html",
        icon="star",
        due=lambda r: r.due_on,
        empty=_("每年一次：申报、评议、打分、评定、公示、奖励。"),
    )
)
noun(
    Noun(
        "applications",
        _("评星申报"),
        Application,
        "applications",
        form=ApplicationForm,
        search=("center__name",),
        filters=(by_state(Application, _("状态")), by_town("center__region__code", _("镇街"))),
        joins=("round__scheme", "center__region__parent", "veto"),
        ordering=("-round", "center__region__code"),
        facts=application_facts,
        more=application_more,
        template="funding/application_detail.html",
        icon="star",
        due=lambda a: a.round.apply_until if a.state in ("draft", "returned") else None,
        empty=_("申报时间里点“新增”，大约 3 分钟：数字系统已经带上。"),
        initial=lambda request: {"center": request.GET.get("center", "")},
    )
)
noun(
    Noun(
        "representatives",
        _("评议代表"),
        Representative,
        "representatives",
        form=RepresentativeForm,
        search=("region__name",),
        filters=(by_choice("kind", _("身份"), Representative.Kind.choices), by_town("region__code", _("镇街"))),
        joins=("region", "user"),
        ordering=("region__code", "id"),
        icon="people",
        empty=_("党代表、人大代表、政协委员和居民代表登记在这里，评议时按镇街抽签。"),
    )
)
