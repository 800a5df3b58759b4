"""Repairs, feedback and matters at the desk."""

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.phones import masked
from accounts.register import Column, Register, register
from accounts.scope import prefixes
from centers import incoming
from centers.forms.work import DeskRepairForm, MatterForm
from centers.models import Escalation, Feedback, Matter, RepairTicket
from centers.nouns.standards import overdue, town_of
from centers.workflows.feedback import FEEDBACK
from centers.workflows.repair import REPAIR
from records import audit
from workflow.nouns import Noun, by_choice, by_state, by_town, noun

__all__ = ["FEEDBACK", "REPAIR"]

REPAIRS = register(
    Register(
        "repairs",
        _("报修"),
        RepairTicket,
        (
            Column(_("编号"), lambda r: str(r.pk)),
            Column(_("中心"), lambda r: r.center.name, 30),
            Column(_("镇街"), lambda r: town_of(r.center)),
            Column(_("哪里坏了"), lambda r: r.text, 40),
            Column(_("状态"), lambda r: r.get_state_display()),
            Column(_("有安全隐患"), lambda r: r.hazard),
            Column(_("报修时间"), lambda r: r.reported_at, 18),
            Column(_("处理期限"), lambda r: r.due_at, 18),
            Column(_("逾期"), lambda r: r.overdue),
            Column(_("派给谁"), lambda r: r.office, 20),
        ),
        ("center__region__parent",),
    )
)
FEEDBACKS = register(
    Register(
        "feedback",
        _("投诉建议"),
        Feedback,
        (
            Column(_("编号"), lambda f: str(f.pk)),
            Column(_("类别"), lambda f: f.get_kind_display()),
            Column(_("关于"), lambda f: f.center.name if f.center else _("区里"), 30),
            Column(_("由谁答复"), lambda f: f.region.name, 20),
            Column(_("状态"), lambda f: f.get_state_display()),
            Column(_("收到时间"), lambda f: f.received_at, 18),
            Column(_("答复期限"), lambda f: f.due_on),
            Column(_("逾期"), lambda f: f.overdue),
            Column(_("答复单位"), lambda f: f.office, 20),
        ),
        ("center", "region"),
    )
)
MATTERS = register(
    Register(
        "matters",
        _("办事事项"),
        Matter,
        (
            Column(_("办什么"), lambda m: m.title, 30),
            Column(_("中心"), lambda m: m.center.name, 30),
            Column(_("哪个窗口"), lambda m: m.window, 20),
            Column(_("带什么"), lambda m: m.papers, 40),
            Column(_("什么时间"), lambda m: m.when, 20),
            Column(_("提醒"), lambda m: m.note, 30),
        ),
        ("center",),
        incoming.MATTERS,
    )
)


def raised(subject: str, permission: str) -> Any:
    """What was raised so far; the number that was left, in full for whoever handles the row, each look written down."""

    def more(row: Any, user: Any) -> dict[str, Any]:
        number = ""
        if row.phone and any(row.region_code.startswith(code) for code in prefixes(user, permission)):
            number = row.phone
            audit.write(f"centers.unmask_{subject}", by=user, on=row, fields=["phone"], region_code=row.region_code)
        return {"escalations": Escalation.objects.filter(subject=subject, number=row.pk).order_by("level"), "number": number}

    return more


def repair_facts(row: RepairTicket) -> list[tuple[Any, Any]]:
    return [
        (_("中心"), row.center.name),
        (_("哪里坏了"), row.text),
        (_("在什么位置"), row.place),
        (_("有安全隐患"), _("是") if row.hazard else _("否")),
        (_("联系电话"), masked(row.phone) if row.phone else _("没有留")),
        (_("报修时间"), row.reported_at),
        (_("处理期限"), row.due_at),
        (_("派给谁"), row.office),
        (_("处理情况"), row.note),
    ]


def feedback_facts(row: Feedback) -> list[tuple[Any, Any]]:
    return [
        (_("类别"), row.get_kind_display()),
        (_("关于"), row.center.name if row.center else _("区里")),
        (_("由谁答复"), row.region.name),
        (_("说了什么"), row.text),
        (_("联系电话"), masked(row.phone) if row.phone else _("没有留")),
        (_("收到时间"), row.received_at),
        (_("答复期限"), row.due_on),
        (_("答复单位"), row.office),
        (_("答复"), row.answer),
    ]


noun(
    Noun(
        "repairs",
        _("报修"),
        RepairTicket,
        "repairs",
        form=DeskRepairForm,
        search=("center__name", "text"),
        filters=(by_state(RepairTicket, _("状态")), overdue(_("期限")), by_town("center__region__code", _("镇街"))),
        joins=("center__region__parent", "photo"),
        ordering=("due_at", "id"),
        facts=repair_facts,
        more=raised("repair", "centers.assign_repairticket"),
        due=lambda r: timezone.localdate(r.due_at) if r.state in ("reported", "assigned") else None,
        template="centers/repair_detail.html",
        icon="tool",
        empty=_("居民扫大厅里的二维码报修，会出现在这里。"),
    )
)
noun(
    Noun(
        "feedback",
        _("投诉建议"),
        Feedback,
        "feedback",
        search=("center__name",),
        filters=(by_state(Feedback, _("状态")), by_choice("kind", _("类别"), Feedback.Kind.choices), overdue(_("期限"))),
        joins=("center", "region"),
        ordering=("due_on", "id"),
        facts=feedback_facts,
        more=raised("feedback", "centers.answer_feedback"),
        due=lambda f: f.due_on if f.state != "answered" else None,
        template="centers/feedback_detail.html",
        icon="chat",
        empty=_("还没有人提意见。"),
    )
)
noun(
    Noun(
        "matters",
        _("办事事项"),
        Matter,
        "matters",
        form=MatterForm,
        search=("title", "center__name", "papers"),
        filters=(by_town("center__region__code", _("镇街")),),
        joins=("center__region__parent",),
        ordering=("center", "window", "id"),
        icon="file",
        empty=_("把窗口能办的事写下来，居民搜得到，指引牌也能直接打印。"),
    )
)
