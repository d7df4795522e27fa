"""Who, for whom, on whose behalf, did what, with what before and after."""

from __future__ import annotations

import asyncpg
import pytest

from tests.factories_kernel import an_actor
from tradeline.kernel import (
    Actor,
    AuditEntry,
    Change,
    Database,
    Forbidden,
    PageRequest,
    list_audit_entries,
    page_request,
    record_changes,
)


def a_change(subject_id: int = 7, *, on_behalf_of_org_id: int | None = None) -> Change:
    return Change(
        action="order.cancel",
        subject_type="order",
        subject_id=subject_id,
        before={"state": "to_ship", "amount_minor": 1999},
        after={"state": "cancelled", "note": "茶"},
        on_behalf_of_org_id=on_behalf_of_org_id,
    )


async def record(db: Database, actor: Actor, *changes: Change) -> None:
    async with db.unit_of_work(actor.network_id) as conn:
        await record_changes(conn, actor=actor, changes=changes)


async def trail(db: Database, actor: Actor, **filters: object) -> tuple[AuditEntry, ...]:
    async with db.reading(actor.network_id) as conn:
        page = await list_audit_entries(conn, actor=actor, page=PageRequest(100), **filters)
    return page.items


async def test_a_change_is_kept_with_who_made_it_and_both_states(db: Database) -> None:
    actor = an_actor(org_id=3, account_id=30)
    await record(db, actor, a_change())

    [entry] = await trail(db, actor)

    assert (entry.org_id, entry.account_id, entry.api_client_id) == (3, 30, None)
    assert (entry.action, entry.subject_type, entry.subject_id) == ("order.cancel", "order", 7)
    assert entry.before == {"state": "to_ship", "amount_minor": 1999}
    assert entry.after == {"state": "cancelled", "note": "茶"}


async def test_who_was_acted_for_sees_it_too(db: Database) -> None:
    seller = an_actor(org_id=1)
    buyer = an_actor(network_id=seller.network_id, org_id=2)
    await record(db, seller, a_change(on_behalf_of_org_id=2))

    [entry] = await trail(db, buyer)

    assert (entry.org_id, entry.on_behalf_of_org_id) == (1, 2)


async def test_a_stranger_sees_nothing(db: Database) -> None:
    actor = an_actor(org_id=1)
    await record(db, actor, a_change(on_behalf_of_org_id=2))

    assert await trail(db, an_actor(network_id=actor.network_id, org_id=3)) == ()
    assert await trail(db, an_actor(org_id=1)) == ()
    assert await trail(db, an_actor(org_id=2), subject_type="order", subject_id=7) == ()


async def test_the_trail_is_read_newest_first_page_by_page_and_by_subject(db: Database) -> None:
    actor = an_actor()
    await record(db, actor, *(a_change(subject_id) for subject_id in (1, 2, 3)))

    async with db.reading(actor.network_id) as conn:
        first = await list_audit_entries(conn, actor=actor, page=PageRequest(2))
        rest = await list_audit_entries(
            conn, actor=actor, page=page_request(2, first.cursors[-1], (int,))
        )

    assert [entry.subject_id for entry in first.items + rest.items] == [3, 2, 1]
    assert (first.has_next, rest.has_next) == (True, False)
    assert [e.subject_id for e in await trail(db, actor, subject_type="order", subject_id=2)] == [2]
    assert await trail(db, actor, subject_type="payment") == ()


async def test_reading_the_trail_takes_a_permission(db: Database) -> None:
    actor = an_actor()
    nobody = Actor(network_id=actor.network_id, org_id=actor.org_id, permissions=frozenset())

    with pytest.raises(Forbidden):
        await trail(db, nobody)


async def test_a_rolled_back_change_leaves_no_trace(db: Database) -> None:
    actor = an_actor()

    async def record_and_fail() -> None:
        async with db.unit_of_work(actor.network_id) as conn:
            await record_changes(conn, actor=actor, changes=[a_change()])
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await record_and_fail()

    assert await trail(db, actor) == ()


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE kernel.audit_entry SET after = '{}'",
        "DELETE FROM kernel.audit_entry",
        "TRUNCATE kernel.audit_entry",
    ],
)
async def test_nobody_rewrites_the_trail(db: Database, statement: str) -> None:
    actor = an_actor()
    await record(db, actor, a_change())

    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        async with db.unit_of_work(actor.network_id) as conn:
            await conn.execute(statement)

    assert len(await trail(db, actor)) == 1
