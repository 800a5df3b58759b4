"""People at the desk: masked until a reason is written down; every export leaves an entry."""

import io
from typing import Any

import pytest
from python_calamine import CalamineWorkbook

from accounts.models import Participant, User
from records.models import AuditEntry
from tests import make
from tests.portal.world import enter

pytestmark = pytest.mark.django_db
NAME, PHONE = "诸葛明月", "+8613711112222"


@pytest.fixture
def person(db: None) -> Participant:
    return make.person(name=NAME, phone=PHONE)


def written(action: str) -> AuditEntry:
    return AuditEntry.objects.get(action=action)


def test_a_person_is_masked_until_a_reason_is_given(village: User, person: Participant) -> None:
    client, page = enter(village), f"/desk/people/{person.pk}/"
    for path in ("/desk/people/", page):
        text = client.get(path).content.decode()
        assert "诸*" in text and "137****2222" in text and NAME not in text and "13711112222" not in text
    for reason in ("", "看看", "   "):
        assert NAME not in client.post(page, {"reason": reason}).content.decode()
    assert not AuditEntry.objects.filter(action="accounts.unmask_participant").exists()
    assert NAME in client.post(page, {"reason": "通知活动改期"}).content.decode()
    entry = written("accounts.unmask_participant")
    assert (entry.actor, entry.target_id, entry.reason) == (village, person.pk, "通知活动改期")
    assert (entry.region_code, entry.fields) == (make.VILLAGE, ["birthday", "name", "phone"])
    assert NAME not in client.get(page).content.decode()


def test_a_list_of_bookings_is_unmasked_as_a_whole(village: User, person: Participant) -> None:
    intake = make.activity(capacity=5).intakes.get()
    make.booking(intake, person)
    make.booking(intake)
    client, page = enter(village), f"/desk/intakes/{intake.pk}/bookings/"
    assert NAME not in client.get(page).content.decode()
    assert NAME not in client.post(page, {"reason": ""}).content.decode()
    assert NAME in client.post(page, {"reason": "现场点名签到"}).content.decode()
    entry = written("activities.unmask_bookings")
    assert (entry.actor, entry.target_id, entry.count, entry.reason) == (village, intake.pk, 2, "现场点名签到")


@pytest.mark.parametrize("persona", ["reviewer", "cadre"])
def test_who_may_not_unmask_sees_no_name_and_no_form(persona: str, person: Participant) -> None:
    intake = make.activity(capacity=5).intakes.get()
    make.booking(intake, person)
    client = enter(make.officer(persona))
    page = f"/desk/intakes/{intake.pk}/bookings/"
    assert 'name="reason"' not in client.get(page).content.decode()
    assert client.post(page, {"reason": "只是想看一看"}).status_code == 403
    assert not AuditEntry.objects.filter(action="activities.unmask_bookings").exists()


def test_an_officer_finds_a_person_by_full_name_or_the_end_of_the_phone(village: User, person: Participant) -> None:
    client = enter(village)
    for text, found in ((NAME, 1), ("2222", 1), ("诸葛", 0), ("3711", 0)):
        page = client.get("/desk/people/", {"q": text})
        assert page.context["page_obj"].paginator.count == found, text


def sheet(response: Any) -> list[list[Any]]:
    book = CalamineWorkbook.from_filelike(io.BytesIO(response.content))
    return book.get_sheet_by_index(0).to_python()


def test_an_export_is_masked_and_audited(township: User, person: Participant) -> None:
    make.person(code=make.OTHER_VILLAGE)
    response = enter(township).get("/desk/export/participants/")
    rows = sheet(response)
    assert [row[2:4] for row in rows[1:]] == [["诸*", "137****2222"]]
    entry = written("accounts.export")
    assert (entry.actor, entry.target_type, entry.count, entry.region_code) == (township, "accounts.participant", 1, make.TOWN)


def test_the_admins_export_is_audited_too(district: User) -> None:
    center = make.center()
    form = {"action": "export", "_selected_action": [center.pk]}
    response = enter(district).post("/admin/centers/center/", form)
    assert sheet(response)[1][1] == center.name
    assert (written("accounts.export").actor, written("accounts.export").count) == (district, 1)


def test_an_export_writes_texts_and_never_a_formula(township: User) -> None:
    make.center(name="=1+1中心", address="+cmd", phone="@x")
    row = sheet(enter(township).get("/desk/export/centers/"))[1]
    assert (row[1], row[4], row[5], row[8]) == ("=1+1中心", make.VILLAGE, "+cmd", "@x")


def test_the_admin_filters_by_nothing_that_it_masks(district: User, person: Participant) -> None:
    """Else a name could be guessed letter by letter, without a reason and without a trace."""
    client = enter(district)
    for query in ("name__startswith=诸", "phone__endswith=2222", "name=x", "birthday=1985-05-05"):
        assert client.get(f"/admin/accounts/participant/?{query}").status_code in (302, 400), query
    assert client.get("/admin/accounts/participant/?kind__exact=elder").status_code == 200


def test_an_elder_without_a_telephone_is_booked_for(village: User) -> None:
    intake = make.activity(capacity=1).intakes.get()
    client, page = enter(village), f"/desk/intakes/{intake.pk}/book/"
    refused = client.post(page, {"name": "诸葛老伯", "birthday": "1941-02-03"})
    assert refused.status_code == 200 and "请先口头告知" in refused.content.decode() and 'value="诸葛老伯"' in refused.content.decode()
    assert client.post(page, {"name": "诸葛老伯", "birthday": "1941-02-03", "consent": "on"}).status_code == 302
    elder = Participant.objects.get(name="诸葛老伯")
    assert (elder.region.code, elder.consents.get().channel, elder.bookings.get().channel) == (make.VILLAGE, "desk", "desk")
    full = client.post(page, {"name": "诸葛大妈", "consent": "on"})
    assert full.status_code == 409 and not Participant.objects.filter(name="诸葛大妈").exists()
