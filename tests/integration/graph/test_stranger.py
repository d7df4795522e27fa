"""A stranger walks the whole schema with somebody else's ids, and gets nothing of theirs.

The victim is the whole demo network. Of the strangers, one has an organization in it that trades
with nobody, with every permission; the others are at home in another network, one of them as its
consumer. Another consumer of the same stores is a stranger to what is one member's alone.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from graphql import GraphQLSchema, build_schema
from litestar.testing import RequestFactory
from strawberry.types import ExecutionResult

from tests.factories import a_network, an_account
from tests.factories_consumers import PRIVATE, PRIVATE_NAMES, a_consumer
from tests.factories_members import a_member
from tests.factories_webhooks import a_tested_webhook
from tests.stranger_rows import NAMES, ROWS, TABLES
from tests.walk import Step, Victim, Walk
from tradeline.identity import ApiClientDraft, TokenKeys, create_api_clients, invite
from tradeline.inventory import HoldLine, hold_stock
from tradeline.kernel import (
    Actor,
    Connection,
    Database,
    Locale,
    Money,
    Permission,
    Pool,
    Shopper,
    open_pool,
    system_actor,
)
from tradeline.members import issue_session
from tradeline.ordering import (
    NewDraft,
    NewOrderLine,
    NewSubstitute,
    TypedRow,
    open_dispute,
    propose_substitutes,
    save_draft,
    save_order_list,
)
from tradeline.organizations import (
    NewOrganization,
    OrganizationKind,
    create_organizations,
    release_organizations,
)
from tradeline.settlement import ObligationKind, adjust
from tradeline_graph import _limits, _prepared
from tradeline_graph._context import Context
from tradeline_graph._ids import to_id
from tradeline_graph.schema import schema
from tradeline_server.seed import ensure_demo

# Five askers walk some hundreds of fields, each with its arguments.
pytestmark = pytest.mark.timeout(600)

ALERT = """
    INSERT INTO replenishment.alert
           (network_id, kind, relationship_id, order_id, due_on, quantity)
    SELECT network_id, 'late_confirmation', relationship_id, id, current_date, 1
      FROM ordering.trade_order
     WHERE network_id = $1
     LIMIT 1
"""
SUBSTITUTABLE = """
    SELECT line.id, line.order_id, trade_order.seller_org_id, other.sku_id, other.pack_id,
           other.pack_quantity
      FROM ordering.trade_order AS trade_order
      JOIN ordering.order_line AS line
        ON line.network_id = $1 AND line.order_id = trade_order.id AND line.shipped_quantity = 0
      JOIN ordering.order_line AS other
        ON other.network_id = $1 AND other.order_id = line.order_id AND other.sku_id <> line.sku_id
     WHERE trade_order.network_id = $1
       AND trade_order.state IN ('to_confirm', 'to_ship')
       AND line.quantity > line.refused_quantity + line.cancelled_quantity
     ORDER BY line.id, other.id
     LIMIT 1
