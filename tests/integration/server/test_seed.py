"""The demo network as it stands in a database, and how it comes to be there."""

from __future__ import annotations

import asyncio
import json
import re
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

import asyncpg
import pytest

from tests.conftest import MEMBER_KEY
from tradeline import catalog, identity, kernel, ordering, organizations, pricing, settlement
from tradeline.kernel import Connection, Database, open_pool, page_request, system_actor
from tradeline_graph._context import Context
from tradeline_graph.schema import schema
from tradeline_server import seed
from tradeline_server.cli import main
from tradeline_server.doctor import examine
from tradeline_server.seed import count_demo, ensure_demo
from tradeline_server.seed.story import NETWORK_CODE, PASSWORD, PEOPLE, logins

SEED_SECONDS_MAX = 60.0  # under ten on an idle machine
AGAIN_SECONDS_MAX = 5.0
Clone = Callable[[], Awaitable[str]]


@dataclass(frozen=True, slots=True)
class Demo:
    dsn: str
    owner: Connection
    db: Database
    network_id: int

    async def org(self, code: str) -> kernel.Actor:
        """The system acting for an organization of the story."""
        org_id = await self.owner.fetchval(
            "SELECT id FROM organizations.organization WHERE network_id = $1 AND code = $2",
            self.network_id,
            code,
        )
        return system_actor(self.network_id, org_id)


@pytest.fixture(scope="module")
async def demo(clone: Clone) -> AsyncIterator[Demo]:
    """A fresh demo network."""
    dsn = await clone()
    began = time.monotonic()
    await ensure_demo(dsn)
    assert time.monotonic() - began < SEED_SECONDS_MAX
    owner = await asyncpg.connect(dsn)
    pool = await open_pool(dsn)
    network_id = await owner.fetchval("SELECT id FROM organizations.network")
    yield Demo(dsn, owner, Database(pool), network_id)
    await owner.close()
    pool.terminate()


async def test_it_holds_what_the_story_tells(demo: Demo) -> None:
    counts = await count_demo(demo.dsn)
    kinds = await demo.owner.fetch(
        "SELECT kind, count(*) AS number FROM organizations.organization GROUP BY kind"
    )
    assert {row["kind"]: row["number"] for row in kinds} == {
        "brand": 1,
        "supplier": 2,
        "trader": 2,
        "retailer": 6,
    }
    assert counts["skus"] == 60 + 1, "and a bundle of them"
    assert counts["people"] == len(PEOPLE)
    assert 150 <= sum(n for name, n in counts.items() if name.startswith("orders_")) <= 250


async def test_there_is_something_in_every_state(demo: Demo) -> None:
    counts = await count_demo(demo.dsn)
    for name, states in (
        ("orders", ordering.OrderState),
        ("returns", ordering.ReturnState),
        ("payments", settlement.PaymentState),
        ("statements", settlement.StatementState),
    ):
        missing = [state for state in states if not counts.get(f"{name}_{state.value}")]
        assert missing == []


async def test_consumers_bought_from_every_tier_and_something_waits_for_each_of_the_store(
    demo: Demo,
) -> None:
    counts = await count_demo(demo.dsn)
    for state in ("to_ship", "to_pick_up", "shipped", "completed", "cancelled"):
        assert counts[f"store_sales_{state}"] > 0
    told = await demo.owner.fetchrow("""
        SELECT (SELECT array_agg(DISTINCT source_tier ORDER BY source_tier)
                  FROM shopping.order_line) AS tiers,
               (SELECT count(*) FROM shopping.after_sale WHERE state = 'requested') AS to_decide,
               (SELECT count(*) FROM shopping.consumer_refund
                 WHERE state = 'succeeded') AS refunded,
               (SELECT count(*) FROM marketing.coupon WHERE state = 'used') AS coupons,
               (SELECT count(*) FROM sourcing.rule) AS rules,
               (SELECT count(*) FROM shopping.order_line AS line
                  JOIN catalog.sku USING (network_id) WHERE sku.is_bundle
                   AND sku.id = line.sku_id) AS bundles
    """)
    assert dict(told) == {
        "tiers": [0, 1, 2],
        "to_decide": 1,
        "refunded": 1,
        "coupons": 2,
        "rules": 2,
        "bundles": 1,
    }


async def test_the_provider_is_asked_for_nothing_of_what_it_never_heard_of(demo: Demo) -> None:
    waiting = await demo.owner.fetchval("""
        SELECT (SELECT count(*) FROM payments.payment
                 WHERE shares_at IS NOT NULL OR next_poll_at IS NOT NULL)
             + (SELECT count(*) FROM payments.refund WHERE next_try_at IS NOT NULL)
             + (SELECT count(*) FROM payments.sharing)
             + (SELECT count(*) FROM shopping.tiding WHERE next_try_at IS NOT NULL)
             + (SELECT count(*) FROM shopping.shipment WHERE uploaded_at IS NULL)
    """)
    assert waiting == 0


