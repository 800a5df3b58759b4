"""Standards and inspections at the desk."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from accounts.register import Column, Register, register
from centers import compliance
from centers.forms.work import FindingForm, FindingWordsForm, StandardSetForm
from centers.models import Finding, Inspection, StandardSet
from centers.workflows.rectification import RECTIFICATION
from centers.workflows.standard import STANDARDS
from workflow.nouns import Filter, Noun, by_choice, by_state, by_town, noun

__all__ = ["RECTIFICATION", "STANDARDS"]


def town_of(center: Any) -> str:
    """The township that a center belongs to."""
    return str(center.region.name if center.level == "town" or center.region.parent is None else center.region.parent.name)


STANDARD = register(
    Register(
        "standards",
        _("标准"),
        StandardSet,
        (
            Column(_("名称"), lambda s: s.name, 30),
            Column(_("版本"), lambda s: s.version),
            Column(_("状态"), lambda s: s.get_state_display()),
            Column(_("施行日期"), lambda s: s.in_force_from),
            Column(_("施行到"), lambda s: s.in_force_until),
            Column(_("达标线（%）"), lambda s: s.pass_percent),
        ),
    )
)
INSPECTION = register(
    Register(
        "inspections",
        _("检查"),
        Inspection,
        (
            Column(_("检查日期"), lambda i: i.inspected_on),
            Column(_("中心"), lambda i: i.center.name, 30),
            Column(_("镇街"), lambda i: town_of(i.center)),
            Column(_("检查类别"), lambda i: i.get_kind_display()),
            Column(_("按哪版标准"), lambda i: str(i.standard_set), 24),
            Column(_("总的情况"), lambda i: i.remark, 40),
        ),
        ("center__region__parent", "standard_set"),
    )
)
FINDING = register(
    Register(
        "findings",
        _("问题整改"),
        Finding,
        (
            Column(_("问题"), lambda f: f.text, 40),
            Column(_("中心"), lambda f: f.center.name, 30),
            Column(_("镇街"), lambda f: town_of(f.center)),
            Column(_("状态"), lambda f: f.get_state_display()),
            Column(_("整改类别"), lambda f: f.get_urgency_display()),
            Column(_("下发日期"), lambda f: f.issued_on),
            Column(_("整改期限"), lambda f: f.due_on),
            Column(_("逾期"), lambda f: f.overdue),
            Column(_("重复出现"), lambda f: f.repeats_id is not None),
            Column(_("销号日期"), lambda f: f.closed_on),
        ),
        ("center__region__parent",),
    )
)


def set_more(row: StandardSet, user: Any) -> dict[str, Any]:
    standards = list(row.standards.prefetch_related("items"))
    derived = [s for s in standards if s.origin == "derived"]
    return {"standards": standards, "derived": derived, "admin_edit": row.state == "draft" and user.has_perm("centers.change_standardset")}


def inspection_more(row: Inspection, user: Any) -> dict[str, Any]:
    answers = list(row.answers.select_related("item__standard", "photo__twin__center__region"))
    reach = [code for code in user_codes(user)]
    for answer in answers:
        twin = answer.photo.twin if answer.photo else None
        answer.twin_seen = twin is not None and any(twin.center.region.code.startswith(code) for code in reach)  # type: ignore[attr-defined]
    return {
        "answers": answers,
        "findings": row.findings.all(),
        "standing": compliance.standings_of([row]).get(row.center_id),
    }


def user_codes(user: Any) -> list[str]:
    from accounts.scope import prefixes

    return prefixes(user, "centers.view_picture")


def finding_more(row: Finding, user: Any) -> dict[str, Any]:
    from centers.models import Escalation

    return {
        "escalations": Escalation.objects.filter(subject="finding", number=row.pk).order_by("level"),
        "pictures": [(title, p) for title, p in ((_("整改前"), row.before), (_("整改后"), row.after)) if p],
    }


def overdue(title: Any) -> Filter:
    return Filter("late", title, lambda user: [("1", _("已逾期"))], lambda rows, value: rows.overdue() if value == "1" else rows)


noun(
    Noun(
        "standards",
        _("七条标准"),
        StandardSet,
        "standards",
        form=StandardSetForm,
        ordering=("region__code", "-version"),
        more=set_more,
        template="centers/standard_detail.html",
        icon="star",
        lead=_("发布以后不能改；要改就做新版本。条目在管理后台里编。"),
    )
)
noun(
    Noun(
        "inspections",
        _("检查"),
        Inspection,
        "inspections",
        search=("center__name",),
        filters=(by_choice("kind", _("检查类别"), Inspection.Kind.choices), by_town("center__region__code", _("镇街"))),
        joins=("center__region__parent", "standard_set", "inspector"),
        ordering=("-inspected_on", "-id"),
        more=inspection_more,
        template="centers/inspection_detail.html",
        icon="check",
        empty=_("从中心的页面开始一次检查，没有网络也能填。"),
        links=((_("达标情况"), "/desk/compliance/"),),
    )
)
noun(
    Noun(
        "findings",
        _("问题整改"),
        Finding,
        "findings",
        form=FindingForm,
        edit_form=FindingWordsForm,
        search=("center__name", "text"),
        filters=(by_state(Finding, _("状态")), overdue(_("期限")), by_town("center__region__code", _("镇街"))),
        joins=("center__region__parent", "item__standard", "inspection", "before", "after", "repeats"),
        ordering=("due_on", "id"),
        more=finding_more,
        due=lambda f: f.due_on if f.state in Finding.WITH_VILLAGE else None,
        template="centers/finding_detail.html",
        icon="alert",
        empty=_("检查里记“不符合”的，会自动列到这里。"),
    )
)
