"""The page in the portal's place is for everybody too."""

from __future__ import annotations

import pytest
from playwright.async_api import Browser

from tests.e2e.portal.conftest import Axe
from tradeline.kernel import Locale
from tradeline_server.portal import State
from tradeline_server.waiting_page import waiting_page


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("locale", Locale)
async def test_it_is_accessible_and_fits_a_phone(
    browser: Browser, axe: Axe, state: State, locale: Locale
) -> None:
    page = await browser.new_page(viewport={"width": 390, "height": 844})
    await page.set_content(waiting_page(state.value, locale))

    await axe(page)
    width = await page.evaluate("() => document.documentElement.scrollWidth")
    await page.close()
    assert width <= 390
