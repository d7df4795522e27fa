"""An order history becomes a network: whole, once, and priced as it was sold."""

import asyncio
import hashlib
from collections.abc import Awaitable, Callable
from pathlib import Path

import asyncpg
import pytest

from tests.history_data import HEADING, HISTORY
from tradeline import catalog, inventory, organizations, pricing, settlement
from tradeline.kernel import Database, open_pool
from tradeline_server.errors import CommandError
from tradeline_server.history import importing
from tradeline_server.history.importing import Imported, Target, find_place, import_history
from tradeline_server.history.reading import History, read_history
from tradeline_server.history.suggestions import Suggestion, amount_of, suggest

Clone = Callable[[], Awaitable[str]]


@pytest.fixture(scope="module")
def history() -> History:
    return read_history(HISTORY)


@pytest.fixture(scope="module")
def suggestion(history: History) -> Suggestion:
    return suggest(history.lines, "GBP")


@pytest.fixture(scope="module")
async def imported(clone: Clone, history: History, suggestion: Suggestion) -> str:
    """The DSN of a database that holds the history."""
    dsn = await clone()
    made = await import_history(dsn, history, suggestion, Target())
    assert made == Imported("made", "order-history")
    return dsn


async def _contents(dsn: str) -> dict[str, tuple[int, str]]:
    """Rows and a hash of each table, sequences left out: a number drawn in vain changes nothing."""
    conn = await asyncpg.connect(dsn)
    tables = await conn.fetch(
        "SELECT schemaname || '.' || tablename AS name FROM pg_tables"
        " WHERE schemaname NOT IN ('pg_catalog', 'information_schema')"
    )
    contents = {}
    for (name,) in tables:
        rows = await conn.fetch(f"SELECT part::text FROM {name} AS part ORDER BY 1")
        text = "\n".join(row[0] for row in rows)
        contents[name] = (len(rows), hashlib.sha256(text.encode()).hexdigest())
    await conn.close()
    return contents


async def test_every_sale_is_priced_by_the_network_as_it_was_sold(
    imported: str, history: History, suggestion: Suggestion
) -> None:
    pool = await open_pool(imported, role=None)
    async with pool.acquire() as conn:
        network_id = (await find_place(conn, Target(), history.digest)).network_id
    assert network_id is not None
    app_pool = await open_pool(imported)
    async with Database(app_pool).reading(network_id) as conn:
        edges = dict(
            await conn.fetch(
                "SELECT buyer.code, edge.id FROM organizations.relationship AS edge"
                "  JOIN organizations.organization AS buyer ON buyer.id = edge.buyer_org_id"
            )
        )
        skus = dict(await conn.fetch("SELECT code, id FROM catalog.sku"))
        pairs = [(edges[line.customer], skus[line.sku_code]) for line in suggestion.sales]
        tradable = await catalog.load_tradable(conn, network_id=network_id, pairs=pairs)
        available = await inventory.available(conn, network_id=network_id, pairs=pairs)
        requests = [
            pricing.PriceRequest(
                relationship_id=pair[0],
                sku_id=pair[1],
                pack_id=next(iter(tradable[pair].packs)),
                pack_units=1,
                pack_quantity=line.quantity,
            )
            for pair, line in zip(pairs, suggestion.sales, strict=True)
        ]
        priced = await pricing.price_lines(conn, network_id=network_id, requests=requests)
        exposures = await settlement.lock_exposures(
            conn, network_id=network_id, relationship_ids=list(edges.values())
        )
        terms = await organizations.load_relationships(
            conn, network_id=network_id, ids=list(edges.values())
        )
    await pool.close()
    await app_pool.close()

    wanted = [amount_of(line, "GBP") for line in suggestion.sales]
    assert [each.amount and each.amount.minor for each in priced] == wanted
    assert all(
        available[pair] == suggestion.skus[line.sku_code].sold
        for pair, line in zip(pairs, suggestion.sales, strict=True)
    )
    for code, retailer in suggestion.retailers.items():
        assert exposures[edges[code]].free_minor == retailer.bought_minor
        edge = terms[edges[code]]
        assert (edge.requires_review, edge.requires_confirmation) == (False, True)
        assert (edge.requires_receipt, edge.holds_stock, edge.currency) == (True, True, "GBP")


async def test_the_same_file_again_changes_nothing(
    imported: str, history: History, suggestion: Suggestion
) -> None:
    before = await _contents(imported)

    again = await import_history(imported, history, suggestion, Target())
    assert again == Imported("nothing_to_do", "order-history")

    assert await _contents(imported) == before


async def test_of_two_imports_at_once_one_makes_the_network(
    clone: Clone, history: History, suggestion: Suggestion
) -> None:
    dsn = await clone()

    outcomes = await asyncio.gather(
        *(import_history(dsn, history, suggestion, Target()) for _ in range(2))
    )

    assert sorted(each.outcome for each in outcomes) == ["made", "nothing_to_do"]


def _other(folder: Path) -> tuple[History, Suggestion]:
    path = folder / "other.csv"
    path.write_text(f"{HEADING}1,K1,KITE,2,2024-01-01,2.50,9,Peru\n")
    other = read_history(path)
    return other, suggest(other.lines, "GBP")


async def test_another_file_gets_a_network_of_its_own_and_is_found_there_again(
    imported: str, tmp_path: Path
) -> None:
    other, suggestion = _other(tmp_path)

    made = await import_history(imported, other, suggestion, Target())
    again = await import_history(imported, other, suggestion, Target())

    assert made == Imported("made", f"order-history-{other.digest[:8]}")
    assert again == Imported("nothing_to_do", made.network_code)


async def test_a_code_that_holds_another_file_is_not_written_to(
    imported: str, tmp_path: Path
) -> None:
    other, suggestion = _other(tmp_path)
    before = await _contents(imported)

    with pytest.raises(CommandError, match="was not made from this file"):
        await import_history(imported, other, suggestion, Target(code="order-history"))

    assert await _contents(imported) == before


async def test_a_failure_leaves_nothing_half_done(
    clone: Clone,
    history: History,
    suggestion: Suggestion,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    dsn = await clone()
    before = await _contents(dsn)

    async def break_off(*_: object) -> None:
        raise RuntimeError("the power is gone")

    monkeypatch.setattr(importing, "_make_stock", break_off)
    with pytest.raises(RuntimeError):
        await import_history(dsn, history, suggestion, Target())

    assert await _contents(dsn) == before


async def test_a_file_without_a_line_that_can_be_taken_makes_nothing(
    clone: Clone, tmp_path: Path
) -> None:
    dsn = await clone()
    path = tmp_path / "empty.csv"
    path.write_text(f"{HEADING}1,POST,POSTAGE,2,2024-01-01,2.50,9,Peru\n")
    history = read_history(path)

    with pytest.raises(CommandError, match="No line of the file can be taken"):
        await import_history(dsn, history, suggest(history.lines, "GBP"), Target())
