"""What sourcing talks about: rules, where stock may come from, and plans. Pure.

Quantities are whole base units. A tier is how far up the store's route an organization stands: the
store's own is 0. A parcel is all that one warehouse sends for an order.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from typing import Any

from tradeline.channels import Store
from tradeline.inventory import Stock
from tradeline.kernel import QUANTITY_MAX, InvalidValue, Problem
from tradeline.sourcing.words import Reason

RULES_MAX = 100
PARCELS_MAX = 100
TIER_MAX = 100
REGION_LENGTH_MAX = 64


class RuleKind(StrEnum):
    """What a rule says; which of its columns count is beside each."""

    PREFER_TIER = "prefer_tier"  # tier: comes before all that a later rule, or none, names
    PREFER_REGION = "prefer_region"  # warehouse_id: counts as on the spot in `region`, a prefix
    MAX_PARCELS = "max_parcels"  # quantity: so many parcels for an order at most
    WHOLE_LINES = "whole_lines"  # a line comes from one warehouse or not at all
    SAFETY_STOCK = "safety_stock"  # tier or warehouse_id: `quantity` of each SKU stay there
    QUOTA = "quota"  # tier: gives consumers `quantity` units a day at most
    COST = "cost"  # quantity: what one tier nearer is worth, in minor units for a base unit


@dataclass(frozen=True, slots=True, kw_only=True)
class NewRule:
    """A rule as somebody says it."""

    kind: RuleKind
    tier: int | None = None
    warehouse_id: int | None = None
    region: str = ""
    quantity: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule(NewRule):
    """A rule that stands; the first position comes first."""

    id: int
    position: int


@dataclass(frozen=True, slots=True)
class Rules:
    """The rules of one organization, in the shape in which planning asks for them.

    `left` is what the quotas leave today, by tier; it is lowered by what is taken (`take_plan`).
    """

    tiers: tuple[int, ...] = ()
    regions: Mapping[int, tuple[str, ...]] = field(default_factory=dict)
    parcels_max: int | None = None
    is_whole: bool = False
    tier_safety: Mapping[int, int] = field(default_factory=dict)
    warehouse_safety: Mapping[int, int] = field(default_factory=dict)
    quotas: Mapping[int, int] = field(default_factory=dict)
    step_minor: int | None = None
    left: dict[int, int] = field(default_factory=dict)

    @classmethod
    def of(cls, rules: Iterable[Rule]) -> Rules:
        """The rules put in order; of several that limit the same, the strictest counts. Nothing
        went of their quotas yet."""
        ordered = sorted(rules, key=lambda rule: rule.position)
        regions: dict[int, tuple[str, ...]] = {}
        quotas: dict[int, int] = {}
        for rule in ordered:
            if rule.kind is RuleKind.PREFER_REGION and rule.warehouse_id is not None:
                regions[rule.warehouse_id] = (*regions.get(rule.warehouse_id, ()), rule.region)
            elif rule.kind is RuleKind.QUOTA and rule.tier is not None:
                quantity = rule.quantity or 0
                quotas[rule.tier] = min(quotas.get(rule.tier, quantity), quantity)
        preferred = [rule.tier for rule in ordered if rule.kind is RuleKind.PREFER_TIER]
        return cls(
            tiers=tuple(dict.fromkeys(tier for tier in preferred if tier is not None)),
            regions=regions,
            parcels_max=min(_quantities(ordered, RuleKind.MAX_PARCELS), default=None),
            is_whole=any(rule.kind is RuleKind.WHOLE_LINES for rule in ordered),
            tier_safety=_strictest(ordered, "tier"),
            warehouse_safety=_strictest(ordered, "warehouse_id"),
            quotas=quotas,
            step_minor=next(iter(_quantities(ordered, RuleKind.COST)), None),
            left=dict(quotas),
        )

    def safety(self, tier: int, warehouse_id: int) -> int:
        """How much of each SKU stays in the warehouse: what was said of it, else of its tier."""
        if warehouse_id in self.warehouse_safety:
            return self.warehouse_safety[warehouse_id]
        return self.tier_safety.get(tier, 0)

    def left_of(self, tier: int) -> int | None:
        """How much the tier may still give today; None if nobody said."""
        left = self.left.get(tier)
        return None if left is None else max(left, 0)


@dataclass(frozen=True, slots=True)
class SourcingLine:
    """What is wanted. `position` is unique, and earlier lines choose first."""

    position: int
    sku_id: int
    quantity: int


@dataclass(frozen=True, slots=True)
class SourceTier:
    """An organization of the store's route."""

    tier: int
    org_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Sources:
    """Where goods may come from: what stands in the warehouses of some tiers, and where they go.

    `costs` says, by (tier, SKU), what a base unit costs if it comes from there, in minor units;
    they count only with a rule that weighs them, and only where they are known of all tiers that
    have any. `excluded` are pairs (warehouse, SKU) that turned out not to be there.
    """

    tiers: Sequence[SourceTier]
    stock: Stock
    region: str = ""
    costs: Mapping[tuple[int, int], Decimal] = field(default_factory=dict)
    excluded: Collection[tuple[int, int]] = frozenset()


