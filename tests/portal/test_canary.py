"""A canary in the other township's texts: nobody of 多湖 hears it, on no page, in no file, in no number."""

import io
import json
import re
from collections.abc import Iterator
from typing import Any, NamedTuple
from unittest import mock

import pytest
import time_machine
from django.conf import settings
from django.core.cache import cache
from django.db import transaction
from django.test import Client, override_settings
from django.utils import timezone
from python_calamine import CalamineWorkbook

from activities import seats
from activities.models import Activity
from portal import facts
from tests import make
from tests.conftest import for_a_while
from tests.portal import canary_care, canary_chain, canary_funding, canary_staffing, canary_work, world
from tests.portal.test_access_matrix import TABLE

#: One is typed into searches (the page shows it again as typed), the other must not come out then.
NAME, TEXT = "渡鸦暗号", "夜莺密语"
PHONE = "+8613977654321"
SECRETS = (NAME, TEXT, PHONE, PHONE.removeprefix("+86"), "****4321")
VIEWERS = ("anonymous", "resident", "village", "township", "unit")
API = (
    *("regions", "organisations", "participants", "centers", "activities", "intakes", "meetings", "bookings", "draws", "messages"),
    *("venues", "venue-bookings"),
)
#: Numbers of the whole portal, which everybody may read: they count the other township's rows, and say none of its words.
OF_ALL = ("/open-data/", "/api/v1/facts/")
CANARIES = (canary_work, canary_chain, canary_care, canary_staffing, canary_funding)
PARTS = ("opening-hours", "opening-exceptions", "center-services", "contacts", "photos")
EXPORTS = ("regions", "organisations", "participants", "centers", "activities", "bookings", "venues", "venue_bookings")
ADMIN = (
    *("centers/center", "activities/activity", "activities/intake", "activities/booking", "activities/draw"),
    *("activities/venue", "activities/venuebooking"),
    *("accounts/participant", "accounts/organisation", "accounts/region"),
)
AUTOCOMPLETE = ("app_label=centers&model_name=center&field_name=region", "app_label=activities&model_name=activity&field_name=center")
FILTERS = {
    "regions": ("under=330703101", "level=town"),
    "organisations": ("kind=company",),
    "participants": ("kind=elder",),
    "centers": ("region=330703101", "level=village", "open_now=true", "open_now=false"),
    "activities": ("region=330703101", "coming=true", "state=draft", "kind=care"),
    "intakes": ("region=330703101", "open=true", "open=false"),
    "meetings": ("after=2020-01-01T00:00:00Z", "before=2099-01-01T00:00:00Z"),
    "bookings": ("region=330703101", "state=cancelled"),
    "draws": ("region=330703101",),
}


class Ground(NamedTuple):
    clients: dict[str, Client]
    own: dict[str, Any]
    planted: dict[str, Any]
    before: dict[tuple[str, str], str]


def text_of(response: Any) -> str:
    """What a person or program reads: a file's cells, a page without its form tokens and fresh numbers."""
    content = b"".join(response.streaming_content) if response.streaming else response.content
    if "spreadsheet" in response.headers.get("Content-Type", ""):
        book = CalamineWorkbook.from_filelike(io.BytesIO(content))
        return "\n".join(str(row) for name in book.sheet_names for row in book.get_sheet_by_name(name).to_python())
    if "json" in response.headers.get("Content-Type", ""):
        return json.dumps(json.loads(content), ensure_ascii=False)
    page = content.decode(errors="replace")
    return re.sub(r'(name="(?:csrfmiddlewaretoken|client_uuid)" value="|"X-CSRFToken": ")[\w-]+', "", page)


def open_to(persona: str) -> list[str]:
    """The addresses that the access table opens to this persona, with names of rows in braces."""
    column = world.PERSONAS.index(persona)
    skipped = ("/readyz", "/metrics", "/login/totp/")  # counts of the whole portal; a fresh secret
    return [line.path for line in TABLE if line.method == "GET" and line.expected[column] == "200" and line.path not in skipped]


