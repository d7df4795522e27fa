"""SKUs with their packs, barcodes and buyers' codes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from tradeline.catalog.model import (
    NewBarcode,
    NewBuyerCode,
    NewPack,
    NewSku,
    Product,
    SkuChange,
    given,
)
from tradeline.catalog.queries import components as component_queries
from tradeline.catalog.queries import products as product_queries
from tradeline.catalog.queries import skus as queries
from tradeline.catalog.rules import (
    BARCODES_MAX,
    PACKS_MAX,
    Path,
    judge_attributes,
    judge_barcode,
    judge_batch,
    judge_found,
    judge_kinds,
    judge_pack,
    judge_repeats,
    judge_sku,
    judge_texts,
)
from tradeline.catalog.search_text import SearchIndex, sort_key_of
from tradeline.catalog.service.indexing import index_of
from tradeline.kernel import (
    Actor,
    Change,
    Connection,
    NotFound,
    Permission,
    Problem,
    raise_any,
    record_and_publish,
    record_changes,
    refuse,
)


async def create_skus(conn: Connection, *, actor: Actor, skus: Sequence[NewSku]) -> list[int]:
    """Add SKUs to products of the actor's organization, each with its packs and barcodes.

    Every SKU gets a base pack of one unit whose code is its base unit; one with components is a
    bundle of them for good. Returns ids in the order given. Holds the products as they are until
    the unit of work ends.

    Raises:
        Forbidden: without `catalog:manage`.
        Rejected: InvalidValue, WrongCheckDigit, AlreadyExists for a code or a barcode, NotFound
            for a product or a component that is not one's own.
    """
    actor.require(Permission.CATALOG_MANAGE)
    paths = [("skus", index) for index in range(len(skus))]
    problems = judge_batch("skus", skus)
    for sku, path in zip(skus, paths, strict=True):
        problems += judge_sku(sku, path)
    raise_any(problems)
    codes = [sku.code for sku in skus]
    barcodes, barcode_paths = _barcodes_of(skus, paths)
    products = await product_queries.share_own_products(
        conn, actor, [sku.product_id for sku in skus]
    )
    taken = await queries.fetch_taken_sku_codes(conn, actor, codes)
    taken_barcodes = await queries.fetch_taken_barcodes(conn, actor, barcodes)
    problems += judge_found(
        "product",
        [sku.product_id for sku in skus],
        products,
        [(*path, "productId") for path in paths],
    )
    code_paths = [(*path, "code") for path in paths]
    problems += judge_repeats("SKU", codes, taken, code_paths)
    problems += judge_repeats("barcode", barcodes, taken_barcodes, barcode_paths)
    problems += await _component_faults(conn, actor, skus, paths)
    raise_any(problems)
    ids = await queries.insert_skus(
        conn,
        actor,
        skus,
        [sort_key_of(sku.name) for sku in skus],
        [_index_of_new(sku, products[sku.product_id]) for sku in skus],
    )
    raise_any(judge_repeats("SKU", codes, set(codes) - ids.keys(), code_paths))
    sku_ids = [ids[code] for code in codes]
    await _insert_packs(conn, actor, sku_ids, skus)
    await component_queries.insert_components(conn, actor, sku_ids, skus)
    await record_and_publish(
        conn,
        actor=actor,
        changes=[
            Change(action="sku.create", subject_type="sku", subject_id=id, after=asdict(sku))
            for id, sku in zip(sku_ids, skus, strict=True)
        ],
        topic="sku.created",
    )
    return sku_ids


async def update_skus(conn: Connection, *, actor: Actor, changes: Sequence[SkuChange]) -> None:
    """Change SKUs of the actor's organization, or take them off the market (`is_active`).

    An inactive SKU is hidden from buyers at once; its history stays. Locks the SKUs.

    Raises:
        Forbidden: without `catalog:manage`.
        Rejected: InvalidValue, NotFound for a SKU that is not one's own.
    """
    actor.require(Permission.CATALOG_MANAGE)
    paths = [("changes", index) for index in range(len(changes))]
    problems = judge_batch("changes", changes)
    for change, path in zip(changes, paths, strict=True):
        problems += judge_texts(path, names={"name": change.name, "nameEn": change.name_en})
        problems += judge_attributes(change.attributes, path)
    ids = [change.sku_id for change in changes]
    before = await queries.lock_own_skus(conn, actor, ids=ids)
    problems += judge_found("SKU", ids, before, [(*path, "skuId") for path in paths])
    raise_any(problems)
    after = dict(before)
    for change in changes:
        after[change.sku_id] = after[change.sku_id] | given(change, "sku_id")
    await _store(conn, actor, after)
    await record_and_publish(
        conn,
        actor=actor,
        changes=[
            Change(
                action="sku.update",
                subject_type="sku",
                subject_id=change.sku_id,
                before={name: before[change.sku_id][name] for name in given(change, "sku_id")},
                after=given(change, "sku_id"),
            )
            for change in changes
        ],
        topic="sku.updated",
    )


async def add_barcodes(conn: Connection, *, actor: Actor, barcodes: Sequence[NewBarcode]) -> None:
    """Add barcodes to packs of the actor's organization's SKUs. Locks the SKUs.

    Raises:
        Forbidden: without `catalog:manage`.
        Rejected: WrongCheckDigit, InvalidValue, AlreadyExists for a barcode in use by one of the
            organization's own SKUs, NotFound for a SKU that is not one's own or a pack.
    """
    actor.require(Permission.CATALOG_MANAGE)
    paths = [("barcodes", index) for index in range(len(barcodes))]
    problems = judge_batch("barcodes", barcodes)
    for barcode, path in zip(barcodes, paths, strict=True):
        problems += judge_barcode(barcode.code, (*path, "code"))
    raise_any(problems)
    ids = [barcode.sku_id for barcode in barcodes]
    before = await queries.lock_own_skus(conn, actor, ids=ids)
    problems += judge_found("SKU", ids, before, [(*path, "skuId") for path in paths])
    pack_ids = [
        _pack_of(before[barcode.sku_id], barcode.pack_id) if barcode.sku_id in before else 0
        for barcode in barcodes
    ]
    problems += [
        NotFound(path=(*path, "packId"), subject="pack")
        for pack_id, path in zip(pack_ids, paths, strict=True)
        if pack_id is None
    ]
    codes = [barcode.code for barcode in barcodes]
    taken = await queries.fetch_taken_barcodes(conn, actor, codes)
    problems += judge_repeats("barcode", codes, taken, [(*path, "code") for path in paths])
    after = {id: row | {"barcodes": list(row["barcodes"])} for id, row in before.items()}
    for barcode in barcodes:
        if barcode.sku_id in after:
            after[barcode.sku_id]["barcodes"].append(barcode.code)
    for row in after.values():
        problems += judge_batch("barcodes", row["barcodes"], BARCODES_MAX)
    raise_any(problems)
    await queries.insert_barcodes(
        conn,
        actor,
        [
            (barcode.sku_id, pack_id or 0, barcode.code)
            for barcode, pack_id in zip(barcodes, pack_ids, strict=True)
        ],
    )
    await _store(conn, actor, after)
    await record_and_publish(
        conn,
        actor=actor,
        changes=[
            Change(
                action="barcode.add",
                subject_type="sku",
                subject_id=barcode.sku_id,
                after={"code": barcode.code, "pack_id": pack_id},
            )
            for barcode, pack_id in zip(barcodes, pack_ids, strict=True)
        ],
        topic="barcode.added",
    )


async def remove_barcode(conn: Connection, *, actor: Actor, sku_id: int, code: str) -> None:
    """Take a barcode off one of the actor's organization's SKUs: it is found by it no more. Locks
    the SKU.

    Raises:
        Forbidden: without `catalog:manage`.
        Rejected: NotFound for a SKU that is not one's own, or a barcode that it does not have.
    """
    actor.require(Permission.CATALOG_MANAGE)
    before = await _lock_one(conn, actor, sku_id)
    if code not in before["barcodes"]:
        raise refuse(NotFound(path=("code",), subject="barcode"))
    pack_id = await queries.delete_barcode(conn, actor, sku_id, code)
    kept = [barcode for barcode in before["barcodes"] if barcode != code]
    await _store(conn, actor, {sku_id: before | {"barcodes": kept}})
    change = Change(
        action="barcode.remove",
        subject_type="sku",
        subject_id=sku_id,
        before={"code": code, "pack_id": pack_id},
    )
    await record_and_publish(conn, actor=actor, changes=[change], topic="barcode.removed")


async def add_pack(conn: Connection, *, actor: Actor, sku_id: int, pack: NewPack) -> None:
    """Let one of the actor's organization's SKUs be ordered in one more pack. Locks the SKU.

    Raises:
        Forbidden: without `catalog:manage`.
        Rejected: InvalidValue, WrongCheckDigit, AlreadyExists for a code or a barcode, NotFound
            for a SKU that is not one's own.
    """
    actor.require(Permission.CATALOG_MANAGE)
    problems = judge_pack(pack, ())
    before = await _lock_one(conn, actor, sku_id)
    codes = [known["code"] for known in before["packs"]]
    barcodes = [*before["barcodes"], *pack.barcodes]
    paths: list[Path] = [("barcodes", index) for index in range(len(pack.barcodes))]
    taken = await queries.fetch_taken_barcodes(conn, actor, pack.barcodes)
    problems += judge_repeats("pack", [pack.code], codes, [("code",)])
    problems += judge_repeats("barcode", pack.barcodes, taken, paths)
    problems += judge_batch("packs", codes, PACKS_MAX)  # the base pack does not count
    if pack.barcodes:
        problems += judge_batch("barcodes", barcodes, BARCODES_MAX)
    raise_any(problems)
    pack_id = await queries.insert_pack(conn, actor, sku_id, pack)
    await queries.insert_barcodes(conn, actor, [(sku_id, pack_id, code) for code in pack.barcodes])
    await _store(conn, actor, {sku_id: before | {"barcodes": barcodes}})
    change = Change(
        action="sku.pack_add",
        subject_type="sku",
        subject_id=sku_id,
        after={"id": pack_id, **asdict(pack)},
    )
    await record_and_publish(conn, actor=actor, changes=[change], topic="sku.pack_added")


async def put_buyer_codes(conn: Connection, *, actor: Actor, codes: Sequence[NewBuyerCode]) -> None:
    """Say what the actor's organization calls SKUs that it sees; None takes a name back.

    A batch may swap two codes. Locks the organization's own codes that it touches.

    Raises:
        Forbidden: without `order:place`; it is the buyer's own book, not the seller's catalog.
        Rejected: InvalidValue, AlreadyExists for a code that another SKU keeps, NotFound.
    """
    actor.require(Permission.ORDER_PLACE)
    paths = [("codes", index) for index in range(len(codes))]
    problems = judge_batch("codes", codes)
    for entry, path in zip(codes, paths, strict=True):
        problems += judge_texts(path, codes={"code": entry.code})
    raise_any(problems)
    sku_ids = [entry.sku_id for entry in codes]
    visible = await queries.fetch_visible_ids(conn, actor, sku_ids)
    problems += judge_found("SKU", sku_ids, visible, [(*path, "skuId") for path in paths])
    named = [(entry.sku_id, entry.code, path) for entry, path in zip(codes, paths, strict=True)]
    wanted = [(sku_id, code, path) for sku_id, code, path in named if code is not None]
    before = await queries.lock_buyer_codes(conn, actor, sku_ids, [code for _, code, _ in wanted])
    kept = {code for sku_id, code in before.items() if sku_id not in set(sku_ids)}
    wanted_paths = [(*path, "code") for _, _, path in wanted]
    wanted_codes = [code for _, code, _ in wanted]
    problems += judge_repeats("code", wanted_codes, kept, wanted_paths)
    problems += judge_repeats("SKU", [str(id) for id in sku_ids], (), paths)
    raise_any(problems)
    await queries.delete_buyer_codes(conn, actor, sku_ids)
    stored = await queries.insert_buyer_codes(
        conn, actor, [(sku_id, code) for sku_id, code, _ in wanted]
    )
    raise_any(judge_repeats("code", wanted_codes, set(wanted_codes) - stored, wanted_paths))
    await record_changes(
        conn,
        actor=actor,
        changes=[
            Change(
                action="buyer_code.put",
                subject_type="sku",
                subject_id=entry.sku_id,
                before={"code": before.get(entry.sku_id)},
                after={"code": entry.code},
            )
            for entry in codes
        ],
    )


async def _component_faults(
    conn: Connection, actor: Actor, skus: Sequence[NewSku], paths: Sequence[Path]
) -> list[Problem]:
    named: list[tuple[int, Path]] = [
        (component.sku_id, (*path, "components", index, "skuId"))
        for sku, path in zip(skus, paths, strict=True)
        for index, component in enumerate(sku.components)
    ]
    if not named:
        return []
    kinds = await component_queries.fetch_own_kinds(conn, actor, [sku_id for sku_id, _ in named])
    return judge_kinds(named, kinds)


async def _insert_packs(
    conn: Connection, actor: Actor, sku_ids: Sequence[int], skus: Sequence[NewSku]
) -> None:
    pack_ids = await queries.insert_packs(conn, actor, sku_ids, skus)
    barcodes = [
        (sku_id, pack_ids[sku_id, pack.code], code)
        for sku_id, sku in zip(sku_ids, skus, strict=True)
        for pack in sku.all_packs()
        for code in pack.barcodes
    ]
    await queries.insert_barcodes(conn, actor, barcodes)


def _barcodes_of(skus: Sequence[NewSku], paths: Sequence[Path]) -> tuple[list[str], list[Path]]:
    found: list[tuple[str, Path]] = []
    for sku, path in zip(skus, paths, strict=True):
        found += [(code, (*path, "barcodes", i)) for i, code in enumerate(sku.barcodes)]
        for number, pack in enumerate(sku.packs):
            where = (*path, "packs", number, "barcodes")
            found += [(code, (*where, i)) for i, code in enumerate(pack.barcodes)]
    return [code for code, _ in found], [path for _, path in found]


def _index_of_new(sku: NewSku, product: Product) -> SearchIndex:
    return index_of(
        {
            "name": sku.name,
            "name_en": sku.name_en,
            "code": sku.code,
            "product_name": product.name,
            "product_name_en": product.name_en,
            "product_code": product.code,
            "brand": product.brand,
            "attributes": sku.attributes,
            "barcodes": [code for pack in sku.all_packs() for code in pack.barcodes],
        }
    )


def _pack_of(sku: Mapping[str, Any], pack_id: int | None) -> int | None:
    """The id of the pack if it is the SKU's; the base pack's for None."""
    for pack in sku["packs"]:
        if pack["id"] == pack_id or (pack_id is None and pack["code"] == sku["base_unit"]):
            found: int = pack["id"]
            return found
    return None


async def _lock_one(conn: Connection, actor: Actor, sku_id: int) -> dict[str, Any]:
    found = await queries.lock_own_skus(conn, actor, ids=[sku_id])
    if sku_id not in found:
        raise refuse(NotFound(path=("skuId",), subject="SKU"))
    return found[sku_id]


async def _store(conn: Connection, actor: Actor, rows: Mapping[int, Mapping[str, Any]]) -> None:
    skus = list(rows.values())
    await queries.update_skus(
        conn,
        actor,
        skus,
        [sort_key_of(sku["name"]) for sku in skus],
        [index_of(sku) for sku in skus],
    )
