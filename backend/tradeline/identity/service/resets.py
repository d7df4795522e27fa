"""New passwords for those who forgot theirs, by the hand of whoever keeps their organization."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from tradeline.identity.errors import BelongsElsewhere, PasswordResetNotUsable
from tradeline.identity.model import NewPasswordReset, judge_password
from tradeline.identity.passwords import hash_password
from tradeline.identity.queries import access as access_queries
from tradeline.identity.queries import invitations as invitation_queries
from tradeline.identity.queries import people as people_queries
from tradeline.identity.queries import resets as queries
from tradeline.identity.roles import judge_change_of_person, may_still_offer
from tradeline.identity.secrets import hash_secret, new_secret
from tradeline.identity.service.people import active_member
from tradeline.identity.service.signing_in import (
    ATTEMPTS_PER_ADDRESS_MAX,
    count_attempt,
)
from tradeline.kernel import (
    Actor,
    Change,
    Connection,
    Database,
    InvalidValue,
    Permission,
    Problem,
    raise_any,
    record_changes,
    refuse,
)

RESET_LASTS: Final = timedelta(hours=24)


async def issue_password_reset(
    conn: Connection, *, actor: Actor, membership_id: int
) -> NewPasswordReset:
    """Let a member of the actor's organization choose a new password, within 24 hours and once.

    The token is told to the issuer, who passes it on. It is worth nothing once the issuer could no
    longer issue it, or once the password was changed otherwise. One issued before ends. Whoever
    bears it could act as the person: so it is for nobody above the issuer, and for nobody who also
    belongs to an organization that the issuer's does not manage.

    Raises:
        Forbidden: without `people:manage`.
        Rejected: NotFound, WrongState for a deactivated member, PersonAbove, BelongsElsewhere,
            InvalidValue for oneself.
    """
    actor.require(Permission.PEOPLE_MANAGE)
    await people_queries.lock_members(conn, actor)
    person = await active_member(conn, actor, membership_id)
    standing = await queries.fetch_standing(conn, actor.network_id, actor.org_id, person.account_id)
    path = ("memberId",)
    problems: list[Problem] = []
    if person.account_id == actor.account_id:
        rule = "change your own password with the present one"
        rule_zh = "修改自己的密码须验证原密码"
        problems.append(InvalidValue(path=path, field="memberId", rule=rule, rule_zh=rule_zh))
    if standing.is_elsewhere:
        problems.append(BelongsElsewhere(path=path))
        problems += judge_change_of_person(actor.permissions, person.permissions, path)
    else:
        problems += judge_change_of_person(actor.permissions, standing.permissions, path)
    raise_any(problems)
    await queries.revoke_resets(conn, actor, for_account_id=person.account_id)
    token = new_secret()
    expires_at = await queries.insert_reset(
        conn, actor, person.account_id, hash_secret(token), RESET_LASTS
    )
    change = Change(
        action="password.reset_issue",
        subject_type="member",
        subject_id=membership_id,
        after={"expires_at": expires_at},
    )
    await record_changes(conn, actor=actor, changes=[change])
    return NewPasswordReset(membership_id=membership_id, token=token, expires_at=expires_at)


async def reset_password(db: Database, *, token: str, password: str, network_address: str) -> int:
    """Set the password of the account that the token is for, and end all its sessions and tokens;
    returns the account. Afterwards one signs in as usual.

    An attempt counts as one to sign in from the network address, and costs the same work whether
    there is such a token or not.

    Raises:
        Rejected: InvalidValue for the password; TooManySignIns; PasswordResetNotUsable.
    """
    raise_any(judge_password(password))
    address_key = f"address:{network_address}"
    async with db.platform() as conn:
        blocked = await count_attempt(conn, {address_key: ATTEMPTS_PER_ADDRESS_MAX})
    if blocked is not None:
        raise refuse(blocked)
    password_hash = await hash_password(password)
    async with db.asking() as conn:
        found = await queries.fetch_reset_by_token(conn, hash_secret(token))
    if found is None:
        raise refuse(PasswordResetNotUsable(path=("token",)))
    nobody = Actor(network_id=found["network_id"], org_id=found["org_id"], permissions=frozenset())
    async with db.unit_of_work(nobody.network_id) as conn:
        email = None
        if await _is_still_offered(conn, nobody, found["id"]):
            email = await queries.use_reset(conn, nobody.network_id, found["id"], password_hash)
        if email is None:
            raise refuse(PasswordResetNotUsable(path=("token",)))
        account_id: int = found["account_id"]
        await access_queries.revoke_all_of_account(conn, account_id, None)
        change = Change(action="password.reset", subject_type="account", subject_id=account_id)
        person = Actor(
            network_id=nobody.network_id,
            org_id=nobody.org_id,
            account_id=account_id,
            permissions=frozenset(),
        )
        await record_changes(conn, actor=person, changes=[change])
    async with db.platform() as conn:
        await access_queries.forget_attempts(conn, f"email:{email}", address_key)
    return account_id


async def _is_still_offered(conn: Connection, actor: Actor, reset_id: int) -> bool:
    """Whether the reset is open and its issuer could issue it at this moment. Members are locked
    first, as everywhere."""
    network_id, org_id = actor.network_id, actor.org_id
    await people_queries.lock_members(conn, actor)
    reset = await queries.lock_open_reset(conn, network_id, org_id, reset_id)
    if reset is None:
        return False
    standing = await queries.fetch_standing(conn, network_id, org_id, reset.account_id)
    held = await invitation_queries.fetch_permissions_of_inviter(
        conn,
        network_id,
        org_id,
        by_org_id=org_id,
        by_account_id=reset.issued_by_account_id,
        by_api_client_id=reset.issued_by_api_client_id,
    )
    return not standing.is_elsewhere and may_still_offer(held, standing.permissions)
