"""The debts along a route: of a sale, and of what is taken back of it. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from tradeline.settlement import ExposureRelease, NewObligation, ObligationKind
from tradeline.shopping.model import Split, SplitPart
from tradeline.shopping.refunds import Reversal
from tradeline.shopping.splits import EdgeDebt

# What undoes a debt, and is undone by it.
OPPOSITES = {
    ObligationKind.GOODS: ObligationKind.RETURN,
    ObligationKind.FREIGHT: ObligationKind.FREIGHT_RETURN,
    ObligationKind.COST_SHARE: ObligationKind.COST_SHARE_RETURN,
    ObligationKind.COLLECTED: ObligationKind.COLLECTED_RETURN,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """The paper that a debt or booking comes from."""

    type: str
    id: int
    number: str


@dataclass(frozen=True, slots=True)
class TierSums:
    """Of each part of the money, what is each tier's."""

    goods: dict[int, int] = field(default_factory=lambda: defaultdict(int))
    coupon: dict[int, int] = field(default_factory=lambda: defaultdict(int))
    freight: dict[int, int] = field(default_factory=lambda: defaultdict(int))

    def add(self, part: SplitPart, tier: int, minor: int) -> None:
        """Count so much as the tier's."""
        parts = {
            SplitPart.GOODS: self.goods,
            # Of the store itself, hence on no edge.
            SplitPart.CONCESSION: self.goods,
            SplitPart.COUPON: self.coupon,
            SplitPart.FREIGHT: self.freight,
        }
        parts[part][tier] += minor


def sums_of_splits(splits: Iterable[Split]) -> TierSums:
    """What a sale was split into."""
    sums = TierSums()
    for split in splits:
        sums.add(split.part, split.tier, split.original_minor)
    return sums


def sums_of_reversals(splits: Iterable[Split], reversals: Iterable[Reversal]) -> TierSums:
    """What is taken back, by tier."""
    by_id = {split.id: split for split in splits}
    sums = TierSums()
    for reversal in reversals:
        split = by_id[reversal.split_id]
        sums.add(split.part, split.tier, reversal.amount_minor)
    return sums


def obligations_of(
    debts: Iterable[EdgeDebt],
    edges: Mapping[int, int],
    *,
    document: Document,
    is_back: bool = False,
    releases: Mapping[int, ExposureRelease] = MappingProxyType({}),
) -> list[NewObligation]:
    """Debts as they are posted; `edges` are the relationships by tier, `releases` what was held
    there for them.

    `is_back` when they are what is taken back. A sum below zero is owed the other way round: an
    edge may have to be given a fen more of goods than it gives back, where somebody sold below
    its cost.
    """
    obligations = []
    held = dict(releases)
    for debt in debts:
        kind = OPPOSITES[debt.kind] if is_back == (debt.amount_minor > 0) else debt.kind
        obligations.append(
            NewObligation(
                relationship_id=edges[debt.tier],
                kind=kind,
                owed_by=kind.owed_by,
                amount_minor=abs(debt.amount_minor),
                document_type=document.type,
                document_id=document.id,
                document_number=document.number,
                releases=held.pop(debt.tier, None),
            )
        )
    return obligations
