"""What programs may do of enrolment: families together, waiting, accepting, announcing and drawing."""

from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from accounts.models import User
from activities import lottery, seats
from activities.models import Booking, Intake
from tests import make
from tests.activities.test_api_bookings import ADDRESS, book, program
from tests.portal.world import JSON, enter

pytestmark = pytest.mark.django_db


def test_a_family_books_together_in_one_request(resident: User) -> None:
    intake, children = make.intake(), [make.child(resident).pk for _n in range(2)]
    body = book(program(resident), intake.pk, resident.participant.pk, others=children).json()
    assert {row.participant_id for row in Booking.objects.filter(party=body["party"])} == {resident.participant.pk, *children}
    assert program(resident).get(f"{ADDRESS}?party={body['party']}").json()["count"] == 3


def test_a_family_has_all_places_or_none(resident: User, neighbour: User) -> None:
    intake = make.activity(capacity=2).intakes.get()
    children = [make.child(resident).pk for _n in range(2)]
    answered = book(program(resident), intake.pk, resident.participant.pk, others=children)
    assert (answered.status_code, answered.json()["code"]) == (409, "full")
    assert book(program(resident), intake.pk, children[0], others=[make.child(neighbour).pk]).status_code == 404
    assert Booking.objects.count() == 0


def test_naming_somebody_twice_is_one_booking(resident: User) -> None:
    intake, mine = make.intake(), resident.participant.pk
    assert book(program(resident), intake.pk, mine, others=[mine, mine]).status_code == 201
    assert Booking.objects.count() == 1


@pytest.mark.parametrize("wrong", [[0], ["x"], "1", [2**63], list(range(1, 21)), [None]])
def test_senseless_others_are_400(resident: User, wrong: object) -> None:
    assert book(program(resident), make.intake().pk, resident.participant.pk, others=wrong).status_code == 400


def test_a_key_stands_for_the_whole_family(resident: User) -> None:
    intake, child, client = make.intake(), make.child(resident).pk, program(resident)
    first, again = (book(client, intake.pk, resident.participant.pk, "k", others=[child]).json() for _n in range(2))
    assert first == again and Booking.objects.count() == 2
    assert book(client, intake.pk, resident.participant.pk, "k").status_code == 422


def test_waiting_by_api_shows_the_place_also_through_the_quick_door(resident: User) -> None:
    intake = make.full_intake()
    make.queue(intake, 2)
    client = program(resident)
    assert book(client, intake.pk, resident.participant.pk).json()["code"] == "full"
    made = book(client, intake.pk, resident.participant.pk, wait=True)  # past the mark of the refusal before
    assert (made.status_code, made.json()["state"], made.json()["place_in_queue"]) == (201, "waitlisted", 2)
    assert client.get(f"{ADDRESS}{made.json()['id']}/").json() == made.json()


def test_a_full_waiting_list_is_answered_from_the_mark(resident: User, django_assert_max_num_queries: object) -> None:
    intake = make.full_intake(wait_limit=1)
    make.queue(intake)
    client = program(resident)
    for _n in range(2):
        assert book(client, intake.pk, resident.participant.pk, wait=True).json()["code"] == "full"
    with django_assert_max_num_queries(0):  # type: ignore[operator]
        assert book(client, intake.pk, resident.participant.pk, wait=True).json()["code"] == "full"


def test_an_offer_is_accepted_by_api_and_too_late_is_409(resident: User) -> None:
    intake = make.full_intake()
    mine = seats.book(resident, intake.pk, resident.participant.pk, wait=True)
    client = enter(resident)
    early = client.post(f"{ADDRESS}{mine.pk}/accept/")
    assert (early.status_code, early.json()["code"]) == (409, "closed")
    seats.cancel(make.officer("village"), intake.bookings.filter(state="booked").get())
    shown = client.get(f"{ADDRESS}{mine.pk}/").json()
    assert (shown["state"], shown["place_in_queue"]) == ("offered", None) and shown["offered_until"]
    done = client.post(f"{ADDRESS}{mine.pk}/accept/")
    assert (done.status_code, done.json()["state"], done.json()["offered_until"]) == (200, "booked", None)


def test_staff_wait_and_accept_for_others(village: User) -> None:
    intake, elder = make.full_intake(), make.person()
    client = enter(village)
    made = book(client, intake.pk, elder.pk, wait=True).json()
    assert (made["state"], made["channel"]) == ("waitlisted", "desk")
    seats.cancel(village, intake.bookings.filter(state="booked").get())
    assert client.post(f"{ADDRESS}{made['id']}/accept/").json()["state"] == "booked"


def test_answer_and_photo_are_kept_where_they_are_asked(resident: User) -> None:
    asked, plain = make.intake(question="自带垫子吗？", asks_photo=True), make.intake()
    client = program(resident)
    rows = [book(client, row.pk, resident.participant.pk, answer="带", photo=True).json() for row in (asked, plain)]
    assert [(row["answer"], row["photo_consent"]) for row in rows] == [("带", True), ("", False)]


def test_a_lottery_by_api_from_announcing_to_the_result(village: User, resident: User) -> None:
    intake = make.lottery(1, announced=False)
    officer, day = enter(village), timezone.localdate(intake.closes_at) + timedelta(days=2)
    made = officer.post("/api/v1/draws/", {"intake": intake.pk, "source": "排列5 第9期", "draws_on": f"{day}"}, JSON)
    assert (made.status_code, made.json()["stage"], made.json()["secret"]) == (201, "announced", "")
    assert len(made.json()["commitment"]) == 64
    path = f"/api/v1/draws/{made.json()['id']}/"
    tried = officer.patch(path, {"commitment": "0" * 64, "secret": "0" * 64, "public_number": "123", "entries": "x 1"}, JSON)
    assert tried.json()["commitment"] == made.json()["commitment"] and tried.json()["public_number"] == ""
    assert book(program(resident), intake.pk, resident.participant.pk).json()["state"] == "entered"
    with time_machine.travel(make.after_closing(intake), tick=False):
        assert lottery.close(intake.draw)
    assert Client().get(path).json()["stage"] == "closed"
    assert enter(resident).post(f"{path}draw/", {"number": "31415"}, JSON).status_code in (403, 404)
    with time_machine.travel(make.after_closing(intake, 2), tick=False):
        drawn = enter(village).post(f"{path}draw/", {"number": "31415"}, JSON)
        assert (drawn.status_code, drawn.json()["stage"]) == (200, "drawn")
        assert enter(village).post(f"{path}draw/", {"number": "27182"}, JSON).status_code == 400
    assert Client().get(path).json()["secret"]
    assert Booking.objects.get(participant=resident.participant).state == "booked"


def test_a_draw_is_not_moved_to_another_intake(village: User) -> None:
    first, second = make.lottery(), make.lottery(announced=False)
    assert enter(village).patch(f"/api/v1/draws/{first.draw.pk}/", {"intake": second.pk}, JSON).status_code == 400
    assert Intake.objects.get(pk=first.pk).draw.pk == first.draw.pk


def test_a_closed_lottery_is_not_announced_anew_by_api(village: User) -> None:
    intake = make.lottery()
    with time_machine.travel(make.after_closing(intake), tick=False):
        assert lottery.close(intake.draw)
        client = enter(village)
        for change in ({"source": "别的"}, {"draws_on": f"{timezone.localdate() + timedelta(days=30)}"}):
            assert client.patch(f"/api/v1/draws/{intake.draw.pk}/", change, JSON).status_code == 400