def questions(persona: str) -> list[str]:
    """Searches, filters and exports beyond the table's own addresses."""
    found = [f"/centers/?q={NAME}", "/centers/?q=duyaanhao", "/centers/?q=dyah", "/centers/?open=1", f"/activities/?q={NAME}"]
    found += ["/centers/?town=330703101", "/activities/?town=330703101", "/activities/?free=1"]
    if persona == "anonymous":  # the same for everybody
        found += [f"/open-data/{fact.key}/{file}" for fact in facts.FACTS for file in ("", "rows.xlsx")]
    found += [f"/board/?town=330703101&until={timezone.localdate():%Y-%m}"] if persona == "township" else []
    for noun in API if persona != "anonymous" else ("regions", "centers", "activities", "intakes", "meetings", "draws"):
        found += [f"/api/v1/{noun}/?{query}" for query in (*FILTERS.get(noun, ()), f"search={NAME}", "page_size=200", "ordering=-id")]
    if persona in ("village", "township", "other_township"):
        found += [f"/api/v1/{noun}/?page_size=200" for noun in PARTS]
        found += [f"/desk/{page}/?q={NAME}" for page in ("people", "centers", "activities")] + ["/desk/people/?q=4321"]
        found += [f"/desk/export/{name}/" for name in EXPORTS]
    if persona in ("township", "other_township"):
        found += [f"/admin/{model}/?q={NAME}" for model in ADMIN]
        found += [f"/admin/autocomplete/?{query}&term={NAME}" for query in AUTOCOMPLETE]
    return found + [q for part in CANARIES for q in part.questions(persona, NAME)]


def look(client: Client, path: str) -> Any:
    cache.clear()
    with transaction.atomic():
        response = client.get(path)
        answered = response, text_of(response)
        transaction.set_rollback(True)
    return answered


def plant() -> dict[str, Any]:
    """Rows of 孝顺镇 with the canary in every text that people fill in."""
    officer, code = make.officer("other_township"), make.OTHER_VILLAGE
    draft = make.center(code, published=False, name=f"{NAME}中心", address=TEXT, introduction=TEXT, phone=PHONE)
    activity = make.activity(draft, published=False, title=NAME, summary=TEXT, description=TEXT, audience=TEXT)
    intake = make.intake(activity, name=TEXT)
    shown = Activity.objects.get(center__region__code=code, state="published").intakes.get()
    person = make.person(code=code, name=NAME, phone=PHONE)
    booking = make.booking(shown, person, by=officer, answer=TEXT)
    lottery = make.intake(activity, name=TEXT, mode="lottery")
    seats.cancel(officer, booking, reason=TEXT)
    rows = {"draft": draft, "draft_activity": activity, "draft_intake": intake, "draft_meeting": make.meeting(intake, place=TEXT)}
    rows |= {"lottery": lottery, "plain_lottery": lottery, "draw": make.draw(lottery, source=TEXT)}
    rows |= {"entered": make.booking(lottery, make.person(code=code, name=NAME), state="entered", answer=TEXT)}
    rows |= {"booking": booking, "person": person, "child": person, "organisation": make.organisation(code, name=NAME, phone=PHONE)}
    rows |= {"message": make.message(officer, "inbox", subject=NAME, body=TEXT, state="sent", sent_at=timezone.now())}
    parts = {
        "hours": make.hours(draft),
        "exception": make.exception(draft, timezone.localdate(), note=TEXT),
        "service": make.service(draft, TEXT),
        "contact": make.contact(draft, name=NAME, position=TEXT, phone=PHONE),
        "photo": world.photo(draft, TEXT),
    }
    hall = make.venue(draft, name=NAME, equipment=TEXT)
    rows |= {"venue": hall, "draft_venue": hall, "request": make.venue_booking(hall, asked_by=officer, purpose=TEXT)}
    work = canary_work.plant(draft, rows["organisation"], NAME, TEXT) | canary_chain.plant(draft, person, TEXT)
    work |= canary_care.plant(draft, TEXT)
    work |= canary_staffing.plant(draft, TEXT) | canary_funding.plant(draft, NAME, TEXT)
    return rows | parts | {f"draft_{name}": row for name, row in parts.items()} | work | {"officer": officer}


def unset(name: str, data: Any) -> bytes:
    """In place of the typeset page, which hides its words: what it is set from."""
    return json.dumps(data, ensure_ascii=False).encode()


