"""The registers of activities and bookings for Excel; names masked."""

from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from accounts.phones import masked, masked_name
from accounts.register import Column, Register, register
from activities.models import Activity, Booking, Outcome

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
