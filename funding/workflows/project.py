"""一事一议: village → township → district (which puts the money in place) → notice → acceptance → paid, each by another hand."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.forms.base import DateInput
from centers.forms.fields import AT_LEAST_A_YUAN, WanField
from funding import ledger
from funding.deciding import notice_days
from funding.models import Project
from records import outbox
from workflow.engine import Step, Workflow
from workflow.telling import tell_holders

S = Project.State


def link(row: Project) -> str:
    return f"/desk/projects/{row.pk}/"


def submitted(row: Project, user: Any, data: dict[str, Any]) -> None:
    if not row.papers.filter(kind="minutes").exists():
        raise ValidationError(_("请先上传居民议事会的议事记录，再提交。"))
    row.submitted_by, row.remark = user, ""


def endorsed(row: Project, user: Any, data: dict[str, Any]) -> None:
    row.endorsed_by, row.remark = user, str(data.get("reason") or "")


def remarked(row: Project, user: Any, data: dict[str, Any]) -> None:
    row.remark = str(data.get("reason") or "")


def approved(row: Project, user: Any, data: dict[str, Any]) -> None:
    row.granted = data["granted"]
    if row.granted > row.asked:
        raise ValidationError({"granted": _("批准的不能多于申请的。")})
    row.approved_on, row.notice_until = notice_days()


def put_in_place(row: Project, user: Any, data: dict[str, Any]) -> None:
    ledger.allocate(row, int(row.granted or 0), by=user)


def accepted(row: Project, user: Any, data: dict[str, Any]) -> None:
    if row.notice_until and timezone.localdate() <= row.notice_until:
        raise ValidationError(_("公示到 %(day)s 才满，之后再验收。") % {"day": row.notice_until})
    row.accepted_on, row.acceptance = data["day"], data["note"]
    if row.accepted_on > timezone.localdate() or (row.approved_on and row.accepted_on < row.approved_on):
        raise ValidationError({"day": _("验收日期在批准之后，今天之前。")})


def paid(row: Project, user: Any, data: dict[str, Any]) -> None:
    ledger.pay(row, by=user)


def revoked(row: Project, user: Any, data: dict[str, Any]) -> None:
    if row.allocated:
        raise ValidationError(_("钱已经落实，先在台账里冲销，再撤销批准。"))
    row.granted = row.approved_on = row.notice_until = None
    remarked(row, user, data)


def own(*who: str) -> Any:
    """The hands before may not be this one."""

    def hands(user: Any) -> Q:
        condition = Q(pk__in=[])
        for name in who:
            condition |= Q(**{name: user})
        return condition

    return hands


@outbox.portal_language
def tell_village(row: Project, user: Any, data: dict[str, Any]) -> None:
    subject = _("一事一议项目：%(state)s") % {"state": row.get_state_display()}
    tell_holders("funding.submit_project", row.center.region.code, "project", subject, f"{row.title}\n{row.remark}".strip(), link(row))


@outbox.portal_language
def tell_town(row: Project, user: Any, data: dict[str, Any]) -> None:
    subject = _("一事一议项目待初审：%(title)s") % {"title": row.title}
    tell_holders("funding.endorse_project", row.center.region.code, "project", subject, str(row.center), link(row))


@outbox.portal_language
def tell_district(row: Project, user: Any, data: dict[str, Any]) -> None:
    subject = _("一事一议项目待审批：%(title)s") % {"title": row.title}
    tell_holders("funding.approve_project", row.center.region.code, "project", subject, str(row.center), link(row))


def granted() -> forms.Field:
    return WanField(label=gettext_lazy("批准多少（万元）"), validators=[AT_LEAST_A_YUAN])


def day() -> forms.Field:
    return forms.DateField(label=gettext_lazy("验收日期"), widget=DateInput())


def note() -> forms.Field:
    help_text = gettext_lazy("做成了什么、和申请的一不一样，写一两句。")
    return forms.CharField(label=gettext_lazy("验收意见"), max_length=200, widget=forms.Textarea(attrs={"rows": 3}), help_text=help_text)


SAME = gettext_lazy("上一步是您自己办的，请另一位来办。")
PROJECT = Workflow(
    Project,
    Step("submit", gettext_lazy("提交"), (S.DRAFT, S.RETURNED), S.SUBMITTED, sets=submitted, tells=tell_town),
    Step(
        "endorse", gettext_lazy("初审通过"), (S.SUBMITTED,), S.ENDORSED, unless=own("submitted_by"), unless_says=SAME, sets=endorsed,
        tells=tell_district,
    ),
    Step(
        "send_back", gettext_lazy("退回补充"), (S.SUBMITTED, S.ENDORSED), S.RETURNED, needs=("reason",), sets=remarked,
        tells=tell_village, aside=True,
    ),
    Step("refuse", gettext_lazy("不批准"), (S.ENDORSED,), S.REFUSED, needs=("reason",), sets=remarked, tells=tell_village, aside=True),
    Step(
        "approve", gettext_lazy("批准并公示"), (S.ENDORSED,), S.APPROVED, needs=("granted",), asks={"granted": granted},
        unless=own("submitted_by", "endorsed_by"), unless_says=SAME, drafts=lambda row: {"granted": row.asked},
        sets=approved, then=put_in_place,
        tells=tell_village,
    ),
    Step(
        "accept", gettext_lazy("验收"), (S.APPROVED,), S.ACCEPTED, needs=("day", "note"), asks={"day": day, "note": note},
        unless=own("submitted_by"), unless_says=SAME, sets=accepted, tells=tell_village,
    ),
    Step(
        "revoke", gettext_lazy("撤销批准"), (S.APPROVED,), S.REFUSED, needs=("reason",), sets=revoked, tells=tell_village, aside=True,
    ),
    Step(
        "pay", gettext_lazy("拨付"), (S.ACCEPTED,), S.ACCEPTED, unless=lambda user: Q(paid=F("granted")),
        unless_says=gettext_lazy("这笔钱已经全部拨付了。"), then=paid, tells=tell_village,
    ),
)  # fmt: skip
