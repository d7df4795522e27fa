"""What somebody is answered whose role allows to do a thing, and not to read it."""

from __future__ import annotations

from tests.factories import a_network
from tests.factories_ordering import a_market, confirmed, lines
from tests.integration.graph.test_guards import ask, only
from tradeline.kernel import Database, Locale, Permission, Pool
from tradeline_graph._context import Context
from tradeline_graph._ids import to_id
from tradeline_graph.schema import schema


async def test_who_ships_and_may_not_read_is_told_of_no_failure(
    owner_pool: Pool, db: Database
) -> None:
    market = await a_market(owner_pool, db)
    order_id = await confirmed(db, market, tea=10)
    shipper = only(market.story.actor("trader_a"), Permission.ORDER_SHIP)

    data, errors = await ask(
        db,
        shipper,
        """mutation { orderShip(input: {requestId: "1", orderId: "ORDER"}) {
            shipment { number order { number } } errors { __typename } } }""".replace(
            "ORDER", to_id("Order", order_id)
        ),
    )

    assert errors == []
    assert data == {"orderShip": {"shipment": None, "errors": []}}
    assert [line.shipped_quantity for line in await lines(db, market, order_id)] == [10]


async def test_an_inviter_who_may_not_read_people_still_gets_the_link(
    owner_pool: Pool, db: Database
) -> None:
    """It is told once: with a failure in its place it would be lost."""
    story = await a_network(owner_pool, db)
    inviter = story.actor("brand", Permission.PEOPLE_MANAGE)
    role_id = await owner_pool.fetchval(
        "INSERT INTO identity.role (network_id, org_id, code, name, name_en, permissions)"
        " VALUES ($1, $2, 'NONE', '无', 'None', '{}') RETURNING id",
        story.network_id,
        story.orgs["brand"],
    )

    data, errors = await ask(
        db,
        inviter,
        """mutation { invitationCreate(input: {requestId: "1", email: "new@example.com",
            roleIds: ["ROLE"]}) { token invitation { email } errors { __typename } } }""".replace(
            "ROLE", to_id("Role", role_id)
        ),
    )

    assert errors == []
    assert data["invitationCreate"]["token"]
    assert data["invitationCreate"]["invitation"] is None


async def test_what_is_asked_for_after_the_answer_is_guarded_as_ever(
    owner_pool: Pool, db: Database
) -> None:
    market = await a_market(owner_pool, db)
    order_id = await confirmed(db, market, tea=10)
    shipper = only(market.story.actor("trader_a"), Permission.ORDER_SHIP, Permission.ORDER_READ)
    context = Context(db=db, actor=shipper, locale=Locale.EN)

    result = await schema.execute(
        """mutation { orderShip(input: {requestId: "1", orderId: "ORDER"}) {
            shipment { order { lines { quantity sku { id } } } } } }""".replace(
            "ORDER", to_id("Order", order_id)
        ),
        context_value=context,
    )

    assert [error.path[-1] for error in result.errors or [] if error.path] == ["sku"]
    assert not context.has_acted
