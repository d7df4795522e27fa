"""Whom prices would reach if they were put into a list, and what would become of theirs. Pure: both
answers are the one resolver's."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

from tradeline.pricing.changes import PricePlan
from tradeline.pricing.model import Candidate, NewPrice, PriceList, PriceRequest, tidy
from tradeline.pricing.resolver import PriceSheet

# No stored price has such an id: of prices that are otherwise equal, the one made first wins.
NOT_STORED_YET = 2**62


@dataclass(frozen=True, slots=True, kw_only=True)
class PackUnits:
    """What a price is for: so many base units under one name."""

    pack_id: int
    code: str
    units: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceImpact:
    """One price that is put, on one edge: what is paid there for one pack, or without `pack_id` for
    one base unit, at its quantity, before and after. None is no price. Both are as of the moment
    from which the price holds. `is_winning`: afterwards the list's price is the price."""

    relationship_id: int
    sku_id: int
    pack_id: int | None
    quantity_minimum: int
    before: Decimal | None
    after: Decimal | None
    is_winning: bool

    @property
    def changes_price(self) -> bool:
        return self.before != self.after


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceListImpact:
    """`relationship_count` edges trade any of the SKUs; on `affected_count` of them a price changes
    (None: too many to work out). `changes` are some of `change_count`, such as change a price
    first."""

    relationship_count: int
    affected_count: int | None
    change_count: int
    changes: tuple[PriceImpact, ...]


@dataclass(frozen=True, slots=True)
class Preview:
    """A list as it is, and what is to be put into it. `packs` are by SKU and pack, the base pack by
    None."""

    price_list: PriceList
    prices: Sequence[NewPrice]
    plan: PricePlan
    packs: Mapping[tuple[int, int | None], PackUnits]

    def impact(self, place: int, sheet: PriceSheet) -> PriceImpact:
        """Of the price in that place on the edge and SKU of `sheet`, which was read after the plan
        was made."""
        new = self.prices[place]
        pack = self.packs[new.sku_id, new.pack_id]
        request = PriceRequest(
            relationship_id=sheet.relationship_id,
            sku_id=new.sku_id,
            pack_id=pack.pack_id,
            pack_units=pack.units,
            pack_quantity=-(-new.quantity_minimum // pack.units),
        )
        then = replace(sheet, at=self._moment(new, sheet.at))
        before = then.resolve(request).price
        after = replace(then, candidates=self._put(then)).resolve(request).price
        return PriceImpact(
            relationship_id=sheet.relationship_id,
            sku_id=new.sku_id,
            pack_id=new.pack_id,
            quantity_minimum=new.quantity_minimum,
            before=_per_pack(before, pack.units),
            after=_per_pack(after, pack.units),
            is_winning=after is not None and after.price_list_id == self.price_list.id,
        )

    def _moment(self, new: NewPrice, now: datetime) -> datetime:
        """When the price begins to tell."""
        begins = (now, new.valid_from, self.price_list.valid_from)
        return max(begin for begin in begins if begin is not None)

    def _put(self, sheet: PriceSheet) -> tuple[Candidate, ...]:
        """The candidates of the sheet as they were once the plan was carried out."""
        ends = self.plan.ends
        stored = tuple(
            replace(candidate, valid_to=ends[candidate.price_id])
            if candidate.price_id in ends
            else candidate
            for candidate in sheet.candidates
        )
        made = (
            self._candidate(NOT_STORED_YET + index, new, sheet)
            for index, new in enumerate(self.plan.inserts)
            if new.sku_id == sheet.sku_id
        )
        return (*stored, *made)

    def _candidate(self, id: int, new: NewPrice, sheet: PriceSheet) -> Candidate:
        unit = sheet.base_unit
        if new.pack_id is not None:
            unit = self.packs[new.sku_id, new.pack_id].code
        return Candidate(
            price_id=id,
            price_list_id=self.price_list.id,
            price_list_code=self.price_list.code,
            price_list_name=self.price_list.name,
            price_list_name_en=self.price_list.name_en,
            level=self.price_list.level,
            currency=self.price_list.currency,
            list_is_active=self.price_list.is_active,
            list_valid_from=self.price_list.valid_from,
            list_valid_to=self.price_list.valid_to,
            pack_id=new.pack_id,
            unit=unit,
            quantity_minimum=new.quantity_minimum,
            unit_price=tidy(new.unit_price),
            valid_from=new.valid_from,
            valid_to=new.valid_to,
        )


def _per_pack(price: Candidate | None, units: int) -> Decimal | None:
    """What one pack costs: a price for base units is paid for each of them."""
    if price is None:
        return None
    return tidy(price.unit_price if price.pack_id is not None else price.unit_price * units)
