"""What members tell of themselves. All of it is read over all members that are the same person."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import Any

from tradeline.kernel import Connection, Locale, NotFound, Shopper, raise_any, refuse
from tradeline.members.errors import TooManyAddresses
from tradeline.members.model import (
    ADDRESSES_MAX,
    Address,
    AddressDraft,
    Consent,
    IdentityKind,
    Member,
    SealedAddress,
    contact_phone,
    judge_address,
    judge_consent,
    judge_nickname,
)
from tradeline.members.queries import profiles as queries
from tradeline.members.sealing import unseal


async def members_by_ids(
    conn: Connection, *, network_id: int, ids: Sequence[int]
) -> dict[int, Member]:
    """Members as they see themselves: for themselves alone. Whoever was merged into another is
    there under their own id, and without what is the other's."""
    return {
        row["id"]: Member(
            id=row["id"],
            is_guest=row["is_guest"],
            nickname=row["nickname"],
            locale=Locale(row["locale"]),
            phone=None
            if row["phone_seal"] is None
            else unseal(network_id, IdentityKind.PHONE.value, row["phone_seal"]),
        )
        for row in await queries.fetch_members(conn, network_id, ids)
    }


async def update_member(
    conn: Connection, *, shopper: Shopper, nickname: str | None, locale: Locale | None
) -> int:
    """Change one's own name or language; None leaves it as it is.

    Raises:
        Rejected: InvalidValue.
    """
    raise_any(judge_nickname(nickname or ""))
    await queries.update_member(conn, shopper, nickname, locale)
    return shopper.member_id


async def save_address(
    conn: Connection, *, shopper: Shopper, draft: AddressDraft, address_id: int | None = None
) -> int:
    """Keep a new address, or change one's own. The first is the default one, and so is whichever
    was last said to be.

    Raises:
        Rejected: InvalidValue; TooManyAddresses; NotFound for an address that is not theirs.
    """
    raise_any(judge_address(draft))
    phone = contact_phone(draft.phone)
    assert phone is not None, "it was judged"
    draft = replace(
        draft,
        recipient=draft.recipient.strip(),
        phone=phone,
        region=draft.region.strip(),
        detail=draft.detail.strip(),
    )
    await queries.lock_member(conn, shopper)
    kept = await queries.fetch_addresses(conn, shopper)
    if address_id is None and len(kept) >= ADDRESSES_MAX:
        raise refuse(TooManyAddresses(most=ADDRESSES_MAX))
    if address_id is not None and address_id not in {row["id"] for row in kept}:
        raise refuse(NotFound(path=("addressId",), subject="address"))
    if draft.is_default:
        await queries.clear_default(conn, shopper)
    if address_id is None:
        return await queries.insert_address(conn, shopper, draft, draft.is_default or not kept)
    await queries.update_address(conn, shopper, address_id, draft)
    return address_id


async def delete_address(conn: Connection, *, shopper: Shopper, address_id: int) -> int:
    """Keep one of one's own addresses no longer. Orders that go there still do.

    Raises:
        Rejected: NotFound for an address that is not theirs.
    """
    await queries.lock_member(conn, shopper)
    if not await queries.fetch_addresses(conn, shopper, [address_id]):
        raise refuse(NotFound(path=("addressId",), subject="address"))
    await queries.delete_address(conn, shopper, address_id)
    return address_id


async def list_addresses(conn: Connection, *, shopper: Shopper) -> list[Address]:
    """One's own, the default one first, then the newest; there are 50 at most."""
    return [_address(shopper, row) for row in await queries.fetch_addresses(conn, shopper)]


async def load_address(conn: Connection, *, shopper: Shopper, address_id: int) -> Address:
    """One of one's own addresses, unsealed.

    Raises:
        Rejected: NotFound for an address that is not theirs.
    """
    rows = await queries.fetch_addresses(conn, shopper, [address_id])
    if not rows:
        raise refuse(NotFound(path=("addressId",), subject="address"))
    return _address(shopper, rows[0])


async def load_sealed_addresses(
    conn: Connection, *, network_id: int, wanted: Sequence[tuple[int, int]]
) -> dict[tuple[int, int], SealedAddress]:
    """Addresses by (member, address), to be copied by modules above without being read: of those
    who are no longer kept, or not that member's, none. One statement."""
    return await queries.fetch_sealed_addresses(conn, network_id, wanted) if wanted else {}


async def record_consent(
    conn: Connection,
    *,
    shopper: Shopper,
    subject: str,
    version: str,
    is_given: bool,
    templates: Collection[str] = (),
) -> int:
    """Note what somebody agrees to, or no longer. Nothing that was noted before is changed.
    `templates` are the ids of the messages that this installation sends.

    Raises:
        Rejected: InvalidValue, also for a subject that nothing of ours is about.
    """
    raise_any(judge_consent(subject, version, templates))
    return await queries.insert_consent(conn, shopper, subject, version, is_given)


async def list_consents(conn: Connection, *, shopper: Shopper) -> list[Consent]:
    """What was said last of each subject, by their names."""
    return await queries.fetch_consents(conn, shopper)


async def consents_given(
    conn: Connection, network_id: int, wanted: Sequence[tuple[int, str]]
) -> set[tuple[int, str]]:
    """Those (member, subject) of which the person's last word is yes."""
    return {wanted[position] for position in await queries.fetch_given(conn, network_id, wanted)}


def _address(shopper: Shopper, row: Any) -> Address:
    network_id = shopper.network_id
    return Address(
        id=row["id"],
        recipient=unseal(network_id, "recipient", row["recipient_seal"]),
        phone=unseal(network_id, "phone", row["phone_seal"]),
        region=row["region"],
        detail=unseal(network_id, "address", row["detail_seal"]),
        is_default=row["is_default"],
    )
