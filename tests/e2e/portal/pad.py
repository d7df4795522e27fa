"""Ordering on the quick-order pad as a person does: by label, by clipboard, by click."""

from __future__ import annotations

from playwright.async_api import Locator, Page, expect

from tests.e2e.portal.conftest import Locale
from tests.e2e.portal.words import Words

TRADER = {"zh": "浦帆商贸", "en": "Pufan Trading"}


class Pad:
    """The pad of one page, for one seller, in one language."""

    def __init__(self, page: Page, locale: Locale, seller: dict[Locale, str] = TRADER) -> None:
        self.page = page
        self.order = Words("features/ordering/orderTexts.ts", locale)
        self.pad = Words("features/ordering/pad/padTexts.ts", locale)
        self.review = Words("features/ordering/review/reviewTexts.ts", locale)
        self._seller = seller[locale]

    async def open(self) -> None:
        await self.page.goto("/order")
        await self.page.get_by_label(self.order("place"), exact=True).select_option(
            label=self._seller
        )
        await self.page.get_by_role("tab", name=self.order("tab.pad"), exact=True).click()
        await expect(self.code(1)).to_be_visible()

    async def clear(self) -> None:
        """Begin with nothing, whatever another test has left."""
        await expect(self.bar).to_contain_text(self.order("status.saved"))
        button = self.page.get_by_role("button", name=self.pad("clear"), exact=True)
        if await button.count():
            await button.click()
            dialog = self.page.get_by_role("dialog")
            await dialog.get_by_role("button", name=self.pad("clear"), exact=True).click()
        await self.has(ready=0, problems=0)

    def code(self, row: int) -> Locator:
        return self.page.get_by_label(self.pad("code.of", row=row), exact=True)

    def quantity(self, row: int) -> Locator:
        return self.page.get_by_label(self.pad("quantity.of", row=row), exact=True)

    @property
    def bar(self) -> Locator:
        return self.page.get_by_role("region", name=self.order("bar.label"))

    @property
    def problem_rows(self) -> Locator:
        return self.page.locator(".pad-row-problem")

    async def type(self, row: int, code: str, quantity: str) -> None:
        await self.code(row).fill(code)
        await self.quantity(row).fill(quantity)

    async def paste(self, text: str, row: int = 1) -> None:
        """As from a spreadsheet, by the clipboard."""
        await self.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
        await self.page.evaluate("text => navigator.clipboard.writeText(text)", text)
        await self.code(row).click()
        await self.page.keyboard.press("ControlOrMeta+v")

    async def has(self, *, ready: int, problems: int, within_ms: float = 10_000) -> None:
        """So many rows can be ordered and so many cannot, says the server, and has them all."""
        bar = self.bar
        await expect(bar).to_contain_text(
            self.order("bar.ready", count=f"{ready:,}"), timeout=within_ms
        )
        told = bar.get_by_text(self.order("bar.problems", count=f"{problems:,}"), exact=True)
        if problems:
            await expect(told).to_be_visible()
        else:
            await expect(bar.locator(".draft-bar-problems")).to_have_count(0)
        await expect(bar).to_contain_text(self.order("status.saved"))

    async def show_problems(self, count: int) -> None:
        await self.page.get_by_label(self.pad("onlyProblems", count=count), exact=True).check()
        await expect(self.problem_rows).to_have_count(count)

    async def go_to_review(self) -> None:
        await self.bar.get_by_role("link", name=self.order("bar.review")).click()
        await expect(self.page.get_by_role("heading", level=1)).to_have_text(self.review("title"))

    async def place(self) -> str:
        """Order what is reviewed, and go to the order; its number."""
        await self.page.get_by_role("button", name=self.review("place"), exact=True).click()
        heading = self.page.get_by_role("heading", level=1)
        await expect(heading).to_have_text(self.review("placed.title"))
        await self.page.get_by_role("link", name=self.review("placed.open")).click()
        await expect(heading).to_contain_text("SO")
        return (await heading.inner_text()).split()[-1]
