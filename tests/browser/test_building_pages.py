"""The pages of the centers' work at both widths, as in ``test_pages``: axe, 320 px, the console; with pictures."""

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import DESKTOP, PHONE, Walker, Walkers
from tests.browser.test_inspection import own_center
from tests.browser.test_pages import ADMINS, VARIANTS, Place, at, center, look

pytestmark = pytest.mark.browser
NOUNS = (
    *("standards", "inspections", "findings", "campaigns", "tasks", "progress", "sites", "leases"),
    *("placements", "signs", "repairs", "feedback", "matters"),
)
FORMS = ("findings", "tasks", "sites", "leases", "placements", "signs", "repairs", "matters")
REGISTERS = ("tasks", "progress", "sites", "signs", "matters")
CHANGELISTS = (
    *("standardset", "standard", "inspection", "finding", "campaign", "upgradetask", "progressreport", "candidatesite"),
    *("lease", "placementapplication", "sign", "repairticket", "feedback", "matter", "picture"),
)


def first(noun: str) -> Callable[[Walker], object]:
    """The first row of a noun's list."""

    def arrive(person: Walker) -> None:
        person.go(f"/desk/{noun}/")
        person.opens(person.page.locator("main tbody tr th a").first)

    return arrive


def of_the_center(path: str) -> Callable[[Walker], object]:
    """A public page of the pilot center."""

    def arrive(person: Walker) -> None:
        center(person)
        person.go(person.path() + path)

    return arrive


def inspection(person: Walker) -> None:
    person.go(f"{own_center(person)}inspect/")


def step(noun: str, state: str, label: str) -> Callable[[Walker], object]:
    """The form of a step on the first row in that state."""

    def arrive(person: Walker) -> None:
        person.go(f"/desk/{noun}/?state={state}")
        person.opens(person.page.locator("main tbody tr th a").first)
        person.follow(label)

    return arrive


PUBLIC: list[Place] = [
    ("repair", of_the_center("repair/")),
    ("feedback", at("/feedback/")),
    ("matters", at("/matters/")),
    ("matters-none", at("/matters/?q=zzzz")),
    ("map", at("/centers/map/")),
]
DESK: list[Place] = [
    ("desk", at("/desk/")),
    ("month", at("/desk/month/")),
    ("upgrade", at("/desk/upgrade/")),
    ("upgrade-frozen", at("/desk/upgrade/?month=2024-11")),
    ("compliance", at("/desk/compliance/")),
    ("clean-up", at("/desk/signs/clean-up/")),
    ("map", at("/desk/map/")),
    ("inspect", inspection),
]
LISTS: list[Place] = [(f"list-{noun}", at(f"/desk/{noun}/")) for noun in NOUNS]
ROWS: list[Place] = [(f"row-{noun}", first(noun)) for noun in NOUNS]
ADD: list[Place] = [(f"add-{noun}", at(f"/desk/{noun}/add/")) for noun in FORMS]
STEPS: list[Place] = [
    ("step-design", step("placements", "submitted", "统一设计")),
    ("step-assign", step("repairs", "reported", "派人去修")),
    ("step-answer", step("feedback", "received", "答复")),
    ("import", at("/desk/import/candidate-sites/")),
]
ADMIN: list[Place] = [(f"admin-{name}", at(f"/admin/centers/{name}/")) for name in CHANGELISTS]


def first_of_the_admin(name: str) -> Callable[[Walker], object]:
    def arrive(person: Walker) -> None:
        person.go(f"/admin/centers/{name}/")
        person.opens(person.page.locator("#result_list tbody tr th a").first)

    return arrive


@pytest.mark.parametrize(("width", "dark"), VARIANTS)
def test_what_residents_meet(walker: Walkers, width: int, dark: bool) -> None:
    look(walker("hall", width, dark=dark), PUBLIC)


def test_what_a_resident_has_said(walker: Walkers) -> None:
    person = walker("said", PHONE)
    person.as_resident("13800000009")
    look(person, [("feedback", at("/me/feedback/"))])


@pytest.mark.parametrize(("width", "dark"), VARIANTS)
def test_the_desks_own_pages(walker: Walkers, width: int, dark: bool) -> None:
    person = walker("work", width, dark=dark)
    person.as_officer("town")
    look(person, DESK)


@pytest.mark.parametrize("width", [PHONE, DESKTOP])
@pytest.mark.parametrize("places", [LISTS, ROWS, ADD], ids=["lists", "rows", "forms"])
def test_the_nouns_of_the_desk(walker: Walkers, width: int, places: list[Place]) -> None:
    person = walker("nouns", width)
    person.as_officer("town")
    look(person, places)


@pytest.mark.parametrize("width", [PHONE, DESKTOP])
def test_the_district_sees_every_township(walker: Walkers, width: int) -> None:
    person = walker("all", width)
    person.as_officer("district")
    look(person, [*DESK[:7], *STEPS])


def test_a_units_pages(walker: Walkers) -> None:
    person = walker("unit", PHONE)
    person.as_officer("unit")
    look(
        person,
        [("desk", at("/desk/")), ("list", at("/desk/placements/")), ("row", first("placements")), ("add", at("/desk/placements/add/"))],
    )


def test_the_admin_sites_new_pages(walker: Walkers) -> None:
    person = walker("admin-work")
    person.as_officer("district")
    changes: list[Place] = [(f"change-{name}", first_of_the_admin(name)) for name in ("standardset", "upgradetask", "finding")]
    look(person, [*ADMIN, *changes], ADMINS)


def test_elder_mode_fits_on_the_inspection_and_the_repair_page(walker: Walkers) -> None:
    person = walker("elder-work", PHONE)
    person.as_officer("village")
    person.page.get_by_role("button", name="大字版").click()
    expect(person.page.locator("html")).to_have_attribute("data-elder", "1")
    look(person, [("inspect", inspection), ("month", at("/desk/month/")), ("repair", of_the_center("repair/"))])
