"""Sites, leases, applications and signs at the desk."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from accounts.register import Column, Register, register
from centers import incoming
from centers.forms.premises import LeaseForm, PlacementForm, SignForm, SiteForm
from centers.models import CandidateSite, Lease, PlacementApplication, Sign
from centers.nouns.standards import town_of
from centers.nouns.upgrade import wan
from centers.workflows.placement import PLACEMENT, missing
from centers.workflows.premises import LEASE, SITE
from workflow.nouns import Filter, Noun, by_choice, by_state, by_town, noun

__all__ = ["LEASE", "PLACEMENT", "SITE"]

SITES = register(
    Register(
        "candidate-sites",
        _("储备场地"),
        CandidateSite,
        (
            Column(_("场地名称"), lambda s: s.name, 30),
            Column(_("区划代码"), lambda s: s.region.code, 14),
            Column(_("所在村社"), lambda s: s.region.short_name, 20),
            Column(_("地址"), lambda s: s.address, 36),
            Column(_("方式"), lambda s: s.get_mode_display()),
            Column(_("渠道"), lambda s: s.get_channel_display()),
            Column(_("面积（㎡）"), lambda s: s.area),
            Column(_("产权单位"), lambda s: s.owner.name if s.owner else "", 30),
            Column(_("状态"), lambda s: s.get_state_display()),
            Column(_("摸排日期"), lambda s: s.found_on),
        ),
        ("region", "owner"),
        incoming.SITES,
    )
)
LEASES = register(
    Register(
        "leases",
        _("租赁协议"),
        Lease,
        (
            Column(_("场地"), lambda x: x.site.name, 30),
            Column(_("出租单位"), lambda x: x.organisation.name, 30),
            Column(_("统一社会信用代码"), lambda x: x.organisation.code or "", 22),
            Column(_("租用面积（㎡）"), lambda x: x.area),
            Column(_("起租日期"), lambda x: x.starts_on),
            Column(_("到期日期"), lambda x: x.ends_on),
            Column(_("年租金（万元）"), lambda x: wan(x.rent_fen)),
            Column(_("签约日期"), lambda x: x.signed_on),
            Column(_("状态"), lambda x: x.get_state_display()),
            Column(_("快到期"), lambda x: _("%(days)d 天内") % {"days": x.expiring} if x.expiring else ""),
        ),
        ("site__region", "organisation"),
        incoming.LEASES,
    )
)
PLACEMENTS = register(
    Register(
        "placements",
        _("标识阵地申请"),
        PlacementApplication,
        (
            Column(_("名称"), lambda p: p.title, 30),
            Column(_("申请类别"), lambda p: p.get_kind_display()),
            Column(_("中心"), lambda p: p.center.name, 30),
            Column(_("镇街"), lambda p: town_of(p.center)),
            Column(_("申请单位"), lambda p: p.organisation.name, 30),
            Column(_("状态"), lambda p: p.get_state_display()),
            Column(_("依据文件文号"), lambda p: p.basis_number, 20),
            Column(_("到期日期"), lambda p: p.expires_on),
            Column(_("备案号"), lambda p: p.filing_no),
            Column(_("本环节期限"), lambda p: p.due_on),
        ),
        ("center__region__parent", "organisation"),
    )
)
SIGNS = register(
    Register(
        "signs",
        _("标识牌"),
        Sign,
        (
            Column(_("牌子上写的"), lambda s: s.title, 30),
            Column(_("中心"), lambda s: s.center.name, 30),
            Column(_("镇街"), lambda s: town_of(s.center)),
            Column(_("位置"), lambda s: s.get_place_display()),
            Column(_("来源"), lambda s: s.get_origin_display()),
            Column(_("怎么处理"), lambda s: s.get_action_display()),
            Column(_("哪个部门要求的"), lambda s: s.unit, 20),
            Column(_("登记日期"), lambda s: s.found_on),
            Column(_("拆除日期"), lambda s: s.removed_on),
        ),
        ("center__region__parent",),
        incoming.SIGNS,
    )
)


def placement_facts(row: PlacementApplication) -> list[tuple[Any, Any]]:
    facts = [
        (_("申请类别"), row.get_kind_display()),
        (_("中心"), row.center.name),
        (_("申请单位"), row.organisation.name),
        (_("放在什么位置"), row.place),
        (_("依据文件"), f"{row.basis_title} {row.basis_number}".strip()),
        (_("到期日期"), row.expires_on),
        (_("预算（万元）"), wan(row.budget_fen)),
        (_("说明"), row.note),
        (_("统一设计要求"), row.design_note),
        (_("备案号"), row.filing_no),
        (_("批准时间"), row.approved_at),
        (_("拆除日期"), row.removed_on),
    ]
    return [(label, value) for label, value in facts if value not in ("", None)]


def papers(row: Any, user: Any) -> dict[str, Any]:
    return {"papers": row.papers.all(), "may_papers": user.has_perm("centers.add_paper")}


def placement_more(row: PlacementApplication, user: Any) -> dict[str, Any]:
    return {**papers(row, user), "missing": missing(row) if row.state in ("draft", "returned") else []}


def up(user: Any) -> list[tuple[str, Any]]:
    return [("up", _("还挂着")), ("gone", _("已拆除")), ("undecided", _("还没定怎么处理"))]


def by_presence(rows: Any, value: str) -> Any:
    narrowed = {"up": rows.up, "gone": lambda: rows.filter(removed_on__isnull=False), "undecided": lambda: rows.up().filter(action="")}
    return narrowed[value]() if value in narrowed else rows


EXPIRING = Filter(
    "expiring",
    _("到期"),
    lambda user: [("90", _("90 天内到期")), ("30", _("30 天内到期"))],
    lambda rows, value: rows.expiring(int(value)) if value in ("90", "30") else rows,
)

noun(
    Noun(
        "sites",
        _("储备场地"),
        CandidateSite,
        "candidate-sites",
        form=SiteForm,
        search=("name", "address"),
        filters=(
            by_choice("mode", _("方式"), CandidateSite.Mode.choices),
            by_state(CandidateSite, _("状态")),
            by_town("region__code", _("镇街")),
        ),
        joins=("region__parent", "owner", "center"),
        ordering=("region__code", "id"),
        more=lambda row, user: {**papers(row, user), "leases": row.leases.select_related("organisation")},
        template="centers/site_detail.html",
        icon="pin",
        links=((_("地图"), "/desk/map/"),),
        empty=_("把可腾、可租、可建的地方登记下来。"),
    )
)
noun(
    Noun(
        "leases",
        _("租赁协议"),
        Lease,
        "leases",
        form=LeaseForm,
        search=("site__name", "organisation__name"),
        filters=(by_state(Lease, _("状态")), EXPIRING, by_town("site__region__code", _("镇街"))),
        joins=("site__region__parent", "organisation"),
        ordering=("ends_on", "id"),
        more=papers,
        due=lambda x: x.ends_on if x.expiring else None,
        template="centers/paper_detail.html",
        icon="file",
        empty=_("还没有租赁协议。"),
    )
)
noun(
    Noun(
        "placements",
        _("标识阵地申请"),
        PlacementApplication,
        "placements",
        form=PlacementForm,
        search=("title", "center__name", "organisation__name"),
        filters=(
            by_state(PlacementApplication, _("状态")),
            by_choice("kind", _("申请类别"), PlacementApplication.Kind.choices),
            by_town("center__region__code", _("镇街")),
        ),
        joins=("center__region__parent", "organisation"),
        facts=placement_facts,
        more=placement_more,
        due=lambda p: p.due_on,
        template="centers/placement_detail.html",
        icon="copy",
        lead=_("没有依据文件和文号的，不能挂牌、不能上墙。"),
        empty=_("要挂牌子、制度上墙、设阵地、装修，从这里申请。"),
    )
)
noun(
    Noun(
        "signs",
        _("标识牌"),
        Sign,
        "signs",
        form=SignForm,
        search=("title", "center__name", "unit"),
        filters=(
            Filter("there", _("在不在"), up, by_presence),
            by_choice("origin", _("来源"), Sign.Origin.choices),
            by_choice("action", _("怎么处理"), Sign.Action.choices),
            by_town("center__region__code", _("镇街")),
        ),
        joins=("center__region__parent", "placement"),
        ordering=("center", "id"),
        icon="list",
        links=((_("清理前后"), "/desk/signs/clean-up/"),),
        empty=_("到现场把牌子一块块登记下来，再定保留、整合还是清理。"),
    )
)
