"""How consumers come: as guests, by their WeChat, by their phone. What WeChat says of them is asked
for before, outside of the unit of work."""

from __future__ import annotations

from tradeline.kernel import (
    Change,
    Connection,
    InvalidValue,
    Locale,
    Shopper,
    record_changes,
    refuse,
    system_actor,
)
from tradeline.members.errors import NotForGuests
from tradeline.members.model import (
    IdentityKind,
    Known,
    LoggedIn,
    MergeCause,
    Merged,
    may_be_recycled,
    normal_phone,
)
from tradeline.members.queries import people as queries
from tradeline.members.service.merging import merge_members
from tradeline.members.service.sessions import end_sessions
from tradeline.organizations import brand_of


async def start_guest(conn: Connection, *, network_id: int, locale: Locale) -> int:
    """Somebody of whom nothing is known; they may fill a cart. Returns the member's id."""
    return await queries.insert_member(conn, network_id, "guest", locale)


async def log_in(
    conn: Connection,
    *,
    network_id: int,
    app_id: str,
    openid: str,
    unionid: str | None = None,
    guest: Shopper | None = None,
    locale: Locale = Locale.ZH,
) -> LoggedIn:
    """The member whose WeChat this is, made if there is none: of the guest, if one comes along.

    Members who turn out to be one person are merged, and the guest with them; the guest's sessions
    end, for whoever else holds their tokens must not become the member. Two logins of one person at
    once wait for each other, and find one member.
    """
    identities = [Known(kind=IdentityKind.OPENID, app_id=app_id, value=openid)]
    if unionid is not None:
        identities.append(Known(kind=IdentityKind.UNIONID, value=unionid))
    found = await queries.fetch_identities(conn, network_id, identities)
    people = {one.survivor_id for one in found.values()}
    is_settled = len(found) == len(identities) and len(people) == 1
    if not is_settled:
        await queries.lock_identities(conn, network_id, identities)
    # Only a guest comes along: two who are known are not one person for having one device.
    guest_id = None
    if (
        guest is not None
        and guest.network_id == network_id
        and guest.is_guest
        and await queries.lock_guest(conn, network_id, guest.member_id)
    ):
        guest_id = guest.member_id
        await end_sessions(conn, network_id=network_id, member_ids=[guest_id])
    merges: list[Merged | None] = []
    if not is_settled:
        merges.append(await _link(conn, network_id, identities, guest_id, locale))
        found = await queries.fetch_identities(conn, network_id, identities)
    member_id = found[IdentityKind.OPENID].member_id
    if guest_id not in (None, member_id):
        assert guest_id is not None, "it is no member either"
        merges.append(
            await merge_members(
                conn, network_id=network_id, one=guest_id, other=member_id, cause=MergeCause.GUEST
            )
        )
    await queries.see(conn, network_id, member_id)
    await queries.use(conn, network_id, [one.id for one in found.values()])
    return LoggedIn(
        member_id=member_id, merges=tuple(merged for merged in merges if merged is not None)
    )


async def bind_phone(conn: Connection, *, shopper: Shopper, phone: str) -> LoggedIn:
    """Link the number that WeChat says is the shopper's: it takes the place of the one that they
    had. Who proved it lately is the same person and merged. Who proved it so long ago that it may
    be another's by now loses it, and keeps all the rest; so does whoever was told apart from them.

    Raises:
        Rejected: NotForGuests; InvalidValue for what is no phone number, or is another's in a
            network without a brand to tell.
    """
    if shopper.is_guest:
        raise refuse(NotForGuests())
    number = normal_phone(phone)
    if number is None:
        raise refuse(
            InvalidValue(
                path=("code",),
                field="phone",
                rule="bind a mobile number",
                rule_zh="请绑定手机号",
            )
        )
    network_id = shopper.network_id
    known = Known(kind=IdentityKind.PHONE, value=number)
    await queries.lock_identities(conn, network_id, [known])
    found = (await queries.fetch_identities(conn, network_id, [known])).get(IdentityKind.PHONE)
    merged: Merged | None = None
    own = shopper.member_id
    if found is not None and found.survivor_id != own:
        merged = await _judge_holder(conn, network_id, own, found)
    await queries.see(conn, network_id, own)
    if found is not None and own not in await queries.fetch_family(
        conn, network_id, found.member_id
    ):
        await queries.unlink(conn, network_id, [found.id])
        await _tell_of_move(conn, network_id, found.survivor_id, own)
        found = None
    if found is None:
        await queries.insert_identities(conn, network_id, own, [known])
    else:
        await queries.use(conn, network_id, [found.id])
    if found is None or found.member_id == own:
        others = await queries.fetch_other_phones(conn, network_id, own, known)
        await queries.unlink(conn, network_id, others)
    return LoggedIn(member_id=own, merges=() if merged is None else (merged,))


async def _judge_holder(
    conn: Connection, network_id: int, own: int, found: queries.Found
) -> Merged | None:
    """Make one of who has a number and who had it, if they can be one person. Either way what the
    other one left open ends: they come again by their WeChat, if it is still theirs."""
    await queries.lock_merging(conn, network_id)
    former = await queries.fetch_family(conn, network_id, found.member_id)
    if own in former:
        return None  # somebody else was quicker
    await queries.lock_members(conn, network_id, [own, *former])
    await end_sessions(conn, network_id=network_id, member_ids=former)
    if may_be_recycled(found.unused_for):
        return None
    return await merge_members(
        conn, network_id=network_id, one=own, other=found.member_id, cause=MergeCause.PHONE
    )


async def _tell_of_move(conn: Connection, network_id: int, former: int, own: int) -> None:
    """The audit trail of the brand, whose members they are, names whom a number went from. Where
    there is no brand nobody would hear of it, and the number stays."""
    brand = await brand_of(conn, network_id=network_id)
    if brand is None:
        raise refuse(
            InvalidValue(
                path=("code",),
                field="phone",
                rule="another member has this number, and nobody looks after members here; "
                "bind another one",
                rule_zh="该号码已属于其他会员，且本网络无品牌方可核实；请绑定其他手机号",
            )
        )
    change = Change(
        action="member.move_phone",
        subject_type="member",
        subject_id=own,
        before={"member_id": former},
        after={"member_id": own},
    )
    await record_changes(conn, actor=system_actor(network_id, brand), changes=[change])


async def _link(
    conn: Connection,
    network_id: int,
    identities: list[Known],
    guest_id: int | None,
    locale: Locale,
) -> Merged | None:
    """Give whoever has one of these identities the others as well, or merge those who have one
    each. The caller has locked the identities, and the guest."""
    found = await queries.fetch_identities(conn, network_id, identities)
    missing = [one for one in identities if one.kind not in found]
    if not missing and len(found) == 1:
        return None  # somebody else was quicker
    if not missing:
        return await merge_members(
            conn,
            network_id=network_id,
            one=found[IdentityKind.OPENID].member_id,
            other=found[IdentityKind.UNIONID].member_id,
            cause=MergeCause.UNIONID,
        )
    if found:
        [known] = found.values()
        member_id = known.member_id
    elif guest_id is not None:
        member_id = guest_id
        await queries.become_known(conn, network_id, guest_id)
    else:
        member_id = await queries.insert_member(conn, network_id, "member", locale)
    await queries.insert_identities(conn, network_id, member_id, missing)
    return None
