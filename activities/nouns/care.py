"""Childcare at the desk: the terms with places and staff; who came and who collected, without names."""

from django.utils.translation import gettext_lazy as _

from accounts.register import Column, Register, register
from activities.models import CareProgram, Handover
from workflow.nouns import Noun, by_choice, by_town, noun


def collector(row: Handover) -> str:
    """What the collector is to the child, never a name."""
    if row.person:
        return row.person.relation
    return str(_("监护人")) if row.guardian_id else str(_("打电话问过监护人")) if row.taken_by else ""


PROGRAMS = register(
    Register(
        "care_programs",
        _("托管班"),
        CareProgram,
        (
            Column(_("编号"), lambda p: str(p.pk)),
            Column(_("名称"), lambda p: p.activity.title, 30),
            Column(_("中心"), lambda p: p.activity.center.name, 30),
            Column(_("托管类型"), lambda p: p.get_kind_display()),
            Column(_("学期开始"), lambda p: p.starts_on),
            Column(_("学期结束"), lambda p: p.ends_on),
            Column(_("名额"), lambda p: sum(i.capacity for i in p.activity.intakes.all())),
            Column(_("已报名"), lambda p: sum(i.seats_taken for i in p.activity.intakes.all())),
            Column(_("候补"), lambda p: sum(i.waiting for i in p.activity.intakes.all())),
            Column(_("照护人员数"), lambda p: p.staff),
            Column(_("每位看几个孩子"), lambda p: p.ratio),
            Column(_("从业人员犯罪记录查询日期"), lambda p: p.checked_on),
            Column(_("托育备案号"), lambda p: p.filing_no, 20),
        ),
        ("activity__center",),
        prefetch=("activity__intakes",),
    )
)
HANDOVERS = register(
    Register(
        "handovers",
        _("接送记录"),
        Handover,
        (
            Column(_("预约码"), lambda h: h.attendance.booking.code),
            Column(_("活动"), lambda h: str(h.attendance.meeting.intake), 30),
            Column(_("到的时间"), lambda h: h.in_at, 18),
            Column(_("接走时间"), lambda h: h.out_at, 18),
            Column(_("谁接的"), collector),
            Column(_("晚接"), lambda h: h.late),
        ),
        ("attendance__booking", "attendance__meeting__intake__activity", "person"),
    )
)
noun(
    Noun(
        "care-programs",
        _("托管班"),
        CareProgram,
        "care_programs",
        search=("activity__title", "activity__center__name"),
        filters=(by_choice("kind", _("托管类型"), CareProgram.Kind.choices), by_town("activity__center__region__code", _("镇街"))),
        joins=("activity__center",),
        prefetch=("activity__intakes",),
        ordering=("-starts_on", "-id"),
        icon="people",
        empty=_("还没有托管班。在“托管照护”类的活动里点“托管班”，就能办一个。"),
        facts=lambda p: [(_("现在每位看几个孩子"), p.ratio), (_("费用说明"), p.fee_note)],
    )
)
noun(
    Noun(
        "handovers",
        _("接送记录"),
        Handover,
        "handovers",
        filters=(by_town("attendance__meeting__intake__activity__center__region__code", _("镇街")),),
        joins=("attendance__booking", "attendance__meeting__intake__activity__center", "person"),
        ordering=("-in_at", "-id"),
        icon="people",
        empty=_("孩子到了、接走了，就记在这里。"),
    )
)
