"""Leave, swaps and absences: who answers, what follows at once, what is refused; nobody answers for oneself."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone

from accounts.models import User
from records.models import AuditEntry, Message
from staffing import ics
from staffing.models import Cadre, Duty, Leave, Swap
from staffing.workflows.duty import DUTY
from staffing.workflows.leave import LEAVE
from staffing.workflows.swap import SWAP
from tests import make
from tests.portal.world import enter
from workflow.engine import NotOpen, NotYours

pytestmark = pytest.mark.django_db


@pytest.fixture
def two(db: None) -> tuple[Cadre, Cadre]:
    """Two cadres of 光南社区, each with an account."""
    center = make.center_of()
    made = [make.cadre(user=make.user(f"cadre_{make.number()}")) for _n in range(2)]
    for one in made:
        make.posting(center, one)
    return made[0], made[1]


def account(cadre: Cadre) -> User:
    assert cadre.user is not None
    return cadre.user


def test_agreed_leave_empties_the_duties_at_once_and_the_head_hears_where(two: Any, head: User) -> None:
    duty = make.duty(who=two[0])
    leave = make.leave(two[0], first=3, days=1)
    LEAVE.take(leave, "approve", by=head, note="好")
    assert not Duty.objects.filter(pk=duty.pk).exists()
    assert Message.objects.filter(recipient=head, subject__contains="请假空出").exists()
    assert Message.objects.filter(recipient=account(two[0]), subject__contains="请假同意").exists()


def test_refused_leave_says_why_and_changes_nothing(two: Any, head: User) -> None:
    duty = make.duty(who=two[0])
    leave = make.leave(two[0], first=3, days=1)
    with pytest.raises(ValidationError):
        LEAVE.take(leave, "refuse", by=head)
    LEAVE.take(leave, "refuse", by=head, reason="那天有检查")
    assert Duty.objects.filter(pk=duty.pk).exists() and Leave.objects.get(pk=leave.pk).reply == "那天有检查"


def test_a_head_does_not_agree_to_their_own_leave_the_township_does(head: User, township: User) -> None:
    own = make.leave(make.cadre(user=head))
    with pytest.raises(NotYours, match="上级"):
        LEAVE.take(own, "approve", by=head)
    assert LEAVE.take(own, "approve", by=township).state == "approved"


def test_leave_that_has_begun_is_not_taken_back(two: Any) -> None:
    begun = make.leave(two[0], first=0, days=3, state="approved")
    with pytest.raises(ValidationError, match="已经开始"):
        LEAVE.take(begun, "cancel", by=account(two[0]))
    ahead = make.leave(two[1], state="approved")
    assert LEAVE.take(ahead, "cancel", by=account(two[1])).state == "cancelled"


def test_a_colleague_reads_nobody_elses_leave(two: Any, cadre: User) -> None:
    make.leave(two[0])
    assert enter(cadre).get("/desk/leaves/").status_code == 403
    assert Leave.objects.allowed(account(two[1]), "view").count() == 0
    assert Leave.objects.allowed(account(two[0]), "view").count() == 1


def test_a_swap_goes_from_hand_to_hand_and_the_owner_answers_until_it_is_applied(two: Any, head: User) -> None:
    duty = make.duty(who=two[0])
    client = enter(account(two[0]))
    page = client.post(f"/me/duties/{duty.pk}/swap/", {"to": two[1].pk, "note": "家长会"})
    swap = Swap.objects.get()
    assert page.status_code == 302 and swap.state == "offered"
    assert Message.objects.filter(recipient=account(two[1]), subject__contains="换班").exists()
    assert enter(account(two[1])).post(f"/me/swaps/{swap.pk}/steps/accept/").status_code == 302
    assert Duty.objects.get(pk=duty.pk).cadre == two[0]
    SWAP.take(Swap.objects.get(), "agree", by=head)
    assert Duty.objects.get(pk=duty.pk).cadre == two[1]
    with pytest.raises(NotOpen):
        SWAP.take(Swap.objects.get(), "agree", by=head)


def test_an_exchange_gives_one_for_the_other(two: Any, head: User) -> None:
    first = make.shift(day=make.next_month())
    mine = make.duty(first, two[0])
    theirs = make.duty(make.shift(first.roster, first.day + timedelta(days=1), kind="extended", clock=(18, 20)), two[1])
    swap = make.swap(mine, two[1], back=theirs, state="accepted")
    SWAP.take(swap, "agree", by=head)
    assert (Duty.objects.get(pk=mine.pk).cadre, Duty.objects.get(pk=theirs.pk).cadre) == (two[1], two[0])


def test_a_swap_that_has_become_impossible_is_refused_with_the_rules_words(two: Any, head: User) -> None:
    duty = make.duty(who=two[0])
    swap = make.swap(duty, two[1], state="accepted")
    make.leave(two[1], first=3, days=1, state="approved")
    with pytest.raises(ValidationError, match="请了假"):
        SWAP.take(swap, "agree", by=head)
    assert Duty.objects.get(pk=duty.pk).cadre == two[0]


def test_nobody_agrees_to_a_swap_of_their_own(head: User) -> None:
    own = make.posting(who=make.cadre(user=head)).cadre
    swap = make.swap(make.duty(who=own), state="accepted")
    with pytest.raises(NotYours):
        SWAP.take(swap, "agree", by=head)


def test_a_swap_expires_when_the_duty_begins(two: Any, head: User) -> None:
    past = make.shift(day=timezone.localdate() - timedelta(days=1))
    swap = make.swap(make.duty(past, two[0]), two[1], state="accepted")
    assert swap.expired and list(Swap.objects.expired()) == [swap] and not Swap.objects.open().exists()
    with pytest.raises((NotYours, PermissionDenied)):
        SWAP.take(swap, "agree", by=head)


def test_the_hall_confirms_a_shift_with_one_tap_and_takes_a_wrong_tap_back(two: Any, cadre: User) -> None:
    now = timezone.localtime()
    today = make.shift(make.roster(state="published", month=make.month_of(now.date())), now.date(), clock=(0, 23))
    duties = [make.duty(today, one) for one in two]
    client = enter(cadre)
    assert client.get("/desk/hall/").content.decode().count('name="duty"') == 2
    client.post("/desk/hall/", {"duty": [duty.pk for duty in duties]})
    assert Duty.objects.filter(state="confirmed", confirmed_by=cadre).count() == 2
    client.post("/desk/hall/", {"duty": [duties[0].pk], "act": "unconfirm"})
    assert Duty.objects.get(pk=duties[0].pk).state == "planned"


def test_an_absence_is_found_by_the_township_answered_once_and_dropped(two: Any, township: User, head: User) -> None:
    past = make.shift(day=timezone.localdate() - timedelta(days=2))
    duty = make.duty(past, two[0])
    with pytest.raises(PermissionDenied):
        DUTY.take(duty, "find_absent", by=head, reason="没人")
    DUTY.take(duty, "find_absent", by=township, reason="巡查时没人")
    client = enter(account(two[0]))
    assert client.post(f"/me/duties/{duty.pk}/steps/answer/", {"answer": "去村里调解了"}).status_code == 302
    assert Message.objects.filter(recipient=township, subject__contains="缺勤有了说明").exists()
    assert DUTY.take(Duty.objects.get(), "drop", by=township).finding == ""


def test_a_number_in_full_takes_a_reason_and_leaves_a_record(two: Any, head: User) -> None:
    address, client = f"/desk/cadres/{two[0].pk}/unmask/", enter(head)
    number = two[0].phone
    assert number not in client.get(address).content.decode()
    assert number not in client.post(address, {"reason": ""}).content.decode()
    assert number in client.post(address, {"reason": "通知临时换班"}).content.decode()
    assert AuditEntry.objects.filter(action="staffing.unmask_cadre", actor_id=head.pk).count() == 1


def test_a_cadres_calendar_has_the_duties_and_forgets_those_given_away(two: Any) -> None:
    duty = make.duty(who=two[0])
    assert [str(e["uid"]) for e in ics.events(account(two[0]))] == [f"duty-{duty.shift_id}@portal"]
    Duty.objects.filter(pk=duty.pk).update(cadre=two[1])
    assert ics.events(account(two[0])) == []


def test_a_swap_takes_no_duty_that_has_gone_to_a_third(two: Any, head: User) -> None:
    third = make.posting(make.center_of()).cadre
    first = make.shift(day=make.next_month())
    mine, theirs = make.duty(first, two[0]), make.duty(make.shift(first.roster, first.day + timedelta(days=1)), two[1])
    swap = make.swap(mine, two[1], back=theirs, state="accepted")
    Duty.objects.filter(pk=theirs.pk).update(cadre=third)
    with pytest.raises(ValidationError, match="不是他的"):
        SWAP.take(swap, "agree", by=head)
    assert Duty.objects.get(pk=theirs.pk).cadre == third


def test_an_open_swap_of_a_duty_that_goes_ends_and_both_hear(two: Any, head: User) -> None:
    swap = make.swap(make.duty(who=two[0]), two[1])
    LEAVE.take(make.leave(two[0], first=3, days=1), "approve", by=head)
    assert not Swap.objects.filter(pk=swap.pk, state="offered").exists()
    assert Message.objects.filter(recipient=account(two[1]), subject__contains="收回").exists()


def test_a_stored_number_is_not_in_the_form_and_an_empty_one_keeps_it(two: Any, head: User) -> None:
    address, client, number = f"/desk/cadres/{two[0].pk}/edit/", enter(head), two[0].phone
    assert number not in client.get(address).content.decode()
    client.post(address, {"region": two[0].region_id, "name": "新名字", "phone": "", "login": ""})
    kept = Cadre.objects.get(pk=two[0].pk)
    assert (kept.name, kept.phone, kept.user) == ("新名字", number, two[0].user)


def test_nobody_unlinks_their_own_account(head: User) -> None:
    own = make.cadre(user=head)
    page = enter(head).post(f"/desk/cadres/{own.pk}/edit/", {"region": own.region_id, "name": own.name, "unlink": "on"})
    assert page.status_code == 200 and Cadre.objects.get(pk=own.pk).user == head


def test_leave_of_today_empties_a_duty_that_has_begun_and_is_no_absence(two: Any, head: User, township: User) -> None:
    day = timezone.localdate()
    begun = make.shift(make.roster(state="published", month=make.month_of(day)), day, clock=(0, 23))
    duty = make.duty(begun, two[0])
    LEAVE.take(make.leave(two[0], first=0, days=1), "approve", by=head)
    assert not Duty.objects.filter(pk=duty.pk).exists()
    past = make.duty(make.shift(day=day - timedelta(days=1)), two[1])
    make.leave(two[1], first=-3, days=3, state="approved")
    with pytest.raises(ValidationError, match="假是同意了的"):
        DUTY.take(past, "find_absent", by=township, reason="没人")
