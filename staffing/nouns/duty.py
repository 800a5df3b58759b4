"""Rosters, duties, leave, swaps and the fairness accounts at the desk."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from accounts.register import Column, Register, register
from accounts.scope import prefixes
from centers.nouns.standards import town_of
from staffing.fairness import hundredths
from staffing.forms.duty import LeaveForm, RosterForm
from staffing.models import Duty, DutyBalance, Leave, Roster, Swap
from staffing.workflows.duty import DUTY
from staffing.workflows.leave import LEAVE
from staffing.workflows.roster import ROSTER
from staffing.workflows.swap import SWAP
from workflow.nouns import Filter, Noun, by_choice, by_state, by_town, noun

__all__ = ["DUTY", "LEAVE", "ROSTER", "SWAP"]

ROSTERS = register(
    Register(
        "rosters",
        _("值班表"),
        Roster,
        (
            Column(_("中心"), lambda r: r.center.name, 30),
            Column(_("镇街"), lambda r: town_of(r.center)),
            Column(_("月份"), lambda r: f"{r.month:%Y-%m}"),
            Column(_("状态"), lambda r: r.get_state_display()),
            Column(_("缺人的班次"), lambda r: r.quality.get("gaps", "")),
            Column(_("没人带班的天数"), lambda r: r.quality.get("leadless", "")),
            Column(_("最优"), lambda r: r.quality.get("optimal", "")),
            Column(_("公示时间"), lambda r: r.published_at, 18),
        ),
        ("center__region__parent",),
    )
)
DUTIES = register(
    Register(
        "duties",
        _("值班"),
        Duty,
        (
            Column(_("日期"), lambda d: d.shift.day),
            Column(_("时段"), lambda d: d.shift.spans, 24),
            Column(_("中心"), lambda d: d.shift.roster.center.name, 30),
            Column(_("姓名"), lambda d: d.cadre.name),
            Column(_("职务"), lambda d: d.position, 20),
            Column(_("带班"), lambda d: d.lead),
            Column(_("状态"), lambda d: d.get_state_display()),
            Column(_("确认时间"), lambda d: d.confirmed_at, 18),
        ),
        ("shift__roster__center", "cadre"),
    )
)
LEAVES = register(
    Register(
        "leaves",
        _("请假"),
        Leave,
        (
            Column(_("干部"), lambda r: r.cadre.name),
            Column(_("所在村社"), lambda r: r.cadre.region.name, 24),
            Column(_("假别"), lambda r: r.get_kind_display()),
            Column(_("第一天"), lambda r: r.first_day),
            Column(_("最后一天"), lambda r: r.last_day),
            Column(_("状态"), lambda r: r.get_state_display()),
            Column(_("申请时间"), lambda r: r.created_at, 18),
            Column(_("答复"), lambda r: r.reply, 30),
        ),
        ("cadre__region",),
    )
)
SWAPS = register(
    Register(
        "swaps",
        _("换班"),
        Swap,
        (
            Column(_("哪个班"), lambda s: str(s.duty.shift), 30),
            Column(_("谁的班"), lambda s: s.owner.name),
            Column(_("请谁来"), lambda s: s.to.name),
            Column(_("换他的哪个班"), lambda s: str(s.back.shift) if s.back else "", 30),
            Column(_("状态"), lambda s: s.get_state_display()),
            Column(_("过期"), lambda s: s.expired),
            Column(_("提出时间"), lambda s: s.created_at, 18),
        ),
        ("duty__shift", "owner", "to", "back__shift"),
    )
)
BALANCES = register(
    Register(
        "duty_balances",
        _("公平账"),
        DutyBalance,
        (
            Column(_("月份"), lambda b: f"{b.month:%Y-%m}"),
            Column(_("中心"), lambda b: b.center.name, 30),
            Column(_("干部"), lambda b: b.cadre.name),
            Column(_("类别"), lambda b: b.get_kind_display()),
            Column(_("记的什么"), lambda b: b.get_entry_display(), 20),
            Column(_("多值几个班"), lambda b: hundredths(b.amount)),
        ),
        ("center", "cadre"),
    )
)


def by_month(lookup: str, title: Any) -> Filter:
    """Chips for the months from two back to one ahead."""
    from datetime import date, timedelta

    from django.utils import timezone

    def months(user: Any) -> list[tuple[str, Any]]:
        first = timezone.localdate().replace(day=1)
        found = [first]
        for _n in range(2):
            found.insert(0, (found[0] - timedelta(1)).replace(day=1))
        found.append((first + timedelta(32)).replace(day=1))
        return [(f"{m:%Y-%m}", f"{m:%Y-%m}") for m in found]

    def narrow(rows: Any, value: str) -> Any:
        try:
            return rows.filter(**{lookup: date.fromisoformat(f"{value}-01")})
        except ValueError:
            return rows

    return Filter("month", title, months, narrow)


def leave_facts(row: Leave) -> list[tuple[Any, Any]]:
    return [
        (_("干部"), row.cadre.name),
        (_("所在村社"), row.cadre.region.name),
        (_("假别"), row.get_kind_display()),
        (_("哪几天"), row.span),
        (_("说明"), row.note),
        (_("申请时间"), row.created_at),
        (_("答复"), row.reply),
    ]


def leave_more(row: Leave, user: Any) -> dict[str, Any]:
    """Which duties the leave would leave empty."""
    from staffing.workflows.leave import duties

    found = duties(row).select_related("shift__roster__center") if row.state in ("requested", "approved") else []
    return {"duties": found}


def swap_facts(row: Swap) -> list[tuple[Any, Any]]:
    return [
        (_("哪个班"), str(row.duty.shift)),
        (_("中心"), row.duty.shift.roster.center.name),
        (_("谁的班"), row.owner.name),
        (_("请谁来"), row.to.name),
        (_("换他的哪个班"), str(row.back.shift) if row.back else _("不换，是代班")),
        (_("说一句"), row.note),
        (_("过期"), _("班已经开始，不能再换") if row.expired else ""),
        (_("答复"), row.reply),
    ]


def duty_facts(row: Duty) -> list[tuple[Any, Any]]:
    return [
        (_("班次"), str(row.shift)),
        (_("中心"), row.shift.roster.center.name),
        (_("姓名"), row.cadre.name),
        (_("职务"), row.position),
        (_("带班"), row.lead),
        (_("确认时间"), row.confirmed_at),
    ]


def duty_more(row: Duty, user: Any) -> dict[str, Any]:
    """What was found and answered is for who decides, and for the cadre."""
    code = row.shift.roster.center.region.code
    decides = any(code.startswith(own) for own in prefixes(user, "staffing.uphold_duty"))
    return {"absence": row if row.finding and (decides or row.cadre.user_id == user.pk) else None}


noun(
    Noun(
        "rosters",
        _("值班表"),
        Roster,
        "rosters",
        form=RosterForm,
        search=("center__name",),
        filters=(by_month("month", _("月份")), by_state(Roster, _("状态")), by_town("center__region__code", _("镇街"))),
        joins=("center__region__parent",),
        ordering=("-month", "center__region__code"),
        facts=lambda r: [(_("中心"), r.center.name), (_("镇街"), town_of(r.center)), (_("公示时间"), r.published_at)],
        due=lambda r: r.due_on if not r.posted else None,
        icon="calendar",
        empty=_("先登记干部的任职，再排第一个月。"),
        links=((_("一次排全部中心"), "/desk/roster-runs/"), (_("辖区在岗情况"), "/desk/duty-board/")),
    )
)
noun(
    Noun(
        "duties",
        _("值班"),
        Duty,
        "duties",
        search=("cadre__name", "shift__roster__center__name"),
        filters=(by_state(Duty, _("状态")), by_month("shift__roster__month", _("月份"))),
        joins=("shift__roster__center__region", "cadre__user"),
        ordering=("-starts_at", "id"),
        facts=duty_facts,
        more=duty_more,
        template="staffing/duty_detail.html",
        due=lambda d: d.shift.day if d.state == "answered" else None,
        icon="clock",
        empty=_("值班表排好以后，每一个班都在这里。"),
    )
)
noun(
    Noun(
        "leaves",
        _("请假"),
        Leave,
        "leaves",
        form=LeaveForm,
        search=("cadre__name",),
        filters=(by_state(Leave, _("状态")), by_choice("kind", _("假别"), Leave.Kind.choices)),
        joins=("cadre__region", "cadre__user"),
        ordering=("-first_day", "id"),
        facts=leave_facts,
        more=leave_more,
        due=lambda r: r.due_on if r.state == "requested" else None,
        template="staffing/leave_detail.html",
        icon="calendar",
        empty=_("干部在手机上请假，或者打电话来由您代填，都在这里。"),
    )
)
noun(
    Noun(
        "swaps",
        _("换班"),
        Swap,
        "swaps",
        search=("owner__name", "to__name"),
        filters=(by_state(Swap, _("状态")),),
        joins=("duty__shift__roster__center__region", "owner__user", "to__user", "back__shift"),
        ordering=("-created_at", "-id"),
        facts=swap_facts,
        due=lambda s: s.duty.shift.day if s.state == "accepted" else None,
        icon="clock",
        empty=_("两位干部在手机上商量好换班，等您同意的会在这里。"),
    )
)
