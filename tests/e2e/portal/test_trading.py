"""One order from the pasted block to the confirmed statement, in the browsers of all who have a
part in it; told once in English and once in Chinese."""

from __future__ import annotations

import asyncio
import re
from datetime import datetime, timedelta
from pathlib import Path

import asyncpg
import pytest
from playwright.async_api import Locator, Page, expect

from tests.e2e.portal.conftest import Axe, Locale, PageAs, Screenshot, Server
from tests.e2e.portal.goods import clear_statements, more_goods
from tests.e2e.portal.looking import OTHERS_SEE_IT_MS, has_stayed, mark, said
from tests.e2e.portal.pad import Pad
from tests.e2e.portal.words import Words
from tests.factories_files import sheets_of, text_of_pdf
from tradeline.kernel import TRADE_ZONE

RETAILER = "retailer-3.buyer@example.com"
RETAILER_NAME = {"zh": "拾光汀便利", "en": "Shiguangting Corner Shops"}
TRADER = "trader-a@example.com"
CLERK = "trader-a.finance@example.com"
ACCOUNTANT = "accountant@example.com"
REAL = ("CBT-LJ-330", "CBT-ML-500", "FRT-BT-330", "FRT-QM-500", "SPK-YW-330", "CBT-WL-1000")
SHORTENED, LATER = REAL[1], REAL[2]
GOOD_ROWS = 188
UNITS = 24
# A code that nobody has, a quantity that nobody can read, more than there is, below the minimum.
UNKNOWN, UNCLEAR, SHORT, SMALL = 5, 3, 2, 2
BAD_ROWS = UNKNOWN + UNCLEAR + SHORT + SMALL
BAD_PLACES = (1, 3, 5, 7, *range(30, 190, 20))
LINES = GOOD_ROWS + BAD_ROWS - UNKNOWN
REASON = {"zh": "本批缺货，只能供一半", "en": "Out of stock: half of it this time"}
CLOSING = """
    SELECT closing_minor FROM settlement.statement WHERE number = $1
"""
# Which of the README's pictures are in Chinese.
IN_CHINESE = {"statement"}


def block_of(codes: list[str]) -> str:
    """What a buyer copies out of a spreadsheet: good rows with the bad ones among them."""
    rows = [f"{code}\t{UNITS}" for code in (*REAL, *codes)[:GOOD_ROWS]]
    spare = codes[GOOD_ROWS - len(REAL) :]
    small, *short = ["CBT-LJ-500\t1", *(f"{code}\t999999" for code in spare[:SHORT])]
    unknown = [f"OLD-{number}\t6" for number in range(417, 417 + UNKNOWN)]
    unclear = [f"{code}\ta few" for code in spare[SHORT:][:UNCLEAR]]
    bad = [small, unknown[0], short[0], unclear[0], *unknown[1:], *short[1:], *unclear[1:]]
    for place, row in zip(BAD_PLACES, [*bad, "CBT-GH-330\t1"], strict=True):
        rows.insert(place, row)
    return "\n".join(rows)


