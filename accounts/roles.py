"""Who may do what: one page that an auditor can read.

A permission is ``app.action_model``. A role holds its permissions only in the region of its ``Grant`` and while that
grant is in force; everybody who is logged in is also a resident, with the permissions of ``RESIDENT`` on their own rows.
"""

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.duty_rights import DUTY_HEAD, DUTY_OWN, DUTY_TOWN, DUTY_VIEW, DUTY_WORK, PARTNER_WORK, staffing
from accounts.funding_rights import MONEY_DISTRICT, MONEY_OWN, MONEY_REVIEW, MONEY_TOWN, MONEY_VIEW, MONEY_VILLAGE


class Role(models.TextChoices):
    DISTRICT_ADMIN = "district_admin", _("区级管理员")
    DISTRICT_REVIEWER = "district_reviewer", _("区级审核员")
    TOWNSHIP_OFFICER = "township_officer", _("镇街干部")
    VILLAGE_HEAD = "village_head", _("村社负责人")
    VILLAGE_MANAGER = "village_manager", _("专管员")
    CADRE = "cadre", _("村社干部")
    UNIT_OFFICER = "unit_officer", _("部门单位人员")
    PARTNER = "partner", _("社区合伙人")
    REPRESENTATIVE = "representative", _("代表")
    RESIDENT = "resident", _("居民")
    SYSTEM_ADMIN = "system_admin", _("系统管理员")
    SECURITY_ADMIN = "security_admin", _("安全管理员")
    AUDITOR = "auditor", _("审计员")


#: 系统/安全/审计 exclude each other (GB/T 22239-2019); none of them sees personal fields of business data.
SEPARATED = (Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDITOR)
#: These reach the rows of their own organisation, where rows have one (``ScopedQuerySet.unit_lookup``), never a whole region's.
OF_A_UNIT = (Role.UNIT_OFFICER, Role.PARTNER)

CENTER_VIEW = {
    "accounts.view_region",
    "accounts.view_organisation",
    "centers.view_center",
    "centers.view_openinghours",
    "centers.view_openingexception",
    "centers.view_contact",
    "centers.view_photo",
    "centers.view_centerservice",
    "activities.view_activity",
    "activities.view_intake",
    "activities.view_meeting",
    "activities.view_draw",
    "activities.view_outcome",
    "activities.view_sharedresource",
    "activities.view_venue",
    "activities.view_venuebooking",
    "activities.view_careprogram",
    *(f"activities.view_{noun}" for noun in ("digest", "brand", "roadshow", "poll")),
}
CENTER_EDIT = {
    "centers.change_center",
    *(
        f"centers.{verb}_{noun}"
        for verb in ("add", "change", "delete")
        for noun in ("openinghours", "openingexception", "contact", "photo")
    ),
    *(f"centers.{verb}_centerservice" for verb in ("add", "change", "delete")),
}
#: Requests for venues are answered by the place, or by the unit that shares it.
VENUE_ANSWER = {f"activities.{step}_venuebooking" for step in ("approve", "reject", "cancel", "miss", "forgive")}
ACTIVITY_EDIT = VENUE_ANSWER | {
    *(f"activities.{verb}_{noun}" for verb in ("add", "change") for noun in ("venue", "careprogram")),
    "activities.add_activity",
    "activities.change_activity",
    "activities.publish_activity",
    "activities.withdraw_activity",
    "activities.cancel_activity",
    "activities.submit_activity",
    "activities.report_activity",
    "activities.postpone_activity",
    "activities.change_outcome",
    *(f"activities.{verb}_{noun}" for verb in ("add", "change", "delete") for noun in ("intake", "meeting")),
    *(f"activities.{verb}_draw" for verb in ("add", "change", "draw")),
    *(f"activities.{verb}_brand" for verb in ("add", "change", "nominate")),
}
#: The month's column: one edits, another checks (two accounts, the step sees to that).
COLUMN_WORK = {
    *(f"activities.{verb}_digest" for verb in ("add", "change", "submit", "send_back", "publish", "recall")),
    *(f"activities.{verb}_poll" for verb in ("add", "change", "announce", "publish", "cancel")),
    *(f"activities.{verb}_roadshow" for verb in ("add", "change")),
}
PEOPLE_DESK = {
    "accounts.view_participant",
    "accounts.add_participant",
    "accounts.change_participant",
    "accounts.book_participant",
    "accounts.unmask_participant",
    "activities.view_booking",
    "activities.add_booking",
    "activities.accept_booking",
    "activities.prefer_booking",
    "activities.checkin_meeting",
    "activities.view_attendance",
    "activities.view_pause",
    "activities.lift_pause",
    "activities.cancel_booking",
}

