"""What providers are told of shipments."""

from __future__ import annotations

from tests.factories_sale_rows import Counter
from tests.factories_sales import sold
from tradeline.shopping import due_uploads, note_tidings, ship_consumer_order


async def test_a_shipment_that_is_always_refused_does_not_hold_up_those_after_it(
    counter: Counter,
) -> None:
    order = await sold(counter)
    for line_id in order.line_ids:
        async with counter.db.unit_of_work(counter.network_id) as conn:
            await ship_consumer_order(
                conn,
                actor=counter.story.actor("brand"),
                order_id=order.id,
                quantities={line_id: 1},
            )
    async with counter.db.unit_of_work(counter.network_id) as conn:
        await note_tidings(
            conn,
            network_id=counter.network_id,
            order_id=order.id,
            topic="consumer_order.shipped",
        )

    tries = []
    async with counter.owner_pool.acquire() as conn:
        for _ in range(8):
            await conn.execute("UPDATE shopping.tiding SET next_try_at = now() WHERE tries < 6")
            tries.append([due.tries for due in await due_uploads(conn, limit=10)])

    # In their order, until it is plain that the first gets nowhere.
    assert tries[:5] == [[1], [2], [3], [4], [5]]
    assert [sorted(each) for each in tries[5:]] == [[1, 6], [2], [3]]
