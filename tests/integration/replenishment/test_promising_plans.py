"""What is promised of few goods is told without reading the lines of all the others."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Iterator
from typing import Any, Final

from tests.factories_many import multiply
from tests.factories_outbox import a_place
from tests.factories_supply import a_chain, bought, in_days, sold
from tradeline.kernel import trade_day
from tradeline.replenishment.queries.promises import FETCH_GOODS

LINES: Final = 20_000
# Of other goods, which nobody has: for plans only the numbers count.
OF_ITS_OWN: Final = {
    "id": "1000000 + one.id * 100000 + many",
    "line_no": "one.line_no + many",
    "sku_id": "1000000 + many",
}


def _steps(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for each in plan.get("Plans", ()):
        yield from _steps(each)


async def test_lines_of_other_goods_are_not_read(clone: Callable[[], Awaitable[str]]) -> None:
    async with a_place(await clone()) as place:
        market = await a_chain(place.owner_pool, place.db)
        await sold(place.db, market, tea=4)
        await bought(place.db, market, in_days(9), tea=20)
        async with place.owner_pool.acquire() as conn, conn.transaction():
            await multiply(conn, "ordering.order_line", times=LINES, own=OF_ITS_OWN)
        await place.owner_pool.execute("ANALYZE ordering.order_line")
        async with place.db.reading(market.story.network_id) as conn:
            [row] = await conn.fetch(
                f"EXPLAIN (ANALYZE, FORMAT json) {FETCH_GOODS}",
                market.story.network_id,
                [market.story.orgs["trader_a"]],
                [market.tea],
                trade_day(),
            )

    steps = list(_steps(json.loads(row[0])[0]["Plan"]))
    lines = [step for step in steps if step.get("Relation Name") == "order_line"]
    assert lines, "nothing was looked at"
    read = sum(
        (step["Actual Rows"] + step.get("Rows Removed by Filter", 0)) * step["Actual Loops"]
        for step in lines
    )
    assert read < 100
