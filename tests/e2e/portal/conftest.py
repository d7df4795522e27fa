"""A real browser on a real server: `tradeline run` over a demo story of its own, trusted documents
only, with the portal as it is built.

    async def test_…(page_as: PageAs, axe: Axe, screenshot: Screenshot) -> None:
        page = await page_as("retailer-3.buyer@example.com", "en", 390)
        await page.goto("/orders")

A page that breaks a script or the content security policy fails its test at the end.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, Protocol

import httpx2
import pytest
from playwright.async_api import Browser, BrowserContext, ConsoleMessage, Page, async_playwright

from tradeline_server.portal_build import Checkout, build
from tradeline_server.seed.story import PASSWORD

ROOT = Path(__file__).parents[3]
PICTURES = ROOT / "infra/screenshots"
START_SECONDS_MAX = 120.0
STOP_SECONDS_MAX = 30.0
TEST_SECONDS_MAX = 600  # the first one also installs, builds and seeds
HEIGHT = {1280: 800, 390: 844}
TAGS = {"zh": "zh-CN", "en": "en-US"}
SIGN_IN = {
    "zh": {"email": "邮箱", "password": "密码", "button": "登录"},
    "en": {"email": "E-mail", "password": "Password", "button": "Sign in"},
}
# What must never be on the console, whatever the page is about.
BROKEN = ("Content Security Policy", "Uncaught", "is not valid JSON")
# Runs no matter what, and asks nobody but our own server.
FLAGS = (
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-dev-shm-usage",
    "--disable-quic",
    "--disable-sync",
    "--no-default-browser-check",
    "--no-first-run",
)

Locale = Literal["zh", "en"]
Axe = Callable[[Page], Awaitable[None]]
Screenshot = Callable[[Page, str], Awaitable[Path]]


class PageAs(Protocol):
    """A page on which somebody has signed in, in a browser context of its own. Without a login,
    it stands at the form to sign in with."""

    def __call__(
        self, login: str | None, locale: Locale = "zh", width: int = 1280
    ) -> Awaitable[Page]: ...


@dataclass(frozen=True, slots=True)
class Server:
    """`dsn` is its database's owner's; `log` is what it says on its terminal."""

    url: str
    dsn: str
    log: Path


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents and item.get_closest_marker("timeout") is None:
            item.add_marker(pytest.mark.timeout(TEST_SECONDS_MAX))


@pytest.fixture(scope="session")
async def browser() -> AsyncIterator[Browser]:
    """The system's Chromium, with a fresh profile."""
    found = await asyncio.to_thread(
        subprocess.run, [ROOT / ".ci/browser"], capture_output=True, text=True, check=False
    )
    if found.returncode != 0:
        pytest.skip(f"The browser tests need Chromium. {found.stderr.strip()}")
    # Chromium's sandbox refuses to run as root.
    flags = [*FLAGS, *(("--no-sandbox",) if os.geteuid() == 0 else ())]
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=found.stdout.strip(), args=flags, chromium_sandbox=os.geteuid() != 0
        )
        yield browser
        await browser.close()


@pytest.fixture(scope="session")
async def portal_server(
    browser: Browser,
    clone: Callable[[], Awaitable[str]],
    tmp_path_factory: pytest.TempPathFactory,
) -> AsyncIterator[Server]:
    """`tradeline run` as an operator starts it. All browser tests share it and its story."""
    await build(Checkout())
    dsn = await clone()
    home = tmp_path_factory.mktemp("portal server")
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    environment = os.environ | {
        "DATABASE_URL": dsn,
        "TRADELINE_DOCUMENTS": "trusted",
        "TRADELINE_HOME": str(home),
        "TRADELINE_PORT": str(port),
    }
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tradeline_server.cli", "run"),
        env=environment,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=(home / "run.log").open("wb"),
        stderr=asyncio.subprocess.STDOUT,
    )
    try:
        await _wait_until_announced(home, process)
        yield Server(f"http://127.0.0.1:{port}", dsn, home / "run.log")
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.send_signal(signal.SIGTERM)
        try:
            await asyncio.wait_for(process.wait(), STOP_SECONDS_MAX)
        except TimeoutError:
            process.kill()


async def _wait_until_announced(home: Path, process: asyncio.subprocess.Process) -> None:
    """Its file is there once the demo is told and the server healthy."""
    deadline = asyncio.get_running_loop().time() + START_SECONDS_MAX
    while not (home / "server.json").exists():
        said = (home / "run.log").read_text(errors="replace")[-2_000:]
        assert process.returncode is None, f"it ended before it was up:\n{said}"
        assert asyncio.get_running_loop().time() < deadline, f"it did not come up:\n{said}"
        await asyncio.sleep(0.1)


