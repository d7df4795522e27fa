"""What the catalog accepts. Pure: each function returns the faults it found, all of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence

from tradeline.catalog.errors import WrongCheckDigit
from tradeline.catalog.model import AssortmentItem, NewComponent, NewPack, NewSku
from tradeline.kernel import QUANTITY_MAX, AlreadyExists, InvalidValue, NotFound, Problem

CODE_LENGTH_MAX = 64
NAME_LENGTH_MAX = 200
TEXT_LENGTH_MAX = 4000
PACKS_MAX = 20
BARCODES_MAX = 20
ATTRIBUTES_MAX = 20
PACK_UNITS_MAX = 10**6
COMPONENTS_MAX = 50
COMPONENT_QUANTITY_MAX = 10**6
BATCH_MAX = 10_000
POSITION_MAX = 10**6
GTIN_LENGTHS = frozenset({8, 12, 13, 14})

Path = tuple[str | int, ...]


def is_code(text: str) -> bool:
    """1 to 64 printable characters without blanks."""
    return 1 <= len(text) <= CODE_LENGTH_MAX and text.isprintable() and " " not in text


def judge_texts(
    path: Path,
    *,
    codes: Mapping[str, str | None] | None = None,
    names: Mapping[str, str | None] | None = None,
    texts: Mapping[str, str | None] | None = None,
) -> list[Problem]:
    """Faults of texts by field: codes; names, of which only `name` must be there; free texts.

    What is None is not given and has no fault.
    """
    faults: list[Problem] = []
    for field, code in (codes or {}).items():
        if code is not None and not is_code(code):
            faults.append(_not_a_code((*path, field), field))
    limits = [(names or {}, NAME_LENGTH_MAX), (texts or {}, TEXT_LENGTH_MAX)]
    for values, length_max in limits:
        for field, text in values.items():
            if text is None:
                continue
            shortest = int(field == "name")
            is_clean = text.replace("\n", " ").isprintable()
            if not shortest <= len(text.strip()) or len(text) > length_max or not is_clean:
                faults.append(
                    _invalid(
                        (*path, field),
                        field,
                        f"send {shortest} to {length_max} printable characters",
                        f"请填写 {shortest} 至 {length_max} 个可见字符",
                    )
                )
    return faults


def judge_batch(field: str, items: Sequence[object], most: int = BATCH_MAX) -> list[Problem]:
    """A list must hold something, and not more than one unit of work should carry."""
    if 1 <= len(items) <= most:
        return []
    return [_invalid((field,), field, f"send 1 to {most} at once", f"每次 1 至 {most} 项")]


def judge_repeats(
    subject: str, codes: Sequence[str], taken: Collection[str], path: Sequence[Path]
) -> list[Problem]:
    """A code that is taken, or that came before in the same batch, is at fault."""
    seen = set(taken)
    faults: list[Problem] = []
    for code, where in zip(codes, path, strict=True):
        if code in seen:
            faults.append(AlreadyExists(path=where, subject=subject, code=code))
        seen.add(code)
    return faults


def judge_found(
    subject: str, ids: Iterable[int | None], found: Collection[int], path: Sequence[Path]
) -> list[Problem]:
    """What was named must be among what was found; None names nothing."""
    return [
        NotFound(path=where, subject=subject)
        for id, where in zip(ids, path, strict=True)
        if id is not None and id not in found
    ]


def gtin_check_digit(digits: str) -> str:
    """The last digit of a GTIN, of the digits before it (GS1 General Specifications, 7.9)."""
    weighted = (int(digit) * (3, 1)[i % 2] for i, digit in enumerate(reversed(digits)))
    return str(-sum(weighted) % 10)


def judge_barcode(code: str, path: Path) -> list[Problem]:
    """A code of 8, 12, 13 or 14 digits is a GTIN and must pass its check digit. Any other code is
    taken as one of the house: many print their own labels, with letters or other lengths."""
    if not is_code(code):
        return [_not_a_code(path, "barcode")]
    if code.isascii() and code.isdigit() and len(code) in GTIN_LENGTHS:
        expected = gtin_check_digit(code[:-1])
        if code[-1] != expected:
            return [WrongCheckDigit(path=path, code=code, expected=expected)]
    return []


def judge_sku(sku: NewSku, path: Path) -> list[Problem]:
    """The faults of one new SKU by itself, its packs and barcodes included."""
    faults = judge_texts(
        path,
        codes={"code": sku.code, "baseUnit": sku.base_unit},
        names={"name": sku.name, "nameEn": sku.name_en},
    )
    faults += judge_attributes(sku.attributes, path)
    if len(sku.packs) > PACKS_MAX:
        faults += judge_batch("packs", sku.packs, PACKS_MAX)
    counts = Counter([sku.base_unit, *(pack.code for pack in sku.packs)])
    for index, pack in enumerate(sku.packs):
        where = (*path, "packs", index)
        faults += judge_pack(pack, where)
        if counts[pack.code] > 1:
            faults.append(AlreadyExists(path=(*where, "code"), subject="pack", code=pack.code))
    for index, code in enumerate(sku.barcodes):
        faults += judge_barcode(code, (*path, "barcodes", index))
    return faults + _judge_components(sku.components, (*path, "components"))


def _judge_components(components: Sequence[NewComponent], path: Path) -> list[Problem]:
    """The faults of what a bundle is to be made of, whatever the SKUs are; nothing is no bundle."""
    faults: list[Problem] = []
    if len(components) > COMPONENTS_MAX:
        faults += judge_batch("components", components, COMPONENTS_MAX)
    seen: set[int] = set()
    for index, component in enumerate(components):
        where = (*path, index)
        if component.sku_id in seen:
            faults.append(
                _invalid(
                    (*where, "skuId"),
                    "skuId",
                    "name each component once, with its quantity",
                    "每个组件只列一次，并注明数量",
                )
            )
        seen.add(component.sku_id)
        if not 1 <= component.quantity <= COMPONENT_QUANTITY_MAX:
            faults.append(
                _invalid(
                    (*where, "quantity"),
                    "quantity",
                    f"a whole number from 1 to {COMPONENT_QUANTITY_MAX}",
                    f"须为 1 至 {COMPONENT_QUANTITY_MAX} 的整数",
                )
            )
    return faults


def judge_kinds(
    components: Sequence[tuple[int, Path]], bundles: Mapping[int, bool]
) -> list[Problem]:
    """Components, with the ways to where they are named, must be one's own SKUs and no bundles
    themselves. `bundles` tells it of those that are one's own."""
    faults: list[Problem] = []
    for sku_id, path in components:
        if sku_id not in bundles:
            faults.append(NotFound(path=path, subject="SKU"))
        elif bundles[sku_id]:
            faults.append(
                _invalid(
                    path,
                    "skuId",
                    "it is a bundle itself; name what that is made of",
                    "该规格本身是套装；请改列其组件",
                )
            )
    return faults


