"""An application: handed in with the system's facts, sent back or taken back while there is time; veto and ruling are the district's."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from funding import evidence, panels
from funding.models import Application, Criterion
from records import outbox
from workflow.engine import Step, Workflow
from workflow.telling import tell_holders

S = Application.State


def link(row: Application) -> str:
    return f"/desk/applications/{row.pk}/"


def not_applying(user: Any) -> Q:
    today = timezone.localdate()
    return ~Q(round__state="open", round__apply_from__lte=today, round__apply_until__gte=today)


OVER = gettext_lazy("现在不是申报时间，请看这次评星的日期。")
SEALED = gettext_lazy("分数已经揭开。要改正，先“打开改正”。")


def sealed(user: Any) -> Q:
    """All scores are in, and the application was not opened again."""
    return ~Q(round__state="open") & Q(reopened=False)


def not_decided(user: Any) -> Q:
    return ~Q(round__state__in=("decided", "final")) | Q(reopened=True)


def submitted(row: Application, user: Any, data: dict[str, Any]) -> None:
    row.facts = evidence.facts([row.center], row.round.facts_from, row.round.facts_until)[row.center_id]
    row.submitted_by, row.submitted_at, row.remark = user, timezone.now(), ""


def remarked(row: Application, user: Any, data: dict[str, Any]) -> None:
    row.remark = str(data.get("reason") or "")


def vetoed(row: Application, user: Any, data: dict[str, Any]) -> None:
    remarked(row, user, data)
    row.veto = data["criterion"]
    if row.veto.scheme_id != row.round.scheme_id:  # type: ignore[union-attr]
        raise ValidationError({"criterion": _("请从这次办法的否决项里选一项。")})


def unvetoed(row: Application, user: Any, data: dict[str, Any]) -> None:
    row.veto, row.remark = None, ""


def drawn_late(row: Application, user: Any, data: dict[str, Any]) -> None:
    """Representatives were drawn while it did not count: it gets its own now."""
    if row.round.drawn_at and not row.sheets.filter(source="representatives").exists():
        panels.draw_one(row)


def opened_again(row: Application, user: Any, data: dict[str, Any]) -> None:
    """Its scorers may set their own sheets right till the next decision; all others stay sealed."""
    row.veto, row.reopened, row.remark = None, True, ""


@outbox.portal_language
def tell_village(row: Application, user: Any, data: dict[str, Any]) -> None:
    subject = _("评星申报：%(state)s") % {"state": row.get_state_display()}
    tell_holders("funding.submit_application", row.center.region.code, "rating", subject, row.remark, link(row))


def criterion() -> forms.Field:
    rows = Criterion.objects.filter(source="veto", scheme__frozen_at__isnull=False).select_related("scheme").order_by("-scheme", "number")
    field: Any = forms.ModelChoiceField(rows, label=gettext_lazy("否决的是哪一项"))
    field.label_from_instance = lambda item: f"{item.title}（{item.scheme}）"
    return field  # type: ignore[no-any-return]


APPLICATION = Workflow(
    Application,
    Step(
        "submit", gettext_lazy("申报"), (S.DRAFT, S.RETURNED), S.SUBMITTED, unless=not_applying, unless_says=OVER, sets=submitted,
    ),
    Step(
        "send_back", gettext_lazy("退回补充"), (S.SUBMITTED,), S.RETURNED, needs=("reason",), unless=not_applying, unless_says=OVER,
        sets=remarked, tells=tell_village, aside=True,
    ),
    Step(
        "withdraw", gettext_lazy("撤回"), (S.DRAFT, S.SUBMITTED, S.RETURNED), S.WITHDRAWN, unless=not_applying, unless_says=OVER,
        aside=True,
    ),
    Step("again", gettext_lazy("重新申报"), (S.WITHDRAWN,), S.DRAFT, unless=not_applying, unless_says=OVER, aside=True),
    Step(
        "veto", gettext_lazy("一票否决"), (S.SUBMITTED,), S.VETOED, needs=("criterion", "reason"), asks={"criterion": criterion},
        unless=sealed, unless_says=SEALED, sets=vetoed, tells=tell_village, aside=True,
    ),
    Step(
        "lift_veto", gettext_lazy("撤销否决"), (S.VETOED,), S.SUBMITTED, needs=("reason",), unless=sealed, unless_says=SEALED,
        sets=unvetoed, then=drawn_late, tells=tell_village, aside=True,
    ),
    Step(
        "rule", gettext_lazy("另行处理"), (S.SUBMITTED,), S.RULED, needs=("reason",), unless=sealed, unless_says=SEALED, sets=remarked,
        tells=tell_village, aside=True,
    ),
    Step(
        "lift_ruling", gettext_lazy("撤销另行处理"), (S.RULED,), S.SUBMITTED, needs=("reason",), unless=sealed, unless_says=SEALED,
        sets=unvetoed, then=drawn_late, tells=tell_village, aside=True,
    ),
    Step(
        "reopen", gettext_lazy("打开改正"), (S.SUBMITTED, S.VETOED, S.RULED), S.SUBMITTED, needs=("reason",), unless=not_decided,
        unless_says=gettext_lazy("评定以后、落实奖励以前，才能打开改正。"), sets=opened_again, then=drawn_late, tells=tell_village,
        aside=True,
    ),
)  # fmt: skip
