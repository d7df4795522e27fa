"""Coupons, and who bears what they cost.

The names below are the module: others import them from here, and nothing from deeper in.
"""

from tradeline.marketing.errors import (
    CouponsEnough,
    CouponsGone,
    NotClaimableNow,
    NotOfRoute,
    SharesNotWhole,
)
from tradeline.marketing.model import (
    Campaign,
    CampaignShare,
    CampaignState,
    Claimable,
    CouponState,
    CouponTerms,
    NewCampaign,
    NewShare,
    share_coupon,
)
from tradeline.marketing.service.campaigns import (
    agree_campaign,
    campaigns_by_ids,
    create_campaign,
    end_campaign,
    list_campaigns,
)
from tradeline.marketing.service.checks import (
    find_violations,
)
from tradeline.marketing.service.coupons import (
    claim_coupon,
    coupons_by_ids,
    hold_coupons,
    list_claimable,
    list_my_coupons,
    load_coupons,
    lock_coupons,
    release_coupons,
    usable_coupons,
    use_coupons,
)

__all__ = [
    "Campaign",
    "CampaignShare",
    "CampaignState",
    "Claimable",
    "CouponState",
    "CouponTerms",
    "CouponsEnough",
    "CouponsGone",
    "NewCampaign",
    "NewShare",
    "NotClaimableNow",
    "NotOfRoute",
    "SharesNotWhole",
    "agree_campaign",
    "campaigns_by_ids",
    "claim_coupon",
    "coupons_by_ids",
    "create_campaign",
    "end_campaign",
    "find_violations",
    "hold_coupons",
    "list_campaigns",
    "list_claimable",
    "list_my_coupons",
    "load_coupons",
    "lock_coupons",
    "release_coupons",
    "share_coupon",
    "usable_coupons",
    "use_coupons",
]
