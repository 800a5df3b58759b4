"""An inspection kept on the phone: static/js/draft.js and inspect.js in Chromium, before a tiny server of the test's own."""

import io
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, expect

from tests.browser.little_desk import Desk, open_desk

pytestmark = pytest.mark.browser
NEW, INBOX = "/desk/inspections/new/", "/desk/inspections/"
Phone = Callable[..., Page]


@pytest.fixture
def desk() -> Iterator[Desk]:
    with open_desk() as found:
        yield found


@pytest.fixture
def phone(chromium: Browser, desk: Desk) -> Iterator[Phone]:
    """Opens pages of one phone; no page of it may break a script or the content security policy."""
    context = chromium.new_context(viewport={"width": 375, "height": 812}, has_touch=True, reduced_motion="reduce", locale="zh-CN")
    context.set_default_timeout(10_000)
    troubles: list[str] = []

    def heard(message: Any) -> None:
        if message.type == "error" and "Failed to load resource" not in message.text:
            troubles.append(message.text)

    def watch(opened: Page) -> None:
        opened.on("console", heard)
        opened.on("pageerror", lambda error: troubles.append(str(error)))

    context.on("page", watch)
    only = context.new_page()

    def visit(path: str, who: str = "5") -> Page:
        cookies: list[Any] = [{"name": "csrftoken", "value": "fresh", "url": desk.url}, {"name": "who", "value": who, "url": desk.url}]
        context.clear_cookies()
        context.add_cookies(cookies if who else cookies[:1])
        only.goto(desk.url + path)
        expect(only.locator("html")).to_have_attribute("data-drafts", "ready")
        return only

    yield visit
    context.close()
    assert troubles == []


def photo() -> bytes:
    out = io.BytesIO()
    Image.effect_noise((640, 480), 80).convert("RGB").save(out, "JPEG")
    return out.getvalue()


def says(on: Page, word: str) -> None:
    expect(on.locator("[data-draft-status]")).to_have_text(f"[{word}]")


def fill(on: Page, remark: str = "二楼", picture: bytes = b"") -> str:
    """Two items of three, a remark, a photograph; the UUID that the form carries."""
    on.get_by_label("met1", exact=True).check()
    on.get_by_label("not_met2", exact=True).check()
    on.get_by_label("备注").fill(remark)
    if picture:
        on.get_by_label("照片2").set_input_files({"name": "消防栓.jpg", "mimeType": "image/jpeg", "buffer": picture})
        expect(on.locator(".photo-kept canvas")).to_have_count(1)
    says(on, "saved")
    return on.locator("[name=client_uuid]").input_value()


def drafts(on: Page) -> list[dict[str, Any]]:
    """What the device holds."""
    return on.evaluate(
        """async () => {
            if (!(await indexedDB.databases()).some((one) => one.name === "portal-drafts")) return [];
            const ask = (r) => new Promise((ok, no) => { r.onsuccess = () => ok(r.result); r.onerror = no; });
            const db = await ask(indexedDB.open("portal-drafts"));
            const all = await ask(db.transaction("drafts").objectStore("drafts").getAll());
            db.close();
            return all.map(({ user, key, state }) => ({ user, key, state }));
        }"""
    )


WAITING = [{"user": "5", "key": "inspection:7:self", "state": "waiting"}]


def test_a_reload_loses_nothing(desk: Desk, phone: Phone) -> None:
    on = phone(NEW)
    expect(on.locator("[data-filled]")).to_have_text("已填 0 / 3")
    number = fill(on, picture=photo())
    expect(on.locator("[data-filled]")).to_have_text("已填 2 / 3")
    on = phone(NEW)
    says(on, "restored")
    expect(on.get_by_label("met1", exact=True)).to_be_checked()
    expect(on.get_by_label("not_met2", exact=True)).to_be_checked()
    expect(on.get_by_label("备注")).to_have_value("二楼")
    expect(on.locator("[name=client_uuid]")).to_have_value(number)
    expect(on.locator(".photo-kept")).to_contain_text("消防栓.jpg")
    expect(on.locator("[data-filled]")).to_have_text("已填 2 / 3")
    assert on.evaluate("document.querySelector('[name=item-2-photo]').files[0].name") == "消防栓.jpg"
    on.get_by_role("button", name="重新填写").click()
    expect(on.get_by_label("备注")).to_have_value("")
    assert drafts(on) == []
    assert desk.posts == []


