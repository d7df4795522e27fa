"""A person without the role sees neither the page nor a link to it, nor gets its data by hand."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import cache
from typing import Any

import pytest
from playwright.async_api import Page, expect

from tests.e2e.portal.conftest import ROOT, PageAs
from tests.e2e.portal.words import SOURCES, Words
from tradeline.identity.roles import BUILT_IN_ROLES
from tradeline.kernel import Permission

ROLES = {
    "trader-a.warehouse@example.com": "warehouse",
    "trader-a.finance@example.com": "finance",
    "trader-a.sales@example.com": "sales",
    "retailer-3.buyer@example.com": "buyer",
}
RULE = re.compile(r'path: "(?P<path>/[^"]*)",(?P<rest>.*?)\n  \}', re.DOTALL)
NEEDS = re.compile(r"needs: \[(.*?)\]", re.DOTALL)
# What some of the pages ask for, and what it takes to be answered.
DATA = {
    "OrderLists": {Permission.ORDER_PLACE, Permission.ORDER_PLACE_ON_BEHALF},
    "Statements": {Permission.STATEMENT_READ},
    "Payments": {Permission.PAYMENT_READ},
    "People": {Permission.PEOPLE_READ},
    "ApiClients": {Permission.API_CLIENT_MANAGE},
    "PriceLists": {Permission.PRICE_MANAGE},
}
ASK = """async ([hash, variables]) => {
  const extensions = { persistedQuery: { version: 1, sha256Hash: hash } };
  const response = await fetch("/graphql", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ variables, extensions }),
  });
  return response.json();
}"""


@dataclass(frozen=True, slots=True)
class Rule:
    """A page behind the door; one of the permissions opens it."""

    path: str
    needs: frozenset[Permission]


@pytest.mark.parametrize("login", ROLES)
async def test_pages_beyond_a_role_are_neither_linked_to_nor_opened(
    page_as: PageAs, login: str
) -> None:
    page = await page_as(login, "en")
    no_access = Words("app/texts.ts", "en")("noAccess.title")
    held = BUILT_IN_ROLES[ROLES[login]].permissions
    heading = page.get_by_role("heading", level=1)
    closed = [rule for rule in rules() if not rule.needs & held]
    assert closed

    await expect(page.locator("nav a[href='/']").first).to_be_visible()
    links = await page.locator("a").evaluate_all("links => links.map(link => link.pathname)")
    assert set(links) & {rule.path for rule in closed} == set()
    for rule in rules():
        await page.goto(rule.path)
        await expect(heading, rule.path).not_to_be_empty()
        assert (await heading.inner_text() == no_access) == (rule in closed), rule.path


@pytest.mark.parametrize("login", ROLES)
async def test_data_beyond_a_role_is_not_to_be_had_by_hand(page_as: PageAs, login: str) -> None:
    page = await page_as(login, "en")
    held = BUILT_IN_ROLES[ROLES[login]].permissions

    answers = {name: await ask(page, name) for name in DATA}

    for name, needed in DATA.items():
        codes = [error["extensions"]["code"] for error in answers[name].get("errors", [])]
        if needed & held:
            assert codes == [], name
            assert answers[name]["data"], name
        else:
            assert codes == ["FORBIDDEN"], name
            assert not any((answers[name].get("data") or {}).values()), name


@cache
def rules() -> tuple[Rule, ...]:
    """As the portal has them; there is one at least for each link."""
    found = []
    for match in RULE.finditer((SOURCES / "app/pages.ts").read_text()):
        needs = NEEDS.search(match["rest"])
        assert needs is not None, match["path"]
        names = re.findall(r'"(\w+)"', needs[1])
        found.append(Rule(match["path"], frozenset(Permission[name] for name in names)))
    assert len(found) > len(DATA)
    return tuple(found)


async def ask(page: Page, operation: str) -> dict[str, Any]:
    """Ask as the page would, in its person's session."""
    manifest = json.loads((ROOT / "graphql/operations/portal.json").read_text())
    (key,) = [key for key, text in manifest.items() if re.search(rf"\bquery {operation}\b", text)]
    answer: dict[str, Any] = await page.evaluate(ASK, [key, {"first": 5}])
    return answer
