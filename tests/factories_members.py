"""Consumers for tests."""

from __future__ import annotations

from uuid import uuid4

from tradeline import members
from tradeline.channels import put_mini_program
from tradeline.identity import TokenKeys
from tradeline.kernel import Database, Locale, Shopper, system_actor

MEMBER_TOKENS = TokenKeys("t" * 43)
APP_ID = "wx0000000000000001"


def an_openid() -> str:
    return f"o{uuid4().hex[:27]}"


def a_phone() -> str:
    """A Chinese mobile number that no other test has."""
    return f"+8613{uuid4().int % 10**9:09d}"


async def a_mini_program(db: Database, network_id: int) -> str:
    """The app id of a new mini-program of that network."""
    app_id = f"wx{uuid4().hex[:16]}"
    async with db.unit_of_work(network_id) as conn:
        await put_mini_program(
            conn, actor=system_actor(network_id, 0), app_id=app_id, name="测试小程序"
        )
    return app_id


async def a_guest(db: Database, network_id: int) -> Shopper:
    async with db.unit_of_work(network_id) as conn:
        member_id = await members.start_guest(conn, network_id=network_id, locale=Locale.EN)
    return Shopper(network_id=network_id, member_id=member_id, is_guest=True, locale=Locale.EN)


async def a_member(
    db: Database,
    network_id: int,
    *,
    openid: str | None = None,
    unionid: str | None = None,
    phone: str | None = None,
    app_id: str = APP_ID,
    guest: Shopper | None = None,
) -> Shopper:
    """Somebody who has logged in by WeChat, and bound a phone if one is given."""
    async with db.unit_of_work(network_id) as conn:
        logged_in = await members.log_in(
            conn,
            network_id=network_id,
            app_id=app_id,
            openid=openid or an_openid(),
            unionid=unionid,
            guest=guest,
            locale=Locale.EN,
        )
    shopper = await now(db, network_id, logged_in.member_id)
    if phone is not None:
        async with db.unit_of_work(network_id) as conn:
            await members.bind_phone(conn, shopper=shopper, phone=phone)
        shopper = await now(db, network_id, shopper.member_id)
    return shopper


async def now(db: Database, network_id: int, member_id: int) -> Shopper:
    """Whom this member is by now."""
    async with db.reading(network_id) as conn:
        survivors = await members.survivor_ids(conn, network_id, [member_id])
        [row] = (
            await members.members_by_ids(conn, network_id=network_id, ids=[survivors[member_id]])
        ).values()
    return Shopper(
        network_id=network_id, member_id=row.id, is_guest=row.is_guest, locale=row.locale
    )