def test_without_a_connection_it_waits_and_then_goes_once(desk: Desk, phone: Phone) -> None:
    on, picture = phone(NEW), photo()
    number = fill(on, picture=picture)
    on.context.set_offline(True)
    on.get_by_role("button", name="提交").click()
    says(on, "offline")
    assert (drafts(on), desk.posts) == (WAITING, [])
    on.context.set_offline(False)
    expect(on.get_by_role("heading", level=1)).to_have_text(f"/desk/inspections/{number}/")
    assert on.url.endswith(f"/desk/inspections/{number}/")
    assert [post["client_uuid"] for post in desk.posts] == [number]
    assert desk.posts[0] | {"item-1-result": "met", "item-2-result": "not_met", "remark": "二楼", "item-2-photo": picture} == desk.posts[0]
    assert "csrfmiddlewaretoken" not in desk.posts[0]
    assert (desk.tokens, drafts(on)) == (["fresh"], [])


def test_an_answer_that_is_lost_on_the_way_counts_once(desk: Desk, phone: Phone) -> None:
    on = phone(NEW)
    number = fill(on)
    desk.lose_answers = 1
    on.get_by_role("button", name="提交").click()
    says(on, "offline")
    on = phone(NEW)
    expect(on.get_by_role("heading", level=1)).to_have_text(f"/desk/inspections/{number}/")
    assert len(desk.posts) >= 2
    assert (list(desk.inspections), drafts(on)) == ([number], [])


def test_faults_come_back_with_everything_still_there(desk: Desk, phone: Phone) -> None:
    on, picture = phone(NEW), photo()
    number = fill(on, "bad", picture)
    on.get_by_role("button", name="提交").click()
    expect(on.locator("#errors")).to_be_focused()
    says(on, "returned")
    expect(on.get_by_label("备注")).to_have_value("bad")
    on.get_by_label("备注").fill("好")
    says(on, "saved")
    on.get_by_role("button", name="提交").click()
    expect(on.get_by_role("heading", level=1)).to_have_text(f"/desk/inspections/{number}/")
    assert (desk.inspections[number]["remark"], desk.inspections[number]["item-2-photo"]) == ("好", picture)
    assert drafts(on) == []


def test_a_session_that_ended_keeps_the_draft_until_the_next_login(desk: Desk, phone: Phone) -> None:
    on = phone(NEW)
    number = fill(on)
    desk.session_over = True
    on.get_by_role("button", name="提交").click()
    says(on, "login")
    on = phone("/login/")
    assert drafts(on) == WAITING
    desk.session_over = False
    on = phone(INBOX)
    expect(on.locator("[data-drafts-list]")).to_be_hidden()
    assert (list(desk.inspections), drafts(on)) == ([number], [])


def test_the_desk_lists_what_waits_and_sends_it(desk: Desk, phone: Phone) -> None:
    on = phone(NEW)
    number = fill(on)
    desk.broken = True
    on.get_by_role("button", name="提交").click()
    says(on, "failed")
    on = phone(INBOX)
    row = on.locator("[data-draft-rows] li")
    expect(row).to_contain_text("光南社区中心")
    expect(row.locator("[data-draft-state]")).to_have_text("[failed]")
    expect(row.locator("a")).to_have_attribute("href", desk.url + NEW)
    desk.broken = False
    row.get_by_role("button", name="现在发送").click()
    expect(row).to_have_count(0)
    assert list(desk.inspections) == [number]


def test_logging_out_wipes_the_device(phone: Phone) -> None:
    on = phone(NEW)
    fill(on, picture=photo())
    assert len(drafts(on)) == 1
    on.get_by_role("button", name="退出").click()
    expect(on.get_by_text("未登录")).to_be_visible()
    assert drafts(on) == []


def test_another_account_on_the_same_phone_wipes_it(phone: Phone) -> None:
    fill(phone(NEW))
    on = phone(NEW, "6")
    expect(on.get_by_label("备注")).to_have_value("")
    assert drafts(on) == []


def test_a_page_without_an_account_wipes_what_is_half_a_day_old(phone: Phone) -> None:
    fill(phone(NEW))
    assert len(drafts(phone("/", ""))) == 1
    on = phone("/about/", "")
    on.add_init_script("{ const then = Date.now; Date.now = () => then() + 13 * 3600 * 1000; }")
    assert drafts(phone("/", "")) == []


def test_without_a_store_the_form_is_a_plain_form(desk: Desk, phone: Phone) -> None:
    on = phone(INBOX)
    on.add_init_script("Object.defineProperty(window, 'indexedDB', { value: undefined })")
    on.goto(desk.url + NEW)
    on.get_by_label("na3", exact=True).check()
    expect(on.locator("[data-filled]")).to_have_text("已填 1 / 3")
    number = on.locator("[name=client_uuid]").input_value()
    on.get_by_role("button", name="提交").click()
    expect(on.get_by_role("heading", level=1)).to_have_text(f"/desk/inspections/{number}/")
    assert (desk.tokens, desk.posts[0]["item-3-result"]) == ([""], "na")
