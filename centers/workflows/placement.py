"""Signs, wall postings, site set-up: applied, designed in one style, reviewed by the township, approved by the district.

A renovation is reviewed and filed under a number instead (审核备案). DOMAIN §2.3; five working days each, a default of ours.
"""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from accounts.scope import outside
from centers.models import Paper, PlacementApplication
from centers.models.placement import enter_inventory, taken_by
from records import outbox, working_days
from workflow.engine import Step, Workflow
from workflow.telling import tell_holders

S = PlacementApplication.State
K = PlacementApplication.Kind
REVIEW_DAYS = 5
#: Papers without which an application is not submitted, by kind.
NEEDED: dict[str, tuple[Paper.Kind, ...]] = {
    K.SIGNAGE: (Paper.Kind.APPLICATION, Paper.Kind.DRAWING),
    K.WALL_POSTING: (Paper.Kind.APPLICATION, Paper.Kind.DRAWING),
    K.SITE_SETUP: (Paper.Kind.APPLICATION, Paper.Kind.DRAWING),
    K.RENOVATION: (Paper.Kind.APPLICATION, Paper.Kind.DRAWING, Paper.Kind.PLAN),
}


def link(row: PlacementApplication) -> str:
    return f"/desk/placements/{row.pk}/"


def missing(row: PlacementApplication) -> list[str]:
    """What an application still lacks, in words."""
    fields = [
        (row.basis_title, _("依据文件名称")),
        (row.basis_number, _("依据文件文号")),
        (row.place, _("放在什么位置")),
        (row.expires_on or row.kind == K.RENOVATION, _("到期日期")),
        (row.budget_fen or row.kind != K.RENOVATION, _("预算")),
    ]
    kinds = set(row.papers.values_list("kind", flat=True)) if row.pk else set()
    papers = [(kind in kinds, str(kind.label)) for kind in NEEDED[row.kind]]
    return [str(name) for there, name in [*fields, *papers] if not there]


def submitted(row: PlacementApplication, user: Any, data: dict[str, Any]) -> None:
    lacking = missing(row)
    if lacking:
        raise ValidationError(_("还缺：%(missing)s。补齐以后再提交。") % {"missing": "、".join(lacking)})
    row.submitted_at, row.reviewer_note = timezone.now(), ""
    row.applied_by = row.applied_by or user
    row.due_on = working_days.add_working_days(timezone.localdate(), REVIEW_DAYS)


def designed(row: PlacementApplication, user: Any, data: dict[str, Any]) -> None:
    row.design_note = data["design_note"]


def next_desk(row: PlacementApplication, user: Any, data: dict[str, Any]) -> None:
    row.due_on = working_days.add_working_days(timezone.localdate(), REVIEW_DAYS)


def approved(row: PlacementApplication, user: Any, data: dict[str, Any]) -> None:
    """The inventory must have room: the same words at the same place are up by one application only."""
    if (taken := taken_by(row)) is not None:
        which = _("它是申请 %(number)d 批的，请先拆旧的，或退回改名称。") % {"number": taken.placement_id}
        raise ValidationError([_("这个位置已经登记了同样的牌子。"), which])
    row.approved_at, row.due_on = timezone.now(), None


def filed(row: PlacementApplication, user: Any, data: dict[str, Any]) -> None:
    row.approved_at, row.due_on, row.filing_no = timezone.now(), None, data["filing_no"].strip()


def into_inventory(row: PlacementApplication, user: Any, data: dict[str, Any]) -> None:
    enter_inventory(row)


def sent_back(row: PlacementApplication, user: Any, data: dict[str, Any]) -> None:
    row.reviewer_note, row.due_on = data["reason"], None


def removed(row: PlacementApplication, user: Any, data: dict[str, Any]) -> None:
    row.removed_on = timezone.localdate()


def off_the_wall(row: PlacementApplication, user: Any, data: dict[str, Any]) -> None:
    """The sign goes out of the inventory with its application, dated."""
    sign = getattr(row, "sign", None)
    if sign is not None and sign.removed_on is None:
        sign.removed_on = timezone.localdate()
        sign.save()


OWN = gettext_lazy("自己经办的申请，请同事来审。装修方案用“审核备案”，别的用“批准”。")
WITH_THE_DISTRICT = gettext_lazy("已经送到区里了，现在由区里办。")


def with_the_district(user: Any) -> Q:
    """What lies with the district is the district's to send back or to reject."""
    return Q(state=S.DISTRICT_REVIEW) & outside(user, "centers.approve_placementapplication", "center__region__code")


def own_application(user: Any) -> Q:
    return Q(applied_by=user)