@pytest.fixture(scope="module")
def ground(django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ground]:
    """Both townships; what 多湖's people read before the canary came; then the canary. The clock stands still."""
    files = {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": tmp_path_factory.mktemp("files")}}
    storages = {**settings.STORAGES, "default": files}
    stopped = time_machine.travel(timezone.now(), tick=False)
    printed = mock.patch("records.printing.pdf", unset)
    with for_a_while(django_db_blocker), override_settings(STORAGES=storages), stopped, printed:
        people = world.people()
        resident = people["resident"]
        assert resident is not None
        own = world.where(world.district(resident, people["unit"]))
        make.activity(make.center(make.OTHER_VILLAGE), capacity=5)
        clients = {name: world.enter(people[name]) for name in VIEWERS}
        before = {}
        for name, client in clients.items():
            for path in [p.format(**own) for p in open_to(name)] + questions(name):
                before[name, path] = look(client, path)[1]
        planted = plant()
        clients["other_township"] = world.enter(planted["officer"])
        yield Ground(clients, own, planted, before)


def heard(text: str, path: str) -> list[str]:
    """The secrets in a text; one that was typed into the address may come back as typed."""
    return [secret for secret in SECRETS if secret in text and secret not in path]


def without_the_lessor(text: str, ground: Ground) -> str:
    """Sites, leases and applications may name an organisation of the whole district: as one option, by its name alone."""
    return re.sub(rf'\s*<option value="{ground.planted["organisation"].pk}">{NAME}</option>', "", text)


def open_by_grant(persona: str, path: str) -> bool:
    """A department's officers hold the right to see organisations in the whole district."""
    return persona == "unit" and "organisation" in path


@pytest.mark.parametrize("persona", VIEWERS)
def test_nobody_of_the_next_township_reads_it_or_counts_it(ground: Ground, persona: str) -> None:
    client, faults = ground.clients[persona], []
    for (name, path), before in ground.before.items():
        if name != persona or open_by_grant(persona, path):
            continue
        now = without_the_lessor(look(client, path)[1], ground)
        faults += [f"{path}: {heard(now, path)}"] if heard(now, path) else []
        faults += [f"{path} has changed"] if now != before and not path.startswith(OF_ALL) else []
    assert faults == []


@pytest.mark.parametrize("persona", VIEWERS)
def test_its_own_addresses_are_closed(ground: Ground, persona: str) -> None:
    names, faults = ground.own | world.where(ground.planted), []
    for line in TABLE:
        used = set(re.findall(r"{(\w+)}", line.path))
        if line.method != "GET" or not used & (set(ground.planted) | {"code"}) or open_by_grant(persona, line.path):
            continue
        response, text = look(ground.clients[persona], line.path.format(**names))
        faults += [line.path] if heard(text, "") or response.status_code == 200 else []
    assert faults == []


def test_the_admins_export_holds_the_own_township_alone(ground: Ground) -> None:
    client = ground.clients["township"]
    for model, mine in (("centers/center", "center"), ("activities/activity", "activity"), ("accounts/organisation", "organisation")):
        chosen = [str(ground.own[mine]), str(ground.planted[{"center": "draft", "activity": "draft_activity"}.get(mine, mine)].pk)]
        form = {"action": "export", "_selected_action": chosen, "select_across": "1"}
        response = client.post(f"/admin/{model}/", form)
        assert "spreadsheet" in response["Content-Type"]
        assert heard(text_of(response), "") == []


def test_the_other_townships_officer_reads_it_everywhere(ground: Ground) -> None:
    """The control: with the same eyes the canary is found."""
    client, rows = ground.clients["other_township"], ground.planted
    heard_at = {}
    pages = [f"/desk/centers/{rows['draft'].pk}/", f"/desk/activities/{rows['draft_activity'].pk}/", f"/centers/{rows['draft'].pk}/"]
    pages += ["/desk/", "/me/inbox/", "/admin/centers/center/", "/admin/activities/activity/", "/admin/accounts/organisation/"]
    pages += [f"/desk/export/{name}/" for name in ("organisations", "centers", "activities")]
    pages += [f"/api/v1/{noun}/?search={NAME}" for noun in ("organisations", "centers", "activities")]
    pages += [
        f"/api/v1/{noun}/"
        for noun in ("contacts", "meetings", "intakes", "bookings", "draws", "messages", "opening-exceptions", "center-services")
    ]
    pages += [f"/admin/centers/center/?q={NAME}", f"/admin/autocomplete/?{AUTOCOMPLETE[1]}&term={NAME}", "/centers/?q=nothing"]
    pages += canary_work.heard_at(rows) + canary_chain.heard_at(rows) + canary_care.heard_at(rows)
    pages += canary_staffing.heard_at(rows) + canary_funding.heard_at(rows)
    for path in pages:
        heard_at[path] = bool([secret for secret in SECRETS if secret in look(client, path)[1]])
    assert [path for path, found in heard_at.items() if not found] == ["/centers/?q=nothing"]
    assert look(client, f"/photos/{rows['photo'].pk}/small/")[0].status_code == 200
    for noun in ("centers", "organisations", "activities"):
        assert client.get(f"/api/v1/{noun}/?search={NAME}").json()["count"] == 1


def test_an_unmasking_reads_the_name_and_a_mask_hides_it(ground: Ground) -> None:
    client, person = ground.clients["other_township"], ground.planted["person"]
    page = f"/desk/people/{person.pk}/"
    assert heard(look(client, page)[1], "") == ["****4321"]
    assert NAME in client.post(page, {"reason": "核对报名信息"}).content.decode()
    for viewer in VIEWERS[1:]:
        response = ground.clients[viewer].post(page, {"reason": "核对报名信息"})
        assert response.status_code in (403, 404) and heard(response.content.decode(), "") == []