@dataclass(frozen=True, slots=True)
class Part:
    """So much of a line comes from this warehouse, and why from this tier and from this one of
    its warehouses. Of a bundle, so many whole ones."""

    position: int
    sku_id: int
    tier: int
    org_id: int
    warehouse_id: int
    quantity: int
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class Rejection:
    """A warehouse that gives nothing to a line, and why."""

    position: int
    tier: int
    org_id: int
    warehouse_id: int
    reason: Reason


@dataclass(frozen=True, slots=True)
class Plan:
    """Which stock fills which line. Sorted by position, and as the warehouses were preferred.

    `unfilled` is what is missing, by position. `quota_uses` is what the plan takes of quotas, by
    tier.
    """

    parts: tuple[Part, ...]
    rejected: tuple[Rejection, ...]
    unfilled: Mapping[int, int]
    quota_uses: Mapping[int, int]

    @property
    def is_complete(self) -> bool:
        return not self.unfilled

    @property
    def parcel_count(self) -> int:
        return len({part.warehouse_id for part in self.parts})

    def explanation(self) -> dict[str, Any]:
        """The plan as JSON values, to be kept with what was decided by it."""
        return {
            "parts": [
                {
                    "position": part.position,
                    "sku_id": part.sku_id,
                    "tier": part.tier,
                    "org_id": part.org_id,
                    "warehouse_id": part.warehouse_id,
                    "quantity": part.quantity,
                    "reasons": [reason.as_json() for reason in part.reasons],
                }
                for part in self.parts
            ],
            "rejected": [
                {
                    "position": rejection.position,
                    "tier": rejection.tier,
                    "org_id": rejection.org_id,
                    "warehouse_id": rejection.warehouse_id,
                    "reason": rejection.reason.as_json(),
                }
                for rejection in self.rejected
            ],
            "unfilled": [
                {"position": position, "quantity": quantity}
                for position, quantity in self.unfilled.items()
            ],
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class PreviewOption:
    """A warehouse that would give so much to a line, or nothing, and why. `warehouse_id` is None
    where it is another's than the viewer's."""

    position: int
    tier: int
    org_id: int
    warehouse_id: int | None
    quantity: int
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """A plan as one organization of the store's route may see it: what gives comes first."""

    store: Store
    options: tuple[PreviewOption, ...]
    unfilled: Mapping[int, int]
    parcel_count: int


@dataclass(frozen=True, slots=True)
class QuotaTake:
    """So much of what a tier may give by the rules of an organization goes to an order."""

    org_id: int
    tier: int
    order_id: int
    quantity: int


def take_plan(plan: Plan, stock: Stock, rules: Rules) -> None:
    """Count as taken what the plan gives, so that whoever is planned for next finds less."""
    _move(plan, stock, rules, 1)


def put_back_plan(plan: Plan, stock: Stock, rules: Rules) -> None:
    """Undo `take_plan`: an order that is refused takes nothing."""
    _move(plan, stock, rules, -1)


def rules_owner(store: Store) -> int:
    """By whose rules stock is chosen for a store: those of the organization at the top of its
    route, as it was set, whether or not all of it trades today."""
    return store.route[-1].seller_org_id if store.route else store.org_id


def distance_of(place: str, destination: str) -> int:
    """How many steps of the destination's region, such as CN-SH-PD, are not the place's as well:
    0 on the spot. A place that does not say where it is lies farthest."""
    if not destination:
        return 0
    steps = destination.split("-")
    common = 0
    for ours, theirs in zip(place.split("-") if place else (), steps, strict=False):
        if ours != theirs:
            break
        common += 1
    return len(steps) - common


def covers(prefix: str, destination: str) -> bool:
    """Whether the destination lies in a region or is it."""
    return destination == prefix or destination.startswith(f"{prefix}-")


def judge_rules(rules: Sequence[NewRule]) -> list[Problem]:
    """All that is wrong with the rules by themselves."""
    problems: list[Problem] = []
    if len(rules) > RULES_MAX:
        problems.append(_bad(("rules",), f"at most {RULES_MAX} rules", f"最多 {RULES_MAX} 条规则"))
    for index, rule in enumerate(rules):
        problems += _judge_rule(rule, ("rules", index))
    return problems


# What each kind says, and which numbers it takes.
_NEEDS: Mapping[RuleKind, frozenset[str]] = {
    RuleKind.PREFER_TIER: frozenset({"tier"}),
    RuleKind.PREFER_REGION: frozenset({"warehouse_id", "region"}),
    RuleKind.MAX_PARCELS: frozenset({"quantity"}),
    RuleKind.WHOLE_LINES: frozenset(),
    RuleKind.SAFETY_STOCK: frozenset({"quantity"}),
    RuleKind.QUOTA: frozenset({"tier", "quantity"}),
    RuleKind.COST: frozenset({"quantity"}),
}
_SPOKEN = {
    "tier": "tier",
    "warehouse_id": "warehouseId",
    "region": "region",
    "quantity": "quantity",
}


def _judge_rule(rule: NewRule, path: tuple[str | int, ...]) -> list[Problem]:
    said = {name for name in _SPOKEN if getattr(rule, name) not in (None, "")}
    needs = set(_NEEDS[rule.kind])
    if rule.kind is RuleKind.SAFETY_STOCK:
        # Of one warehouse, or of all of a tier.
        needs |= {"warehouse_id"} if "warehouse_id" in said else {"tier"}
    problems: list[Problem] = [
        _bad((*path, _SPOKEN[name]), "this kind of rule needs it", "此类规则必须填写")
        for name in _SPOKEN
        if name in needs - said
    ]
    problems += [
        _bad((*path, _SPOKEN[name]), "this kind of rule does not take it", "此类规则不能填写")
        for name in _SPOKEN
        if name in said - needs
    ]
    least, most = 0, QUANTITY_MAX
    if rule.kind is RuleKind.MAX_PARCELS:
        least, most = 1, PARCELS_MAX
    if rule.quantity is not None and not least <= rule.quantity <= most:
        problems.append(
            _bad(
                (*path, "quantity"),
                f"send a whole number from {least} to {most}",
                f"请填写 {least} 至 {most} 的整数",
            )
        )
    if rule.tier is not None and not 0 <= rule.tier <= TIER_MAX:
        problems.append(
            _bad(
                (*path, "tier"),
                f"0 is the store, 1 its seller, at most {TIER_MAX}",
                f"0 为门店，1 为其上级，最大 {TIER_MAX}",
            )
        )
    if len(rule.region) > REGION_LENGTH_MAX or not rule.region.isprintable():
        problems.append(
            _bad(
                (*path, "region"),
                f"a region such as CN-SH, at most {REGION_LENGTH_MAX} characters",
                f"请填写地区代码，如 CN-SH，最多 {REGION_LENGTH_MAX} 个字符",
            )
        )
    return problems


def _bad(path: tuple[str | int, ...], rule: str, rule_zh: str) -> InvalidValue:
    field = next(str(step) for step in reversed(path) if isinstance(step, str))
    return InvalidValue(path=path, field=field, rule=rule, rule_zh=rule_zh)


def _quantities(rules: Iterable[Rule], kind: RuleKind) -> list[int]:
    return [rule.quantity for rule in rules if rule.kind is kind and rule.quantity is not None]


def _strictest(rules: Iterable[Rule], of: str) -> dict[int, int]:
    safety: dict[int, int] = {}
    for rule in rules:
        subject = getattr(rule, of)
        if rule.kind is RuleKind.SAFETY_STOCK and subject is not None:
            safety[subject] = max(safety.get(subject, 0), rule.quantity or 0)
    return safety


def _move(plan: Plan, stock: Stock, rules: Rules, sign: int) -> None:
    for part in plan.parts:
        stock.take(part.warehouse_id, part.sku_id, sign * part.quantity)
    for tier, quantity in plan.quota_uses.items():
        rules.left[tier] -= sign * quantity
