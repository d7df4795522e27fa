"""How a test looks at a page: what it says, how wide it is, and whether it is still the same."""

from __future__ import annotations

import re

from playwright.async_api import Page

from tests.e2e.portal.words import Words

OTHERS_SEE_IT_MS = 15_000  # other browsers and servers share the machine


async def mark(page: Page) -> None:
    """Marks the document: after a reload, it is another one without the mark."""
    await page.evaluate("() => { window.isTheSame = true }")


async def has_stayed(page: Page) -> bool:
    """Whether the document is the one that was marked."""
    return await page.evaluate("() => window.isTheSame === true") is True


async def sideways(page: Page) -> int:
    """By how many pixels the page is wider than its window, once it has been drawn in it."""
    wider: int = await page.evaluate(
        """async () => {
            await new Promise(drawn => requestAnimationFrame(() => requestAnimationFrame(drawn)));
            return document.documentElement.scrollWidth - document.documentElement.clientWidth;
        }"""
    )
    return wider


def said(words: Words, key: str) -> re.Pattern[str]:
    """What a text with places for values looks like when they are filled in."""
    return re.compile(re.sub(r"\\{\\{\w+\\}\\}", ".+", re.escape(words(key))))