class Story:
    """What its acts share: the language, its words, and the camera."""

    def __init__(self, locale: Locale, screenshot: Screenshot, axe: Axe) -> None:
        self.locale = locale
        self.prices = Words("features/pricing/explanationTexts.ts", locale)
        self.detail = Words("features/ordering/detail/texts.ts", locale)
        self.states = Words("features/ordering/texts.ts", locale)
        self.common = Words("shared/i18n/common.ts", locale)
        self.money = Words("features/settlement/texts.ts", locale)
        self.ledger = Words("features/settlement/ledger/texts.ts", locale)
        self.statement = Words("features/settlement/statement/texts.ts", locale)
        self._screenshot = screenshot
        self.axe = axe

    async def look(self, page: Page, name: str) -> None:
        """A picture for the README, of a page that is for everybody."""
        await self.axe(page)
        if self.locale == "zh" and name in IN_CHINESE:
            await self._screenshot(page, f"{name}-zh")
        elif self.locale == "en" and name not in IN_CHINESE:
            await self._screenshot(page, name)

    async def is_in(self, page: Page, state: str) -> None:
        """The order's page says so, which the person on it does nothing for."""
        told = page.locator(".order-now").get_by_text(self.states(f"state.{state}"), exact=True)
        await expect(told).to_be_visible(timeout=OTHERS_SEE_IT_MS)

    async def step(self, page: Page, step: str) -> Locator:
        """The form of a step, opened."""
        steps = page.get_by_role("region", name=self.detail("steps"))
        await steps.get_by_role("button", name=self.detail(f"step.{step}"), exact=True).click()
        dialog = page.get_by_role("dialog")
        await expect(dialog).to_be_visible()
        return dialog

    async def send(self, dialog: Locator, button: str) -> None:
        await dialog.get_by_role("button", name=button, exact=True).click()
        await expect(dialog).to_have_count(0)


@pytest.mark.parametrize("locale", ["en", "zh"])
async def test_an_order_goes_from_a_pasted_block_to_the_confirmed_statement(
    page_as: PageAs, portal_server: Server, axe: Axe, screenshot: Screenshot, locale: Locale
) -> None:
    story = Story(locale, screenshot, axe)
    codes = await more_goods(portal_server.dsn, f"TEA-{locale.upper()}", GOOD_ROWS)
    await clear_statements(portal_server.dsn)
    trader = await page_as(TRADER, locale)
    await trader.goto("/sales?state=TO_CONFIRM")
    buyer = await page_as(RETAILER, locale)
    pad = Pad(buyer, locale)
    await pad.open()
    for page in (trader, buyer):
        await mark(page)

    await fill_pad(story, pad, codes)
    number = await place(story, pad)
    # The trader has been looking at the list all the while.
    await trader.get_by_role("link", name=number).click(timeout=OTHERS_SEE_IT_MS)
    await confirm(story, trader, buyer)
    await ship_in_two_parts(story, trader, buyer)
    await receive_one_short(story, trader, buyer)
    for page in (trader, buyer):
        assert await has_stayed(page)

    clerk, accountant = await page_as(CLERK, locale), await page_as(ACCOUNTANT, locale)
    statement = await issue_statement(story, clerk)
    await agree_on(story, clerk, accountant, statement, portal_server.dsn)


async def fill_pad(story: Story, pad: Pad, codes: list[str]) -> None:
    """Each problem goes by what its row offers, or by typing where only a person knows."""
    await pad.paste(block_of(codes))
    await pad.has(ready=GOOD_ROWS, problems=BAD_ROWS)
    await story.look(pad.page, "order-pad")

    await pad.show_problems(BAD_ROWS)
    rows = pad.problem_rows
    for left in range(UNKNOWN, 0, -1):
        await rows.get_by_role("button", name=pad.pad("fix.remove")).first.click()
        await expect(rows).to_have_count(BAD_ROWS - UNKNOWN + left - 1)
    for fix, count in (("fix.raise", SMALL), ("fix.reduce", SHORT)):
        for _ in range(count):
            await rows.get_by_role("button", name=said(pad.pad, fix)).first.click()
    await expect(rows).to_have_count(UNCLEAR)
    for left in range(UNCLEAR, 0, -1):
        await rows.first.locator("input").nth(1).fill(str(UNITS))
        await expect(rows).to_have_count(left - 1)
    await pad.has(ready=LINES, problems=0)


