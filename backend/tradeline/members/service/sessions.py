"""Consumers' sessions: who asks, and for how long."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import timedelta
from typing import Final
from uuid import UUID, uuid4

from tradeline.identity import (
    ACCESS_SECONDS,
    MemberClaims,
    TokenKeys,
    TokenNotUsable,
    hash_secret,
    new_secret,
)
from tradeline.kernel import Connection, Database, Locale, Shopper, refuse
from tradeline.members.model import Session
from tradeline.members.queries import sessions as queries

REFRESH_LASTS: Final = timedelta(days=30)


async def issue_session(
    conn: Connection, *, keys: TokenKeys, network_id: int, member_id: int
) -> Session:
    """A token for ten minutes, and one to get the next with for 30 days."""
    return await _next(conn, keys, network_id, member_id, uuid4())


async def refresh(db: Database, *, keys: TokenKeys, refresh_token: str) -> Session:
    """The next pair of tokens. Each refresh token works once: a second use of one ends all that
    followed from the same login, for one of its two users has stolen it.

    Raises:
        Rejected: TokenNotUsable.
    """
    token_hash = hash_secret(refresh_token)
    async with db.asking() as conn:
        network_id = await queries.fetch_network(conn, token_hash)
    session: Session | None = None
    if network_id is not None:
        async with db.unit_of_work(network_id) as conn:
            session = await _rotate(conn, keys, network_id, token_hash)
    if session is None:  # after the commit, so that an ended family stays ended
        raise refuse(TokenNotUsable(path=("refreshToken",)))
    return session


async def log_out(conn: Connection, *, network_id: int, family: UUID) -> None:
    """End a login: its access token stops working at once as well."""
    await queries.revoke_family(conn, network_id, family)


async def end_sessions(conn: Connection, *, network_id: int, member_ids: Collection[int]) -> None:
    """End all sessions of these members, but not of others who were merged with them."""
    await queries.revoke_of_members(conn, network_id, member_ids)


async def shopper_from_access_tokens(
    conn: Connection, *, keys: TokenKeys, tokens: Sequence[str]
) -> list[Shopper | None]:
    """Which consumer each access token speaks for at this moment; None for nobody, and for tokens
    of organizations. One statement for all of them, of one connection outside of any network.

    Whoever was merged into somebody is that somebody.
    """
    shoppers: list[Shopper | None] = [None for _ in tokens]
    asked = [
        (position, claims)
        for position, token in enumerate(tokens)
        if (claims := keys.read_member(token)) is not None
    ]
    if asked:
        rows = await queries.fetch_shoppers(conn, [claims for _, claims in asked])
        for index, row in rows.items():
            position, claims = asked[index]
            shoppers[position] = Shopper(
                network_id=claims.network_id,
                member_id=row["member_id"],
                is_guest=row["is_guest"],
                locale=Locale(row["locale"]),
            )
    return shoppers


async def _rotate(
    conn: Connection, keys: TokenKeys, network_id: int, token_hash: bytes
) -> Session | None:
    row = await queries.lock_session(conn, network_id, token_hash)
    if row is None or not row["is_alive"]:
        return None
    if row["is_used"]:
        await queries.revoke_family(conn, network_id, row["family"])
        return None
    await queries.mark_used(conn, network_id, row["id"], row["member_id"])
    return await _next(conn, keys, network_id, row["member_id"], row["family"])


async def _next(
    conn: Connection, keys: TokenKeys, network_id: int, member_id: int, family: UUID
) -> Session:
    refresh_token = new_secret()
    await queries.insert_session(
        conn, network_id, member_id, hash_secret(refresh_token), family, REFRESH_LASTS
    )
    claims = MemberClaims(network_id=network_id, member_id=member_id, family=family)
    return Session(
        access_token=keys.sign_member(claims),
        refresh_token=refresh_token,
        expires_in_seconds=ACCESS_SECONDS,
        network_id=network_id,
        member_id=member_id,
        family=family,
    )
