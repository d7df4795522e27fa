"""From rows as people type them to the lines of an order. Pure: what a text may mean is given.

When a row is not sure it is refused: nothing is ordered that might have been meant otherwise.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

from tradeline.catalog import MatchKind, Pack, Tradable, TypedMatch
from tradeline.kernel import QUANTITY_MAX, Problem
from tradeline.ordering.drafts import TypedRow
from tradeline.ordering.errors import (
    CodeAmbiguous,
    CodeUnknown,
    NotInAssortment,
    QuantityUnclear,
    UnknownPack,
)
from tradeline.ordering.model import NewOrderLine

CANDIDATES_MAX = 5

# 12, 1,000 (only where each comma parts three digits), 12.0 as spreadsheets write it; then
# perhaps a pack: 2 CASE, 2箱, 2 x CASE. "1.000" is a thousand to some and one to others.
QUANTITY = re.compile(
    r"(\d{1,3}(?:,\d{3})+|\d{1,10})(?:\.0{1,2})?\s*(?:[x×*]\s+|[×*])?([^\W\d].*)?"
)

# Where a pack's name begins to tell its units: 箱（24）, Case of 24.
UNITS_IN_NAME = re.compile(r"\s*\(|\s+of\s+\d")

WHOLE_CODES = (MatchKind.CODE, MatchKind.BARCODE, MatchKind.OWN_CODE)

Skus: TypeAlias = Mapping[int, Tradable]


@dataclass(frozen=True, slots=True)
class TypedQuantity:
    """So many of a pack as it was called; without a name, of whatever the code stands for."""

    count: int
    pack_name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadRow:
    """A row as it is understood: a line of an order, or why not. `sku_id` and `pack` are known as
    far as reading came."""

    position: int
    typed: TypedRow
    sku_id: int | None = None
    pack: Pack | None = None
    count: int | None = None
    merged_into: int | None = None
    problems: tuple[Problem, ...] = ()


def fold(text: str) -> str:
    """The text in one width, case and spacing, for comparing."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def read_quantity(text: str) -> TypedQuantity | None:
    """The quantity that a text says; None where it says none for sure."""
    found = QUANTITY.fullmatch(fold(text))
    if found is None:
        return None
    count = int(found[1].replace(",", ""))
    if not 1 <= count <= QUANTITY_MAX:
        return None
    return TypedQuantity(count, found[2] or "")


def pack_named(name: str, packs: Iterable[Pack]) -> Pack | None:
    """The pack that goes by that name, perhaps behind an x as in 2xCASE. None if not just one does.

    It goes by its code, by its names, and by what these say before its units; in English in the
    plural too.
    """
    called = {name, name.removeprefix("x")} - {""}
    found = [pack for pack in packs if called & _names_of(pack)]
    return found[0] if len(found) == 1 else None


def _names_of(pack: Pack) -> set[str]:
    names = {fold(pack.name), fold(pack.name_en)}
    names |= {UNITS_IN_NAME.split(name, maxsplit=1)[0] for name in names}
    english = {fold(pack.name_en), UNITS_IN_NAME.split(fold(pack.name_en), maxsplit=1)[0]} - {""}
    return names | {fold(pack.code)} | {f"{name}{end}" for name in english for end in ("s", "es")}


def read_rows(
    rows: Sequence[TypedRow], matches: Mapping[str, Sequence[TypedMatch]], skus: Skus
) -> list[ReadRow]:
    """Read rows of one edge. `matches` are what each bare code may mean, `skus` what the edge
    trades of that.

    Rows of the same SKU and pack are summed into the first of them.
    """
    first: dict[tuple[int, int], int] = {}
    read: list[ReadRow] = []
    for position, typed in enumerate(rows):
        row = _read_row(position, typed, matches.get(typed.code.strip(), ()), skus)
        if row.problems or row.sku_id is None or row.pack is None or row.count is None:
            read.append(row)
            continue
        head = first.setdefault((row.sku_id, row.pack.id), position)
        read.append(row if head == position else replace(row, merged_into=head))
    return read