async def place(story: Story, pad: Pad) -> str:
    """Look at prices, credit and what stands in the way, and order; the order's number."""
    page, words = pad.page, pad.review
    await pad.go_to_review()
    await expect(page.get_by_text(words("credit.title"))).to_be_visible()
    await expect(page.get_by_role("heading", name=words("blockers"))).to_have_count(0)
    await page.get_by_label(words("buyerReference"), exact=True).fill("PO-2041")
    await story.look(page, "review")

    explained = page.get_by_role("button", name=re.compile(re.escape(REAL[0]))).first
    await explained.click()
    drawer = page.get_by_role("dialog")
    await expect(drawer.get_by_role("heading", name=story.prices("steps"))).to_be_visible()
    await expect(drawer.get_by_role("heading", name=story.prices("rejected"))).to_be_visible()
    await story.axe(page)
    await page.keyboard.press("Escape")
    await expect(drawer).to_have_count(0)
    number = await pad.place()
    await story.is_in(page, "TO_CONFIRM")
    return number


async def confirm(story: Story, trader: Page, buyer: Page) -> None:
    """Half of one line, and another one later than promised; the buyer looks on."""
    words = story.detail
    await story.is_in(trader, "TO_CONFIRM")
    dialog = await story.step(trader, "CONFIRM")
    await story.axe(trader)
    await dialog.get_by_label(f"{words('confirm.quantity')}: {SHORTENED}").fill(str(UNITS // 2))
    await dialog.get_by_label(f"{words('reason')}: {SHORTENED}").fill(REASON[story.locale])
    await story.send(dialog, words("step.CONFIRM"))
    await story.is_in(trader, "TO_SHIP")
    await story.is_in(buyer, "TO_SHIP")
    refusal = words("refused", reason=REASON[story.locale])
    await expect(buyer.get_by_text(refusal)).to_be_visible()

    promised = datetime.now(TRADE_ZONE).date() + timedelta(days=9)
    dialog = await story.step(trader, "REDATE")
    await dialog.get_by_label(f"{words('promised')}: {LATER}").fill(promised.isoformat())
    await story.send(dialog, words("step.REDATE"))
    later = buyer.get_by_role("row").filter(has_text=LATER).first
    cell = later.locator(f"[data-label='{words('promised')}']")
    await expect(cell).to_contain_text(str(promised.day), timeout=OTHERS_SEE_IT_MS)


async def ship_in_two_parts(story: Story, trader: Page, buyer: Page) -> None:
    words = story.detail
    dialog = await story.step(trader, "SHIP")
    quantity = f"{words('ship.quantity')}: "
    await dialog.get_by_label(quantity + REAL[0], exact=True).fill(str(UNITS // 2))
    await dialog.get_by_label(quantity + LATER, exact=True).fill("0")
    await dialog.get_by_label(words("ship.carrier"), exact=True).fill("示例物流")
    await dialog.get_by_label(words("ship.tracking"), exact=True).fill("SL-0001")
    await story.send(dialog, words("step.SHIP"))
    under = buyer.get_by_text(words("shipment.under"), exact=True)
    await expect(under).to_have_count(1, timeout=OTHERS_SEE_IT_MS)
    await story.is_in(buyer, "TO_SHIP")
    await story.look(trader, "order")

    dialog = await story.step(trader, "SHIP")
    await story.send(dialog, words("step.SHIP"))
    await expect(under).to_have_count(2, timeout=OTHERS_SEE_IT_MS)
    await story.is_in(buyer, "TO_RECEIVE")
    await story.axe(buyer)


async def receive_one_short(story: Story, trader: Page, buyer: Page) -> None:
    """One shipment as it was sent; of the other, one bottle is missing."""
    words = story.detail
    receive = buyer.get_by_role("main").get_by_role(
        "button", name=words("step.RECEIVE"), exact=True
    )
    await receive.first.click()
    await story.send(buyer.get_by_role("dialog"), words("receive.submit"))
    await expect(receive).to_have_count(1)

    await receive.click()
    dialog = buyer.get_by_role("dialog")
    await story.axe(buyer)
    counted = dialog.get_by_label(f"{words('counted')}: {REAL[0]}", exact=True)
    await counted.fill(str(UNITS // 2 - 1))
    await expect(dialog.get_by_role("status").last).to_contain_text(
        f"{REAL[0]} {UNITS // 2} → {UNITS // 2 - 1}"
    )
    await story.send(dialog, words("receive.submitDiffering"))
    for page in (trader, buyer):
        await story.is_in(page, "CLOSED")
        short = page.get_by_text(f"({words('short')})")
        await expect(short).to_have_count(1, timeout=OTHERS_SEE_IT_MS)


async def issue_statement(story: Story, clerk: Page) -> str:
    """For the trader's account with the retailer; its number."""
    await clerk.goto("/money")
    await expect(clerk.get_by_role("link", name=RETAILER_NAME[story.locale])).to_be_visible()
    await story.look(clerk, "money")
    await clerk.get_by_role("link", name=RETAILER_NAME[story.locale]).click()
    await clerk.get_by_role("button", name=story.ledger("issue"), exact=True).click()
    dialog = clerk.get_by_role("dialog")
    await dialog.get_by_role("button", name=story.ledger("issue.submit"), exact=True).click()
    heading = clerk.get_by_role("heading", level=1)
    await expect(heading).to_have_text(said(story.statement, "title"))
    return (await heading.inner_text()).split()[-1]


async def agree_on(story: Story, clerk: Page, accountant: Page, number: str, dsn: str) -> None:
    """Both read the same sum, which is the database's, and say so; it can be kept as a file."""
    words = story.statement
    acting = accountant.get_by_label(Words("app/texts.ts", story.locale)("actingFor"))
    await acting.select_option(label=RETAILER_NAME[story.locale])
    await accountant.goto("/money?tab=statements")
    await accountant.get_by_role("link", name=number, exact=True).click()
    await expect(accountant.get_by_role("heading", level=1)).to_have_text(
        words("title", number=number)
    )
    stated = await closing_of(dsn, number)
    assert await shown_closing(clerk, words) == stated
    assert await shown_closing(accountant, words) == stated

    for page in (clerk, accountant):
        await mark(page)
        await page.get_by_role("button", name=words("confirm"), exact=True).click()
        dialog = page.get_by_role("dialog")
        await expect(dialog).to_contain_text(stated)
        await story.send(dialog, words("confirm"))
    for page in (clerk, accountant):
        both = page.get_by_text(story.money("statement.CONFIRMED"), exact=True)
        await expect(both).to_be_visible(timeout=OTHERS_SEE_IT_MS)
        assert await has_stayed(page)
    await story.look(accountant, "statement")
    await keep_files(accountant, words, number, stated)


async def shown_closing(page: Page, words: Words) -> str:
    """Digits alone: each side reads it in words of its own."""
    shown = page.locator(".statement-sums > div").filter(has_text=words("closing"))
    return "".join(re.findall(r"[\d,.]", await shown.locator(".number").inner_text()))


async def closing_of(dsn: str, number: str) -> str:
    conn = await asyncpg.connect(dsn)
    try:
        minor = await conn.fetchval(CLOSING, number)
    finally:
        await conn.close()
    return f"{minor // 100:,}.{minor % 100:02}"


async def keep_files(page: Page, words: Words, number: str, closing: str) -> None:
    contents = {}
    for kind in ("pdf", "xlsx"):
        async with page.expect_download() as downloading:
            await page.get_by_role("button", name=words(kind), exact=True).click()
        download = await downloading.value
        assert number in download.suggested_filename
        assert download.suggested_filename.endswith(kind)
        contents[kind] = await asyncio.to_thread(Path(await download.path()).read_bytes)
    assert contents["pdf"].startswith(b"%PDF")
    assert closing in text_of_pdf(contents["pdf"])
    cells = {str(cell) for sheet in sheets_of(contents["xlsx"]) for row in sheet for cell in row}
    assert closing.replace(",", "").rstrip("0").rstrip(".") in cells