@pytest.fixture
async def new_context(
    browser: Browser, portal_server: Server
) -> AsyncIterator[Callable[..., Awaitable[BrowserContext]]]:
    """Makes contexts as another person's or device's: `await new_context(locale="en-US")`."""
    contexts: list[BrowserContext] = []
    faults: list[str] = []

    def on_console(message: ConsoleMessage) -> None:
        if message.type == "error" and any(part in message.text for part in BROKEN):
            faults.append(message.text)

    async def make(**options: Any) -> BrowserContext:
        context = await browser.new_context(base_url=portal_server.url, **options)
        context.set_default_timeout(15_000)
        context.on("console", on_console)
        context.on("weberror", lambda fault: faults.append(str(fault.error)))
        contexts.append(context)
        return context

    yield make
    for context in contexts:
        await context.close()
    assert faults == []


@pytest.fixture
def page_as(new_context: Callable[..., Awaitable[BrowserContext]]) -> PageAs:
    async def sign_in(login: str | None, locale: Locale = "zh", width: int = 1280) -> Page:
        context = await new_context(
            locale=TAGS[locale],
            timezone_id="Asia/Shanghai",
            viewport={"width": width, "height": HEIGHT.get(width, 800)},
            is_mobile=width < 600,
            has_touch=width < 600,
            reduced_motion="reduce",
            accept_downloads=True,
        )
        # As if chosen on this device before: else the account's language counts.
        await context.add_init_script(
            "try { localStorage.getItem('tradeline.locale') ??"
            f" localStorage.setItem('tradeline.locale', '{locale}') }} catch {{}}"
        )
        page = await context.new_page()
        await page.goto("/sign-in")
        if login is not None:
            await fill_in(page, login, PASSWORD, locale)
            await page.wait_for_url(lambda url: "/sign-in" not in url)
        return page

    return sign_in


async def fill_in(page: Page, login: str, password: str, locale: Locale) -> None:
    """Fill in the form to sign in with, and send it."""
    words = SIGN_IN[locale]
    await page.get_by_label(words["email"]).fill(login)
    await page.get_by_label(words["password"]).fill(password)
    await page.get_by_role("button", name=words["button"], exact=True).click()


@pytest.fixture
def axe(request: pytest.FixtureRequest) -> Axe:
    """Fails for what axe finds serious or worse on the page as it stands, by rule and element.

    Of a story that is told in each language it looks at the Chinese one: the pages are built alike,
    and looking takes longer than the rest of a story.
    """
    source = (ROOT / "portal/node_modules/axe-core/axe.min.js").read_text()
    callspec: Any = getattr(request.node, "callspec", None)
    is_told_again = callspec is not None and callspec.params == {"locale": "en"}

    async def look(page: Page) -> None:
        if is_told_again:
            return
        if not await page.evaluate("() => 'axe' in window"):
            await page.evaluate(f"() => {{ {source}; }}")
        found = await page.evaluate("() => axe.run(document, { resultTypes: ['violations'] })")
        serious = [
            f"{page.url} {violation['impact']}: {violation['id']}: {node['target']}: "
            f"{node['failureSummary']}"
            for violation in found["violations"]
            if violation["impact"] in ("serious", "critical")
            for node in violation["nodes"]
        ]
        assert serious == []

    return look


@pytest.fixture
def screenshot(tmp_path: Path) -> Screenshot:
    """Takes a picture; into infra/screenshots/ with TRADELINE_SCREENSHOTS=1, as the README has."""
    folder = PICTURES if os.environ.get("TRADELINE_SCREENSHOTS") == "1" else tmp_path

    async def take(page: Page, name: str) -> Path:
        path = folder / f"{name}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        await page.evaluate("() => document.fonts.ready")
        await page.screenshot(path=path, animations="disabled", caret="hide")
        return path

    return take


@pytest.fixture
async def ask(
    portal_server: Server,
) -> AsyncIterator[Callable[..., Awaitable[httpx2.Response]]]:
    """Asks the server without any browser: what a stranger's program would try."""
    async with httpx2.AsyncClient(base_url=portal_server.url, trust_env=False) as client:

        async def post(**body: object) -> httpx2.Response:
            content = json.dumps(body).encode()
            headers = {"content-type": "application/json"}
            return await client.post("/graphql", content=content, headers=headers)

        yield post