"""
IDS_MAX = 400
KEYS = TokenKeys("not a secret " * 4)

# What everybody in the network may know of it.
SHARED = {"MiniProgram"}

# Root fields that give nothing of anybody's, whoever asks.
SAYS_NOTHING = {"ping"}


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """The demo network, and two who have no business with it."""

    db: Database
    owner_pool: Pool
    network_id: int
    neighbour: Actor
    foreigner: Actor
    abroad: Shopper
    fellow: Shopper
    insiders: tuple[Actor | Shopper, ...]
    victim: Victim
    marks: frozenset[str]
    private: frozenset[str]
    tokens: dict[Shopper, str]

    def strangers(self) -> list[tuple[Actor | Shopper, frozenset[str]]]:
        """Each with what it must not be told."""
        everything: list[Actor | Shopper] = [self.neighbour, self.foreigner, self.abroad]
        return [*((each, self.marks) for each in everything), (self.fellow, self.private)]


@pytest.fixture(scope="module")
def sdl() -> GraphQLSchema:
    return build_schema(schema.as_str())


@pytest.fixture(scope="module")
async def world(clone: Callable[[], Awaitable[str]]) -> AsyncIterator[World]:
    dsn = await clone()
    await ensure_demo(dsn)
    owner_pool = await open_pool(dsn, role=None)
    pool = await open_pool(dsn)
    db = Database(pool)
    network_id = await owner_pool.fetchval(
        "SELECT id FROM organizations.network WHERE code = 'demo'"
    )
    org_ids = [
        row["id"]
        for row in await owner_pool.fetch(
            "SELECT id FROM organizations.organization WHERE network_id = $1", network_id
        )
    ]
    await _complete(db, owner_pool, network_id)
    consumer = await a_consumer(db, owner_pool, network_id)
    ids = {name: await _ids(owner_pool, network_id, name) for name in ROWS}
    names = {row[0] for row in await owner_pool.fetch(NAMES, network_id)}
    codes = await owner_pool.fetch("SELECT code FROM catalog.sku ORDER BY id LIMIT 1")
    links = await owner_pool.fetch(
        "SELECT code FROM channels.link WHERE network_id = $1 LIMIT 1", network_id
    )
    neighbour = await _neighbour(db, network_id, await an_account(owner_pool))
    elsewhere = await a_network(owner_pool, db)
    abroad = await a_member(db, elsewhere.network_id)
    fellow = await a_member(db, network_id)
    private = {row[0] for row in await owner_pool.fetch(PRIVATE_NAMES, network_id)}
    private |= {opaque for name in PRIVATE for opaque in ids[name]}
    yield World(
        db=db,
        owner_pool=owner_pool,
        network_id=network_id,
        neighbour=neighbour,
        foreigner=elsewhere.actor("brand"),
        abroad=abroad,
        fellow=fellow,
        insiders=(consumer, *(_everything(network_id, org_id) for org_id in org_ids)),
        victim=Victim(ids=ids, codes=[row["code"] for row in [*codes, *links]]),
        marks=frozenset(names | private)
        | {opaque for name, some in ids.items() if name not in SHARED for opaque in some},
        private=frozenset(private),
        tokens={each: await _token(db, each) for each in (consumer, abroad, fellow)},
    )
    await pool.close()
    await owner_pool.close()


async def _token(db: Database, shopper: Shopper) -> str:
    """Of a login that nothing else is done with."""
    async with db.unit_of_work(shopper.network_id) as conn:
        session = await issue_session(
            conn, keys=KEYS, network_id=shopper.network_id, member_id=shopper.member_id
        )
    return session.access_token


async def _ids(owner_pool: Pool, network_id: int, name: str) -> list[str]:
    rows = await owner_pool.fetch(ROWS[name], network_id)
    return [to_id(name, row[0]) for row in rows[:IDS_MAX]]


async def _complete(db: Database, owner_pool: Pool, network_id: int) -> None:
    """What the story does not tell: a machine, an invitation, a hold, a charge, a dispute; a draft
    and a list."""
    edge = await owner_pool.fetchrow(
        "SELECT edge.id, edge.seller_org_id, edge.buyer_org_id, member.account_id"
        "  FROM organizations.relationship AS edge"
        "  JOIN identity.membership AS member ON member.org_id = edge.seller_org_id"
        " WHERE edge.network_id = $1 AND edge.state = 'active' ORDER BY edge.id, member.id LIMIT 1",
        network_id,
    )
    level = await owner_pool.fetchrow(
        "SELECT warehouse.org_id, level.sku_id FROM inventory.stock_level AS level"
        "  JOIN inventory.warehouse AS warehouse ON warehouse.id = level.warehouse_id"
        " WHERE level.network_id = $1 AND level.on_hand > level.held LIMIT 1",
        network_id,
    )
    role_id = await owner_pool.fetchval(
        "SELECT id FROM identity.role WHERE network_id = $1 AND org_id IS NULL LIMIT 1", network_id
    )
    assert edge is not None
    assert level is not None
    seller = _everything(network_id, edge["seller_org_id"], edge["account_id"])
    async with db.unit_of_work(network_id) as conn:
        await create_api_clients(
            conn,
            actor=seller,
            clients=[ApiClientDraft(name="erp", permissions=frozenset({Permission.ORDER_READ}))],
        )
        await invite(conn, actor=seller, email="new@example.com", role_ids=[role_id])
        await a_tested_webhook(conn, seller)
        await adjust(
            conn,
            actor=seller,
            relationship_id=edge["id"],
            kind=ObligationKind.CHARGE,
            amount=Money(100, "CNY"),
            reason="运费",
        )
        await hold_stock(
            conn,
            actor=_everything(network_id, level["org_id"]),
            lines=[HoldLine(sku_id=level["sku_id"], quantity=1)],
            expires_at=datetime.now(UTC) + timedelta(days=1),
        )
        buyer = _everything(network_id, edge["buyer_org_id"])
        code = await owner_pool.fetchval("SELECT code FROM catalog.sku ORDER BY id LIMIT 1")
        rows = (TypedRow(code, "1"), TypedRow("lost", "many"))
        draft = NewDraft(relationship_id=edge["id"], rows=rows, note="只给我看")
        await save_draft(conn, actor=buyer, draft=draft, version=0)
        await save_order_list(conn, actor=buyer, name="每周必订", rows=rows)
        order = await conn.fetchrow(
            "SELECT id, buyer_org_id FROM ordering.trade_order WHERE network_id = $1 LIMIT 1",
            network_id,
        )
        assert order is not None
        buyer = _everything(network_id, order["buyer_org_id"])
        await open_dispute(conn, actor=buyer, order_id=order["id"], reason="少一瓶")
        await _offer_substitute(conn, network_id)
    await owner_pool.execute(ALERT, network_id)


async def _offer_substitute(conn: Connection, network_id: int) -> None:
    """A seller offers one SKU of an open order for a unit of another one."""
    line = await conn.fetchrow(SUBSTITUTABLE, network_id)
    assert line is not None
    offer = NewSubstitute(
        order_id=line["order_id"],
        order_line_id=line["id"],
        quantity=1,
        replacement=NewOrderLine(line["sku_id"], line["pack_quantity"], line["pack_id"]),
    )
    seller = _everything(network_id, line["seller_org_id"])
    await propose_substitutes(conn, actor=seller, substitutes=[offer])


async def _neighbour(db: Database, network_id: int, account_id: int) -> Actor:
    """An organization in the victim's network that trades with nobody."""
    async with db.unit_of_work(network_id) as conn:
        [org_id] = await create_organizations(
            conn,
            actor=system_actor(network_id, 0),
            organizations=[
                NewOrganization(
                    kind=OrganizationKind.RETAILER,
                    code="NEIGHBOUR",
                    name="路人",
                    name_en="Passer-by",
                )
            ],
        )
        await release_organizations(conn, network_id=network_id, ids=[org_id])
    return _everything(network_id, org_id, account_id)


