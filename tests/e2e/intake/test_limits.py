"""Nobody owes more than the limit allows, nor spends more than was paid in advance."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator

import pytest

from tests.e2e.asking import Caller, Crowd, at_once
from tests.e2e.house import House
from tests.e2e.intake.looking import traces, traces_of
from tests.e2e.intake.scene import PRICE_MINOR, Scene, a_buyer, make_scene
from tests.e2e.intake.swarm import PAY, PLACE, SET_LIMIT, Swarm, money, payment
from tests.e2e.sizes import sized

PARALLEL = 20
ORDER_UNITS = 100  # 1,000.00
ROUNDS = sized(3, 60)
LIMITS = (1_000, 400)  # in yuan, as the swarm finds them
PLENTY = 10**9

# Every state that an exposure has had, as it was when its transaction was about to end.
WATCH_EXPOSURES = """
    CREATE SCHEMA watch;
    CREATE TABLE watch.exposure_state (
        position bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        work xid8 NOT NULL DEFAULT pg_current_xact_id(),
        relationship_id bigint NOT NULL,
        limit_minor bigint NOT NULL,
        total_minor bigint NOT NULL
    );
    CREATE FUNCTION watch.note_exposure() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
    BEGIN
        INSERT INTO watch.exposure_state (relationship_id, limit_minor, total_minor)
        VALUES (NEW.relationship_id, NEW.credit_limit_minor, NEW.held_minor + NEW.owed_minor);
        RETURN NULL;
    END $$;
    CREATE TRIGGER note_exposure AFTER UPDATE ON settlement.exposure
       FOR EACH ROW EXECUTE FUNCTION watch.note_exposure();
"""
FORGET_WATCH = """
    DROP TRIGGER IF EXISTS note_exposure ON settlement.exposure;
    DROP SCHEMA IF EXISTS watch CASCADE
"""
# The row stays locked until the work ends, so that positions follow the order of commits. A limit
# may be lowered below what is owed already; what must never be is that more is owed then.
FETCH_RISES = """
    WITH committed AS (
        SELECT DISTINCT ON (relationship_id, work) *
          FROM watch.exposure_state
         ORDER BY relationship_id, work, position DESC
    )
    SELECT relationship_id, limit_minor, total_minor,
           total_minor > lag(total_minor, 1, 0::bigint)
                         OVER (PARTITION BY relationship_id ORDER BY position) AS rises
      FROM committed
"""
FETCH_FREE = """
    SELECT credit_limit_minor - held_minor - owed_minor
      FROM settlement.exposure
     WHERE network_id = $1 AND relationship_id = $2
"""


@pytest.fixture
async def watched(house: House) -> AsyncIterator[House]:
    """The house, in which every state of an exposure is kept."""
    await house.owner.execute(FORGET_WATCH)
    await house.owner.execute(WATCH_EXPOSURES)
    yield house
    await house.owner.execute(FORGET_WATCH)


async def twenty_orders(crowd: Crowd, scene: Scene, dealer: Caller) -> Counter[str]:
    """What they are told, half of them placed by the brand on the dealer's behalf."""
    want = scene.order(dealer, {0: ORDER_UNITS})
    replies = await at_once(
        [
            crowd.ask((dealer, scene.brand)[number // 2 % 2], PLACE, want, at=number)
            for number in range(PARALLEL)
        ]
    )
    return Counter("+".join(reply.problems) or "order" for reply in replies)


async def test_ten_of_twenty_orders_fit_into_the_limit(house: House, crowd: Crowd) -> None:
    scene = await make_scene(house.owner, dealers=ROUNDS, stock=[[PLENTY]], limit_minor=1_000_000)
    await crowd.sign_in([scene.brand, *scene.dealers])

    for dealer in scene.dealers:
        told = await twenty_orders(crowd, scene, dealer)
        assert told == {"order": 10, "NotEnoughCredit": 10}

    assert await traces(house, scene) == traces_of(10 * ROUNDS)
    assert {await free_minor(house, scene, edge) for edge in scene.edge_ids} == {0}


async def test_ten_of_twenty_orders_fit_into_what_was_paid(house: House, crowd: Crowd) -> None:
    scene = await make_scene(house.owner, dealers=ROUNDS, stock=[[PLENTY]], limit_minor=0)
    await crowd.sign_in([scene.brand, *scene.dealers])

    for dealer in scene.dealers:
        assert await twenty_orders(crowd, scene, dealer) == {"NotEnoughCredit": PARALLEL}
        paid = await crowd.ask(scene.brand, PAY, payment(dealer, 10_000))
        assert paid.problems == []
        told = await twenty_orders(crowd, scene, dealer)
        assert told == {"order": 10, "NotEnoughCredit": 10}

    assert (await traces(house, scene))["orders"] == 10 * ROUNDS
    assert {await free_minor(house, scene, edge) for edge in scene.edge_ids} == {0}


@pytest.mark.parametrize("pays_in_advance", [False, True])
async def test_nothing_that_can_be_done_to_orders_slips_past_the_limit(
    watched: House, crowd: Crowd, pays_in_advance: bool
) -> None:
    """Placed, placed again, from drafts, on behalf; reviewed, confirmed in part, dated anew,
    cancelled, shipped, received short, given back, paid for; the limit lowered and raised, the
    edge blocked and suspended meanwhile, all by many at once."""
    limits = (0,) if pays_in_advance else LIMITS
    scene = await make_scene(
        watched.owner,
        dealers=1,
        stock=[[PLENTY, PLENTY]],
        limit_minor=100 * limits[0],
        review=True,
        confirmation=True,
        receipt=True,
    )
    [dealer] = scene.dealers
    buyer = await a_buyer(watched.owner, scene, dealer)
    await crowd.sign_in([scene.brand, dealer, buyer])
    if pays_in_advance:
        await crowd.ask(scene.brand, PAY, payment(dealer, LIMITS[0]))
    swarm = Swarm(crowd, scene, dealer, buyer, limits)

    await swarm.work(workers=sized(16, 40), steps=sized(30, 200), seed=scene.network_id)

    assert swarm.told["NotEnoughCredit"] > 0, "they have been at the limit"
    states = await watched.owner.fetch(FETCH_RISES)
    assert sum(state["rises"] for state in states) > 1
    above = [state for state in states if state["rises"]]
    assert [state for state in above if state["total_minor"] > state["limit_minor"]] == []
    await exactly_what_is_free_can_be_had(watched, crowd, scene, dealer)


async def exactly_what_is_free_can_be_had(
    house: House, crowd: Crowd, scene: Scene, dealer: Caller
) -> None:
    """Whatever went before: not a unit more, then all of it, then not one unit."""
    [edge_id] = scene.edge_ids
    limit = money(5_000)
    await crowd.ask(scene.brand, SET_LIMIT, {"relationshipId": dealer.edge, "limit": limit})
    free, rest = divmod(await free_minor(house, scene, edge_id), PRICE_MINOR)
    assert (free > 0, rest) == (True, 0)
    for units, told in ((free + 1, ["NotEnoughCredit"]), (free, []), (1, ["NotEnoughCredit"])):
        reply = await crowd.ask(dealer, PLACE, scene.order(dealer, {0: units}))
        assert reply.problems == told
    assert await free_minor(house, scene, edge_id) == 0


async def free_minor(house: House, scene: Scene, edge_id: int) -> int:
    return int(await house.owner.fetchval(FETCH_FREE, scene.network_id, edge_id))
