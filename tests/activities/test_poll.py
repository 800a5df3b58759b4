"""The popularity poll: one secret vote for each verified phone, only in its time; nothing follows from it."""

import re
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from activities import poll as polls
from activities.models import Poll, PollOption, PollTally, PollVoter
from activities.workflows.poll import POLL
from config.embedded import REPOSITORY
from portal import personal
from tests import make

pytestmark = pytest.mark.django_db


def first(poll: Poll, number: int = 1) -> list[int]:
    return list(poll.options.values_list("pk", flat=True)[:number])


def test_a_vote_counts_once_and_does_not_know_whose_it_is() -> None:
    poll, user = make.poll(), make.resident()
    polls.vote(user, poll, first(poll, 2))
    with pytest.raises(ValidationError, match="已经投过"):
        polls.vote(user, poll, first(poll))
    assert PollVoter.objects.count() == 1
    assert sorted(PollTally.objects.filter(option__poll=poll).values_list("votes", flat=True)) == [0, 0, 1, 1]
    assert {f.name for f in PollTally._meta.concrete_fields} == {"id", "option", "votes"}
    assert user.phone not in PollVoter.objects.get().digest


def test_an_account_made_anew_with_the_same_number_has_no_second_vote() -> None:
    poll, user = make.poll(), make.resident("+8613912340001")
    polls.vote(user, poll, first(poll))
    personal.erase(user)
    again = make.resident("+8613912340001")
    assert again.pk != user.pk
    with pytest.raises(ValidationError, match="已经投过"):
        polls.vote(again, poll, first(poll))


def test_with_the_result_nobody_is_known_to_have_voted() -> None:
    poll, user = make.poll(), make.resident()
    polls.vote(user, poll, first(poll))
    assert personal.export(user)["votes"] == [poll.title]
    Poll.objects.filter(pk=poll.pk).update(opens_at=timezone.now() - timedelta(9), closes_at=timezone.now() - timedelta(1))
    POLL.take(poll, "publish", by=make.officer("township"))
    assert not PollVoter.objects.exists()
    assert [option.votes for option in PollOption.objects.filter(poll=poll).counted()] == [1, 0, 0, 0]  # type: ignore[attr-defined]


@pytest.mark.parametrize("number", [0, 3])
def test_more_or_fewer_choices_than_asked_are_refused(number: int) -> None:
    poll = make.poll()
    with pytest.raises(ValidationError, match="请选 1 到 2 个"):
        polls.vote(make.resident(), poll, first(poll, number))
    assert not PollVoter.objects.exists()


def test_another_polls_option_is_no_choice() -> None:
    poll, other = make.poll(), make.poll()
    with pytest.raises(ValidationError):
        polls.vote(make.resident(), poll, first(other))


def test_a_poll_that_was_called_off_leaves_its_title_free() -> None:
    gone = make.poll(state="cancelled")
    again = make.poll(state="draft", title=gone.title)
    with pytest.raises(ValidationError, match="同名"):
        Poll(region=again.region, title=again.title, opens_at=again.opens_at, closes_at=again.closes_at).full_clean()


@pytest.mark.parametrize("fields", [{"over": True}, {"state": "draft"}, {"state": "published"}, {"state": "cancelled"}])
def test_outside_its_time_nobody_votes(fields: dict[str, object]) -> None:
    poll = make.poll(**fields)  # type: ignore[arg-type]
    with pytest.raises(ValidationError, match="不是投票的时候"):
        polls.vote(make.resident(), poll, first(poll))


def test_open_and_its_queryset_agree() -> None:
    rows = [make.poll(), make.poll(over=True), make.poll(state="draft"), make.poll(opens_at=timezone.now() + timezone.timedelta(hours=1))]
    assert {p.pk for p in Poll.objects.open()} == {p.pk for p in rows if p.open} == {rows[0].pk}


def test_an_account_without_a_phone_has_no_vote() -> None:
    poll = make.poll()
    with pytest.raises(ValidationError, match="手机号"):
        polls.vote(make.officer("village"), poll, first(poll))


def test_the_result_is_shown_once_it_is_published(client: Client) -> None:
    poll, user = make.poll(), make.resident()
    client.force_login(user)
    client.post(reverse("poll_vote", args=[poll.pk]), {"option": first(poll)})
    page = client.get(reverse("poll", args=[poll.pk])).text
    assert "您已经投过了" in page
    assert "票数" not in page
    Poll.objects.filter(pk=poll.pk).update(state="published")
    assert "票数" in client.get(reverse("poll", args=[poll.pk])).text


def test_the_api_tells_no_votes_before_the_result(client: Client) -> None:
    poll, user = make.poll(), make.resident()
    polls.vote(user, poll, first(poll))
    client.force_login(user)
    told = client.get(f"/api/v1/polls/{poll.pk}/").json()
    assert {option["votes"] for option in told["options"]} == {None}


def test_options_are_frozen_once_the_poll_is_announced() -> None:
    option = make.poll().options.get(title="项目0")
    option.title = "换了"
    with pytest.raises(ValidationError, match="不能再改"):
        option.full_clean()


def test_no_vote_reaches_a_score() -> None:
    """DOMAIN §0.1: the names of the poll's tables stand in no module that rates."""
    rating = [p for p in (REPOSITORY / "funding").rglob("*.py")] + [
        REPOSITORY / "activities/survey.py",
        REPOSITORY / "centers/compliance.py",
    ]
    assert [p for p in rating if re.search(r"\bPoll(Tally|Voter|Option)?\b|\bvotes\b", Path(p).read_text())] == []
    assert PollOption.objects.count() == 0