def _everything(network_id: int, org_id: int, account_id: int = 1) -> Actor:
    """Somebody of an organization with every permission: a person, and so not the system."""
    return Actor(
        network_id=network_id,
        org_id=org_id,
        account_id=account_id,
        permissions=frozenset(Permission),
        locale=Locale.EN,
    )


@pytest.fixture(autouse=True)
def _walks_may_be_long(monkeypatch: pytest.MonkeyPatch) -> None:
    """One document asks for everything that a field leads to; all strangers send the same ones."""
    monkeypatch.setattr(_prepared, "OTHERS_LENGTH_MAX", 10**9)
    monkeypatch.setattr(_limits, "FIELDS_MAX", 10**6)
    monkeypatch.setattr(_limits, "TOKENS_MAX", 10**6)
    monkeypatch.setattr(_limits, "TEXT_LENGTH_MAX", 10**7)


async def send(world: World, asker: Actor | Shopper | None, step: Step) -> ExecutionResult:
    context = Context(db=world.db, locale=Locale.EN, token_keys=KEYS)
    if isinstance(asker, Shopper):
        context.shopper, headers = asker, {"authorization": f"Bearer {world.tokens[asker]}"}
        context.request = RequestFactory().post(headers=headers)
    else:
        context.actor = asker
    result = await schema.execute(step.document, step.variables, context)
    assert isinstance(result.errors, list | type(None))
    for error in result.errors or []:
        assert (error.extensions or {}).get("code") != "INTERNAL", (step, error.original_error)
        assert (error.extensions or {}).get("code") != "BAD_REQUEST", (step, error.message)
    return result  # type: ignore[return-value]


def is_open_to(sdl: GraphQLSchema, asker: Actor | Shopper, step: Step) -> bool:
    """Whether a field is one for consumers, if one asks: to them all others are shut as they are to
    nobody at all, whom another test has knock at each."""
    assert sdl.query_type is not None
    assert sdl.mutation_type is not None
    node = {**sdl.query_type.fields, **sdl.mutation_type.fields}[step.field].ast_node
    assert node is not None
    scopes = [
        directive.arguments[0].value.value  # type: ignore[attr-defined]
        for directive in node.directives
        if directive.name.value == "scope"
    ]
    return isinstance(asker, Actor) or scopes[0] in ("member", "public")


def marks_in(marks: frozenset[str], step: Step, answer: Any) -> set[str]:
    """What of the victim's the answer tells that the question did not."""
    told = json.dumps(answer, ensure_ascii=False, default=str)
    asked = json.dumps(step.variables, ensure_ascii=False, default=str)
    return {mark for mark in marks if f'"{mark}"' in told and f'"{mark}"' not in asked}


