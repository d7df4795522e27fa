"""The ways in which marketing says no."""

from dataclasses import dataclass
from typing import ClassVar

from tradeline.kernel import Problem


@dataclass(frozen=True, slots=True, kw_only=True)
class SharesNotWhole(Problem):
    """What the parties bear is not the whole of it. `total` is in basis points."""

    zh: ClassVar[str] = "各方承担比例合计须为 10000 个基点（100%），现为 {total}；请调整。"
    en: ClassVar[str] = (
        "The shares have to make 10000 basis points (100 %), and make {total}; change them."
    )

    total: int


@dataclass(frozen=True, slots=True, kw_only=True)
class NotOfRoute(Problem):
    """Somebody is to bear a part, or issues, who does not sell to the store by its route."""

    zh: ClassVar[str] = "{organization}不在门店 {store} 的供货链上；请调整分摊方或门店。"
    en: ClassVar[str] = (
        "{organization} is not on the supply route of store {store}; "
        "change who bears a share, or the stores."
    )

    organization: str
    store: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CouponsGone(Problem):
    """All coupons of a campaign have been issued."""

    zh: ClassVar[str] = "{campaign} 已领完；请看看其他优惠。"
    en: ClassVar[str] = "All coupons of {campaign} are gone; look for another."

    campaign: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CouponsEnough(Problem):
    """A member has as many coupons of a campaign as each may have."""

    zh: ClassVar[str] = "{campaign} 每人限领 {per_member_max} 张，您已领取；请到“我的券”使用。"
    en: ClassVar[str] = (
        "Each may have {per_member_max} coupons of {campaign}, and you had yours; see your coupons."
    )

    campaign: str
    per_member_max: int


@dataclass(frozen=True, slots=True, kw_only=True)
class NotClaimableNow(Problem):
    """A campaign that has not begun, is over, or issues nothing any more."""

    zh: ClassVar[str] = "{campaign} 现在不能领取；请在活动期间再来。"
    en: ClassVar[str] = "Coupons of {campaign} cannot be claimed now; come back while it runs."

    campaign: str
