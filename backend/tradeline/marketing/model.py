"""What marketing talks about, and its rules. Pure: no storage, no network, no clock."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from tradeline.kernel import Money, take

CODE_LENGTH_MAX = 64
NAME_LENGTH_MAX = 200
BASIS_POINTS = 10_000
MINOR_MAX = 10**15
QUANTITY_MAX = 100_000_000
PER_MEMBER_MAX = 1_000
STORES_MAX = 1_000
SHARES_MAX = 100


class CampaignState(StrEnum):
    """`draft` waits until all parties have agreed to what they bear. An ended one issues no more;
    what it has issued stays good until its last day."""

    DRAFT = "draft"
    AGREED = "agreed"
    ENDED = "ended"


class CouponState(StrEnum):
    """`held` waits for an order's payment."""

    OPEN = "open"
    HELD = "held"
    USED = "used"


@dataclass(frozen=True, slots=True)
class NewShare:
    """A party is to bear so many of 10,000 parts."""

    org_id: int
    basis_points: int


@dataclass(frozen=True, slots=True)
class CampaignShare:
    """What a party bears, and since when it has agreed to that."""

    org_id: int
    basis_points: int
    agreed_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class NewCampaign:
    """Coupons that take `value` off goods of `threshold` or more, within [valid_from, valid_to)."""

    code: str
    name: str
    name_en: str
    value: Money
    threshold: Money
    valid_from: datetime
    valid_to: datetime
    quantity_max: int
    per_member_max: int
    store_ids: tuple[int, ...]
    shares: tuple[NewShare, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Campaign:
    """A campaign as its parties see it."""

    id: int
    org_id: int
    code: str
    name: str
    name_en: str
    value_minor: int
    threshold_minor: int
    currency: str
    valid_from: datetime
    valid_to: datetime
    quantity_max: int
    issued_count: int
    per_member_max: int
    state: CampaignState
    created_at: datetime
    store_ids: tuple[int, ...]
    shares: tuple[CampaignShare, ...]

    @property
    def value(self) -> Money:
        return Money(self.value_minor, self.currency)

    @property
    def threshold(self) -> Money:
        return Money(self.threshold_minor, self.currency)


@dataclass(frozen=True, slots=True, kw_only=True)
class CouponTerms:
    """A coupon, whose it is, and on what terms it is used. `is_valid` says that today is within
    its time; that it is open, of this member and of this store is for whoever uses it to see."""

    coupon_id: int
    campaign_id: int
    member_id: int
    state: CouponState
    order_id: int | None
    code: str
    name: str
    name_en: str
    value_minor: int
    threshold_minor: int
    currency: str
    valid_from: datetime
    valid_to: datetime
    is_valid: bool
    store_ids: frozenset[int]
    shares: Mapping[int, int]

    @property
    def is_open(self) -> bool:
        return self.state is CouponState.OPEN

    @property
    def value(self) -> Money:
        return Money(self.value_minor, self.currency)

    @property
    def threshold(self) -> Money:
        return Money(self.threshold_minor, self.currency)


@dataclass(frozen=True, slots=True, kw_only=True)
class Issuing:
    """A campaign as it is when somebody wants a coupon of it; `is_valid` says that it is on."""

    id: int
    name: str
    name_en: str
    state: str
    quantity_max: int
    issued_count: int
    per_member_max: int
    is_valid: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Claimable:
    """What a store's campaign offers to a consumer; `claimed_count` of it are theirs."""

    campaign_id: int
    name: str
    name_en: str
    value_minor: int
    threshold_minor: int
    currency: str
    valid_from: datetime
    valid_to: datetime
    per_member_max: int
    is_gone: bool
    claimed_count: int

    @property
    def value(self) -> Money:
        return Money(self.value_minor, self.currency)

    @property
    def threshold(self) -> Money:
        return Money(self.threshold_minor, self.currency)

    @property
    def is_claimable(self) -> bool:
        return not self.is_gone and self.claimed_count < self.per_member_max


def share_coupon(
    coupon_minor: int, gross_by_line: Mapping[int, int], shares_by_tier: Mapping[int, int]
) -> dict[tuple[int, int], int]:
    """What each tier bears of the coupon on each line, by (line, tier); what is 0 is said too.

    The coupon is taken over the lines by what they cost, and over the tiers by their shares; then
    each line's part is taken out of what remains of the tiers' parts. So each line has exactly
    its part, and each tier bears exactly its own. Raises ValueError for a coupon that is worth
    more than the lines, and for shares of nobody.
    """
    lines, tiers = sorted(gross_by_line), sorted(shares_by_tier)
    by_line = take(coupon_minor, [gross_by_line[line] for line in lines])
    # In proportion to the shares, as `take` does it: of each there is more than enough.
    remaining = take(coupon_minor, [coupon_minor * shares_by_tier[tier] for tier in tiers])
    borne: dict[tuple[int, int], int] = {}
    for line, minor in zip(lines, by_line, strict=True):
        parts = take(minor, remaining)
        for index, tier in enumerate(tiers):
            remaining[index] -= parts[index]
            borne[line, tier] = parts[index]
    return borne