async def test_no_query_tells_a_stranger_anything(world: World, sdl: GraphQLSchema) -> None:
    walk = Walk(sdl, world.victim)
    for stranger, marks in world.strangers():
        for step in walk.queries():
            if not is_open_to(sdl, stranger, step):
                continue
            answer = (await send(world, stranger, step)).data

            assert marks_in(marks, step, answer) == set(), step.field


async def test_the_walk_finds_something_behind_every_field(
    world: World, sdl: GraphQLSchema
) -> None:
    """Without this, a walk that asks for nothing would pass."""
    assert sdl.query_type is not None
    silent = set(sdl.query_type.fields) - SAYS_NOTHING
    for actor in world.insiders:
        for step in Walk(sdl, world.victim).queries():
            if step.field in silent:
                answer = (await send(world, actor, step)).data
                if _says_anything(answer):
                    silent.discard(step.field)

    assert silent == set()


def _says_anything(answer: Any) -> bool:
    """Whether a root field came back with more than an empty list or null."""
    if not isinstance(answer, dict):
        return False
    for value in answer.values():
        if isinstance(value, dict) and "edges" in value:
            return bool(value["edges"])
        return bool(value)
    return False


async def test_no_mutation_of_a_strangers_touches_anything(
    world: World, sdl: GraphQLSchema
) -> None:
    before = await rows_of(world)
    walk = Walk(sdl, world.victim)
    for stranger, marks in world.strangers():
        for step in walk.mutations():
            if not is_open_to(sdl, stranger, step):
                continue
            answer = (await send(world, stranger, step)).data

            assert marks_in(marks, step, answer) == set(), step.field
    after = await rows_of(world)

    lost = [(name, row) for name, rows in before.items() for row in rows - after[name]]
    fellow = world.fellow.member_id
    assert [(name, row) for name, row in lost if member_of(name, json.loads(row)) != fellow] == []
    added = [(name, row) for name, rows in after.items() for row in rows - before[name]]
    made = [(name, json.loads(row)) for name, row in added]
    own = {world.neighbour.org_id} | {
        row["id"] for name, row in made if name == "organizations.organization"
    }
    carts = {
        row["id"] for name, row in made if name == "shopping.cart" and row["member_id"] == fellow
    }
    assert [
        (name, row)
        for name, row in made
        if not belongs_to(row, own)
        and member_of(name, row) != fellow
        and row.get("cart_id") not in carts
    ] == []


def member_of(table: str, row: dict[str, Any]) -> int | None:
    """Which consumer's a row is, if it is one's."""
    return row["id"] if table == "members.member" else row.get("member_id")


def belongs_to(row: dict[str, Any], own: set[int]) -> bool:
    """Whether a row that a stranger added is the stranger's, and nobody else's."""
    named = {value for name, value in row.items() if name.endswith("org_id") and value is not None}
    return bool(named) and named <= own


async def rows_of(world: World) -> dict[str, set[str]]:
    """All rows of the victim's network, and all accounts, by table; each as JSON."""
    rows: dict[str, set[str]] = {}
    for table in await world.owner_pool.fetch(TABLES):
        name = table["name"]
        where = "WHERE network_id = $1" if table["has_network"] else "WHERE $1::bigint IS NOT NULL"
        found = await world.owner_pool.fetch(
            f"SELECT to_jsonb(row)::text AS text FROM {name} AS row {where}", world.network_id
        )
        rows[name] = {row["text"] for row in found}
    return rows


async def test_nobody_gets_in_without_signing_in(world: World, sdl: GraphQLSchema) -> None:
    walk = Walk(sdl, world.victim)
    for step in [*walk.queries(), *walk.mutations()]:
        result = await send(world, None, step)

        assert marks_in(world.marks, step, result.data) == set(), step.field


async def test_without_a_permission_no_field_answers(world: World, sdl: GraphQLSchema) -> None:
    """Somebody of the victim's own, whose roles allow nothing."""
    assert sdl.query_type is not None
    assert sdl.mutation_type is not None
    fields = {**sdl.query_type.fields, **sdl.mutation_type.fields}
    insider = next(each for each in world.insiders if isinstance(each, Actor))
    nobody = replace(insider, permissions=frozenset())
    walk = Walk(sdl, world.victim)
    for step in [*walk.queries(), *walk.mutations()]:
        node = fields[step.field].ast_node
        assert node is not None
        if not any(directive.name.value == "requires" for directive in node.directives):
            continue
        result = await send(world, nobody, step)

        assert [error.extensions for error in result.errors or []] == [{"code": "FORBIDDEN"}]
