"""The registers of activities and bookings for Excel; names masked."""

from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from accounts.phones import masked, masked_name
from accounts.register import Column, Register, register
from activities.models import Activity, Booking, Outcome, SharedResource, Venue, VenueBooking

ACTIVITY = register(
    Register(
        "activities",
        _("活动"),
        Activity,
        (
            Column(_("编号"), lambda a: str(a.pk)),
            Column(_("名称"), lambda a: a.title, 30),
            Column(_("类别"), lambda a: a.get_kind_display()),
            Column(_("中心"), lambda a: a.center.name, 30),
            Column(_("状态"), lambda a: a.get_state_display()),
            Column(_("费用（元）"), lambda a: Decimal(a.price_fen) / 100),
            Column(_("发布时间"), lambda a: a.published_at, 18),
        ),
        ("center",),
    )
)
OUTCOME = register(
    Register(
        "outcomes",
        _("活动总结"),
        Outcome,
        (
            Column(_("活动"), lambda o: o.activity.title, 30),
            Column(_("类别"), lambda o: o.activity.get_kind_display()),
            Column(_("中心"), lambda o: o.activity.center.name, 30),
            Column(_("最后一场的日期"), lambda o: o.held_on),
            Column(_("到场人次"), lambda o: o.headcount),
            Column(_("三句话总结"), lambda o: o.lines, 60),
            Column(_("公开时间"), lambda o: o.released_at, 18),
        ),
        ("activity__center",),
    )
)
BOOKING = register(
    Register(
        "bookings",
        _("预约记录"),
        Booking,
        (
            Column(_("预约码"), lambda b: b.code),
            Column(_("中心"), lambda b: b.intake.activity.center.name, 30),
            Column(_("活动"), lambda b: str(b.intake), 30),
            Column(_("参与人"), lambda b: masked_name(b.participant.name)),
            Column(_("联系电话"), lambda b: masked(b.participant.phone)),
            Column(_("状态"), lambda b: b.get_state_display()),
            Column(_("方式"), lambda b: b.get_channel_display()),
            Column(_("预约时间"), lambda b: b.created_at, 18),
            Column(_("开始候补"), lambda b: b.queued_at, 18),
            Column(_("名额保留到"), lambda b: b.offered_until, 18),
        ),
        ("intake__activity__center", "participant"),
    )
)
RESOURCE = register(
    Register(
        "resources",
        _("共享场地"),
        SharedResource,
        (
            Column(_("共享单位"), lambda r: r.organisation.name, 30),
            Column(_("名称"), lambda r: r.name, 30),
            Column(_("所在村社"), lambda r: r.region.name, 20),
            Column(_("地址"), lambda r: r.address, 30),
            Column(_("面积（㎡）"), lambda r: r.area),
            Column(_("委托哪个中心答复"), lambda r: r.center.name if r.center else "", 30),
            Column(_("共享起"), lambda r: r.since),
            Column(_("共享止"), lambda r: r.until),
        ),
        ("organisation", "region", "center"),
    )
)
VENUE = register(
    Register(
        "venues",
        _("活动场地"),
        Venue,
        (
            Column(_("编号"), lambda v: str(v.pk)),
            Column(_("名称"), lambda v: v.name, 20),
            Column(_("在哪里"), lambda v: v.owner_name, 30),
            Column(_("共享单位"), lambda v: v.resource.organisation.name if v.resource else "", 30),
            Column(_("面积（㎡）"), lambda v: v.area),
            Column(_("容纳人数"), lambda v: v.holds),
            Column(_("接受预约"), lambda v: v.bookable),
        ),
        ("center", "resource__organisation"),
    )
)
VENUE_BOOKING = register(
    Register(
        "venue_bookings",
        _("场地预约"),
        VenueBooking,
        (
            Column(_("编号"), lambda b: str(b.pk)),
            Column(_("活动场地"), lambda b: str(b.venue), 30),
            Column(_("开始"), lambda b: b.starts_at, 18),
            Column(_("结束"), lambda b: b.ends_at, 18),
            Column(_("大约多少人"), lambda b: b.people),
            Column(_("做什么用"), lambda b: b.purpose, 30),
            Column(_("申请人"), lambda b: masked_name(b.asked_by.name)),
            Column(_("联系电话"), lambda b: masked(b.asked_by.phone or "")),
            Column(_("状态"), lambda b: b.get_state_display()),
        ),
        ("venue__center", "venue__resource", "asked_by"),
    )
)