#: Who looks after children reads who may collect one and what to mind: the center's people and its township, nobody above.
CARE_DESK = {"activities.hand_over_booking", "activities.view_handover"}


def verbs(nouns: str, *names: str) -> set[str]:
    """``centers.add_sign`` … for each verb or step and each noun of the app ``centers``."""
    return {f"centers.{name}_{noun}" for name in names for noun in nouns.split()}


#: What every officer of a place sees of the work there.
WORK_VIEW = verbs(
    "standardset standard standarditem inspection inspectionanswer finding escalation campaign upgradetask plannedstep guidancevisit"
    " closurephoto progressreport monthsnapshot snapshotline candidatesite lease placementapplication sign matter picture paper",
    "view",
)
TASK_PARTS = verbs("plannedstep closurephoto paper", "add", "delete") | verbs("plannedstep", "change")
VILLAGE_WORK = (
    TASK_PARTS
    | verbs("matter", "add", "change", "delete")
    | verbs("sign", "add", "change")
    | verbs("inspection picture", "add")
    | verbs("finding", "accept", "submit")
    | verbs("upgradetask", "request_closure")
    | verbs("progressreport", "change", "file", "unchanged")
    | verbs("placementapplication", "add", "change", "submit", "install")
    | verbs("repairticket", "view", "add", "assign", "fix", "confirm", "reopen", "dismiss")
    | verbs("feedback", "view", "assign", "hand_up", "answer")
    | verbs("appointment", "view", "confirm", "decline")
)
#: Who reviews a village's work: one who did it can't review it, the steps see to that.
TOWN_WORK = (
    {"activities.approve_activity", "activities.send_back_activity"}
    | COLUMN_WORK
    | {f"activities.{verb}_sharedresource" for verb in ("add", "change")}
    | verbs("finding", "add", "change", "extend", "verify", "send_back", "close")
    | verbs("upgradetask", "add", "change", "set_plan", "start", "verify", "send_back", "suspend", "resume")
    | verbs("progressreport", "verify", "send_back", "submit")
    | verbs("guidancevisit", "add", "change")
    | verbs("candidatesite", "add", "change", "assess", "negotiate", "agree", "use", "drop", "take_up")
    | verbs("lease", "add", "change", "review")
    | verbs("placementapplication", "design", "forward", "endorse", "send_back", "reject", "check", "remove")
    | verbs("sign", "delete")
)
DISTRICT_REVIEW = (
    verbs("inspection picture", "add")
    | verbs("finding", "add", "verify", "send_back", "close")
    | verbs("upgradetask", "send_back", "close")
    | verbs("progressreport", "verify", "send_back")
    | verbs("placementapplication", "approve", "file", "send_back", "reject")
)
DISTRICT_WORK = (
    DISTRICT_REVIEW
    | verbs("upgradetask", "reopen", "void")
    | verbs("campaign", "add", "change")
    | verbs("standardset standard standarditem", "add", "change", "delete")
    | verbs("standardset", "publish", "retire")
    | verbs("lease", "sign", "send_back", "renew", "end")
    | verbs("cyclerun", "view")
    | {f"activities.{step}_brand" for step in ("recognise", "decline", "end")}
)
#: A line department: its own applications and their papers (OF_A_UNIT).
UNIT_WORK = {
    "accounts.use_desk",
    *verbs("placementapplication", "view", "add", "change", "submit"),
    *verbs("paper", "view", "add", "delete"),
    *(f"activities.{verb}_{noun}" for verb in ("view", "change") for noun in ("sharedresource", "venue")),
    "activities.add_venue",
    "activities.view_venuebooking",
    *VENUE_ANSWER,
}

VILLAGE_OFFICER = CENTER_VIEW | CENTER_EDIT | ACTIVITY_EDIT | PEOPLE_DESK | CARE_DESK | WORK_VIEW | VILLAGE_WORK | {"accounts.use_desk"}

