"""Cadres, postings, managers, safety lists and partners at the desk."""

from collections.abc import Callable
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.register import Column, Register, register
from accounts.scope import prefixes
from centers.nouns.standards import town_of
from staffing import incoming
from staffing.forms.people import CadreForm, ManagerForm, NeedForm, PartnerForm, PostingForm, SafetyForm
from staffing.models import Cadre, CenterManager, CommunityPartner, DutyNeed, Posting, SafetyList
from staffing.workflows.partner import PARTNER
from workflow.nouns import Filter, Noun, by_choice, by_state, by_town, noun

__all__ = ["PARTNER"]


def posts(cadre: Cadre) -> str:
    """The posts held today: ``光南社区 书记``."""
    today = timezone.localdate()
    held = [p for p in cadre.postings.all() if p.valid_from <= today and (p.valid_until is None or p.valid_until >= today)]
    return "、".join(f"{p.center.short_name} {p.position}" for p in held)


CADRES = register(
    Register(
        "cadres",
        _("干部"),
        Cadre,
        (
            Column(_("姓名"), lambda c: c.name),
            Column(_("所在村社"), lambda c: c.region.name, 24),
            Column(_("手机号"), lambda c: c.masked_phone),
            Column(_("现在的任职"), posts, 36),
            Column(_("有账号"), lambda c: c.user_id is not None),
        ),
        ("region",),
        incoming.CADRES,
        prefetch=("postings__center",),
    )
)
POSTINGS = register(
    Register(
        "postings",
        _("任职"),
        Posting,
        (
            Column(_("干部"), lambda p: p.cadre.name),
            Column(_("中心"), lambda p: p.center.name, 30),
            Column(_("职务"), lambda p: p.position, 20),
            Column(_("可以带班"), lambda p: p.lead),
            Column(_("轮值安排"), lambda p: p.get_exempt_display()),
            Column(_("起"), lambda p: p.valid_from),
            Column(_("止"), lambda p: p.valid_until),
        ),
        ("cadre", "center"),
        incoming.POSTINGS,
    )
)
MANAGERS = register(
    Register(
        "managers",
        _("专管员"),
        CenterManager,
        (
            Column(_("专管员"), lambda m: m.cadre.name),
            Column(_("中心"), lambda m: m.center.name, 30),
            Column(_("镇街"), lambda m: town_of(m.center)),
            Column(_("起"), lambda m: m.valid_from),
            Column(_("止"), lambda m: m.valid_until),
        ),
        ("cadre", "center__region__parent"),
        incoming.MANAGERS,
    )
)
SAFETY = register(
    Register(
        "safety_lists",
        _("安全清单"),
        SafetyList,
        (
            Column(_("中心"), lambda s: s.center.name, 30),
            Column(_("月份"), lambda s: f"{s.month:%Y-%m}"),
            Column(_("没问题的"), lambda s: len(s.fine)),
            Column(_("有问题的"), lambda s: len(s.wrong)),
            Column(_("说明"), lambda s: s.note, 40),
            Column(_("填写时间"), lambda s: s.done_at, 18),
        ),
        ("center",),
    )
)
NEEDS = register(
    Register(
        "duty_needs",
        _("值班人数"),
        DutyNeed,
        (
            Column(_("中心"), lambda n: n.center.name, 30),
            Column(_("时段"), lambda n: n.get_kind_display()),
            Column(_("要几个人"), lambda n: n.people),
            Column(_("要有人带班"), lambda n: n.lead),
        ),
        ("center",),
    )
)
PARTNERS = register(
    Register(
        "partners",
        _("社区合伙人"),
        CommunityPartner,
        (
            Column(_("单位"), lambda p: p.organisation.name, 30),
            Column(_("统一社会信用代码"), lambda p: p.organisation.code, 22),
            Column(_("中心"), lambda p: p.center.name, 30),
            Column(_("状态"), lambda p: p.get_state_display()),
            Column(_("提供什么服务"), lambda p: p.services, 36),
            Column(_("给居民的回馈"), lambda p: p.gives_back, 36),
            Column(_("面积（㎡）"), lambda p: p.area),
            Column(_("会接触孩子"), lambda p: p.with_children),
            Column(_("从业人员查询日期"), lambda p: p.checked_on),
            Column(_("协议起"), lambda p: p.starts_on),
            Column(_("协议止"), lambda p: p.ends_on),
        ),
        ("organisation", "center"),
    )
)


def now_or_past(title: Any) -> Filter:
    """Chips for rows that hold today, and those that ended."""
    choices = [("now", _("在任")), ("past", _("已结束"))]
    today = timezone.localdate
    return Filter(
        "when",
        title,
        lambda user: list(choices),
        lambda rows, value: rows.in_force() if value == "now" else rows.filter(valid_until__lt=today()) if value == "past" else rows,
    )


