"""What channels accepts. Pure: each function returns the faults it found, all of them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from tradeline.channels.errors import RouteBroken
from tradeline.channels.model import TIER_MAX, FreightRule, NewLink, NewListing
from tradeline.kernel import (
    QUANTITY_MAX,
    AlreadyExists,
    InvalidValue,
    NotFound,
    Problem,
    exponent_of,
    judge_length,
)
from tradeline.organizations import Relationship

CODE_LENGTH_MAX = 64
NAME_LENGTH_MAX = 100
TEXT_LENGTH_MAX = 200
PHONE_LENGTH_MAX = 40
REGION_LENGTH_MAX = 20
STORES_MAX = 100
LISTINGS_MAX = 1000
FREIGHT_RULES_MAX = 200
LINKS_MAX = 100
PRICE_MAX = Decimal(10**7)
MARKUP_BP_MIN = -9_999
MARKUP_BP_MAX = 1_000_000
POSITION_MAX = 10**6
FREIGHT_MINOR_MAX = 10**8

Path = tuple[str | int, ...]

_TEXTS = {
    "name": ("name", 1, NAME_LENGTH_MAX),
    "name_en": ("nameEn", 0, NAME_LENGTH_MAX),
    "address": ("address", 0, TEXT_LENGTH_MAX),
    "phone": ("phone", 0, PHONE_LENGTH_MAX),
    "opening_hours": ("openingHours", 0, TEXT_LENGTH_MAX),
}


def judge_store(values: Mapping[str, Any], path: Path) -> list[Problem]:
    """The faults of what is said of a store by itself; what is not given has none."""
    faults: list[Problem] = []
    if "code" in values:
        faults += _judge_code(values["code"], "code", CODE_LENGTH_MAX, path)
    if values.get("region"):
        faults += _judge_code(values["region"], "region", REGION_LENGTH_MAX, path)
    for name, (field, least, most) in _TEXTS.items():
        if name in values:
            faults += judge_length(values[name], (*path, field), least=least, most=most)
    return faults


def judge_place(latitude: Decimal | None, longitude: Decimal | None, path: Path) -> list[Problem]:
    """Both or neither, and on earth."""
    faults: list[Problem] = []
    for field, degrees, most in (("latitude", latitude, 90), ("longitude", longitude, 180)):
        is_lonely = degrees is None and (latitude, longitude) != (None, None)
        is_on_earth = degrees is None or (degrees.is_finite() and abs(degrees) <= most)
        if is_lonely or not is_on_earth:
            faults.append(
                _invalid(
                    (*path, field),
                    field,
                    f"send latitude and longitude together, this one from -{most} to {most}",
                    f"纬度和经度须同时填写，此项须在 -{most} 至 {most} 之间",
                )
            )
    return faults


def judge_route(
    route: Sequence[int],
    edges: Mapping[int, Relationship],
    *,
    org_id: int,
    entity_id: int,
    path: Path,
) -> list[Problem]:
    """The first fault of a route: the store's legal entity buys on its first edge, and each seller
    on the next. `edges` are those that trade today."""
    if len(route) > TIER_MAX:
        rule, rule_zh = f"name at most {TIER_MAX} relationships", f"最多 {TIER_MAX} 级"
        return [_invalid(path, "route", rule, rule_zh)]
    buyer, currency, orgs = entity_id, None, {org_id}
    for position, relationship_id in enumerate(route):
        edge = edges.get(relationship_id)
        if (
            edge is None
            or edge.buyer_entity_id != buyer
            or edge.seller_org_id in orgs
            or edge.currency != (currency or edge.currency)
        ):
            return [RouteBroken(path=(*path, position), tier=position + 1)]
        buyer, currency = edge.seller_entity_id, edge.currency
        orgs.add(edge.seller_org_id)
    return []


def judge_collector(collector_tier: int, route: Sequence[int], path: Path) -> list[Problem]:
    """Whoever collects is the store itself (0) or stands on its route."""
    if 0 <= collector_tier <= len(route):
        return []
    return [
        _invalid(
            (*path, "collectorTier"),
            "collectorTier",
            f"the collector is a tier of the route: 0 to {len(route)}",
            f"收款方须为供货路线上的一级：0 至 {len(route)}",
        )
    ]


def judge_listing(listing: NewListing, currency: str, path: Path) -> list[Problem]:
    """A fixed price that can be paid, or a markup; and counts that are counts."""
    faults: list[Problem] = []
    price, markup = listing.unit_price, listing.markup_bp
    if (price is None) == (markup is None):
        faults.append(
            _invalid(
                path,
                "unitPrice",
                "send either a price or a markup",
                "请填写固定售价或加价比例之一",
            )
        )
    if price is not None and not _is_payable(price, currency):
        places = exponent_of(currency)
        faults.append(
            _invalid(
                (*path, "unitPrice"),
                "unitPrice",
                f"above 0 and at most {PRICE_MAX}, with at most {places} decimal places",
                f"须大于 0、不超过 {PRICE_MAX}，最多 {places} 位小数",
            )
        )
    counts: Iterable[tuple[str, int | None, int, int]] = (
        ("markupBp", markup, MARKUP_BP_MIN, MARKUP_BP_MAX),
        ("limitPerOrder", listing.limit_per_order, 1, QUANTITY_MAX),
        ("position", listing.position, 0, POSITION_MAX),
    )
    for field, count, least, most in counts:
        if count is not None and not least <= count <= most:
            rule, rule_zh = f"between {least} and {most}", f"须在 {least} 至 {most} 之间"
            faults.append(_invalid((*path, field), field, rule, rule_zh))
    return faults


def judge_freight(rules: Sequence[FreightRule], path: Path) -> list[Problem]:
    """One rule for each region, and sums that can be paid."""
    faults: list[Problem] = []
    seen: set[str] = set()
    for position, rule in enumerate(rules):
        where = (*path, position)
        if rule.region:
            faults += _judge_code(rule.region, "region", REGION_LENGTH_MAX, where)
        if rule.region in seen:
            faults.append(
                AlreadyExists(path=(*where, "region"), subject="freight rule", code=rule.region)
            )
        seen.add(rule.region)
        for field, minor in (("base", rule.base_minor), ("freeFrom", rule.free_from_minor)):
            if minor is not None and not 0 <= minor <= FREIGHT_MINOR_MAX:
                faults.append(
                    _invalid(
                        (*where, field), field, "not below 0, and payable", "不得为负，且须可支付"
                    )
                )
    return faults


def judge_link(link: NewLink, path: Path) -> list[Problem]:
    """It says where it is put up."""
    return judge_length(
        link.source, (*path, "source"), least=1, most=CODE_LENGTH_MAX
    ) + judge_length(link.campaign, (*path, "campaign"), most=CODE_LENGTH_MAX)


def judge_batch(field: str, items: Sequence[object], most: int) -> list[Problem]:
    """A list must hold something, and not more than one unit of work should carry."""
    if 1 <= len(items) <= most:
        return []
    return [_invalid((field,), field, f"send 1 to {most} at once", f"每次 1 至 {most} 项")]


def judge_once(
    subject: str, keys: Sequence[object], taken: Collection[object], paths: Sequence[Path]
) -> list[Problem]:
    """What is taken, or came before in the same batch, is at fault."""
    seen = set(taken)
    faults: list[Problem] = []
    for key, path in zip(keys, paths, strict=True):
        if key in seen:
            faults.append(AlreadyExists(path=path, subject=subject, code=str(key)))
        seen.add(key)
    return faults


def judge_found(
    subject: str, ids: Sequence[int | None], found: Collection[int], paths: Sequence[Path]
) -> list[Problem]:
    """What was named must be among what was found; None names nothing."""
    return [
        NotFound(path=path, subject=subject)
        for id, path in zip(ids, paths, strict=True)
        if id is not None and id not in found
    ]


def _is_payable(price: Decimal, currency: str) -> bool:
    if not price.is_finite() or not 0 < price <= PRICE_MAX:
        return False
    minor = price.scaleb(exponent_of(currency))
    return minor == minor.to_integral_value()


def _judge_code(code: str, field: str, most: int, path: Path) -> list[Problem]:
    if 1 <= len(code) <= most and code.isprintable() and " " not in code:
        return []
    return [
        _invalid(
            (*path, field),
            field,
            f"send 1 to {most} printable characters without blanks",
            f"请填写 1 至 {most} 个可见字符，不含空格",
        )
    ]


def _invalid(path: Path, field: str, rule: str, rule_zh: str) -> InvalidValue:
    return InvalidValue(path=path, field=field, rule=rule, rule_zh=rule_zh)
