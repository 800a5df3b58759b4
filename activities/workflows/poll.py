"""A poll: announced, open and over by its dates, its result published or called off."""

from typing import Any

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from activities.models import Poll, PollTally
from workflow.engine import Step, Workflow

S = Poll.State


def whole(poll: Poll, user: Any, data: dict[str, Any]) -> None:
    if poll.options.count() < max(2, poll.choices):
        raise ValidationError(_("至少要有两个项目，也不能少于每人能选的个数。请先添加。"))
    if poll.closes_at <= timezone.now():
        raise ValidationError(_("截止时间已经过去了，请先改时间。"))


def over(poll: Poll, user: Any, data: dict[str, Any]) -> None:
    if not poll.over:
        raise ValidationError(_("还没到截止时间，截止以后再公布结果。"))


def tallies(poll: Poll, user: Any, data: dict[str, Any]) -> None:
    """One count for each option, from nought."""
    PollTally.objects.bulk_create([PollTally(option=option) for option in poll.options.all()], ignore_conflicts=True)


def forget_voters(poll: Poll, user: Any, data: dict[str, Any]) -> None:
    """Who has voted matters no longer."""
    poll.voters.all().delete()


POLL = Workflow(
    Poll,
    Step("announce", gettext_lazy("公布评选"), (S.DRAFT,), S.ANNOUNCED, sets=whole, then=tallies),
    Step("publish", gettext_lazy("公布结果"), (S.ANNOUNCED,), S.PUBLISHED, sets=over, then=forget_voters),
    Step("cancel", gettext_lazy("取消评选"), (S.DRAFT, S.ANNOUNCED), S.CANCELLED, needs=("reason",), aside=True, then=forget_voters),
)
