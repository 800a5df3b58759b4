"""Openings by appointment at the desk."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from accounts.phones import masked, masked_name
from accounts.register import Column, Register, register
from accounts.scope import prefixes
from centers.models import Appointment
from centers.nouns.standards import overdue, town_of
from centers.workflows.appointment import ANSWERS, APPOINTMENT
from records import audit
from workflow.nouns import Noun, by_state, by_town, noun

__all__ = ["APPOINTMENT"]

APPOINTMENTS = register(
    Register(
        "appointments",
        _("预约开放申请"),
        Appointment,
        (
            Column(_("编号"), lambda a: str(a.pk)),
            Column(_("中心"), lambda a: a.center.name, 30),
            Column(_("镇街"), lambda a: town_of(a.center)),
            Column(_("开始"), lambda a: a.starts_at, 18),
            Column(_("结束"), lambda a: a.ends_at, 18),
            Column(_("几个人来"), lambda a: a.people),
            Column(_("来做什么"), lambda a: a.purpose, 40),
            Column(_("状态"), lambda a: a.get_state_display()),
            Column(_("申请时间"), lambda a: a.created_at, 18),
            Column(_("答复期限"), lambda a: a.due_on),
            Column(_("逾期"), lambda a: a.overdue),
            Column(_("答复"), lambda a: a.note, 40),
        ),
        ("center__region__parent",),
    )
)


def asker(row: Appointment, user: Any) -> dict[str, Any]:
    """The number to call, in full for whoever answers, each look written down."""
    number = str(row.asked_by.phone or "")
    if number and not any(row.center.region.code.startswith(code) for code in prefixes(user, ANSWERS)):
        number = ""
    if number:
        audit.write("centers.unmask_appointment", by=user, on=row, fields=["phone"], region_code=row.center.region.code)
    return {"number": number}


def facts(row: Appointment) -> list[tuple[Any, Any]]:
    return [
        (_("中心"), row.center.name),
        (_("什么时间"), row.span),
        (_("几个人来"), row.people),
        (_("来做什么"), row.purpose),
        (_("申请人"), masked_name(row.asked_by.name) if row.asked_by.name else _("没有留姓名")),
        (_("联系电话"), masked(row.asked_by.phone) if row.asked_by.phone else _("没有留")),
        (_("申请时间"), row.created_at),
        (_("答复期限"), row.due_on),
        (_("答复"), row.note),
    ]


noun(
    Noun(
        "appointments",
        _("预约开放申请"),
        Appointment,
        "appointments",
        search=("center__name",),
        filters=(by_state(Appointment, _("状态")), overdue(_("期限")), by_town("center__region__code", _("镇街"))),
        joins=("center__region__parent", "asked_by"),
        ordering=("due_on", "starts_at", "id"),
        facts=facts,
        more=asker,
        due=lambda a: a.due_on if a.state == "requested" else None,
        template="centers/appointment_detail.html",
        icon="calendar",
        empty=_("居民在中心页面上申请预约开放，会出现在这里。"),
    )
)
