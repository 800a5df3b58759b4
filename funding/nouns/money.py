"""Projects, awards, the ledger and objections at the desk."""

from typing import Any

from django.db.models import F
from django.utils.translation import gettext_lazy as _

from accounts.phones import masked
from accounts.register import Column, Register, register
from accounts.scope import prefixes
from centers import papers
from centers.nouns.standards import town_of
from centers.nouns.upgrade import wan
from centers.views.parts import PARTS, Part
from funding import ledger
from funding.forms.money import ProjectForm, ProjectPaperForm
from funding.models import Award, Book, LedgerEntry, Objection, Project, ProjectPaper
from funding.workflows.objection import OBJECTION
from funding.workflows.project import PROJECT
from records import audit
from workflow.nouns import Filter, Noun, by_choice, by_state, by_town, noun

__all__ = ["OBJECTION", "PROJECT"]

PROJECTS = register(
    Register(
        "projects",
        _("一事一议项目"),
        Project,
        (
            Column(_("年度"), lambda p: p.year),
            Column(_("镇街"), lambda p: town_of(p.center)),
            Column(_("中心"), lambda p: p.center.name, 30),
            Column(_("项目名称"), lambda p: p.title, 30),
            Column(_("状态"), lambda p: p.get_state_display()),
            Column(_("申请（万元）"), lambda p: wan(p.asked)),
            Column(_("批准（万元）"), lambda p: wan(p.granted)),
            Column(_("已落实（万元）"), lambda p: wan(p.allocated)),
            Column(_("已拨付（万元）"), lambda p: wan(p.paid)),
            Column(_("批准日期"), lambda p: p.approved_on),
            Column(_("公示到"), lambda p: p.notice_until),
            Column(_("验收日期"), lambda p: p.accepted_on),
        ),
        ("center__region__parent",),
    )
)
AWARDS = register(
    Register(
        "awards",
        _("星级奖励"),
        Award,
        (
            Column(_("评星"), lambda a: a.round.title, 24),
            Column(_("镇街"), lambda a: town_of(a.center)),
            Column(_("中心"), lambda a: a.center.name, 30),
            Column(_("星级"), lambda a: a.star),
            Column(_("奖励（万元）"), lambda a: wan(a.amount)),
            Column(_("已落实（万元）"), lambda a: wan(a.allocated)),
            Column(_("已拨付（万元）"), lambda a: wan(a.paid)),
        ),
        ("round", "center__region__parent"),
    )
)
LEDGER = register(
    Register(
        "ledger",
        _("资金台账"),
        LedgerEntry,
        (
            Column(_("第几笔"), lambda e: e.pk),
            Column(_("记账日期"), lambda e: e.posted_on),
            Column(_("年度"), lambda e: e.book.year),
            Column(_("用途"), lambda e: e.book.get_purpose_display()),
            Column(_("类别"), lambda e: e.get_kind_display()),
            Column(_("科目"), lambda e: e.get_account_display()),
            Column(_("村社"), lambda e: e.region.name, 24),
            Column(_("星级"), lambda e: e.star),
            Column(_("金额（万元）"), lambda e: wan(e.amount)),
            Column(_("冲销的是第几笔"), lambda e: e.reverses_id),
            Column(_("说明"), lambda e: e.reason, 36),
        ),
        ("book", "region"),
    )
)
OBJECTIONS = register(
    Register(
        "objections",
        _("异议"),
        Objection,
        (
            Column(_("评星"), lambda o: o.round.title, 24),
            Column(_("关于哪个村社"), lambda o: o.application.center.name if o.application else "", 30),
            Column(_("单位还是个人"), lambda o: o.get_kind_display()),
            Column(_("收到时间"), lambda o: o.received_at, 18),
            Column(_("状态"), lambda o: o.get_state_display()),
            Column(_("答复"), lambda o: o.answer, 40),
            Column(_("答复时间"), lambda o: o.answered_at, 18),
        ),
        ("round", "application__center"),
    )
)

PARTS[("projects", "papers")] = Part(ProjectPaper, ProjectPaperForm, _("项目材料"), "project")


def project_facts(row: Project) -> list[tuple[Any, Any]]:
    return [
        (_("中心"), row.center.name),
        (_("年度"), row.year),
        (_("做什么、为什么"), row.purpose),
        (_("居民议事会"), _("%(day)s 开会，到会 %(present)d 人，同意 %(agreed)d 人")
         % {"day": row.council_on, "present": row.present, "agreed": row.agreed}),
        (_("申请（万元）"), wan(row.asked)),
        (_("批准（万元）"), wan(row.granted)),
        (_("公示"), f"{row.approved_on} – {row.notice_until}" if row.approved_on else ""),
        (_("验收"), f"{row.accepted_on} {row.acceptance}" if row.accepted_on else ""),
        (_("已落实（万元）"), wan(row.allocated)),
        (_("已拨付（万元）"), wan(row.paid)),
    ]  # fmt: skip


