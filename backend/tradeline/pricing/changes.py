"""What becomes of a price list when prices are put into it, or ended. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import TypeAlias

from tradeline.kernel import (
    PRICE_DECIMALS_MAX,
    QUANTITY_MAX,
    AlreadyExists,
    InvalidValue,
    Problem,
    exponent_of,
)
from tradeline.pricing.errors import PriceHasBegun
from tradeline.pricing.model import BEGINNING, NewPrice, NewPriceList, Price, PriceList

CODE_LENGTH_MAX = 64
NAME_LENGTH_MAX = 200
BATCH_MAX = 10_000
UNIT_PRICE_MAX = Decimal(10**9)
# Nobody means a time outside of these; the driver reads the ends of the calendar as infinity.
TIME_MIN = datetime(2000, 1, 1, tzinfo=UTC)
TIME_MAX = datetime(2200, 1, 1, tzinfo=UTC)

Path = tuple[str | int, ...]
Break: TypeAlias = tuple[int, int | None, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class PricePlan:
    """What to store. `ends` are the new ends of stored prices by id, `inserts` the prices to add;
    `kept` has an entry for each price that was put: the id of the stored one that says the same
    already, or None for one among the inserts, which are in the same order."""

    ends: Mapping[int, datetime]
    inserts: tuple[NewPrice, ...]
    kept: tuple[int | None, ...]


def judge_price_list(new: NewPriceList, path: Path) -> list[Problem]:
    """The faults of a new list by itself."""
    faults: list[Problem] = []
    is_code = 1 <= len(new.code) <= CODE_LENGTH_MAX and new.code.isprintable()
    if not is_code or " " in new.code:
        faults.append(
            _invalid(
                (*path, "code"),
                f"send 1 to {CODE_LENGTH_MAX} printable characters without blanks",
                f"请填写 1 至 {CODE_LENGTH_MAX} 个可见字符，不含空格",
            )
        )
    faults += _judge_names(new, path)
    try:
        exponent_of(new.currency)
    except ValueError:
        faults.append(
            _invalid((*path, "currency"), "not a currency that is traded in", "不支持该币种")
        )
    return faults + judge_validity(new.valid_from, new.valid_to, path)


def judge_list_change(before: PriceList, after: PriceList, now: datetime) -> list[Problem]:
    """The faults of a list as it is to be. It may end now or later; an end gone by stays if it is
    not touched."""
    faults = _judge_names(after, ())
    end = after.valid_to
    if end == before.valid_to or end is None:
        return faults
    validity = judge_validity(before.valid_from, end, ())
    if not validity and end < now:
        validity = [_invalid(("validTo",), "give a moment to come", "须为将来的时间")]
    return faults + validity


def _judge_names(named: NewPriceList | PriceList, path: Path) -> list[Problem]:
    faults: list[Problem] = []
    for field, name, least in (("name", named.name, 1), ("nameEn", named.name_en, 0)):
        if not least <= len(name.strip()) or len(name) > NAME_LENGTH_MAX or not name.isprintable():
            faults.append(
                _invalid(
                    (*path, field),
                    f"send {least} to {NAME_LENGTH_MAX} printable characters",
                    f"请填写 {least} 至 {NAME_LENGTH_MAX} 个可见字符",
                )
            )
    return faults


def judge_validity(begin: datetime | None, end: datetime | None, path: Path) -> list[Problem]:
    """Times must be such as people mean, with their zone, and what ends must have begun."""
    faults = [
        fault
        for field, at in (("validFrom", begin), ("validTo", end))
        for fault in judge_time(at, (*path, field))
    ]
    if faults:
        return faults
    if begin is not None and end is not None and end <= begin:
        return [_invalid((*path, "validTo"), "it must be after the begin", "须晚于生效时间")]
    return []


def judge_time(at: datetime | None, path: Path) -> list[Problem]:
    """A time must say its zone and lie in the years 2000 to 2199; None is not given."""
    if at is None or (at.tzinfo is not None and TIME_MIN <= at < TIME_MAX):
        return []
    rule = f"give a time from {TIME_MIN.year} to {TIME_MAX.year - 1}, with its zone"
    rule_zh = f"请填写 {TIME_MIN.year} 至 {TIME_MAX.year - 1} 年间的时间，并带时区"
    return [_invalid(path, rule, rule_zh)]


def judge_price(new: NewPrice, path: Path) -> list[Problem]:
    """The faults of a new price by itself."""
    faults = judge_validity(new.valid_from, new.valid_to, path)
    exponent = new.unit_price.as_tuple().exponent
    if (
        not isinstance(exponent, int)
        or exponent < -PRICE_DECIMALS_MAX
        or not 0 <= new.unit_price <= UNIT_PRICE_MAX
    ):
        faults.append(
            _invalid(
                (*path, "unitPrice"),
                f"0 to {UNIT_PRICE_MAX} with at most {PRICE_DECIMALS_MAX} decimal places",
                f"须在 0 至 {UNIT_PRICE_MAX} 之间，最多 {PRICE_DECIMALS_MAX} 位小数",
            )
        )
    if not 1 <= new.quantity_minimum <= QUANTITY_MAX:
        faults.append(
            _invalid(
                (*path, "quantityMinimum"),
                f"a whole number from 1 to {QUANTITY_MAX}",
                f"须为 1 至 {QUANTITY_MAX} 的整数",
            )
        )
    return faults


def judge_batch(field: str, items: Sequence[object], most: int = BATCH_MAX) -> list[Problem]:
    """A list must hold something, and not more than one unit of work should carry."""
    if 1 <= len(items) <= most:
        return []
    return [_invalid((field,), f"send 1 to {most} at once", f"每次 1 至 {most} 项")]


def plan_prices(
    new: Sequence[NewPrice], stored: Sequence[Price], now: datetime
) -> tuple[PricePlan, list[Problem]]:
    """Put new prices beside the stored ones of the same list; and why not (empty: it can be).

    For one break (SKU, pack, quantity):
    - what is said already stays as it is, so that putting twice is putting once;
    - a price without a begin holds from ever if it is the first, else from now;
    - a price without an end ends those that began before it, from its begin on; one with an end
      lies over them for its time, and then they hold again (the latest begin wins);
    - a price that has not begun may be replaced; one that has is ended, never rewritten.
    """
    rows: dict[Break, list[_Row]] = {}
    for price in stored:
        row = _Row(price.unit_price, price.valid_from, price.valid_to, price.id, price.valid_to)
        rows.setdefault(_break_of(price), []).append(row)
    problems: list[Problem] = []
    placed: dict[int, _Row] = {}
    begins: set[tuple[Break, datetime | None]] = set()
    # In the order of their begins, so that prices of one batch end one another as they should.
    for index in sorted(range(len(new)), key=lambda i: new[i].valid_from or BEGINNING):
        path: Path = ("prices", index)
        named = _break_of(new[index]), new[index].valid_from
        siblings = rows.setdefault(named[0], [])
        if named in begins:
            problems.append(_repeated(new[index], path))
        else:
            placed[index] = _place(new[index], siblings, now, path, problems)
        begins.add(named)
    ends = {
        row.id: row.end
        for siblings in rows.values()
        for row in siblings
        if row.id is not None and row.end is not None and row.end != row.stored_end
    }
    inserts = tuple(
        replace(new[i], valid_from=placed[i].begin, valid_to=placed[i].end)
        for i in range(len(new))
        if i in placed and placed[i].id is None
    )
    kept = tuple(placed[i].id if i in placed else None for i in range(len(new)))
    problems.sort(key=lambda problem: [str(step).zfill(9) for step in problem.path])
    return PricePlan(ends=ends, inserts=inserts, kept=kept), problems


def plan_ends(stored: Sequence[Price], at: datetime) -> dict[int, datetime]:
    """The new ends of prices that still hold at `at`; one that has not begun by then is withdrawn,
    by ending it where it begins."""
    return {
        price.id: at if price.valid_from is None else max(at, price.valid_from)
        for price in stored
        if price.valid_to is None or price.valid_to > max(at, price.valid_from or at)
    }


@dataclass(slots=True)
class _Row:
    """A price of one break while a plan is made; without `id` it is new."""

    unit_price: Decimal
    begin: datetime | None
    end: datetime | None
    id: int | None
    stored_end: datetime | None

    @property
    def is_withdrawn(self) -> bool:
        return self.begin is not None and self.begin == self.end

    def holds_at(self, at: datetime) -> bool:
        has_begun = self.begin is None or self.begin <= at
        return has_begun and (self.end is None or self.end > at)


def _place(
    new: NewPrice, siblings: list[_Row], now: datetime, path: Path, problems: list[Problem]
) -> _Row:
    """Put one price among those of its break, ending what it ends."""
    current = [row for row in siblings if row.holds_at(now)]
    if same := _same_as(new, siblings, current):
        return same
    begin = new.valid_from if new.valid_from is not None or not siblings else now
    if begin is not None and new.valid_to is not None and new.valid_to <= begin:
        problems.append(_invalid((*path, "validTo"), "it must be after now", "须晚于当前时间"))
    for row in siblings:
        if row.begin == begin and not row.is_withdrawn:
            if begin is None or begin <= now:
                since = "the beginning" if begin is None else begin.isoformat()
                problems.append(PriceHasBegun(path=path, valid_from=since))
            row.end = begin
        elif begin is not None and new.valid_to is None and row.holds_at(begin):
            row.end = begin
    placed = _Row(new.unit_price, begin, new.valid_to, None, None)
    siblings.append(placed)
    return placed


def _same_as(new: NewPrice, siblings: Sequence[_Row], current: Sequence[_Row]) -> _Row | None:
    """The row that says the same already. A price without a begin says what holds now."""
    if new.valid_from is None and current:
        latest = max(current, key=lambda row: row.begin or BEGINNING)
        choices: Sequence[_Row] = [latest]
    else:
        choices = [row for row in siblings if row.begin == new.valid_from and not row.is_withdrawn]
    for row in choices:
        if row.unit_price == new.unit_price and row.end == new.valid_to:
            return row
    return None


def _break_of(price: Price | NewPrice) -> Break:
    return price.sku_id, price.pack_id, price.quantity_minimum


def _repeated(new: NewPrice, path: Path) -> AlreadyExists:
    return AlreadyExists(path=path, subject="price", code=f"≥{new.quantity_minimum}")


def _invalid(path: Path, rule: str, rule_zh: str) -> InvalidValue:
    return InvalidValue(path=path, field=str(path[-1]), rule=rule, rule_zh=rule_zh)
