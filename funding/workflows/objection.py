"""An objection: answered within ten days; the answer is published, whatever it says."""

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from funding.models import Objection
from records import outbox
from workflow.engine import Step, Workflow

S = Objection.State


def answered(row: Objection, user: Any, data: dict[str, Any]) -> None:
    row.answer, row.answered_by, row.answered_at = data["answer"], user, timezone.now()


@outbox.portal_language
def tell_objector(row: Objection, user: Any, data: dict[str, Any]) -> None:
    """Who objected from an account hears; all others read it on the notice's page."""
    if row.user is not None and row.user.is_active:
        subject = _("您的异议答复了：%(round)s") % {"round": row.round}
        outbox.tell(row.user, "rating", subject, row.answer, link=f"/funding/rounds/{row.round_id}/", once=f"objection:{row.pk}:answered")


def answer() -> forms.Field:
    help_text = gettext_lazy("会公布在公示页上：说清核对了什么、结果怎样；不要写出提出人是谁。")
    return forms.CharField(label=gettext_lazy("答复"), max_length=1000, widget=forms.Textarea(attrs={"rows": 5}), help_text=help_text)


OBJECTION = Workflow(
    Objection,
    Step(
        "uphold",
        gettext_lazy("成立，重新评定"),
        (S.RECEIVED,),
        S.UPHELD,
        needs=("answer",),
        asks={"answer": answer},
        sets=answered,
        tells=tell_objector,
    ),
    Step(
        "dismiss",
        gettext_lazy("不成立"),
        (S.RECEIVED,),
        S.DISMISSED,
        needs=("answer",),
        asks={"answer": answer},
        sets=answered,
        tells=tell_objector,
    ),
)
