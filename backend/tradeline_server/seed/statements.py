"""The statements of the demo network: month by month, once all that they state is in its place."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from tradeline import settlement
from tradeline.kernel import Connection, Permission
from tradeline_server.seed import queries
from tradeline_server.seed.playing import TIME_ZONE
from tradeline_server.seed.story import (
    BRAND,
    EDGES,
    HISTORY_DAYS,
    RETAILER_1,
    RETAILER_2,
    RETAILER_3,
    TRADER_A,
    Ends,
)
from tradeline_server.seed.world import World

# How the latest statement of an edge stands, where it is not confirmed by both.
WAITING: frozenset[Ends] = frozenset({(TRADER_A, RETAILER_3), (BRAND, TRADER_A)})
DISPUTED: dict[Ends, str] = {
    (TRADER_A, RETAILER_1): "陈列补贴少计 40 元 / the display allowance is 40 yuan short",
}
# Nothing has been stated yet: everything on it is open.
NEVER_STATED: frozenset[Ends] = frozenset({(TRADER_A, RETAILER_2)})
FIRST_PERIOD_DAYS_MIN = 20
ISSUED_AFTER = timedelta(hours=9)
ANSWERED_AFTER = timedelta(hours=58)


def month_ends(now: datetime) -> list[datetime]:
    """The midnights in Shanghai that ended the months of the story, oldest first. A month that
    nobody had the time to answer for is not over yet."""
    beginning = now - timedelta(days=HISTORY_DAYS - FIRST_PERIOD_DAYS_MIN)
    answered = (now - ANSWERED_AFTER).astimezone(TIME_ZONE)
    end = answered.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    ends: list[datetime] = []
    while end > beginning:
        ends.insert(0, end.astimezone(UTC))
        end = (end - timedelta(days=1)).replace(day=1)
    return ends


async def make_statements(conn: Connection, world: World, now: datetime) -> None:
    """Issue and answer the statements of every edge."""
    moments: list[tuple[int, datetime, datetime]] = []
    for edge in EDGES:
        if edge.ends in NEVER_STATED:
            continue
        *earlier, latest = month_ends(now)
        for end in earlier:
            moments.append(await _state(conn, world, edge.ends, end, is_latest=False))
        moments.append(await _state(conn, world, edge.ends, latest, is_latest=True))
    await queries.move_statements(conn, world.network_id, moments)


async def _state(
    conn: Connection, world: World, ends: Ends, end: datetime, *, is_latest: bool
) -> tuple[int, datetime, datetime]:
    """One statement; its id, and when it was issued and answered."""
    seller, buyer = (world.actor(org, Permission.STATEMENT_CONFIRM) for org in ends)
    statement_id = await settlement.issue_statement(
        conn, actor=seller, relationship_id=world.edges[ends], period_to=end
    )
    moments = statement_id, end + ISSUED_AFTER, end + ANSWERED_AFTER
    if is_latest and ends in DISPUTED:
        await settlement.dispute_statement(
            conn, actor=buyer, statement_id=statement_id, reason=DISPUTED[ends]
        )
        return moments
    await settlement.confirm_statement(conn, actor=seller, statement_id=statement_id)
    if not (is_latest and ends in WAITING):
        await settlement.confirm_statement(conn, actor=buyer, statement_id=statement_id)
    return moments
