"""Complaints and suggestions: taken on by an office, handed up, answered."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from centers.models import Feedback
from records import outbox
from workflow.engine import Step, Workflow
from workflow.telling import tell_holders

S = Feedback.State


def link(row: Feedback) -> str:
    return f"/desk/feedback/{row.pk}/"


def taken_on(row: Feedback, user: Any, data: dict[str, Any]) -> None:
    row.office = data["office"]


def handed_up(row: Feedback, user: Any, data: dict[str, Any]) -> None:
    """To the township, from there to the district; the deadline stays."""
    if row.region.parent is None or len(row.region.code) <= 6:
        raise ValidationError(_("已经在区里了，请直接答复。"))
    row.region, row.office = row.region.parent, ""


def answered(row: Feedback, user: Any, data: dict[str, Any]) -> None:
    row.office, row.answer, row.answered_at = data["office"], data["answer"], timezone.now()


@outbox.portal_language
def tell_new(row: Feedback) -> None:
    """Whose turn it is hears of it."""
    subject = _("有一条%(kind)s等答复，%(day)s 前") % {"kind": row.get_kind_display(), "day": f"{row.due_on:%Y-%m-%d}"}
    tell_holders("centers.answer_feedback", row.region.code, "feedback", subject, "", link(row))


def tell_up(row: Feedback, user: Any, data: dict[str, Any]) -> None:
    tell_new(row)


def tell_asker(row: Feedback, user: Any, data: dict[str, Any]) -> None:
    """Who asked with an account hears in the inbox; others look at their secret address."""
    if row.user:
        outbox.tell(row.user, "feedback", _("您的意见有答复了"), row.answer[:200], link="/me/feedback/", once=f"feedback:{row.pk}")


def office() -> forms.Field:
    return forms.CharField(label=gettext_lazy("答复单位"), max_length=60, help_text=gettext_lazy("写单位名称，例如“多湖街道党建办”。"))


def answer() -> forms.Field:
    return forms.CharField(label=gettext_lazy("答复"), max_length=1000, widget=forms.Textarea(attrs={"rows": 5}))


FEEDBACK = Workflow(
    Feedback,
    Step("assign", gettext_lazy("接办"), (S.RECEIVED,), S.ASSIGNED, needs=("office",), asks={"office": office}, sets=taken_on),
    Step(
        "hand_up",
        gettext_lazy("转上级"),
        (S.RECEIVED, S.ASSIGNED),
        S.RECEIVED,
        needs=("reason",),
        sets=handed_up,
        tells=tell_up,
        aside=True,
    ),
    Step(
        "answer",
        gettext_lazy("答复"),
        (S.RECEIVED, S.ASSIGNED),
        S.ANSWERED,
        needs=("office", "answer"),
        asks={"office": office, "answer": answer},
        sets=answered,
        tells=tell_asker,
    ),
)
