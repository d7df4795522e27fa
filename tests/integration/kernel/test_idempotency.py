"""The same request, sent again, gets the first answer and does nothing more."""

from __future__ import annotations

import asyncio

import pytest

from tests.factories_kernel import an_actor
from tradeline.kernel import (
    Actor,
    Database,
    Event,
    InvalidValue,
    NotFound,
    Pool,
    Rejected,
    RequestReused,
    answer_request,
    body_hash,
    claim_request,
    claim_requests,
    correct_requests,
    publish,
    refuse,
    withdraw_requests,
)

BODY = body_hash("orderPlace", b"one line")
OTHER_BODY = body_hash("orderPlace", b"two lines")


async def perform(
    db: Database,
    actor: Actor,
    request_id: str,
    *,
    body: bytes = BODY,
    answer_id: int = 17,
    pause: asyncio.Event | None = None,
    refused: bool = False,
) -> tuple[int, bool]:
    """As a mutation does it: the answer's id, and whether the work was done this time."""
    async with db.unit_of_work(actor.network_id) as conn:
        first = await claim_request(conn, actor=actor, request_id=request_id, body=body)
        if first is not None:
            return first, False
        await publish(conn, network_id=actor.network_id, events=[Event(topic="done", key="it")])
        if pause is not None:
            await pause.wait()
        if refused:
            raise refuse(NotFound(subject="order"))
        await answer_request(conn, actor=actor, request_id=request_id, answer_id=answer_id)
    return answer_id, True


async def times_done(owner_pool: Pool, actor: Actor) -> int:
    count: int = await owner_pool.fetchval(
        "SELECT count(*) FROM kernel.outbox_event WHERE network_id = $1", actor.network_id
    )
    return count


async def test_the_same_request_gets_the_first_answer(db: Database, owner_pool: Pool) -> None:
    actor = an_actor()

    assert await perform(db, actor, "r-1", answer_id=17) == (17, True)
    assert await perform(db, actor, "r-1", answer_id=18) == (17, False)

    assert await times_done(owner_pool, actor) == 1


async def test_another_body_is_refused_and_the_first_answer_stands(
    db: Database, owner_pool: Pool
) -> None:
    actor = an_actor()
    await perform(db, actor, "r-1")

    with pytest.raises(Rejected) as refused:
        await perform(db, actor, "r-1", body=OTHER_BODY)

    assert refused.value.problems == (RequestReused(path=("requestId",), request_id="r-1"),)
    assert await perform(db, actor, "r-1") == (17, False)
    assert await times_done(owner_pool, actor) == 1


async def test_of_two_at_once_the_second_waits_and_gets_the_same_answer(
    db: Database, owner_pool: Pool
) -> None:
    actor, pause = an_actor(), asyncio.Event()
    first = asyncio.create_task(perform(db, actor, "r-1", answer_id=17, pause=pause))
    await asyncio.sleep(0.1)
    second = asyncio.create_task(perform(db, actor, "r-1", answer_id=18))
    await asyncio.sleep(0.2)
    assert not second.done()

    pause.set()

    assert await first == (17, True)
    assert await second == (17, False)
    assert await times_done(owner_pool, actor) == 1


async def test_of_two_at_once_the_second_works_if_the_first_is_refused(
    db: Database, owner_pool: Pool
) -> None:
    actor, pause = an_actor(), asyncio.Event()
    first = asyncio.create_task(perform(db, actor, "r-1", pause=pause, refused=True))
    await asyncio.sleep(0.1)
    second = asyncio.create_task(perform(db, actor, "r-1", answer_id=18))
    await asyncio.sleep(0.1)

    pause.set()

    with pytest.raises(Rejected):
        await first
    assert await second == (18, True)
    assert await times_done(owner_pool, actor) == 1


async def test_of_twenty_at_once_one_works(db: Database, owner_pool: Pool) -> None:
    actor = an_actor()

    answers = await asyncio.gather(
        *(perform(db, actor, "r-1", answer_id=number) for number in range(1, 21))
    )

    assert len({answer for answer, _ in answers}) == 1
    assert sum(done for _, done in answers) == 1
    assert await times_done(owner_pool, actor) == 1


async def test_a_refusal_leaves_nothing(db: Database, owner_pool: Pool) -> None:
    actor = an_actor()

    with pytest.raises(Rejected):
        await perform(db, actor, "r-1", refused=True)

    assert await times_done(owner_pool, actor) == 0
    assert (
        await owner_pool.fetchval(
            "SELECT count(*) FROM kernel.request WHERE network_id = $1", actor.network_id
        )
        == 0
    )
    assert await perform(db, actor, "r-1", body=OTHER_BODY) == (17, True)


async def test_a_request_id_is_the_organizations_own(db: Database) -> None:
    actor = an_actor(org_id=1)
    neighbour = an_actor(network_id=actor.network_id, org_id=2)
    stranger = an_actor(org_id=1)
    await perform(db, actor, "r-1", answer_id=17)

    assert await perform(db, neighbour, "r-1", body=OTHER_BODY, answer_id=18) == (18, True)
    assert await perform(db, stranger, "r-1", body=OTHER_BODY, answer_id=19) == (19, True)


@pytest.mark.parametrize("request_id", ["", "x" * 65, "line\nbreak", "\0"])
async def test_a_request_id_is_short_and_printable(db: Database, request_id: str) -> None:
    actor = an_actor()

    with pytest.raises(Rejected) as refused:
        await perform(db, actor, request_id)

    [problem] = refused.value.problems
    assert isinstance(problem, InvalidValue)
    assert problem.path == ("requestId",)


async def test_many_requests_are_claimed_together_and_corrected_or_withdrawn(
    db: Database, owner_pool: Pool
) -> None:
    actor = an_actor()
    await perform(db, actor, "before", answer_id=17)
    keys = [(actor.org_id, name) for name in ("before", "done", "refused")]

    async with db.unit_of_work(actor.network_id) as conn:
        claims = {key: (BODY, 18 + place) for place, key in enumerate(keys)}
        first = await claim_requests(conn, network_id=actor.network_id, claims=claims)
        corrected = {keys[0]: (OTHER_BODY, 18), keys[1]: (OTHER_BODY, 19)}
        await correct_requests(conn, network_id=actor.network_id, claims=corrected)
        withdrawn = {keys[0]: (BODY, 18), keys[2]: (BODY, 20)}
        await withdraw_requests(conn, network_id=actor.network_id, claims=withdrawn)

    assert first == {keys[0]: (BODY, 17)}
    assert await perform(db, actor, "before") == (17, False)
    assert await perform(db, actor, "done", body=OTHER_BODY) == (19, False)
    assert await perform(db, actor, "refused", answer_id=21) == (21, True)


async def test_whoever_claims_many_waits_in_one_direction_only(db: Database) -> None:
    """Two want the same three ids in opposite order, while somebody else has the middle one."""
    actor = an_actor()
    held = asyncio.Event()
    somebody = asyncio.create_task(perform(db, actor, "b", pause=held, refused=True))
    await asyncio.sleep(0.1)

    async def claim(names: str) -> int:
        async with db.unit_of_work(actor.network_id) as conn:
            claims = {(actor.org_id, name): (BODY, 1) for name in names}
            return len(await claim_requests(conn, network_id=actor.network_id, claims=claims))

    claiming = []
    for names in ("cba", "abc"):
        claiming.append(asyncio.create_task(claim(names)))
        await asyncio.sleep(0.1)
    held.set()
    with pytest.raises(Rejected):
        await somebody

    assert sorted(await asyncio.gather(*claiming)) == [0, 3]