def project_more(row: Project, user: Any) -> dict[str, Any]:
    return {
        "papers": row.papers.all(),
        "may_papers": user.has_perm("funding.add_projectpaper") and papers.takes_parts(row),
        "may_delete": user.has_perm("funding.delete_projectpaper") and papers.takes_parts(row) and not papers.keeps_parts(row),
        "may_allocate": ledger.may_allocate(row, user),
        "entries": row.entries.select_related("book").order_by("pk"),
        "may_reverse": bool(prefixes(user, "funding.reverse_ledgerentry")),
    }


def award_more(row: Award, user: Any) -> dict[str, Any]:
    return {
        "entries": row.entries.select_related("book").order_by("pk"),
        "may_reverse": bool(prefixes(user, "funding.reverse_ledgerentry")),
        "may_allocate": ledger.may_allocate(row, user),
        "may_pay": Award.objects.allowed(user, "pay").filter(pk=row.pk, paid__lt=F("allocated")).exists(),
    }


def entry_more(row: LedgerEntry, user: Any) -> dict[str, Any]:
    may = LedgerEntry.objects.allowed(user, "reverse").filter(pk=row.pk).exists()
    done = LedgerEntry.objects.filter(reverses=row).first()
    return {"may_reverse": may and row.kind != "reversal" and done is None, "undone_by": done}


def objection_more(row: Objection, user: Any) -> dict[str, Any]:
    """The number in full for whoever answers, each look written down."""
    number = ""
    if (
        row.phone
        and row.state == "received"
        and any(row.round.region.code.startswith(c) for c in prefixes(user, "funding.unmask_objection"))
    ):
        number = row.phone
        audit.write("funding.unmask_objection", by=user, on=row, fields=["phone"], region_code=row.round.region.code)
    return {"number": number}


def objection_facts(row: Objection) -> list[tuple[Any, Any]]:
    return [
        (_("评星"), row.round.title),
        (_("关于哪个村社"), row.application.center.name if row.application else _("整个结果")),
        (_("单位还是个人"), row.get_kind_display()),
        (_("姓名或单位名称"), row.name),
        (_("联系电话"), masked(row.phone)),
        (_("有什么异议，依据是什么"), row.text),
        (_("答复"), row.answer),
        (_("答复时间"), row.answered_at),
    ]


def book_filter() -> Filter:
    """Chips for the books: a year's purpose."""

    def books(user: Any) -> list[tuple[str, Any]]:
        return [(str(book.pk), str(book)) for book in Book.objects.allowed(user, "view")[:12]]

    return Filter("book", _("账簿"), books, lambda rows, value: rows.filter(book=int(value)) if value.isdecimal() else rows)


noun(
    Noun(
        "projects",
        _("一事一议项目"),
        Project,
        "projects",
        form=ProjectForm,
        search=("title", "center__name"),
        filters=(by_state(Project, _("状态")), by_town("center__region__code", _("镇街"))),
        joins=("center__region__parent",),
        facts=project_facts,
        more=project_more,
        template="funding/project_detail.html",
        icon="money",
        due=lambda p: p.notice_until if p.state == "approved" else None,
        empty=_("居民议事会同意了的事，带上议事记录来申请。"),
    )
)
noun(
    Noun(
        "awards",
        _("星级奖励"),
        Award,
        "awards",
        search=("center__name",),
        filters=(by_town("center__region__code", _("镇街")),),
        joins=("round__region", "center__region__parent", "line"),
        ordering=("-round", "-star", "center__region__code"),
        more=award_more,
        template="funding/award_detail.html",
        icon="money",
        empty=_("结果确定、奖励落实以后就在这里。"),
    )
)
noun(
    Noun(
        "ledger",
        _("资金台账"),
        LedgerEntry,
        "ledger",
        search=("reason", "region__name"),
        filters=(by_choice("kind", _("类别"), LedgerEntry.Kind.choices), book_filter()),
        joins=("book", "region", "award", "project", "reverses"),
        more=entry_more,
        template="funding/entry_detail.html",
        icon="money",
        lead=_("只加不改，记错了冲销；对所有人公开。"),
        links=((_("公开页"), "/funding/ledger/"),),
        empty=_("先增加一年的预算。"),
    )
)
noun(
    Noun(
        "objections",
        _("异议"),
        Objection,
        "objections",
        filters=(by_state(Objection, _("状态")),),
        joins=("round__region", "application__center"),
        facts=objection_facts,
        more=objection_more,
        template="funding/objection_detail.html",
        icon="alert",
        due=lambda o: o.due_on if o.state == "received" else None,
        empty=_("公示期间收到的异议在这里，10 天内答复。"),
    )
)
