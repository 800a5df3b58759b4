"""Rating and projects: pages, programs and the admin site refuse in the constraint's own words, keep what was typed, never fail."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone, translation

from accounts.models import User
from tests import make
from tests.portal.surfaces import no_rows
from tests.portal.test_surfaces import counts, shows, spoken
from tests.portal.world import JSON, enter

pytestmark = pytest.mark.django_db
#: (address, what is sent); by JSON where the address is the API's.
Sent = tuple[str, dict[str, Any]]
INLINES = no_rows("tiers", "criteria")


@pytest.fixture
def client(district: User) -> Client:
    """The district's officer, who may do all of it."""
    return enter(district)


def day(days: int) -> str:
    return f"{timezone.localdate() + timedelta(days=days)}"


def rounds(**changes: Any) -> list[Sent]:
    scheme = make.rating_scheme()
    typed = {
        **{"region": scheme.region_id, "scheme": scheme.pk, "year": timezone.localdate().year, "title": "年度评星"},
        **{"facts_from": day(-300), "facts_until": day(-10), "apply_from": day(1), "apply_until": day(9), "review_until": day(20)},
        **changes,
    }
    return [(path, typed) for path in ("/desk/rating-rounds/add/", "/api/v1/rounds/", "/admin/funding/ratinground/add/")]


def round_again() -> list[Sent]:
    sent = rounds()
    make.rating_round(opened=False, title="年度评星", year=timezone.localdate().year)
    return sent


def schemes(**changes: Any) -> list[Sent]:
    typed = {
        **{"region": make.region(make.DISTRICT).pk, "name": "评星办法", "version": "1", "budget": "110", "quorum": "5", "trim_from": "10"},
        **{"weight_representatives": "30", "weight_township": "30", "weight_district": "40", "gap": "10", "veto_star": "0"},
        **changes,
    }
    return [("/desk/rating-schemes/add/", typed), ("/admin/funding/ratingscheme/add/", typed | INLINES)]


def scheme_again() -> list[Sent]:
    make.rating_scheme(name="评星办法")
    return schemes()


def part(kind: str, typed: dict[str, Any], admin: dict[str, Any]) -> list[Sent]:
    """A part of a scheme that is not frozen: at the desk, and of another one in a line of the admin's page."""
    first, scheme = make.rating_scheme(), make.rating_scheme()
    line = f"{kind}-0-"
    form = schemes(name=scheme.name, budget=scheme.budget)[1][1] | {f"{kind}-TOTAL_FORMS": "1", f"{kind}-MAX_NUM_FORMS": "1000"}
    form |= {f"{line}{name}": value for name, value in (typed | admin).items()} | {f"{line}scheme": scheme.pk}
    return [
        (f"/desk/rating-schemes/{first.pk}/{kind}/add/", typed),
        (f"/admin/funding/ratingscheme/{scheme.pk}/change/", form),
    ]


def tier(**changes: Any) -> list[Sent]:
    return part("tiers", {"star": "2", "threshold": "60", "quota": "", "award": "0.5", **changes}, {"award": "500000"})


def criterion(**changes: Any) -> list[Sent]:
    typed = {"number": "9", "pillar": "use", "source": "district", "title": "夜校", "guide": "", "weight": "10", "fact": "", **changes}
    return part("criteria", typed, {})


def project(**changes: Any) -> list[Sent]:
    typed = {
        **{"center": make.center_of().pk, "year": 2026, "title": "屋顶防水", "purpose": "下雨就漏。"},
        **{"council_on": day(-3), "present": 30, "agreed": 28, **changes},
    }
    return [("/desk/projects/add/", typed | {"asked": "0.8"}), ("/api/v1/projects/", typed | {"asked": 800_000})]


def project_again() -> list[Sent]:
    make.project(title="屋顶防水")
    return project()


def application() -> list[Sent]:
    return [(path, {"round": make.rating_round().pk, "center": make.center_of().pk, "strengths": "天天开"}) for path in APPLYING]


APPLYING = ("/desk/applications/add/", "/api/v1/applications/")


def application_again() -> list[Sent]:
    first = make.application(state="draft")
    return [(path, {"round": first.round_id, "center": first.center_id, "strengths": "再来一份"}) for path in APPLYING]


def representative(**changes: Any) -> list[Sent]:
    login = make.user(f"deputy_{make.number()}").login
    typed = {"region": make.region().pk, "kind": "party", "valid_from": day(0), "valid_until": "", "login": login, **changes}
    return [("/desk/representatives/add/", typed)]


CASES: dict[str, Callable[[], list[Sent]]] = {
    "round_once": round_again,
    "round_days_in_order": lambda: rounds(review_until=day(9)),
    "scheme_once": scheme_again,
    "scheme_weights_make_100": lambda: schemes(weight_district="41"),
    "tier_once": lambda: tier(star="5"),
    "criterion_number_once": lambda: criterion(number="2"),
    "criterion_weight_fits": lambda: criterion(source="veto"),
    "project_once": project_again,
    "project_votes_fit": lambda: project(present=20),
    "application_once": application_again,
    "representative_days_in_order": lambda: representative(valid_until=day(-1)),
}


def send(client: Client, path: str, typed: dict[str, Any]) -> Any:
    if not path.startswith("/api/"):
        return client.post(path, typed)
    return client.post(path, json.dumps({name: value for name, value in typed.items() if value != ""}), content_type=JSON)


@pytest.mark.parametrize("name", CASES)
def test_every_surface_says_the_rule_and_writes_nothing(client: Client, name: str) -> None:
    sent = CASES[name]()
    before = counts()
    for path, typed in sent:
        response = send(client, path, typed)
        if path.startswith("/api/"):
            assert (response.status_code, response.json()["code"]) == (400, "invalid"), path
            assert spoken(name) in str(response.json()["errors"]), path
        else:
            page = response.content.decode()
            assert response.status_code == 200 and spoken(name) in page, path
            assert path.startswith("/admin/") or [v for v in typed.values() if v != "" and not shows(page, v)] == []
    assert counts() == before


@pytest.mark.parametrize("made", [rounds, schemes, tier, criterion, project, application, representative])
def test_the_same_with_right_values_is_taken(client: Client, made: Callable[[], list[Sent]]) -> None:
    """The control: what is sent above fails for the one wrong value alone."""
    for path, typed in made():
        again = {"title": f"另一个{make.number()}"} if "title" in typed else {"name": f"办法{make.number()}"} if "name" in typed else {}
        again = {} if "/change/" in path else again
        response = send(client, path, typed | again)
        assert response.status_code in (201, 302), response.content.decode()


def test_english_readers_are_told_too(client: Client) -> None:
    """A per cent sign in the words was once a fault."""
    (path, typed), *_others = schemes(weight_district="41")
    client.cookies["django_language"] = "en"
    with translation.override("zh-hans"):
        response = client.post(path, typed)
    assert response.status_code == 200 and "must add up to exactly 100" in response.content.decode()