#: Everyone who works at a desk may enter /desk/ and the admin site; what they find there is their region's.
MAY: dict[str, frozenset[str]] = {
    Role.DISTRICT_ADMIN: frozenset(
        CENTER_VIEW
        | CENTER_EDIT
        | ACTIVITY_EDIT
        | PEOPLE_DESK
        | WORK_VIEW
        | VILLAGE_WORK
        | TOWN_WORK
        | DISTRICT_WORK
        | DUTY_TOWN
        | MONEY_DISTRICT
        | {
            "accounts.use_desk",
            "accounts.use_admin",
            "accounts.view_board",
            "accounts.add_organisation",
            "accounts.change_organisation",
            "centers.add_center",
            "centers.publish_center",
            "records.view_calendarday",
            "records.add_calendarday",
            "records.change_calendarday",
        }
    ),
    Role.DISTRICT_REVIEWER: frozenset(
        CENTER_VIEW
        | WORK_VIEW
        | DUTY_VIEW
        | staffing("communitypartner", "view")
        | MONEY_REVIEW
        | DISTRICT_REVIEW
        | {"accounts.use_desk", "accounts.use_admin", "accounts.view_board", "accounts.view_participant", "activities.view_booking"}
        | {"activities.publish_digest", "activities.send_back_digest"}
    ),
    Role.TOWNSHIP_OFFICER: frozenset(
        CENTER_VIEW
        | CENTER_EDIT
        | ACTIVITY_EDIT
        | PEOPLE_DESK
        | CARE_DESK
        | WORK_VIEW
        | VILLAGE_WORK
        | TOWN_WORK
        | DUTY_TOWN
        | MONEY_TOWN
        | {"accounts.use_desk", "accounts.use_admin", "accounts.view_board", "centers.publish_center"}
    ),
    Role.VILLAGE_HEAD: frozenset(VILLAGE_OFFICER | DUTY_HEAD | MONEY_VILLAGE),
    Role.VILLAGE_MANAGER: frozenset(VILLAGE_OFFICER | DUTY_WORK | MONEY_VILLAGE),
    Role.CADRE: frozenset(
        CENTER_VIEW
        | WORK_VIEW
        | {"accounts.use_desk", "activities.view_booking", "activities.checkin_meeting", "activities.view_attendance"}
        | CARE_DESK
        | DUTY_VIEW
        | MONEY_VIEW
        | staffing("duty", "confirm", "unconfirm")
    ),
    Role.UNIT_OFFICER: frozenset({"accounts.view_organisation"} | UNIT_WORK),
    Role.PARTNER: frozenset({"accounts.view_organisation", "accounts.use_desk"} | PARTNER_WORK),
    Role.REPRESENTATIVE: frozenset({"accounts.view_region"}),
    Role.RESIDENT: frozenset(
        {
            "accounts.view_participant",
            "accounts.add_participant",
            "accounts.change_participant",
            "accounts.book_participant",
            "activities.view_booking",
            "activities.view_pause",
            *(f"activities.{verb}_pickupperson" for verb in ("view", "add", "change")),
            "activities.view_carenote",
            "activities.change_carenote",
            "activities.vote_poll",
            *(f"activities.view_{noun}" for noun in ("careprogram", "digest", "brand", "roadshow", "poll")),
            "activities.view_handover",
            "activities.view_venuebooking",
            "activities.cancel_venuebooking",
            "activities.add_booking",
            "activities.accept_booking",
            "activities.cancel_booking",
            *DUTY_OWN,
            *MONEY_OWN,
            "centers.view_feedback",
            "centers.add_feedback",
            *verbs("appointment", "view", "add", "cancel"),
        }
    ),
    Role.SYSTEM_ADMIN: frozenset(
        {"accounts.use_admin", "accounts.view_region", "accounts.change_region", "records.view_calendarday", "records.view_message"}
    ),
    Role.SECURITY_ADMIN: frozenset(
        {
            "accounts.use_admin",
            "accounts.view_user",
            "accounts.add_user",
            "accounts.change_user",
            "accounts.view_grant",
            "accounts.add_grant",
            "accounts.change_grant",
            "accounts.view_region",
            "accounts.view_organisation",
            "records.view_auditentry",
        }
    ),
    Role.AUDITOR: frozenset({"accounts.use_admin", "records.view_auditentry", "records.view_auditseal", "records.view_anchor"}),
}


def roles_with(permission: str) -> list[str]:
    """The roles that hold a permission."""
    return [role for role, permissions in MAY.items() if permission in permissions]
