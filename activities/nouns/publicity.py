"""The column, brands, roadshows and polls at the desk."""

from datetime import timedelta
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.register import Column, Register, register
from activities.forms.publicity import BrandForm, DigestEditForm, DigestForm, PollForm, RoadshowForm
from activities.models import Brand, Digest, Poll, Roadshow
from activities.workflows.brand import BRAND
from activities.workflows.digest import DIGEST
from activities.workflows.poll import POLL
from workflow.nouns import Noun, by_state, by_town, noun

__all__ = ["BRAND", "DIGEST", "POLL"]

register(
    Register(
        "digests",
        _("月度专栏"),
        Digest,
        (
            Column(_("月份"), lambda d: f"{d.month:%Y-%m}"),
            Column(_("标题"), lambda d: d.title, 30),
            Column(_("区划"), lambda d: d.region.name),
            Column(_("状态"), lambda d: d.get_state_display()),
            Column(_("发布时间"), lambda d: d.published_at, 18),
        ),
        ("region",),
    )
)
register(
    Register(
        "brands",
        _("服务品牌"),
        Brand,
        (
            Column(_("品牌名称"), lambda b: b.name, 20),
            Column(_("中心"), lambda b: b.center.name, 30),
            Column(_("一句话介绍"), lambda b: b.summary, 40),
            Column(_("和谁一起办"), lambda b: b.organisation.name if b.organisation else "", 24),
            Column(_("参加的路演"), lambda b: b.roadshow.title if b.roadshow else "", 24),
            Column(_("状态"), lambda b: b.get_state_display()),
            Column(_("认定日期"), lambda b: b.recognised_on),
        ),
        ("center", "organisation", "roadshow"),
    )
)
register(
    Register(
        "roadshows",
        _("路演"),
        Roadshow,
        (
            Column(_("名称"), lambda r: r.title, 30),
            Column(_("哪一天"), lambda r: r.held_on),
            Column(_("地点"), lambda r: r.place, 20),
            Column(_("区划"), lambda r: r.region.name),
        ),
        ("region",),
    )
)
register(
    Register(
        "polls",
        _("人气评选"),
        Poll,
        (
            Column(_("名称"), lambda p: p.title, 30),
            Column(_("区划"), lambda p: p.region.name),
            Column(_("开始投票"), lambda p: p.opens_at, 18),
            Column(_("截止投票"), lambda p: p.closes_at, 18),
            Column(_("状态"), lambda p: p.get_state_display()),
        ),
        ("region",),
    )
)


def digest_parts(row: Digest, user: Any) -> dict[str, Any]:
    may = Digest.objects.allowed(user, "change").filter(pk=row.pk).exists()
    return {"items": list(row.items.all()), "may_change": may}


noun(
    Noun(
        "digests",
        _("月度专栏"),
        Digest,
        "digests",
        form=DigestForm,
        edit_form=DigestEditForm,
        filters=(by_state(Digest, _("状态")), by_town("region__code", _("镇街"))),
        joins=("region",),
        ordering=("-month", "region__code"),
        more=digest_parts,
        template="activities/digest_desk.html",
        due=lambda row: timezone.localdate(row.created_at).replace(day=10) if row.state != "published" else None,
        every_level=True,
        icon="list",
        empty=_("还没有专栏。每月 1 日系统会按上个月的记录起好草稿。"),
    )
)
noun(
    Noun(
        "brands",
        _("服务品牌"),
        Brand,
        "brands",
        form=BrandForm,
        search=("name", "center__name"),
        filters=(by_state(Brand, _("状态")), by_town("center__region__code", _("镇街"))),
        joins=("center", "organisation", "roadshow"),
        ordering=("-id",),
        due=lambda row: timezone.localdate(row.created_at) + timedelta(30) if row.state == "nominated" else None,
        icon="star",
        empty=_("还没有服务品牌。中心有拿得出手的服务，就推荐上来。"),
    )
)
noun(
    Noun(
        "roadshows",
        _("路演"),
        Roadshow,
        "roadshows",
        form=RoadshowForm,
        joins=("region",),
        prefetch=("brands__center",),
        ordering=("-held_on", "id"),
        facts=lambda r: [
            (_("哪一天"), r.held_on),
            (_("地点"), r.place),
            (_("服务品牌"), "\n".join(f"{b.center.short_name} · {b.name}" for b in r.brands.all())),
        ],
        icon="route",
        empty=_("还没有路演。"),
    )
)
noun(
    Noun(
        "polls",
        _("人气评选"),
        Poll,
        "polls",
        form=PollForm,
        filters=(by_state(Poll, _("状态")),),
        joins=("region",),
        prefetch=("options",),
        ordering=("-opens_at", "-id"),
        due=lambda row: timezone.localdate(row.closes_at if row.state == "announced" else row.opens_at),
        every_level=True,
        facts=lambda p: [
            (_("说明"), p.lead),
            (_("开始投票"), p.opens_at),
            (_("截止投票"), p.closes_at),
            (_("每人最多选几个"), p.choices),
            (_("评选项目"), "\n".join(o.title for o in p.options.all())),
        ],
        icon="check",
        empty=_("还没有评选。评选只是听听大家喜欢什么，不算进星级。"),
        lead=_("一个手机号一票，只供参考，不算进星级。"),
    )
)
