"""Coupons: claimed by members, and kept for orders.

For modules above, coupons come first of all that they lock but the claims of requests: then
exposures, stock levels, orders.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from tradeline.kernel import (
    Connection,
    NotFound,
    Page,
    PageRequest,
    Shopper,
    make_page,
    raise_any,
    refuse,
)
from tradeline.marketing.model import Claimable, CouponState, CouponTerms
from tradeline.marketing.queries import coupons as queries
from tradeline.marketing.rules import judge_claim
from tradeline.members import NotForGuests, family_of

LISTED_MAX = 100


async def claim_coupon(conn: Connection, *, shopper: Shopper, campaign_id: int) -> int:
    """Give the member a coupon of the campaign; its id. Locks the campaign, so that of those who
    want the last one, one gets it.

    Raises:
        Rejected: NotForGuests; NotFound for a campaign that is not, or not yet agreed to;
            NotClaimableNow, CouponsGone, CouponsEnough.
    """
    if shopper.is_guest:
        raise refuse(NotForGuests())
    network_id = shopper.network_id
    issuing = await queries.lock_issuing(conn, network_id, campaign_id)
    if issuing is None:
        raise refuse(NotFound(path=("campaignId",), subject="campaign"))
    family = await family_of(conn, network_id, shopper.member_id)
    claimed = await queries.count_claimed(conn, network_id, campaign_id, family)
    raise_any(judge_claim(issuing, claimed, shopper.locale))
    return await queries.issue_coupon(conn, network_id, campaign_id, shopper.member_id)


async def list_claimable(conn: Connection, *, shopper: Shopper, store_id: int) -> list[Claimable]:
    """What a store's campaigns offer now, the dearest first, at most 100; nothing for a store that
    is not there. Guests may look."""
    family = await family_of(conn, shopper.network_id, shopper.member_id)
    return await queries.list_claimable(conn, shopper.network_id, store_id, family, LISTED_MAX)


async def list_my_coupons(
    conn: Connection, *, shopper: Shopper, page: PageRequest, state: CouponState | None = None
) -> Page[CouponTerms]:
    """The member's coupons, the youngest first; the cursor is (int,)."""
    family = await family_of(conn, shopper.network_id, shopper.member_id)
    rows = await queries.list_coupons(conn, shopper.network_id, family, page, state)
    return make_page(rows, page, lambda terms: (terms.coupon_id,))


async def coupons_by_ids(
    conn: Connection, *, shopper: Shopper, ids: Sequence[int]
) -> dict[int, CouponTerms]:
    """Those of the coupons that are the member's own."""
    family = await family_of(conn, shopper.network_id, shopper.member_id)
    found = await load_coupons(conn, network_id=shopper.network_id, coupon_ids=ids)
    return {id: terms for id, terms in found.items() if terms.member_id in family}


async def usable_coupons(
    conn: Connection, *, network_id: int, wanted: Mapping[tuple[int, int], Sequence[int]]
) -> dict[tuple[int, int], list[CouponTerms]]:
    """By (member, store), the open coupons of the member's family, which is given, that the store
    takes today, the dearest first, at most 100 of each. What goods they ask for is for the caller
    to compare."""
    if not wanted:
        return {}
    return await queries.list_usable(conn, network_id, wanted, LISTED_MAX)


async def lock_coupons(
    conn: Connection, *, network_id: int, coupon_ids: Collection[int]
) -> dict[int, CouponTerms]:
    """Lock coupons, whoever they belong to, until the unit of work ends; those that are not there
    are absent. Ordered by id."""
    if not coupon_ids:
        return {}
    return await queries.fetch_coupons(conn, network_id, coupon_ids, is_locking=True)


async def load_coupons(
    conn: Connection, *, network_id: int, coupon_ids: Collection[int]
) -> dict[int, CouponTerms]:
    """As `lock_coupons`, without locking: to look at."""
    if not coupon_ids:
        return {}
    return await queries.fetch_coupons(conn, network_id, coupon_ids, is_locking=False)


async def hold_coupons(conn: Connection, *, network_id: int, orders: Mapping[int, int]) -> None:
    """Keep coupons for orders, by coupon; the caller has locked them and seen that they are open.

    Raises RuntimeError where one is not: nothing of the unit of work may stand then.
    """
    if orders:
        held = await queries.hold_coupons(conn, network_id, orders)
        if held != orders.keys():
            raise RuntimeError(f"coupons {sorted(orders.keys() - held)} are not open")


async def use_coupons(conn: Connection, *, network_id: int, order_ids: Collection[int]) -> None:
    """Mark what is held for orders as used, for they are paid. Again, it changes nothing."""
    if order_ids:
        await queries.use_coupons(conn, network_id, order_ids)


async def release_coupons(conn: Connection, *, network_id: int, order_ids: Collection[int]) -> None:
    """Open again what was held for orders or used by them, for they are not to be: cancelled,
    expired. Again, it changes nothing."""
    if order_ids:
        await queries.release_coupons(conn, network_id, order_ids)