def lines_of(read: Sequence[ReadRow]) -> dict[int, NewOrderLine]:
    """The lines that rows come to, by the position of the first row of each."""
    lines: dict[int, NewOrderLine] = {}
    for row in read:
        if row.problems or row.sku_id is None or row.pack is None or row.count is None:
            continue
        head = row.position if row.merged_into is None else row.merged_into
        before = lines[head].quantity if head in lines else 0
        lines[head] = NewOrderLine(row.sku_id, before + row.count, row.pack.id)
    return lines


def _read_row(position: int, typed: TypedRow, matches: Sequence[TypedMatch], skus: Skus) -> ReadRow:
    path = ("rows", position)
    quantity = read_quantity(typed.quantity_text)
    problems: list[Problem] = []
    if quantity is None:
        problems.append(QuantityUnclear(path=(*path, "quantityText"), text=typed.quantity_text))
    found = _choose(typed, matches, skus, (*path, "code"))
    if isinstance(found, Problem):
        problems.insert(0, found)
        return ReadRow(
            position=position,
            typed=typed,
            sku_id=_known_sku(typed, matches) if isinstance(found, NotInAssortment) else None,
            count=None if quantity is None else quantity.count,
            problems=tuple(problems),
        )
    sku, pack_id = found
    pack = sku.pack(pack_id)
    if quantity is not None and quantity.pack_name:
        pack = pack_named(quantity.pack_name, sku.packs.values())
        if pack is None:
            problems.append(UnknownPack.of((*path, "quantityText"), sku))
    return ReadRow(
        position=position,
        typed=typed,
        sku_id=sku.sku_id,
        pack=pack,
        count=None if quantity is None else quantity.count,
        problems=tuple(problems),
    )


def _choose(
    typed: TypedRow, matches: Sequence[TypedMatch], skus: Skus, path: tuple[str | int, ...]
) -> tuple[Tradable, int | None] | Problem:
    """The one SKU that is meant, with the pack that its barcode is printed on.

    A whole code goes before a whole name, and that before what is only similar. Of several SKUs
    with that code, those that the edge trades count, and of those the one whose code was typed
    to the letter.
    """
    coded = [match for match in matches if match.kind in WHOLE_CODES]
    if typed.sku_id is not None:
        if typed.sku_id not in skus:
            return NotInAssortment(path=path)
        return skus[typed.sku_id], _pack_id([m for m in coded if m.sku_id == typed.sku_id])
    sure = coded or [match for match in matches if match.kind is MatchKind.NAME]
    traded = [match for match in sure or matches if match.sku_id in skus]
    if not traded:
        return NotInAssortment(path=path) if sure else CodeUnknown(path=path, code=typed.code)
    meant = [match for match in traded if match.is_exact] or traded
    ids = list(dict.fromkeys(match.sku_id for match in meant))
    if sure and len(ids) == 1:
        return skus[ids[0]], _pack_id(meant)
    return _ambiguous(typed, [skus[id] for id in ids[:CANDIDATES_MAX]], path)


def _known_sku(typed: TypedRow, matches: Sequence[TypedMatch]) -> int | None:
    """The SKU that was named and is not traded, where it is one."""
    ids = {match.sku_id for match in matches if match.kind in WHOLE_CODES}
    return typed.sku_id or (ids.pop() if len(ids) == 1 else None)


def _pack_id(matches: Sequence[TypedMatch]) -> int | None:
    """The pack whose barcode was typed; a code of the SKU itself asks for the base pack."""
    packs = {match.pack_id for match in matches}
    return packs.pop() if len(packs) == 1 else None


def _ambiguous(
    typed: TypedRow, candidates: Sequence[Tradable], path: tuple[str | int, ...]
) -> CodeAmbiguous:
    return CodeAmbiguous(
        path=path,
        code=typed.code,
        names="、".join(f"{sku.sku_code} {sku.sku_name}" for sku in candidates),
        names_en=", ".join(
            f"{sku.sku_code} {sku.sku_name_en or sku.sku_name}" for sku in candidates
        ),
        sku_ids=tuple(sku.sku_id for sku in candidates),
    )
