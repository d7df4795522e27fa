"""The doctor finds nothing where all is well, and names what is not."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping

import pytest

from tests.factories_ordering import Market
from tests.factories_outbox import Place, a_place, published
from tests.factories_story import a_month_of_trade
from tradeline.kernel import Connection, Locale
from tradeline_server.cli.doctor import shell_locale
from tradeline_server.doctor import Report, examine

# For each invariant, what breaks it; each on a healthy database, and rolled back again.
CORRUPTIONS = {
    "kernel.events_are_delivered": """
        UPDATE kernel.outbox_event SET delivered_at = NULL, due_at = now() - interval '6 minutes'
         WHERE id = (SELECT min(id) FROM kernel.outbox_event)""",
    "kernel.every_request_has_its_answer": """
        INSERT INTO kernel.request (network_id, org_id, request_id, body_hash)
        VALUES (1, 1, 'r-1', '')""",
    "ordering.orders_amount_to_their_lines": """
        UPDATE ordering.trade_order SET amount_minor = amount_minor + 1
         WHERE id = (SELECT min(id) FROM ordering.trade_order)""",
    "ordering.open_lines_hold_their_exposure": """
        UPDATE settlement.exposure_hold SET amount_minor = amount_minor + 1
         WHERE reference_id = (SELECT max(id) FROM ordering.trade_order)""",
    "ordering.unshipped_units_are_held": """
        UPDATE inventory.stock_hold SET quantity = quantity - 1
         WHERE id = (SELECT max(id) FROM inventory.stock_hold)""",
    "ordering.lines_ship_what_shipments_carry": """
        UPDATE ordering.shipment_line SET quantity = quantity + 1
         WHERE id = (SELECT max(id) FROM ordering.shipment_line)""",
    "ordering.lines_receive_what_receipts_count": """
        UPDATE ordering.receipt_line SET received_quantity = received_quantity + 1
         WHERE receipt_id = (SELECT min(id) FROM ordering.receipt)""",
    "ordering.receipts_count_their_shipments": """
        UPDATE ordering.shipment_line SET received_quantity = received_quantity + 1
         WHERE id = (SELECT min(id) FROM ordering.shipment_line)""",
    "ordering.receipts_are_owed": """
        UPDATE settlement.obligation SET amount_minor = amount_minor + 1
         WHERE id = (SELECT min(id) FROM settlement.obligation WHERE kind = 'goods')""",
    "ordering.accepted_returns_are_credited": """
        UPDATE ordering.order_return SET amount_minor = amount_minor + 1
         WHERE state = 'accepted'""",
    "ordering.lines_return_what_returns_take": """
        UPDATE ordering.order_line SET returned_quantity = returned_quantity - 1
         WHERE returned_quantity > 0""",
    "ordering.states_agree_with_lines_and_holder": """
        UPDATE ordering.trade_order SET held_by_org_id = buyer_org_id
         WHERE id = (SELECT max(id) FROM ordering.trade_order)""",
    "ordering.lines_cost_their_frozen_price": """
        UPDATE ordering.order_line SET unit_price = unit_price + 1
         WHERE id = (SELECT min(id) FROM ordering.order_line)""",
    "ordering.stock_moves_as_the_papers_say": """
        WITH moved AS (
            UPDATE inventory.stock_movement SET quantity = quantity - 1
             WHERE id = (SELECT min(id) FROM inventory.stock_movement
                          WHERE reference_type = 'shipment_line' AND reason = 'shipment')
            RETURNING network_id, warehouse_id, sku_id)
        UPDATE inventory.stock_level AS level SET on_hand = on_hand - 1
          FROM moved
         WHERE (level.network_id, level.warehouse_id, level.sku_id)
             = (moved.network_id, moved.warehouse_id, moved.sku_id)""",
    "ordering.goods_are_received_in_own_warehouses": """
        UPDATE ordering.order_line AS line SET receiving_warehouse_id = warehouse.id
          FROM ordering.trade_order
          JOIN inventory.warehouse ON warehouse.org_id = trade_order.seller_org_id
         WHERE line.order_id = trade_order.id
           AND line.id = (SELECT min(id) FROM ordering.order_line)""",
    "ordering.stock_came_where_receipts_say": """
        WITH line AS (SELECT * FROM ordering.shipment_line WHERE received_quantity > 0 LIMIT 1),
             place AS (SELECT min(id) AS id FROM inventory.warehouse),
             named AS (
                UPDATE ordering.receipt_line AS counted SET warehouse_id = place.id + 1
                  FROM line
                  JOIN ordering.receipt ON receipt.shipment_id = line.shipment_id
                 CROSS JOIN place
                 WHERE counted.receipt_id = receipt.id
                   AND counted.order_line_id = line.order_line_id)
        INSERT INTO inventory.stock_movement
               (network_id, warehouse_id, sku_id, quantity, reason, reference_type, reference_id)
        SELECT line.network_id, place.id, 1, 1, 'receipt', 'shipment_line', line.id
          FROM line CROSS JOIN place""",
    "ordering.explanations_come_to_the_amount": """
        UPDATE ordering.order_line
           SET explanation = jsonb_set(explanation, '{amount_minor}', to_jsonb(amount_minor - 1))
         WHERE id = (SELECT min(id) FROM ordering.order_line)""",
    "ordering.only_open_units_have_an_open_sum": """
        UPDATE ordering.order_line SET open_minor = open_minor + 1
         WHERE id = (SELECT min(id) FROM ordering.order_line)""",
    "ordering.disputes_are_of_their_parties_and_order": """
        INSERT INTO ordering.dispute
               (network_id, order_id, order_line_id, reason, opened_by_org_id)
        SELECT network_id, id, (SELECT max(id) FROM ordering.order_line), '?', buyer_org_id
          FROM ordering.trade_order ORDER BY id LIMIT 1""",
    "ordering.drafts_are_of_a_side_of_their_edge": """
        INSERT INTO ordering.order_draft (network_id, org_id, account_id, relationship_id)
        SELECT edge.network_id, other.id, 1, edge.id
          FROM organizations.relationship AS edge
          JOIN organizations.organization AS other
            ON other.network_id = edge.network_id
           AND other.id NOT IN (edge.seller_org_id, edge.buyer_org_id)
         ORDER BY edge.id, other.id LIMIT 1""",
    "ordering.bundles_are_held_whole": """
        UPDATE inventory.stock_hold SET quantity_each = quantity_each + 1
         WHERE id = (SELECT max(id) FROM inventory.stock_hold WHERE quantity_each > 1)""",
    "ordering.substitutes_are_the_lines_they_became": """
        UPDATE ordering.substitute SET quantity = quantity + 1 WHERE state = 'accepted'""",
    "ordering.replaced_units_are_refused": """
        UPDATE ordering.substitute SET replaced_quantity = replaced_quantity + 100
         WHERE state = 'accepted'""",
    "ordering.damage_is_counted_on_both_papers": """
        UPDATE ordering.shipment_line SET damaged_quantity = 0 WHERE damaged_quantity > 0""",
    "ordering.time_lines_lead_to_the_state": """
        DELETE FROM ordering.order_event
         WHERE order_id = (SELECT max(id) FROM ordering.trade_order) AND step = 'place'""",
}
# The other way in which some of them can be broken.
OTHER_CORRUPTIONS = [
    (
        "ordering.bundles_are_held_whole",
        """
        WITH hold AS (SELECT * FROM inventory.stock_hold WHERE quantity_each > 1 LIMIT 1),
             lowered AS (
                UPDATE inventory.stock_hold SET quantity = stock_hold.quantity - 1
                  FROM hold WHERE stock_hold.id = hold.id)
        UPDATE inventory.stock_level SET held = held - 1
          FROM hold
         WHERE (stock_level.warehouse_id, stock_level.sku_id) = (hold.warehouse_id, hold.sku_id)""",
    ),
    (
        "ordering.unshipped_units_are_held",
        """
        UPDATE inventory.stock_hold SET quantity = quantity + 2 WHERE quantity_each > 1""",
    ),
    (
        "ordering.stock_moves_as_the_papers_say",
        """
        UPDATE inventory.stock_movement SET quantity = quantity - 1
         WHERE reference_id = (SELECT shipment_line.id
                                 FROM ordering.shipment_line
                                 JOIN ordering.order_line ON order_line.id = order_line_id
                                 JOIN catalog.sku ON sku.id = sku_id AND sku.is_bundle)
           AND reason = 'shipment'""",
    ),
    (
        "inventory.bundles_have_no_stock",
        """
        INSERT INTO inventory.stock_level (network_id, warehouse_id, sku_id)
        SELECT sku.network_id, warehouse.id, sku.id
          FROM catalog.sku CROSS JOIN inventory.warehouse
         WHERE sku.is_bundle LIMIT 1""",
    ),
    (
        "catalog.bundles_have_components",
        """
        DELETE FROM catalog.sku_component""",
    ),
    (
        "ordering.orders_amount_to_their_lines",
        """
        DELETE FROM ordering.order_line
         WHERE order_id = (SELECT max(id) FROM ordering.trade_order)""",
    ),
    (
        "ordering.open_lines_hold_their_exposure",
        """
        INSERT INTO settlement.exposure_hold
        SELECT network_id, relationship_id, 'order', 987654321, 1 FROM settlement.exposure
         LIMIT 1""",
    ),
    (
        "ordering.unshipped_units_are_held",
        """
        INSERT INTO inventory.stock_hold (network_id, warehouse_id, sku_id, held_for_org_id,
                                          reference_type, reference_id, quantity)
        SELECT network_id, warehouse_id, sku_id, 1, 'order_line', 987654321, 1
          FROM inventory.stock_level LIMIT 1""",
    ),
    (
        "ordering.unshipped_units_are_held",
        """
        UPDATE ordering.trade_order SET holds_stock = false
         WHERE id = (SELECT max(id) FROM ordering.trade_order)""",
    ),
    (
        "ordering.lines_receive_what_receipts_count",
        """
        UPDATE ordering.order_line SET owed_minor = owed_minor + 1
         WHERE id = (SELECT min(id) FROM ordering.order_line)""",
    ),
    (
        "ordering.receipts_count_their_shipments",
        """
        UPDATE ordering.shipment SET received_at = NULL
         WHERE id = (SELECT min(id) FROM ordering.shipment)""",
    ),
    (
        "ordering.goods_are_received_in_own_warehouses",
        """
        UPDATE ordering.receipt_line AS counted SET warehouse_id = warehouse.id
          FROM ordering.order_line AS line
          JOIN ordering.trade_order ON trade_order.id = line.order_id
          JOIN inventory.warehouse ON warehouse.org_id = trade_order.seller_org_id
         WHERE counted.order_line_id = line.id""",
    ),
    (
        "ordering.receipts_are_owed",
        """
        UPDATE settlement.obligation SET relationship_id = relationship_id + 1
         WHERE id = (SELECT min(id) FROM settlement.obligation WHERE kind = 'goods')""",
    ),
    (
        "ordering.receipts_are_owed",
        """
        UPDATE ordering.receipt_line SET amount_minor = amount_minor + 1
         WHERE receipt_id = (SELECT min(id) FROM ordering.receipt)""",
    ),
    (
        "ordering.accepted_returns_are_credited",
        "DELETE FROM settlement.obligation WHERE kind = 'return'",
    ),
    (
        "ordering.accepted_returns_are_credited",
        "UPDATE ordering.order_return SET state = 'refused' WHERE state = 'accepted'",
    ),
    (
        "ordering.lines_return_what_returns_take",
        "UPDATE ordering.order_line SET returned_minor = returned_minor - 1"
        " WHERE returned_minor > 0",
    ),
    (
        "ordering.states_agree_with_lines_and_holder",
        """
        UPDATE ordering.trade_order SET state = 'closed', held_by_org_id = NULL
         WHERE state = 'to_receive'""",
    ),
    (
        "ordering.states_agree_with_lines_and_holder",
        "UPDATE ordering.trade_order SET state = 'refused' WHERE state = 'cancelled'",
    ),
    (
        "ordering.states_agree_with_lines_and_holder",
        "UPDATE ordering.trade_order SET requires_review = false WHERE state = 'in_review'",
    ),
    (
        "ordering.time_lines_lead_to_the_state",
        """
        UPDATE ordering.order_event SET state = 'closed'
         WHERE id = (SELECT max(id) FROM ordering.order_event)""",
    ),
]


@pytest.fixture(scope="module")
async def place(clone: Callable[[], Awaitable[str]]) -> AsyncIterator[Place]:
    async with a_place(await clone()) as made:
        yield made


@pytest.fixture(scope="module")
async def market(place: Place) -> Market:
    return await a_month_of_trade(place)


@contextlib.asynccontextmanager
async def rolled_back(place: Place) -> AsyncIterator[Connection]:
    """A transaction in which foreign keys and triggers look away, and that leaves nothing."""
    async with place.owner_pool.acquire() as conn:
        transaction = conn.transaction()
        await transaction.start()
        await conn.execute("SET LOCAL session_replication_role = replica")
        try:
            yield conn
        finally:
            await transaction.rollback()


async def examined(place: Place) -> Report:
    async with place.owner_pool.acquire() as conn:
        return await examine(conn)


def broken(report: Report) -> dict[str, str]:
    """What the report says of each invariant that is broken."""
    return {f.invariant.code: f.message() for f in report.findings if f.count}


@pytest.mark.usefixtures("market")
async def test_a_month_of_healthy_trade_breaks_nothing(place: Place) -> None:
    states = await place.owner_pool.fetch("SELECT DISTINCT state FROM ordering.trade_order")
    assert len(states) == 7, "the story has orders in every state"

    report = await examined(place)

    assert broken(report) == {}
    assert report.violations == 0
    assert report.under_way == {"events": 0, "obligations": 0}


@pytest.mark.usefixtures("market")
@pytest.mark.parametrize(
    ("code", "sql"), [*CORRUPTIONS.items(), *OTHER_CORRUPTIONS], ids=lambda value: value[:60]
)
async def test_a_corrupted_row_is_found_and_named(place: Place, code: str, sql: str) -> None:
    async with rolled_back(place) as conn:
        done = await conn.execute(sql)
        assert not done.endswith(" 0"), "there is something to corrupt"

        report = await examine(conn)

    assert report.violations > 0
    assert code in broken(report)
    for finding in report.findings:
        for locale in Locale:
            assert (finding.count > 0) == bool(finding.message(locale))
    assert broken(await examined(place)) == {}


@pytest.mark.usefixtures("market")
async def test_every_invariant_of_orders_and_of_the_kernel_has_its_corruption(
    place: Place,
) -> None:
    codes = [finding.invariant.code for finding in (await examined(place)).findings]

    assert len(codes) == len(set(codes))
    assert {code for code in codes if code.startswith(("kernel.", "ordering."))} == set(CORRUPTIONS)


async def test_the_first_bad_row_is_named_with_what_it_should_be(
    place: Place, market: Market
) -> None:
    network_id = market.story.network_id
    async with rolled_back(place) as conn:
        number = await conn.fetchval(
            "UPDATE ordering.trade_order SET amount_minor = amount_minor + 1"
            " WHERE id = (SELECT min(id) FROM ordering.trade_order) RETURNING number"
        )
        report = await examine(conn)

    [finding] = [finding for finding in report.findings if finding.count]
    assert (report.violations, finding.count) == (1, 1)
    assert finding.first == {
        "network_id": network_id,
        "subject_id": number,
        "expected": 10500,
        "found": 10501,
    }
    assert finding.message(Locale.EN) == (
        f"Order {number} of network {network_id}: 10500 was expected, 10501 was found."
    )
    assert finding.message(Locale.ZH) == (
        f"网络 {network_id} 的订单 {number}：应为 10500，实为 10501。"
    )


@pytest.mark.usefixtures("market")
async def test_what_is_under_way_is_counted_and_no_fault(place: Place) -> None:
    await published(place, 1, ("order.placed", "order:1"))
    try:
        report = await examined(place)
    finally:
        await place.owner_pool.execute("DELETE FROM kernel.outbox_event WHERE network_id = 1")

    assert report.violations == 0
    assert report.under_way == {"events": 1, "obligations": 0}


@pytest.mark.usefixtures("market")
async def test_the_doctor_can_change_nothing_and_looks_at_one_moment(place: Place) -> None:
    statements: list[str] = []
    async with place.owner_pool.acquire() as conn:
        with conn.query_logger(lambda record: statements.append(record.query)):
            await examine(conn)
        assert await conn.fetchval("SELECT pg_current_xact_id_if_assigned()") is None

    assert statements[0].startswith("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
    assert sum(statement.startswith("BEGIN") for statement in statements) == 1


@pytest.mark.usefixtures("market")
async def test_the_command_prints_one_object_and_ends_well(place: Place) -> None:
    code, out, _ = await run(place, "--json")

    report = json.loads(out)
    assert code == 0
    assert set(report) == {"violations", "checks", "under_way", "seconds"}
    assert report["violations"] == 0
    assert set(report["checks"][0]) == {"code", "title", "count", "first"}
    assert all(check["first"] is None for check in report["checks"])


@pytest.mark.usefixtures("market")
async def test_the_command_ends_with_one_on_a_violation(place: Place) -> None:
    await place.owner_pool.execute(CORRUPTIONS["kernel.every_request_has_its_answer"])
    try:
        json_code, out, _ = await run(place, "--json", "--lang", "zh")
        table_code, _, err = await run(place, "--lang", "en")
    finally:
        await place.owner_pool.execute("DELETE FROM kernel.request WHERE request_id = 'r-1'")

    [check] = [check for check in json.loads(out)["checks"] if check["count"]]
    assert (json_code, table_code) == (1, 1)
    assert check["title"] == "每个 requestId 都有结果"
    assert check["first"]["request_id"] == "r-1"
    assert check["first"]["message"] == "网络 1 中组织 1 的请求 r-1 已登记但没有结果。"
    assert "Request r-1 of organization 1 in network 1 was claimed and never answered." in err
    assert "Bad rows: 1, in checks: 1." in err


async def test_a_database_without_tables_is_told_to_migrate(server_dsn: str) -> None:
    code, out, err = await run(Place(server_dsn, None, None), "--json")

    assert (code, out) == (1, "")
    assert "tradeline migrate" in err
    assert "Traceback" not in err


@pytest.mark.parametrize(
    ("environment", "locale"),
    [
        ({}, Locale.EN),
        ({"LANG": "zh_CN.UTF-8"}, Locale.ZH),
        ({"LANG": "en_GB.UTF-8"}, Locale.EN),
        ({"LANG": "zh_CN.UTF-8", "LC_ALL": "C"}, Locale.EN),
        ({"LANG": "C", "LC_ALL": "", "LC_MESSAGES": "zh_TW"}, Locale.ZH),
    ],
)
def test_the_language_is_that_of_the_shell(environment: Mapping[str, str], locale: Locale) -> None:
    assert shell_locale(environment) is locale


async def run(place: Place, *options: str) -> tuple[int, str, str]:
    """The command's exit code, output and error output."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tradeline_server.cli", "doctor", *options),
        env=os.environ | {"DATABASE_URL": place.dsn, "COLUMNS": "250"},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, err = await process.communicate()
    assert process.returncode is not None
    return process.returncode, out.decode(), err.decode()
