"""What marketing accepts and refuses. Pure: plain values in, problems out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from tradeline.channels import Store
from tradeline.kernel import InvalidValue, Locale, NotFound, Problem, judge_length
from tradeline.marketing.errors import (
    CouponsEnough,
    CouponsGone,
    NotClaimableNow,
    NotOfRoute,
    SharesNotWhole,
)
from tradeline.marketing.model import (
    BASIS_POINTS,
    CODE_LENGTH_MAX,
    MINOR_MAX,
    NAME_LENGTH_MAX,
    PER_MEMBER_MAX,
    QUANTITY_MAX,
    SHARES_MAX,
    STORES_MAX,
    CampaignState,
    Issuing,
    NewCampaign,
    NewShare,
)

Path = tuple[str | int, ...]


def judge_campaign(campaign: NewCampaign, now: datetime) -> list[Problem]:
    """All that is wrong with a campaign by itself."""
    problems = judge_length(campaign.code, ("code",), least=1, most=CODE_LENGTH_MAX)
    problems += judge_length(campaign.name, ("name",), least=1, most=NAME_LENGTH_MAX)
    problems += judge_length(campaign.name_en, ("nameEn",), least=1, most=NAME_LENGTH_MAX)
    if campaign.code and (not campaign.code.isprintable() or " " in campaign.code):
        problems.append(_bad(("code",), "use printable characters", "须为不含空格的可见字符"))
    problems += _judge_value(campaign)
    is_zoned = campaign.valid_from.tzinfo is not None and campaign.valid_to.tzinfo is not None
    if not is_zoned or not max(now, campaign.valid_from) < campaign.valid_to:
        problems.append(
            _bad(("validTo",), "end after it begins, in the future", "须晚于生效时间和当前时间")
        )
    for name, number, most in (
        ("quantityMax", campaign.quantity_max, QUANTITY_MAX),
        ("perMemberMax", campaign.per_member_max, PER_MEMBER_MAX),
    ):
        if not 1 <= number <= most:
            problems.append(
                _bad((name,), f"send a whole number from 1 to {most}", f"请填写 1 至 {most} 的整数")
            )
    problems += _judge_list("storeIds", campaign.store_ids, STORES_MAX)
    problems += _judge_list("shares", [it.org_id for it in campaign.shares], SHARES_MAX)
    return problems + _judge_shares(campaign.shares)


def judge_parties(
    campaign: NewCampaign, actor_org_id: int, stores: Mapping[int, Store]
) -> list[Problem]:
    """Whoever issues and whoever bears a part has to supply each of the stores, or own it. A store
    of whose route the actor is no part is not there."""
    problems: list[Problem] = []
    names: dict[int, str] = {}
    seen: list[tuple[int, Store]] = []
    for index, store_id in enumerate(campaign.store_ids):
        store = stores.get(store_id)
        if store is None or actor_org_id not in {tier.org_id for tier in store.tiers}:
            problems.append(NotFound(path=("storeIds", index), subject="store"))
            continue
        seen.append((index, store))
        names.update((tier.org_id, tier.name) for tier in store.tiers)
        if store.currency != campaign.value.currency:
            problems.append(_bad(("storeIds", index), "its currency is another", "门店币种不一致"))
    for index, share in enumerate(campaign.shares):
        path = ("shares", index, "organizationId")
        if share.org_id not in names:
            problems.append(NotFound(path=path, subject="organization"))
            continue
        problems += [
            NotOfRoute(path=path, organization=names[share.org_id], store=store.name)
            for _, store in seen
            if share.org_id not in {tier.org_id for tier in store.tiers}
        ]
    return problems


def judge_claim(issuing: Issuing, claimed: int, locale: Locale) -> list[Problem]:
    """Why a member who has claimed so many gets no coupon more."""
    name = issuing.name if locale is Locale.ZH else issuing.name_en
    path = ("campaignId",)
    if issuing.state != CampaignState.AGREED or not issuing.is_valid:
        return [NotClaimableNow(path=path, campaign=name)]
    problems: list[Problem] = []
    if issuing.issued_count >= issuing.quantity_max:
        problems.append(CouponsGone(path=path, campaign=name))
    if claimed >= issuing.per_member_max:
        problems.append(
            CouponsEnough(path=path, campaign=name, per_member_max=issuing.per_member_max)
        )
    return problems


def _judge_value(campaign: NewCampaign) -> list[Problem]:
    problems: list[Problem] = []
    value, threshold = campaign.value, campaign.threshold
    if not 1 <= value.minor <= MINOR_MAX:
        problems.append(_bad(("value",), "it takes more than nothing off", "须大于零"))
    if threshold.currency != value.currency:
        problems.append(_bad(("threshold",), "use the value's currency", "须与面值同币种"))
    elif not value.minor <= threshold.minor <= MINOR_MAX:
        problems.append(
            _bad(("threshold",), "ask for goods of the coupon's value or more", "不得低于面值")
        )
    return problems


def _judge_list(name: str, ids: Sequence[int], most: int) -> list[Problem]:
    problems: list[Problem] = []
    if not 1 <= len(ids) <= most:
        problems.append(_bad((name,), f"send 1 to {most} of them", f"请提供 1 至 {most} 个"))
    seen: set[int] = set()
    for index, id in enumerate(ids):
        if id in seen:
            problems.append(_bad((name, index), "the same was named before", "与前面的重复"))
        seen.add(id)
    return problems


def _judge_shares(shares: Sequence[NewShare]) -> list[Problem]:
    problems: list[Problem] = [
        _bad(
            ("shares", index, "basisPoints"),
            f"send a whole number from 1 to {BASIS_POINTS}",
            f"请填写 1 至 {BASIS_POINTS} 的整数",
        )
        for index, share in enumerate(shares)
        if not 1 <= share.basis_points <= BASIS_POINTS
    ]
    total = sum(share.basis_points for share in shares)
    if shares and total != BASIS_POINTS:
        problems.append(SharesNotWhole(path=("shares",), total=total))
    return problems


def _bad(path: Path, rule: str, rule_zh: str) -> InvalidValue:
    field = next(str(step) for step in reversed(path) if isinstance(step, str))
    return InvalidValue(path=path, field=field, rule=rule, rule_zh=rule_zh)
