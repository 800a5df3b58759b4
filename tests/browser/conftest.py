"""Chromium in front of the served portal: walkers who log in, look closely, and complain about what nobody should meet."""

import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Download, Locator, Page, Request, expect, sync_playwright

from tests.portal.served import Served, serving

PASSWORD = "demo-portal-2024"
PHONE, DESKTOP = 375, 1440
HEIGHTS = {PHONE: 812, DESKTOP: 900}
#: The browser's own words for a page that came with an error status, which a test may want to see.
STATUS = re.compile(r"Failed to load resource: the server responded with a status of (\d+)")
OPTIONS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--lang=zh-CN",
    "--no-proxy-server",
]

expect.set_options(timeout=15_000)


class Walker:
    """One person at one browser: a page, and whatever went wrong on the way."""

    def __init__(self, portal: Served, context: BrowserContext, name: str) -> None:
        self.portal, self.context, self.name = portal, context, name
        #: Statuses that this walk meets on purpose.
        self.expected: set[int] = set()
        self.troubles: list[str] = []
        #: While a tool of the tests works inside the page, what is heard comes from it.
        self.deaf = False
        context.on("page", self._watch)
        self.page = context.new_page()

    def _watch(self, page: Page) -> None:
        page.on("console", self._heard)
        page.on("pageerror", lambda error: self.troubles.append(f"script error: {error}"))
        page.on("request", self._asked)
        page.on("dialog", lambda dialog: dialog.accept())

    def _heard(self, message: ConsoleMessage) -> None:
        if self.deaf or message.type not in ("error", "warning"):
            return
        status = STATUS.search(message.text)
        if not status or int(status[1]) not in self.expected:
            self.troubles.append(f"{message.type} on {message.location.get('url', '')}: {message.text}")

    def _asked(self, request: Request) -> None:
        parts = urlsplit(request.url)
        if parts.scheme in ("http", "https", "ws", "wss") and parts.netloc != urlsplit(self.portal.url).netloc:
            self.troubles.append(f"a third party was asked: {request.url}")

    def go(self, path: str) -> Page:
        """Opens an address; it must answer well unless its status is expected."""
        answer = self.page.goto(self.portal.url + path)
        if answer is None or (answer.status >= 400 and answer.status not in self.expected):
            self.troubles.append(f"{path} answered {answer.status if answer else 'nothing'}")
        return self.page

    def status(self, path: str) -> int:
        """What an address answers to this person, without opening it."""
        return self.context.request.get(self.portal.url + path, max_redirects=0).status

    def path(self) -> str:
        return urlsplit(self.page.url).path

    def press(self, name: str) -> None:
        """A button that sends its form, and the page that comes back."""
        self.opens(self.page.get_by_role("button", name=name, exact=True))

    def follow(self, name: str | re.Pattern[str]) -> None:
        """A link, and the page behind it."""
        self.opens(self.page.get_by_role("link", name=name, exact=True).first)

    def opens(self, act: Locator) -> None:
        with self.page.expect_navigation():
            act.click()

    def says(self, words: str) -> None:
        expect(self.page.locator("main")).to_contain_text(words)

    def fetched(self, act: Locator) -> Download:
        """The file that a link or button brings."""
        with self.page.expect_download() as coming:
            act.click()
        return coming.value

    def shot(self, name: str) -> None:
        """A picture of the whole page into $BROWSER_SHOTS, where it is set."""
        if directory := os.environ.get("BROWSER_SHOTS"):
            Path(directory).mkdir(parents=True, exist_ok=True)
            # As tall as the page: what sticks to the edges of the window stays at the edges, and lazy pictures come.
            size = self.page.viewport_size or {"width": DESKTOP, "height": 900}
            tall = min(self.page.evaluate("document.documentElement.scrollHeight"), 6000)
            self.page.set_viewport_size({"width": size["width"], "height": max(size["height"], tall)})
            self.page.wait_for_load_state("networkidle")
            self.page.screenshot(path=str(Path(directory, f"{self.name}-{name}.png")))
            self.page.set_viewport_size(size)

    def as_resident(self, phone: str, onward: str = "") -> None:
        """Logs in with the phone number and the code that the demonstration shows."""
        if onward:
            self.page.goto(f"{self.portal.url}/login/?next={onward}")
        elif self.path() != "/login/":
            self.go("/login/")
        self.page.get_by_label("手机号").fill(phone)
        self.press("获取验证码")
        code = self.page.locator("#demo-code").inner_text()
        assert re.fullmatch(r"\d{6}", code)
        self.page.get_by_label("验证码").fill(code)
        self.log_in()
        expect(self.page.get_by_role("button", name="退出登录")).to_be_attached()

    def as_officer(self, login: str) -> None:
        self.go("/login/staff/")
        self.page.get_by_label("登录名").fill(login)
        self.page.get_by_label("密码").fill(PASSWORD)
        self.log_in()
        assert "/login/" not in self.page.url

    def log_in(self) -> None:
        self.opens(self.page.locator("main").get_by_role("button", name="登录", exact=True))


Walkers = Callable[..., Walker]


@pytest.fixture(scope="session")
def portal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    base = tmp_path_factory.getbasetemp()
    # All residents of the tests log in from this machine within a minute or two.
    with serving("walked", base.parent if "PYTEST_XDIST_WORKER" in os.environ else base, RATE_FACTOR="50") as served:
        yield served


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """For one module: while Playwright lives, its event loop keeps Django's ORM from working in the same thread."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=OPTIONS)
        yield browser
        browser.close()


@pytest.fixture
def walker(portal: Served, chromium: Browser) -> Iterator[Walkers]:
    """Makes walkers; at the end none of them may have met trouble."""
    walkers: list[Walker] = []

    def make(name: str, width: int = DESKTOP, *, scripts: bool = True, dark: bool = False) -> Walker:
        context = chromium.new_context(
            viewport={"width": width, "height": HEIGHTS.get(width, 900)},
            locale="zh-CN",
            timezone_id="Asia/Shanghai",
            java_script_enabled=scripts,
            color_scheme="dark" if dark else "light",
            reduced_motion="reduce",
            has_touch=width < 600,
        )
        context.set_default_timeout(20_000)
        walkers.append(Walker(portal, context, f"{name}-{width}{'-dark' if dark else ''}"))
        return walkers[-1]

    yield make
    troubles = [f"{person.name}: {trouble}" for person in walkers for trouble in person.troubles]
    for person in walkers:
        person.context.close()
    assert not troubles, "\n".join(troubles)