def judge_pack(pack: NewPack, path: Path) -> list[Problem]:
    """The faults of a pack by itself, its barcodes included."""
    faults = judge_texts(path, codes={"code": pack.code}, names={"nameEn": pack.name_en})
    if not 2 <= pack.units <= PACK_UNITS_MAX:
        faults.append(
            _invalid(
                (*path, "units"),
                "units",
                f"a pack holds 2 to {PACK_UNITS_MAX} base units; the base pack comes by itself",
                f"每包装为 2 至 {PACK_UNITS_MAX} 个基本单位；基本包装自动生成",
            )
        )
    for index, code in enumerate(pack.barcodes):
        faults += judge_barcode(code, (*path, "barcodes", index))
    return faults


def judge_attributes(attributes: Mapping[str, str] | None, path: Path) -> list[Problem]:
    """At most 20 dimensions of a variant, with short names and values."""
    texts = [text for pair in (attributes or {}).items() for text in pair]
    if len(texts) <= 2 * ATTRIBUTES_MAX and all(
        1 <= len(text) <= CODE_LENGTH_MAX and text.isprintable() for text in texts
    ):
        return []
    return [
        _invalid(
            (*path, "attributes"),
            "attributes",
            f"send at most {ATTRIBUTES_MAX}, names and values of 1 to {CODE_LENGTH_MAX} characters",
            f"最多 {ATTRIBUTES_MAX} 项，名称和值各 1 至 {CODE_LENGTH_MAX} 个字符",
        )
    ]


def judge_position(position: int, path: Path) -> list[Problem]:
    if 0 <= position <= POSITION_MAX:
        return []
    rule = f"between 0 and {POSITION_MAX}"
    return [_invalid((*path, "position"), "position", rule, f"须在 0 至 {POSITION_MAX} 之间")]


def judge_item(item: AssortmentItem, path: Path) -> list[Problem]:
    """Minimum and step are counts of base units; see `Tradable.accepts` for what they mean."""
    return [
        _invalid(
            (*path, field),
            field,
            f"a whole number from 1 to {QUANTITY_MAX}",
            f"须为 1 至 {QUANTITY_MAX} 的整数",
        )
        for field, count in (
            ("quantityMinimum", item.quantity_minimum),
            ("quantityStep", item.quantity_step),
        )
        if not 1 <= count <= QUANTITY_MAX
    ]


def _not_a_code(path: Path, field: str) -> InvalidValue:
    return _invalid(
        path,
        field,
        f"send 1 to {CODE_LENGTH_MAX} printable characters without blanks",
        f"请填写 1 至 {CODE_LENGTH_MAX} 个可见字符，不含空格",
    )


def _invalid(path: Path, field: str, rule: str, rule_zh: str) -> InvalidValue:
    return InvalidValue(path=path, field=field, rule=rule, rule_zh=rule_zh)