async def test_what_went_wrong_is_told_with_its_reason(demo: Demo) -> None:
    told = await demo.owner.fetchrow("""
        SELECT bool_or(refused_quantity BETWEEN 1 AND quantity - 1
                       AND refusal_reason IS NOT NULL) AS part_refused,
               bool_or(received_quantity < counted_quantity) AS short,
               bool_or(received_quantity > counted_quantity) AS over,
               bool_or(returned_quantity > 0) AS returned,
               bool_or(refused_quantity > 0 AND refusal_reason IS NULL) AS silent
          FROM ordering.order_line
    """)
    assert dict(told) == {
        "part_refused": True,
        "short": True,
        "over": True,
        "returned": True,
        "silent": False,
    }


async def test_the_doctor_finds_nothing_and_nothing_is_under_way(demo: Demo) -> None:
    report = await examine(demo.owner)
    assert [finding for finding in report.findings if finding.count] == []
    assert set(report.under_way.values()) == {0}


async def test_the_past_is_in_order(demo: Demo) -> None:
    """Months of it; no step before the one that it follows; nothing that is still to come."""
    span = await demo.owner.fetchrow(
        "SELECT now() - min(placed_at) AS first, now() - max(placed_at) AS last"
        "  FROM ordering.trade_order"
    )
    assert span["first"].days > 90
    assert span["last"].total_seconds() < 7200
    out_of_order = await demo.owner.fetchval("""
        SELECT count(*)
          FROM ordering.order_event AS earlier
          JOIN ordering.order_event AS later
            ON later.order_id = earlier.order_id AND later.id > earlier.id
         WHERE later.occurred_at < earlier.occurred_at
    """)
    assert out_of_order == 0
    astray = await demo.owner.fetchval("""
        SELECT count(*)
          FROM ordering.trade_order AS trade_order
         WHERE trade_order.placed_at <> (SELECT min(occurred_at) FROM ordering.order_event AS step
                                          WHERE step.order_id = trade_order.id)
            OR (trade_order.closed_at IS NULL) <> (trade_order.held_by_org_id IS NOT NULL)
            OR trade_order.since <> (
                   SELECT min(entered.occurred_at)
                     FROM ordering.order_event AS entered
                    WHERE entered.order_id = trade_order.id
                      AND entered.state = trade_order.state
                      AND NOT EXISTS (
                              SELECT FROM ordering.order_event AS other
                               WHERE other.order_id = trade_order.id
                                 AND other.id > entered.id
                                 AND other.state <> entered.state))
    """)
    assert astray == 0
    fresh = await demo.owner.fetchval("""
        SELECT (SELECT count(*) FROM kernel.audit_entry
                 WHERE occurred_at > now() - interval '5 min')
             + (SELECT count(*) FROM settlement.obligation
                 WHERE occurred_at > now() - interval '5 min' OR due_on < occurred_at::date)
             + (SELECT count(*) FROM inventory.stock_movement
                 WHERE occurred_at > now() - interval '5 min')
             + (SELECT count(*) FROM settlement.booking
                 WHERE occurred_at > now() - interval '5 min')
             + (SELECT count(*) FROM shopping.order_event
                 WHERE occurred_at > now() - interval '5 min')
             + (SELECT count(*) FROM shopping.consumer_order
                 WHERE placed_at > now() - interval '5 min' OR expires_at - placed_at > '1 day')
    """)
    assert fresh == 0


async def test_a_statement_holds_what_happened_in_its_months(demo: Demo) -> None:
    rows = await demo.owner.fetchrow("""
        SELECT count(*) AS lines,
               count(*) FILTER (WHERE obligation.occurred_at > statement.period_to
                                   OR obligation.occurred_at <= statement.period_from) AS astray
          FROM settlement.statement_line AS line
          JOIN settlement.statement AS statement ON statement.id = line.statement_id
          JOIN settlement.obligation AS obligation ON obligation.id = line.obligation_id
    """)
    assert rows["lines"] > 100
    assert rows["astray"] == 0
    closed = await demo.owner.fetchval(
        "SELECT tgenabled FROM pg_trigger"
        " WHERE tgrelid = 'settlement.statement'::regclass AND tgname = 'confirmed_is_closed'"
    )
    assert closed == b"O"


async def test_everybody_may_sign_in_and_one_of_them_twice(demo: Demo) -> None:
    for person in (PEOPLE[0], PEOPLE[-1]):
        signed_in = await identity.sign_in(
            demo.db, email=person.email, password=PASSWORD, network_address="127.0.0.1"
        )
        async with demo.db.platform() as conn:
            found = await identity.memberships_of(conn, account_id=signed_in.account_id)
        assert len(found) == len(person.memberships)
    assert max(len(person.memberships) for person in PEOPLE) == 2