def cadre_more(cadre: Cadre, user: Any) -> dict[str, Any]:
    """The number in full for who may see it is asked for by a form with a reason; balances say how much was done beyond the share."""
    from staffing.fairness import standing

    held = cadre.postings.select_related("center").order_by("-valid_from", "id")
    may_unmask = any(cadre.region.code.startswith(code) for code in prefixes(user, "staffing.unmask_cadre"))
    return {
        "postings": held,
        "managed": cadre.managed.select_related("center"),
        "may_unmask": may_unmask,
        "standing": standing(cadre, user),
    }


def safety_facts(row: SafetyList) -> list[tuple[Any, Any]]:
    return [
        (_("中心"), row.center.name),
        (_("月份"), f"{row.month:%Y-%m}"),
        (_("没问题的"), "\n".join(row.words(row.fine))),
        (_("有问题的"), "\n".join(row.words(row.wrong))),
        (_("没看的"), "\n".join(row.words(row.unseen))),
        (_("说明"), row.note),
        (_("填写时间"), row.done_at),
    ]


#: What apps above know of a partner, as (label, value); each adds its own in ``ready()``.
PARTNER_FACTS: list[Callable[[CommunityPartner], list[tuple[Any, Any]]]] = []


def partner_facts(row: CommunityPartner) -> list[tuple[Any, Any]]:
    more = [fact for known in PARTNER_FACTS for fact in known(row)]
    return [
        (_("单位"), row.organisation.name),
        (_("统一社会信用代码"), row.organisation.code),
        (_("中心"), row.center.name),
        (_("提供什么服务"), row.services),
        (_("给居民的回馈"), row.gives_back),
        (_("用哪些地方"), row.space),
        (_("面积（㎡）"), row.area),
        (_("会接触孩子"), row.with_children),
        (_("从业人员查询日期"), row.checked_on),
        (_("协议"), f"{row.starts_on} – {row.ends_on}" if row.starts_on else ""),
        (_("还有几天到期"), row.days_left),
        (_("意见"), row.remark),
        (_("评估"), row.review),
        *more,
    ]


noun(
    Noun(
        "cadres",
        _("干部"),
        Cadre,
        "cadres",
        form=CadreForm,
        search=("name", "region__name"),
        filters=(by_town("region__code", _("镇街")),),
        joins=("region", "user"),
        prefetch=("postings__center",),
        ordering=("region__code", "id"),
        more=cadre_more,
        template="staffing/cadre_detail.html",
        icon="people",
        empty=_("村社“两委”干部和专管员登记在这里，一人一条，兼几个职都在“任职”里。"),
    )
)
noun(
    Noun(
        "postings",
        _("任职"),
        Posting,
        "postings",
        form=PostingForm,
        search=("cadre__name", "center__name", "position"),
        filters=(now_or_past(_("任期")), by_town("center__region__code", _("镇街"))),
        joins=("cadre", "center"),
        ordering=("center__region__code", "-lead", "id"),
        icon="people",
        empty=_("有了任职，才会排进值班表。"),
        links=((_("换届"), "/desk/elections/"),),
    )
)
noun(
    Noun(
        "managers",
        _("专管员"),
        CenterManager,
        "managers",
        form=ManagerForm,
        search=("cadre__name", "center__name"),
        filters=(now_or_past(_("任期")), by_town("center__region__code", _("镇街"))),
        joins=("cadre", "center__region__parent"),
        ordering=("center__region__code", "id"),
        icon="people",
        empty=_("每个中心至少要有一位专管员。"),
        links=((_("哪些中心还没有"), "/desk/managers/missing/"),),
    )
)
noun(
    Noun(
        "safety-lists",
        _("安全清单"),
        SafetyList,
        "safety_lists",
        form=SafetyForm,
        search=("center__name",),
        filters=(by_town("center__region__code", _("镇街")),),
        joins=("center",),
        ordering=("-month", "center__region__code"),
        facts=safety_facts,
        icon="shield",
        empty=_("每个月看一遍，逐项勾一下就好。"),
        initial=lambda request: {"center": request.GET.get("center", "")},
    )
)
noun(
    Noun(
        "duty-needs",
        _("值班人数"),
        DutyNeed,
        "duty_needs",
        form=NeedForm,
        search=("center__name",),
        filters=(by_choice("kind", _("时段"), DutyNeed._meta.get_field("kind").choices or []),),
        joins=("center",),
        ordering=("center__region__code", "kind"),
        icon="people",
        lead=_("没写的中心：白天 2 人、其中一位带班，晚上和周末 1 人。"),
        empty=_("和一般不一样的中心才要写。"),
    )
)
noun(
    Noun(
        "partners",
        _("社区合伙人"),
        CommunityPartner,
        "partners",
        form=PartnerForm,
        search=("organisation__name", "center__name", "services"),
        filters=(by_state(CommunityPartner, _("状态")), by_town("center__region__code", _("镇街"))),
        joins=("organisation", "center__region"),
        ordering=("center__region__code", "id"),
        facts=partner_facts,
        due=lambda p: timezone.localdate(p.created_at) if p.state == "applied" else None,
        icon="people",
        empty=_("社会组织、群众社团借用场地、回馈服务，签了协议就登记在这里。"),
    )
)
