"""Passwords and browsers' sessions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any, Final

from tradeline.identity.errors import NoMembership, SignInFailed, TokenNotUsable, TooManySignIns
from tradeline.identity.model import (
    EMAIL_LENGTH_MAX,
    Account,
    Membership,
    SignIn,
    judge_password,
    known_permissions,
    normal_email,
)
from tradeline.identity.passwords import fits_password, hash_password
from tradeline.identity.queries import access as queries
from tradeline.identity.secrets import hash_secret, new_secret
from tradeline.kernel import (
    Actor,
    Change,
    Connection,
    Database,
    Forbidden,
    Locale,
    NotFound,
    raise_any,
    record_changes,
    refuse,
)

SESSION_LASTS: Final = timedelta(hours=12)
ATTEMPTS_WINDOW: Final = timedelta(minutes=15)
ATTEMPTS_PER_EMAIL_MAX: Final = 10
ATTEMPTS_PER_ADDRESS_MAX: Final = 50


async def sign_in(
    db: Database,
    *,
    email: str,
    password: str,
    network_address: str,
    membership_id: int | None = None,
) -> SignIn:
    """Begin a session of 12 hours, for the named membership or the account's first.

    An unknown address, a wrong password and a closed account answer alike, after the same work.

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
    token = new_secret()
    actor = acting(account, membership)
    async with db.unit_of_work(membership.network_id) as conn:
        expires_at = await queries.insert_session(
            conn, hash_secret(token), account.id, membership, SESSION_LASTS
        )
        await _record(conn, actor, "session.sign_in", {"network_address": network_address})
    return SignIn(token=token, account_id=account.id, expires_at=expires_at, actor=actor)


async def sign_out(db: Database, *, token: str) -> None:
    """End a session; one that has ended already is no fault."""
    async with db.platform() as conn:
        ended = await queries.revoke_session(conn, hash_secret(token))
    if ended is None or ended["network_id"] is None:
        return
    async with db.unit_of_work(ended["network_id"]) as conn:
        memberships = await queries.fetch_memberships(conn, ended["account_id"])
        for membership in memberships:
            if membership.id == ended["membership_id"]:
                actor = Actor(
                    network_id=membership.network_id,
                    org_id=membership.org_id,
                    account_id=ended["account_id"],
                    permissions=membership.permissions,
                )
                await _record(conn, actor, "session.sign_out", {})


async def actor_from_session(conn: Connection, *, token: str) -> Actor | None:
    """Who a session's token speaks for at this moment; None for nobody. One statement."""
    row = await queries.fetch_actor_of_session(conn, hash_secret(token))
    if row is None:
        return None
    return Actor(
        network_id=row["network_id"],
        org_id=row["org_id"],
        account_id=row["account_id"],
        permissions=known_permissions(row["permissions"]),
        locale=Locale(row["locale"]),
    )


async def switch_membership(db: Database, *, token: str, membership_id: int) -> Actor:
    """Let a session act under another membership of its account.

    Raises:
        Rejected: TokenNotUsable; NotFound for a membership that is not the account's.
    """
    async with db.platform() as conn:
        row = await queries.fetch_session_account(conn, hash_secret(token))
        if row is None:
            raise refuse(TokenNotUsable())
        account = queries.account_of(row)
        membership = choose_membership(
            await queries.fetch_memberships(conn, account.id), membership_id
        )
    actor = acting(account, membership)
    async with db.unit_of_work(membership.network_id) as conn:
        if not await queries.switch_session(conn, hash_secret(token), account.id, membership):
            raise refuse(TokenNotUsable())
        await _record(conn, actor, "session.switch", {"membership_id": membership.id})
    return actor


async def change_password(
    db: Database,
    *,
    actor: Actor,
    current: str,
    new: str,
    network_address: str,
    session_token: str | None = None,
) -> int:
    """Change the actor's own password, and end all their other sessions and tokens.

    Raises:
        Forbidden: if the actor is a machine.
        Rejected: SignInFailed for a wrong current password; TooManySignIns; InvalidValue.
    """
    if actor.account_id is None:
        raise Forbidden("no account")
    async with db.platform() as conn:
        row = await queries.fetch_account(conn, actor.account_id)
    assert row is not None, "an actor's account exists"
    await prove_password(db, email=row["email"], password=current, network_address=network_address)
    raise_any(judge_password(new, "new"))
    password_hash = await hash_password(new)
    async with db.unit_of_work(actor.network_id) as conn:
        await queries.update_password(conn, actor.account_id, password_hash)
        kept = None if session_token is None else hash_secret(session_token)
        await queries.revoke_all_of_account(conn, actor.account_id, kept)
        await _record(conn, actor, "password.change", {})
    return actor.account_id


