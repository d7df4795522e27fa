"""Categories and products."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from typing import Any

from tradeline.catalog.model import (
    Category,
    CategoryChange,
    NewCategory,
    NewProduct,
    Product,
    ProductChange,
    given,
)
from tradeline.catalog.queries import products as queries
from tradeline.catalog.queries import skus as sku_queries
from tradeline.catalog.rules import (
    judge_batch,
    judge_found,
    judge_position,
    judge_repeats,
    judge_texts,
)
from tradeline.catalog.search_text import sort_key_of
from tradeline.catalog.service.indexing import index_of
from tradeline.kernel import (
    Actor,
    Change,
    Connection,
    InvalidValue,
    NotFound,
    Page,
    PageRequest,
    Permission,
    Problem,
    make_page,
    raise_any,
    read_search,
    record_and_publish,
    refuse,
)


async def create_categories(
    conn: Connection, *, actor: Actor, categories: Sequence[NewCategory]
) -> list[int]:
    """Add to the tree of the actor's organization; ids in the order given.

    Raises:
        Forbidden: without `catalog:manage`.
        Rejected: InvalidValue, AlreadyExists for a code, NotFound for a parent.
    """
    actor.require(Permission.CATALOG_MANAGE)
    paths = [("categories", index) for index in range(len(categories))]
    problems = judge_batch("categories", categories)
    for category, path in zip(categories, paths, strict=True):
        problems += judge_texts(
            path,
            codes={"code": category.code},
            names={"name": category.name, "nameEn": category.name_en},
        )
        problems += judge_position(category.position, path)
    raise_any(problems)
    codes = [category.code for category in categories]
    parents = [category.parent_id for category in categories]
    found = await queries.fetch_own_categories(
        conn, actor, [parent for parent in parents if parent is not None]
    )
    taken = await queries.fetch_taken_category_codes(conn, actor, codes)
    problems += judge_found("category", parents, found, [(*path, "parentId") for path in paths])
    code_paths = [(*path, "code") for path in paths]
    problems += judge_repeats("category", codes, taken, code_paths)
    raise_any(problems)
    ids = await queries.insert_categories(conn, actor, categories)
    raise_any(judge_repeats("category", codes, set(codes) - ids.keys(), code_paths))
    await record_and_publish(
        conn,
        actor=actor,
        changes=[
            Change(
                action="category.create",
                subject_type="category",
                subject_id=ids[category.code],
                after=asdict(category),
            )
            for category in categories
        ],
        topic="category.created",
    )
    return [ids[code] for code in codes]


async def update_category(conn: Connection, *, actor: Actor, change: CategoryChange) -> None:
    """Change a category of the actor's organization, or put it elsewhere with all below it. Locks
    the tree.

    Raises:
        Forbidden: without `catalog:manage`.
        Rejected: InvalidValue, also for a parent that is below it; NotFound for a category or
            parent that is not one's own.
    """
    actor.require(Permission.CATALOG_MANAGE)
    before = await queries.lock_own_category(conn, actor, change.category_id)
    if before is None:
        raise refuse(NotFound(path=("categoryId",), subject="category"))
    after = replace(before, **change.values())
    problems = judge_texts((), names={"name": after.name, "nameEn": after.name_en})
    problems += judge_position(after.position, ())
    problems += await _judge_parent(conn, actor, before, after.parent_id)
    raise_any(problems)
    await queries.update_category(conn, actor, after)
    names = change.values()
    audited = Change(
        action="category.update",
        subject_type="category",
        subject_id=before.id,
        before={name: getattr(before, name) for name in names},
        after=names,
    )
    await record_and_publish(conn, actor=actor, changes=[audited], topic="category.updated")


async def _judge_parent(
    conn: Connection, actor: Actor, category: Category, parent_id: int | None
) -> list[Problem]:
    if parent_id in (None, category.parent_id):
        return []
    path = ("parentId",)
    if parent_id not in await queries.fetch_own_categories(conn, actor, [parent_id or 0]):
        return [NotFound(path=path, subject="category")]
    if parent_id not in await queries.fetch_branch(conn, actor, category.id):
        return []
    rule, rule_zh = "choose one that is not below it", "请选择不在其下级的类目"
    return [InvalidValue(path=path, field="parentId", rule=rule, rule_zh=rule_zh)]


async def create_products(
    conn: Connection, *, actor: Actor, products: Sequence[NewProduct]
) -> list[int]:
    """Add products of the actor's organization, still without SKUs; ids in the order given.

    Raises:
        Forbidden: without `catalog:manage`.
        Rejected: InvalidValue, AlreadyExists for a code, NotFound for a category.
    """
    actor.require(Permission.CATALOG_MANAGE)
    paths = [("products", index) for index in range(len(products))]
    problems = judge_batch("products", products)
    for product, path in zip(products, paths, strict=True):
        problems += judge_texts(
            path,
            codes={"code": product.code},
            names={"name": product.name, "nameEn": product.name_en, "brand": product.brand},
            texts={"description": product.description},
        )
    raise_any(problems)
    codes = [product.code for product in products]
    categories = [product.category_id for product in products]
    found = await queries.fetch_own_categories(
        conn, actor, [category for category in categories if category is not None]
    )
    taken = await queries.fetch_taken_product_codes(conn, actor, codes)
    problems += judge_found(
        "category", categories, found, [(*path, "categoryId") for path in paths]
    )
    code_paths = [(*path, "code") for path in paths]
    problems += judge_repeats("product", codes, taken, code_paths)
    raise_any(problems)
    ids = await queries.insert_products(conn, actor, products)
    raise_any(judge_repeats("product", codes, set(codes) - ids.keys(), code_paths))
    await record_and_publish(
        conn,
        actor=actor,
        changes=[
            Change(
                action="product.create",
                subject_type="product",
                subject_id=ids[product.code],
                after=asdict(product),
            )
            for product in products
        ],
        topic="product.created",
    )
    return [ids[code] for code in codes]


async def update_products(
    conn: Connection, *, actor: Actor, changes: Sequence[ProductChange]
) -> None:
    """Change products of the actor's organization; what its SKUs are found by follows.

    An inactive product is hidden from buyers with all its SKUs. Locks the products, then their
    SKUs, each in the order of ids.

    Raises:
        Forbidden: without `catalog:manage`.
        Rejected: InvalidValue, NotFound for a product that is not one's own or a category.
    """
    actor.require(Permission.CATALOG_MANAGE)
    paths = [("changes", index) for index in range(len(changes))]
    problems = judge_batch("changes", changes)
    for change, path in zip(changes, paths, strict=True):
        problems += judge_texts(
            path,
            names={"name": change.name, "nameEn": change.name_en, "brand": change.brand},
            texts={"description": change.description},
        )
    product_ids = [change.product_id for change in changes]
    categories = [change.category_id for change in changes]
    before = await queries.lock_own_products(conn, actor, product_ids)
    found = await queries.fetch_own_categories(
        conn, actor, [category for category in categories if category is not None]
    )
    problems += judge_found(
        "product", product_ids, before, [(*path, "productId") for path in paths]
    )
    problems += judge_found(
        "category", categories, found, [(*path, "categoryId") for path in paths]
    )
    raise_any(problems)
    after = {id: asdict(product) for id, product in before.items()}
    for change in changes:
        after[change.product_id] |= given(change, "product_id")
    await queries.update_products(conn, actor, list(after.values()))
    await _follow(conn, actor, after)
    await record_and_publish(
        conn,
        actor=actor,
        changes=[
            Change(
                action="product.update",
                subject_type="product",
                subject_id=change.product_id,
                before={
                    name: getattr(before[change.product_id], name)
                    for name in given(change, "product_id")
                },
                after=given(change, "product_id"),
            )
            for change in changes
        ],
        topic="product.updated",
    )


async def categories_by_ids(
    conn: Connection, *, actor: Actor, ids: Sequence[int]
) -> dict[int, Category]:
    """One's own, and those above a SKU that the actor's organization sees; others are absent.

    Raises Forbidden without `catalog:read`.
    """
    actor.require(Permission.CATALOG_READ)
    return await queries.fetch_categories(conn, actor, ids)


async def list_categories(conn: Connection, *, actor: Actor, page: PageRequest) -> Page[Category]:
    """All visible categories by position. The cursor's shape is (int, int).

    Raises Forbidden without `catalog:read`.
    """
    actor.require(Permission.CATALOG_READ)
    rows = await queries.fetch_category_page(conn, actor, page)
    return make_page(rows, page, lambda category: (category.position, category.id))


async def products_by_ids(
    conn: Connection, *, actor: Actor, ids: Sequence[int]
) -> dict[int, Product]:
    """One's own, and those of which the actor's organization sees a SKU; others are absent.

    Raises Forbidden without `catalog:read`.
    """
    actor.require(Permission.CATALOG_READ)
    return await queries.fetch_products(conn, actor, ids)


async def list_products(
    conn: Connection, *, actor: Actor, page: PageRequest, search: str | None = None
) -> Page[Product]:
    """All visible products, oldest first; `search` is a part of a code, name or brand. The cursor's
    shape is (int,).

    Raises:
        Forbidden: without `catalog:read`.
        Rejected: with InvalidValue for a search longer than anybody types.
    """
    actor.require(Permission.CATALOG_READ)
    rows = await queries.fetch_product_page(conn, actor, page, read_search(search))
    return make_page(rows, page, lambda product: (product.id,))


async def _follow(
    conn: Connection, actor: Actor, products: Mapping[int, Mapping[str, Any]]
) -> None:
    """Let the SKUs of products be found by what these are called now. Locks the SKUs."""
    stored = await sku_queries.lock_own_skus(conn, actor, product_ids=list(products))
    skus = [
        sku
        | {
            "product_name": products[sku["product_id"]]["name"],
            "product_name_en": products[sku["product_id"]]["name_en"],
            "brand": products[sku["product_id"]]["brand"],
        }
        for sku in stored.values()
    ]
    await sku_queries.update_skus(
        conn,
        actor,
        skus,
        [sort_key_of(sku["name"]) for sku in skus],
        [index_of(sku) for sku in skus],
    )
