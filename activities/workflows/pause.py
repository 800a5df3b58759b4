"""A pause ends by itself; a person may lift it before, with the reason."""

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from activities import telling
from activities.models import Pause
from records import outbox
from workflow.engine import Step, Workflow

S = Pause.State


def lifted(row: Pause, user: Any, data: dict[str, Any]) -> None:
    row.lifted_at = timezone.now()


def tell_lifted(row: Pause, user: Any, data: dict[str, Any]) -> None:
    subject, words = _("预约已恢复"), _("现在又可以预约了。来不了请提前取消。")
    for person in telling.people_of(row.participant).values():
        outbox.tell(person, "lifted", subject, words, link="/activities/", once=f"lifted:{row.pk}")


PAUSE = Workflow(
    Pause,
    Step("lift", gettext_lazy("恢复预约"), (S.PAUSED,), S.LIFTED, needs=("reason",), aside=True, sets=lifted, tells=tell_lifted),
)