def not_to_approve(user: Any) -> Q:
    return Q(kind=K.RENOVATION) | own_application(user)


def not_to_file(user: Any) -> Q:
    return ~Q(kind=K.RENOVATION) | own_application(user)


def tell(permission: str, words: Any) -> Any:
    """Tells those whose turn it is now."""

    def teller(row: PlacementApplication, user: Any, data: dict[str, Any]) -> None:
        subject = _("%(words)s：%(title)s") % {"words": words, "title": row.title}
        tell_holders(permission, row.center.region.code, "placement", subject, "", link(row))

    return teller


def tell_unit(row: PlacementApplication, user: Any, data: dict[str, Any]) -> None:
    """The applicant, and the unit's officers."""
    users = {u.pk: u for u in User.objects.filter(organisation=row.organisation_id, is_active=True)}
    if row.applied_by:
        users[row.applied_by.pk] = row.applied_by
    subject = _("申请现在是“%(state)s”：%(title)s") % {"state": row.get_state_display(), "title": row.title}
    for one in users.values():
        outbox.tell(one, "placement", subject, str(data.get("reason", "")), link=link(row))


def design_note() -> forms.Field:
    return forms.CharField(label=gettext_lazy("统一设计要求"), max_length=300, widget=forms.Textarea(attrs={"rows": 3}))


def filing_no() -> forms.Field:
    return forms.CharField(label=gettext_lazy("备案号"), max_length=40)


REVIEWS = (S.SUBMITTED, S.UNIFIED_DESIGN, S.TOWN_REVIEW, S.DISTRICT_REVIEW)
PLACEMENT = Workflow(
    PlacementApplication,
    Step(
        "submit",
        gettext_lazy("提交"),
        (S.DRAFT, S.RETURNED),
        S.SUBMITTED,
        sets=submitted,
        tells=tell("centers.design_placementapplication", gettext_lazy("有一份申请等统一设计")),
    ),
    Step(
        "design",
        gettext_lazy("统一设计"),
        (S.SUBMITTED,),
        S.UNIFIED_DESIGN,
        needs=("design_note",),
        asks={"design_note": design_note},
        sets=designed,
    ),
    Step(
        "forward",
        gettext_lazy("送镇街党（工）委审核"),
        (S.UNIFIED_DESIGN,),
        S.TOWN_REVIEW,
        sets=next_desk,
        tells=tell("centers.endorse_placementapplication", gettext_lazy("有一份申请等镇街审核")),
    ),
    Step(
        "endorse",
        gettext_lazy("审核通过，送区里"),
        (S.TOWN_REVIEW,),
        S.DISTRICT_REVIEW,
        unless=own_application,
        unless_says=OWN,
        sets=next_desk,
        tells=tell("centers.approve_placementapplication", gettext_lazy("有一份申请等区级审批")),
    ),
    Step(
        "approve",
        gettext_lazy("批准"),
        (S.DISTRICT_REVIEW,),
        S.APPROVED,
        unless=not_to_approve,
        unless_says=OWN,
        sets=approved,
        then=into_inventory,
        tells=tell_unit,
    ),
    Step(
        "file",
        gettext_lazy("审核备案"),
        (S.DISTRICT_REVIEW,),
        S.FILED,
        needs=("filing_no",),
        asks={"filing_no": filing_no},
        unless=not_to_file,
        unless_says=OWN,
        sets=filed,
        tells=tell_unit,
    ),
    Step(
        "send_back",
        gettext_lazy("退回补正"),
        REVIEWS,
        S.RETURNED,
        needs=("reason",),
        unless=with_the_district,
        unless_says=WITH_THE_DISTRICT,
        sets=sent_back,
        tells=tell_unit,
    ),
    Step(
        "reject",
        gettext_lazy("不同意"),
        (S.TOWN_REVIEW, S.DISTRICT_REVIEW),
        S.REJECTED,
        needs=("reason",),
        unless=with_the_district,
        unless_says=WITH_THE_DISTRICT,
        sets=sent_back,
        tells=tell_unit,
        aside=True,
    ),
    Step("install", gettext_lazy("已安装"), (S.APPROVED, S.FILED), S.INSTALLED),
    Step("check", gettext_lazy("核验通过"), (S.INSTALLED,), S.CHECKED),
    Step(
        "remove",
        gettext_lazy("已拆除"),
        (S.APPROVED, S.INSTALLED, S.CHECKED),
        S.REMOVED,
        needs=("reason",),
        sets=removed,
        then=off_the_wall,
        tells=tell_unit,
        aside=True,
    ),
)
