"""An upgrade task's life, to its closure (销号): DOMAIN §2.1."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.scope import outside
from centers.models import ClosurePhoto, Paper, ProgressReport, UpgradeTask
from workflow.engine import Step, Workflow
from workflow.telling import tell_holders

S = UpgradeTask.State


def link(task: UpgradeTask) -> str:
    return f"/desk/tasks/{task.pk}/"


def plan_complete(task: UpgradeTask, user: Any, data: dict[str, Any]) -> None:
    """A plan has a budget and at least one step."""
    if not task.planned.exists():
        raise ValidationError(_("还没有计划步骤。请先添加至少一步，再定方案。"))
    if task.budget_fen <= 0:
        raise ValidationError(_("还没有填预算。请先“修改”任务，填上预算。"))


def closure_complete(task: UpgradeTask, user: Any, data: dict[str, Any]) -> None:
    """销号申请: the acceptance form, at least one picture before and one after, what was done."""
    missing = []
    if not Paper.objects.filter(task=task, kind=Paper.Kind.ACCEPTANCE).exists():
        missing.append(_("验收表"))
    for moment in ClosurePhoto.Moment:
        if not ClosurePhoto.objects.filter(task=task, moment=moment).exists():
            missing.append(_("%(moment)s的照片") % {"moment": moment.label})
    if missing:
        raise ValidationError(_("还缺：%(missing)s。请在任务页面上传，再申请销号。") % {"missing": "、".join(missing)})
    task.closure_note, task.reviewer_note = data["closure_note"], ""
    task.requested_by, task.requested_at = user, timezone.now()


def line_of_this_month(task: UpgradeTask, user: Any, data: dict[str, Any]) -> None:
    """Who comes under way after the 1st owes this month's line too."""
    month = timezone.localdate().replace(day=1)
    if task.campaign.first_month <= month <= task.campaign.last_month:
        ProgressReport.objects.get_or_create(task=task, month=month)


def verified(task: UpgradeTask, user: Any, data: dict[str, Any]) -> None:
    task.verified_at, task.verified_by = timezone.now(), user


def closed(task: UpgradeTask, user: Any, data: dict[str, Any]) -> None:
    task.closed_on = timezone.localdate()


def returned(task: UpgradeTask, user: Any, data: dict[str, Any]) -> None:
    task.reviewer_note, task.verified_at, task.verified_by = data["reason"], None, None


def reopened(task: UpgradeTask, user: Any, data: dict[str, Any]) -> None:
    task.closed_on, task.verified_at, task.verified_by, task.reviewer_note = None, None, None, data["reason"]


def voided(task: UpgradeTask, user: Any, data: dict[str, Any]) -> None:
    task.voided_on = timezone.localdate()


def not_the_asker(user: Any) -> Q:
    return Q(requested_by=user)


def not_who_did(user: Any) -> Q:
    return Q(requested_by=user) | Q(verified_by=user)


def townships_own(user: Any) -> Q:
    """Only the district sends back what a township has verified."""
    return Q(state=S.TOWN_VERIFIED) & outside(user, "centers.close_upgradetask", "center__region__code")


def tell_town(task: UpgradeTask, user: Any, data: dict[str, Any]) -> None:
    subject = _("有一个任务申请销号：%(task)s") % {"task": task.center.short_name}
    tell_holders("centers.verify_upgradetask", task.center.region.code, "closure", subject, _("请到现场验收。"), link(task))


def tell_district(task: UpgradeTask, user: Any, data: dict[str, Any]) -> None:
    subject = _("有一个任务等区里销号：%(task)s") % {"task": task.center.short_name}
    tell_holders("centers.close_upgradetask", task.center.region.code, "closure", subject, "", link(task))


def tell_village(task: UpgradeTask, user: Any, data: dict[str, Any]) -> None:
    subject = _("销号申请退回了：%(task)s") % {"task": task.center.short_name}
    tell_holders("centers.request_closure_upgradetask", task.center.region.code, "closure", subject, data["reason"], link(task))


def tell_closed(task: UpgradeTask, user: Any, data: dict[str, Any]) -> None:
    subject = _("已销号：%(task)s") % {"task": task.center.short_name}
    tell_holders("centers.request_closure_upgradetask", task.center.region.code, "closure", subject, _("辛苦了。"), link(task))


def closure_note() -> forms.Field:
    return forms.CharField(label=gettext_lazy("完成情况"), max_length=500, widget=forms.Textarea(attrs={"rows": 4}))


UPGRADE = Workflow(
    UpgradeTask,
    Step("set_plan", gettext_lazy("定方案"), (S.DRAFT,), S.PLAN_SET, sets=plan_complete, then=line_of_this_month),
    Step("start", gettext_lazy("开工"), (S.PLAN_SET,), S.IN_PROGRESS),
    Step(
        "request_closure",
        gettext_lazy("申请销号"),
        (S.IN_PROGRESS, S.RETURNED, S.REOPENED),
        S.CLOSURE_REQUESTED,
        needs=("closure_note",),
        asks={"closure_note": closure_note},
        sets=closure_complete,
        tells=tell_town,
    ),
    Step(
        "verify",
        gettext_lazy("镇街验收通过"),
        (S.CLOSURE_REQUESTED,),
        S.TOWN_VERIFIED,
        unless=not_the_asker,
        unless_says=gettext_lazy("您自己申请的销号，请同事来验收。"),
        sets=verified,
        tells=tell_district,
    ),
    Step(
        "close",
        gettext_lazy("销号"),
        (S.TOWN_VERIFIED,),
        S.CLOSED,
        unless=not_who_did,
        unless_says=gettext_lazy("您自己申请或验收的，请同事来销号。"),
        sets=closed,
        tells=tell_closed,
    ),
    Step(
        "send_back",
        gettext_lazy("退回，写明要改什么"),
        (S.CLOSURE_REQUESTED, S.TOWN_VERIFIED),
        S.RETURNED,
        needs=("reason",),
        unless=townships_own,
        unless_says=gettext_lazy("镇街已经验收，现在由区里退回。"),
        sets=returned,
        tells=tell_village,
    ),
    Step("suspend", gettext_lazy("暂停"), (S.PLAN_SET, S.IN_PROGRESS, S.RETURNED, S.REOPENED), S.SUSPENDED, needs=("reason",), aside=True),
    Step("resume", gettext_lazy("恢复"), (S.SUSPENDED,), S.IN_PROGRESS, then=line_of_this_month, aside=True),
    Step(
        "reopen",
        gettext_lazy("重新打开"),
        (S.CLOSED,),
        S.REOPENED,
        needs=("reason",),
        sets=reopened,
        then=line_of_this_month,
        tells=tell_village,
        aside=True,
    ),
    Step(
        "void",
        gettext_lazy("作废"),
        (S.DRAFT, S.PLAN_SET, S.IN_PROGRESS, S.RETURNED, S.SUSPENDED, S.REOPENED),
        S.VOID,
        needs=("reason",),
        sets=voided,
        aside=True,
    ),
)
