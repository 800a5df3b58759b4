"""The column, brands and polls: every step × persona × state from their own tables."""

import pytest
from django.core.exceptions import ValidationError

from accounts.models import User
from activities.models import Brand, Digest, Poll
from activities.workflows.brand import BRAND
from activities.workflows.digest import DIGEST
from activities.workflows.poll import POLL
from records.models import Message
from tests import make
from tests.workflow.grid import DISTRICT, REVIEWER, TOWN, VILLAGE, EveryStep, Grid

pytestmark = pytest.mark.django_db
D, B, P = Digest.State, Brand.State, Poll.State
COLUMN = {
    "submit": ((D.DRAFT,), D.CHECKING, ()),
    "send_back": ((D.CHECKING,), D.DRAFT, ("reason",)),
    "publish": ((D.CHECKING,), D.PUBLISHED, ()),
    "recall": ((D.PUBLISHED,), D.DRAFT, ("reason",)),
}
EDITORS = TOWN | DISTRICT
BRANDS = {
    "nominate": ((B.DRAFT, B.DECLINED), B.NOMINATED, ()),
    "recognise": ((B.NOMINATED,), B.RECOGNISED, ()),
    "decline": ((B.NOMINATED,), B.DECLINED, ("reason",)),
    "end": ((B.RECOGNISED,), B.ENDED, ("reason",)),
}
POLLS = {
    "announce": ((P.DRAFT,), P.ANNOUNCED, ()),
    "publish": ((P.ANNOUNCED,), P.PUBLISHED, ()),
    "cancel": ((P.DRAFT, P.ANNOUNCED), P.CANCELLED, ("reason",)),
}


def column(state: str, step: str, user: User, code: str) -> Digest:
    return make.digest(code[:9], state=state)


def brand(state: str, step: str, user: User, code: str) -> Brand:
    return make.brand(make.center_of(code), state)


def poll(state: str, step: str, user: User, code: str) -> Poll:
    return make.poll(code[:9], state, over=step == "publish")


class TestColumn(EveryStep):
    may = {"submit": EDITORS, "recall": EDITORS, "send_back": EDITORS | REVIEWER, "publish": EDITORS | REVIEWER}
    grid = Grid(DIGEST, COLUMN, may, column)


class TestBrands(EveryStep):
    may = dict.fromkeys(BRANDS, DISTRICT) | {"nominate": VILLAGE | TOWN | DISTRICT}
    grid = Grid(BRAND, BRANDS, may, brand)


class TestPolls(EveryStep):
    grid = Grid(POLL, POLLS, dict.fromkeys(POLLS, EDITORS), poll)


def test_a_poll_with_one_option_is_not_announced(township: User) -> None:
    with pytest.raises(ValidationError, match="至少要有两个"):
        POLL.take(make.poll(state="draft", options=1), "announce", by=township)


def test_a_result_is_not_published_before_its_end(township: User) -> None:
    with pytest.raises(ValidationError, match="还没到截止"):
        POLL.take(make.poll(), "publish", by=township)


def test_who_nominated_hears_what_became_of_it(village: User) -> None:
    row = BRAND.take(make.brand(), "nominate", by=village)
    BRAND.take(row, "decline", by=make.officer("district"), reason="明年再来")
    told = Message.objects.inbox(village).filter(kind="brand").get()
    assert "没有认定" in told.subject
    assert told.body == "明年再来"
