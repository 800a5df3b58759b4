"""A pause ends by itself; a person may lift it before, with the reason."""

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Guardianship
from activities.models import Pause
from records import outbox
from workflow.engine import Step, Workflow

S = Pause.State


def lifted(row: Pause, user: Any, data: dict[str, Any]) -> None:
    row.lifted_at = timezone.now()


def tell_lifted(row: Pause, user: Any, data: dict[str, Any]) -> None:
    people = {tie.user for tie in Guardianship.objects.in_force().filter(participant=row.participant).select_related("user")}
    if row.participant.user:
        people.add(row.participant.user)
    for person in people:
        outbox.tell(
            person, "lifted", _("预约已恢复"), _("现在又可以预约了。来不了请提前取消。"), link="/activities/", once=f"lifted:{row.pk}"
        )


PAUSE = Workflow(
    Pause,
    Step("lift", gettext_lazy("恢复预约"), (S.PAUSED,), S.LIFTED, needs=("reason",), aside=True, sets=lifted, tells=tell_lifted),
)