async def test_the_third_retailer_has_two_of_everything(demo: Demo) -> None:
    """Two sellers of one SKU: two prices, two balances, two lines of statements."""
    actor = await demo.org("retailer-3")
    async with demo.db.reading(demo.network_id) as conn:
        offers = await catalog.list_offers(
            conn,
            actor=actor,
            page=page_request(None, None, ()),
            only=catalog.OfferFilter(search="CBT-LJ-500"),
        )
        edges = [offer.relationship_id for offer in offers.items]
        sheets = await pricing.load_price_sheets(
            conn,
            actor=actor,
            pairs=[(offer.relationship_id, offer.sku_id) for offer in offers.items],
        )
        balances = await settlement.balances_by_relationship(conn, actor=actor, ids=edges)
        statements = await settlement.list_statements(
            conn, actor=actor, page=page_request(100, None, ())
        )
    assert len(edges) == 2
    assert len(sheets) == 2
    assert len({balance.owed_minor for balance in balances.values()}) == 2
    assert {statement.relationship_id for statement in statements.items} == set(edges)


async def test_the_query_of_the_readme_gives_the_answer_of_the_readme(demo: Demo) -> None:
    readme = (Path(__file__).parents[3] / "README.md").read_text(encoding="utf-8")
    query, answer = (
        re.findall(rf"^```{language}\n(.+?)^```$", readme, re.DOTALL | re.MULTILINE)
        for language in ("graphql", "json")
    )
    email = next(email for email in re.findall(r"[\w.-]+@example\.com", readme))
    signed_in = await identity.sign_in(
        demo.db, email=email, password=PASSWORD, network_address="127.0.0.1"
    )
    context = Context(db=demo.db, actor=signed_in.actor, locale=signed_in.actor.locale)
    result = await schema.execute(query[0], context_value=context)
    assert result.errors is None
    assert {"data": result.data} == json.loads(answer[0])


async def test_a_second_time_changes_nothing_and_takes_no_time(demo: Demo) -> None:
    before = await count_demo(demo.dsn)
    began = time.monotonic()
    assert await ensure_demo(demo.dsn) == logins()
    assert time.monotonic() - began < AGAIN_SECONDS_MAX
    assert await count_demo(demo.dsn) == before


async def test_the_command_prints_what_there_is_and_who_may_sign_in(
    demo: Demo, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DATABASE_URL", demo.dsn)
    monkeypatch.setenv("TRADELINE_MEMBER_KEY", MEMBER_KEY)
    await asyncio.to_thread(main, ["seed", "--json"])
    printed = json.loads(capsys.readouterr().out)
    assert printed["made"] is False
    assert printed["counts"] == await count_demo(demo.dsn)
    assert printed["logins"] == logins()

    await asyncio.to_thread(main, ["seed"])
    read = capsys.readouterr().err
    assert "retailer-3.buyer@example.com" in read
    assert PASSWORD in read


async def test_other_networks_are_left_alone(clone: Clone, monkeypatch: pytest.MonkeyPatch) -> None:
    dsn = await clone()
    conn = await asyncpg.connect(dsn)
    network_id = await organizations.create_network(
        conn, code="other", name="别家", name_en="Somebody else's", currency="CNY"
    )
    await organizations.create_organizations(
        conn,
        actor=system_actor(network_id, 0),
        organizations=[
            organizations.NewOrganization(
                kind=organizations.OrganizationKind.BRAND, code="brand", name="别家"
            )
        ],
    )
    before = await _stamps(conn, network_id)
    monkeypatch.setattr(seed, "plan", list)
    await ensure_demo(dsn)
    assert await _stamps(conn, network_id) == before
    await conn.close()


async def _stamps(conn: Connection, network_id: int) -> list[object]:
    return list(
        await conn.fetch(
            """
            SELECT created_at FROM organizations.network WHERE id = $1
            UNION ALL SELECT created_at FROM organizations.organization WHERE network_id = $1
            UNION ALL SELECT created_at FROM organizations.legal_entity WHERE network_id = $1
            UNION ALL SELECT occurred_at FROM kernel.audit_entry WHERE network_id = $1
            UNION ALL SELECT delivered_at FROM kernel.outbox_event WHERE network_id = $1
            """,
            network_id,
        )
    )


async def test_it_is_made_whole_or_not_at_all(
    clone: Clone, monkeypatch: pytest.MonkeyPatch
) -> None:
    dsn = await clone()

    async def fail(*_: object) -> None:
        raise RuntimeError("the curtain fell")

    with monkeypatch.context() as patched:
        patched.setattr(seed, "play", fail)
        with pytest.raises(RuntimeError, match="curtain"):
            await ensure_demo(dsn)
    assert await count_demo(dsn) == {}

    with monkeypatch.context() as patched:
        patched.setattr(seed, "plan", list)  # no scenes: founding is enough here
        await asyncio.gather(ensure_demo(dsn), ensure_demo(dsn))
    conn = await asyncpg.connect(dsn)
    codes = [row["code"] for row in await conn.fetch("SELECT code FROM organizations.network")]
    await conn.close()
    assert codes == [NETWORK_CODE]
