"""Access tokens of programs and machines."""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from datetime import timedelta
from typing import Final
from uuid import UUID, uuid4

from tradeline.identity.errors import TokenNotUsable
from tradeline.identity.model import Tokens, known_permissions
from tradeline.identity.queries import access as queries
from tradeline.identity.queries import clients as client_queries
from tradeline.identity.secrets import (
    ACCESS_SECONDS,
    AccessClaims,
    TokenKeys,
    hash_secret,
    new_secret,
)
from tradeline.identity.service.signing_in import acting, choose_membership, prove_password
from tradeline.kernel import (
    Actor,
    Change,
    Connection,
    Database,
    Locale,
    record_changes,
    refuse,
)

REFRESH_LASTS: Final = timedelta(days=30)
CLIENT_ID_LENGTH_MAX: Final = 64


async def issue_tokens(
    db: Database,
    *,
    keys: TokenKeys,
    email: str,
    password: str,
    network_address: str,
    membership_id: int | None = None,
) -> Tokens:
    """Sign a program in: a token for ten minutes, and one to get the next with for 30 days.

    Raises:
        Rejected: SignInFailed; TooManySignIns; NotFound for a membership that is not theirs;
            NoMembership.
    """
    account = await prove_password(
        db, email=email, password=password, network_address=network_address
    )
    async with db.platform() as conn:
        memberships = await queries.fetch_memberships(conn, account.id)
    membership = choose_membership(memberships, membership_id)
    family = uuid4()
    async with db.unit_of_work(membership.network_id) as conn:
        tokens = await _new_tokens(
            conn, keys, family, account.id, membership.network_id, membership.id
        )
        change = Change(
            action="token.issue",
            subject_type="account",
            subject_id=account.id,
            after={"network_address": network_address},
        )
        await record_changes(conn, actor=acting(account, membership), changes=[change])
    return tokens


async def refresh_tokens(db: Database, *, keys: TokenKeys, refresh_token: str) -> Tokens:
    """The next pair of tokens. Each refresh token works once: a second use of one ends all that
    followed from the same sign-in, for one of its two users has stolen it.

    Raises:
        Rejected: TokenNotUsable.
    """
    async with db.platform() as conn:
        tokens = await _rotate(conn, keys, refresh_token)
    if tokens is None:  # after the commit, so that an ended family stays ended
        raise refuse(TokenNotUsable())
    return tokens


async def end_tokens(db: Database, *, refresh_token: str) -> None:
    """Sign a program out: its access token stops working at once as well."""
    async with db.platform() as conn:
        row = await queries.lock_refresh_token(conn, hash_secret(refresh_token))
        if row is not None:
            await queries.revoke_family(conn, row["family"])


async def client_credentials(
    db: Database, *, keys: TokenKeys, client_id: str, client_secret: str
) -> Tokens | None:
    """A machine's access token (RFC 6749, 4.4), or None if id and secret do not go together."""
    if not client_id.isprintable() or len(client_id) > CLIENT_ID_LENGTH_MAX:
        return None
    async with db.asking() as conn:
        client = await client_queries.fetch_api_client(conn, client_id)
    expected = b"" if client is None else client["secret_hash"]
    if not hmac.compare_digest(hash_secret(client_secret), expected) or client is None:
        return None
    async with db.unit_of_work(client["network_id"]) as conn:
        await client_queries.mark_api_client_used(conn, client["network_id"], client["id"])
    claims = AccessClaims(network_id=client["network_id"], api_client_id=client["id"])
    return Tokens(access_token=keys.sign(claims), expires_in_seconds=ACCESS_SECONDS)


async def actor_from_access_token(
    conn: Connection, *, keys: TokenKeys, token: str, locale: Locale = Locale.EN
) -> Actor | None:
    """Who an access token speaks for at this moment; None for nobody. See the next one."""
    [actor] = await actors_from_access_tokens(conn, keys=keys, tokens=[(token, locale)])
    return actor


async def actors_from_access_tokens(
    conn: Connection, *, keys: TokenKeys, tokens: Sequence[tuple[str, Locale]]
) -> list[Actor | None]:
    """Who each access token speaks for at this moment; None for nobody. One statement for those of
    people's programs, one for those of machines.

    The token proves who somebody is; what they may do is asked anew. The locale beside a token is
    for a machine, a person's account has its own.
    """
    claims = [keys.read(token) for token, _ in tokens]
    actors: list[Actor | None] = [None for _ in tokens]
    people = [
        (position, (found.account_id, found.network_id, found.membership_id, found.family))
        for position, found in enumerate(claims)
        if found is not None
        and found.account_id is not None
        and found.membership_id is not None
        and found.family is not None
    ]
    if people:
        rows = await queries.fetch_actors_of_memberships(conn, [asked for _, asked in people])
        for index, row in rows.items():
            position, (account_id, network_id, _, _) = people[index]
            actors[position] = Actor(
                network_id=network_id,
                org_id=row["org_id"],
                account_id=account_id,
                permissions=known_permissions(row["permissions"]),
                locale=Locale(row["locale"]),
            )
    machines = [
        (position, (found.network_id, found.api_client_id))
        for position, found in enumerate(claims)
        if found is not None and found.api_client_id is not None
    ]
    if machines:
        rows = await client_queries.fetch_api_clients(conn, [asked for _, asked in machines])
        for index, row in rows.items():
            position = machines[index][0]
            actors[position] = Actor(
                network_id=row["network_id"],
                org_id=row["org_id"],
                api_client_id=row["id"],
                permissions=known_permissions(row["permissions"]),
                locale=tokens[position][1],
            )
    return actors


async def _rotate(conn: Connection, keys: TokenKeys, refresh_token: str) -> Tokens | None:
    row = await queries.lock_refresh_token(conn, hash_secret(refresh_token))
    if row is None or not row["is_alive"]:
        return None
    if row["is_used"]:
        await queries.revoke_family(conn, row["family"])
        return None
    memberships = await queries.fetch_memberships(conn, row["account_id"])
    if row["membership_id"] not in {membership.id for membership in memberships}:
        return None
    await queries.mark_refresh_token_used(conn, row["id"])
    return await _new_tokens(
        conn, keys, row["family"], row["account_id"], row["network_id"], row["membership_id"]
    )


async def _new_tokens(
    conn: Connection,
    keys: TokenKeys,
    family: UUID,
    account_id: int,
    network_id: int,
    membership_id: int,
) -> Tokens:
    refresh_token = new_secret()
    await queries.insert_refresh_token(
        conn,
        hash_secret(refresh_token),
        family,
        account_id,
        network_id,
        membership_id,
        REFRESH_LASTS,
    )
    claims = AccessClaims(
        network_id=network_id,
        account_id=account_id,
        membership_id=membership_id,
        family=family,
    )
    return Tokens(
        access_token=keys.sign(claims),
        expires_in_seconds=ACCESS_SECONDS,
        refresh_token=refresh_token,
    )
