"""Every page at both widths: nothing serious for axe, nothing wider than 320 px, nothing on the console; with pictures."""

import re
from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from tests.browser.conftest import DESKTOP, PHONE, Walker, Walkers
from tests.browser.test_resident import CARE, CENTER, open_care

pytestmark = pytest.mark.browser
#: What Django's own markup of the admin site does, rule by rule, and why it is left.
ADMINS = {
    "label-title-only": "the change list names its search box by a picture with an alternative text",
}
#: Its tables of inline rows name their fields by the column's heading alone.
INLINE = ".inline-group .tabular"
VARIANTS = [(PHONE, False), (DESKTOP, False), (PHONE, True)]
Place = tuple[str, Callable[[Walker], object]]


def center(person: Walker) -> None:
    person.go("/centers/?q=gnsq")
    person.follow(CENTER)


def activity(person: Walker) -> None:
    center(person)
    person.follow(CARE)


def code(person: Walker) -> None:
    person.go("/login/")
    person.page.get_by_label("手机号").fill("13800000006")
    person.press("获取验证码")


def booking(person: Walker) -> None:
    person.go("/me/bookings/")
    person.opens(person.page.locator("main article a").first)


def own_center(person: Walker) -> None:
    person.go("/desk/")
    person.follow(re.compile("管理我的中心"))


def own_activity(person: Walker) -> None:
    person.go("/desk/activities/?q=小豆芽")
    person.follow(CARE)


def bookings(person: Walker) -> None:
    own_activity(person)
    person.follow("看谁预约了")


def book_for(person: Walker) -> None:
    own_activity(person)
    person.follow("替老人预约")


def at(path: str) -> Callable[[Walker], object]:
    return lambda person: person.go(path)


PUBLIC: list[Place] = [
    ("home", at("/")),
    ("centers", at("/centers/")),
    ("nothing-found", at("/centers/?q=zzzz")),
    ("center", center),
    ("activities", at("/activities/")),
    ("activity", activity),
    ("privacy", at("/privacy/")),
    ("login", at("/login/")),
    ("login-code", code),
    ("login-staff", at("/login/staff/")),
    ("not-found", at("/centers/999999/")),
]
RESIDENT: list[Place] = [
    ("me", at("/me/")),
    ("family", at("/me/family/")),
    ("family-add", at("/me/family/add/?kind=child")),
    ("bookings", at("/me/bookings/")),
    ("booking", booking),
    ("book", open_care),
    ("inbox", at("/me/inbox/")),
    ("data", at("/me/data/")),
]
DESK: list[Place] = [
    ("desk", at("/desk/")),
    ("desk-centers", at("/desk/centers/")),
    ("desk-center", own_center),
    ("desk-activities", at("/desk/activities/")),
    ("desk-activity", own_activity),
    ("desk-new", at("/desk/activities/new/")),
    ("desk-bookings", bookings),
    ("desk-book", book_for),
    ("desk-people", at("/desk/people/")),
]
ADMIN: list[Place] = [
    ("admin", at("/admin/")),
    ("admin-centers", at("/admin/centers/center/")),
    ("admin-center", at("/admin/centers/center/1/change/")),
]


def serious(person: Walker, spared: dict[str, str]) -> list[str]:
    """What axe finds grave, one line for each rule."""
    person.deaf = True
    found = Axe().run(person.page, context={"exclude": [[INLINE]]} if spared else None).response["violations"]
    person.deaf = False
    return [
        f"{rule['id']} ({rule['impact']}): {node['target']} {node['html'][:160]}"
        for rule in found
        if rule["impact"] in ("serious", "critical") and rule["id"] not in spared
        for node in rule["nodes"][:3]
    ]


def too_wide(person: Walker) -> list[str]:
    """What sticks out at 320 px, the innermost elements first."""
    size = person.page.viewport_size
    assert size
    person.page.set_viewport_size({"width": 320, "height": 640})
    found: list[str] = person.page.evaluate(
        """() => {
            const root = document.documentElement;
            if (root.scrollWidth <= 320) return [];
            const out = [...document.body.querySelectorAll("*")].filter(e => e.getBoundingClientRect().right > 321);
            return [`the page is ${root.scrollWidth} px wide at 320`, ...out.slice(-4).map(e => e.outerHTML.slice(0, 160))];
        }"""
    )
    person.page.set_viewport_size(size)
    return found


def look(person: Walker, places: list[Place], spared: dict[str, str] | None = None) -> None:
    wrong: dict[str, list[str]] = {}
    for name, arrive in places:
        arrive(person)
        person.shot(name)
        if not spared:
            assert person.page.locator("h1").count() == 1, name
            expect(person.page.locator("html")).to_have_attribute("lang", re.compile("zh"))
        if found := serious(person, spared or {}) + ([] if spared else too_wide(person)):
            wrong[name] = found
    assert not wrong, "\n".join(f"{name}: {line}" for name, lines in wrong.items() for line in lines)


@pytest.mark.parametrize(("width", "dark"), VARIANTS)
def test_public_pages(walker: Walkers, width: int, dark: bool) -> None:
    person = walker("public", width, dark=dark)
    person.expected.add(404)
    look(person, PUBLIC)


@pytest.mark.parametrize(("width", "dark"), VARIANTS)
def test_a_residents_pages(walker: Walkers, width: int, dark: bool) -> None:
    person = walker("mine", width, dark=dark)
    person.as_resident("13800000003")
    look(person, RESIDENT)


@pytest.mark.parametrize(("width", "dark"), VARIANTS)
def test_the_desk(walker: Walkers, width: int, dark: bool) -> None:
    person = walker("desk", width, dark=dark)
    person.as_officer("head" if width == PHONE and dark else "village")
    look(person, DESK)


@pytest.mark.parametrize(("width", "dark"), VARIANTS[:2])
def test_the_admin_site(walker: Walkers, width: int, dark: bool) -> None:
    person = walker("district", width, dark=dark)
    person.as_officer("district")
    look(person, ADMIN, ADMINS)


def test_elder_mode_keeps_its_place_and_fits(walker: Walkers) -> None:
    person = walker("elder", PHONE)
    person.go("/centers/?q=gnsq")
    before = person.page.evaluate("getComputedStyle(document.body).fontSize")
    person.page.get_by_role("button", name="大字版").click()
    expect(person.page.locator("html")).to_have_attribute("data-elder", "1")
    expect(person.page).to_have_url(re.compile("q=gnsq"))
    assert float(person.page.evaluate("getComputedStyle(document.body).fontSize")[:-2]) >= 1.2 * float(before[:-2])
    look(person, [("home", at("/")), ("center", center), ("activity", activity)])


def test_the_page_speaks_english_too(walker: Walkers) -> None:
    person = walker("english", PHONE)
    person.go("/")
    person.page.get_by_role("button", name="EN").click()
    expect(person.page.locator("html")).to_have_attribute("lang", "en")
    expect(person.page.get_by_role("heading", level=1)).not_to_contain_text(re.compile("[一-龥]"))
    person.shot("home")


def test_the_api_page_is_readable(walker: Walkers) -> None:
    person = walker("docs")
    person.go("/api/v1/docs/")
    expect(person.page.locator(".swagger-ui .opblock").first).to_be_visible()
    person.shot("docs")
