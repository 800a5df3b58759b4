"""Activities and pauses at the desk: what waits, by deadline."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from accounts.register import Column, Register, register
from activities.forms.desk import OutcomeForm
from activities.models import Activity, Outcome, Pause
from activities.workflows.activity import ACTIVITY
from activities.workflows.pause import PAUSE
from workflow.nouns import Noun, by_state, by_town, noun

__all__ = ["ACTIVITY", "PAUSE"]

PAUSES = register(
    Register(
        "pauses",
        _("暂停预约"),
        Pause,
        (
            Column(_("编号"), lambda p: str(p.pk)),
            Column(_("参与人"), lambda p: p.participant.masked_name),
            Column(_("村社"), lambda p: p.participant.region.name, 20),
            Column(_("起"), lambda p: p.starts_on),
            Column(_("止"), lambda p: p.ends_on),
            Column(_("状态"), lambda p: p.get_state_display()),
            Column(_("恢复时间"), lambda p: p.lifted_at, 18),
        ),
        ("participant__region",),
    )
)


def due(activity: Activity) -> Any:
    return activity.next_due


noun(
    Noun(
        "activities",
        _("活动"),
        Activity,
        "activities",
        joins=("center",),
        prefetch=("intakes__meetings",),
        ordering=("-id",),
        due=due,
        icon="activity",
    )
)
noun(
    Noun(
        "outcomes",
        _("活动总结"),
        Outcome,
        "outcomes",
        edit_form=OutcomeForm,
        search=("activity__title", "activity__center__name"),
        filters=(by_town("activity__center__region__code", _("镇街")),),
        joins=("activity__center",),
        ordering=("-held_on", "-id"),
        icon="chart",
        empty=_("活动办完、填了总结，就会出现在这里。"),
    )
)
noun(
    Noun(
        "pauses",
        _("暂停预约"),
        Pause,
        "pauses",
        filters=(by_state(Pause, _("状态")), by_town("participant__region__code", _("镇街"))),
        joins=("participant__region",),
        ordering=("-starts_on", "-id"),
        icon="stop",
        empty=_("没有人被暂停预约。"),
        lead=_("半年里三次预约了没有来，暂停预约 90 天。有特殊情况，写明理由就可以恢复。"),
    )
)
