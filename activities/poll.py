"""Takes votes: one for each telephone number that was verified, secret, only while the poll is open."""

from collections.abc import Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from accounts.scope import holds
from activities.models import Poll, PollOption, PollTally, PollVoter


def may_vote(user: Any) -> bool:
    """An account with a phone of its own: a code was sent to it at login."""
    return bool(user.is_authenticated and user.phone) and holds(user, "activities.vote_poll")


def digest_of(user: Any) -> str:
    """The number's keyed digest: whoever deletes the account and comes again has voted all the same."""
    return salted_hmac("activities.poll", user.phone, algorithm="sha256").hexdigest()


def voted(user: Any, poll: Poll) -> bool:
    return may_vote(user) and PollVoter.objects.filter(poll=poll, digest=digest_of(user)).exists()


def vote(user: Any, poll: Poll, chosen: Sequence[int]) -> None:
    """Votes once for up to ``poll.choices`` options; raises ValidationError. What was chosen is only counted."""
    if not may_vote(user):
        raise ValidationError(_("投票要用手机号登录，每个手机号一票。"))
    with transaction.atomic():
        poll = Poll.objects.select_for_update(no_key=True).get(pk=poll.pk)
        if not poll.open:
            raise ValidationError(_("现在不是投票的时候。"), code="closed")
        options = list(PollOption.objects.filter(poll=poll, pk__in=set(chosen)).values_list("pk", flat=True))
        if not 1 <= len(options) <= poll.choices or len(options) != len(set(chosen)):
            raise ValidationError(_("请选 1 到 %(n)d 个。") % {"n": poll.choices})
        try:
            with transaction.atomic():
                PollVoter.objects.create(poll=poll, digest=digest_of(user))
        except IntegrityError as error:
            raise ValidationError(_("您已经投过了，谢谢。"), code="duplicate") from error
        PollTally.objects.filter(option__in=options).update(votes=F("votes") + 1)