async def read_account(conn: Connection, *, account_id: int) -> Account | None:
    """A signed-in person's own account."""
    row = await queries.fetch_account(conn, account_id)
    return None if row is None else queries.account_of(row)


async def memberships_of(conn: Connection, *, account_id: int) -> list[Membership]:
    """All organizations, over all networks, that a signed-in person may act for."""
    return await queries.fetch_memberships(conn, account_id)


async def prove_password(
    db: Database, *, email: str, password: str, network_address: str
) -> Account:
    """The account whose password this is.

    The attempt is counted, and committed, before the password is looked at, and taken back when it
    fits: so that many attempts at once are no way around the limit, and a refusal does not roll
    its own count back.

    Raises:
        Rejected: SignInFailed, TooManySignIns.
    """
    email = normal_email(email)
    if not email.isprintable() or len(email) > EMAIL_LENGTH_MAX:
        raise refuse(SignInFailed())
    limits = {
        f"email:{email}": ATTEMPTS_PER_EMAIL_MAX,
        f"address:{network_address}": ATTEMPTS_PER_ADDRESS_MAX,
    }
    async with db.platform() as conn:
        blocked = await count_attempt(conn, limits)
        row = await queries.fetch_account_by_email(conn, email)
    if blocked is not None:
        raise refuse(blocked)
    fits = await fits_password(None if row is None else row["password_hash"], password)
    if row is None or not fits or not row["is_active"]:
        raise refuse(SignInFailed())
    async with db.platform() as conn:
        await queries.forget_attempts(conn, *limits)
    return queries.account_of(row)


async def count_attempt(conn: Connection, limits: Mapping[str, int]) -> TooManySignIns | None:
    """Count one more attempt for each key, and say why it may not go on. The caller commits the
    count before it refuses."""
    return _blocked(await queries.count_attempts(conn, list(limits), ATTEMPTS_WINDOW), limits)


async def judge_attempts(conn: Connection, limits: Mapping[str, int]) -> TooManySignIns | None:
    """Why one more attempt may not even begin, where only those that fail are counted; many at once
    get further than the limit, so that this is nothing to guard a password by."""
    attempts = await queries.fetch_attempts(conn, list(limits))
    return _blocked(attempts, {key: most - 1 for key, most in limits.items()})


def _blocked(attempts: Mapping[str, Any], limits: Mapping[str, int]) -> TooManySignIns | None:
    blocked = [
        attempts[key]
        for key, most in limits.items()
        if key in attempts and attempts[key]["failures"] > most
    ]
    if not blocked:
        return None
    longest = max(blocked, key=lambda attempt: attempt["window_ends_at"])
    return TooManySignIns(minutes=max(longest["minutes"], 1), retry_at=longest["window_ends_at"])


def choose_membership(memberships: Sequence[Membership], membership_id: int | None) -> Membership:
    """The one asked for, or the first.

    Raises:
        Rejected: NotFound if the one asked for is not among them, NoMembership if there is none.
    """
    if not memberships:
        raise refuse(NoMembership())
    for membership in memberships:
        if membership_id in (None, membership.id):
            return membership
    raise refuse(NotFound(path=("membershipId",), subject="member"))


def acting(account: Account, membership: Membership) -> Actor:
    return Actor(
        network_id=membership.network_id,
        org_id=membership.org_id,
        account_id=account.id,
        permissions=membership.permissions,
        locale=account.locale,
    )


async def _record(conn: Connection, actor: Actor, action: str, after: dict[str, object]) -> None:
    assert actor.account_id is not None, "a person signs in"
    change = Change(action=action, subject_type="account", subject_id=actor.account_id, after=after)
    await record_changes(conn, actor=actor, changes=[change])
