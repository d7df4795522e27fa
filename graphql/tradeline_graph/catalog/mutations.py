"""Keeping the catalog, one mutation for each change."""

from __future__ import annotations

import strawberry

from tradeline import catalog
from tradeline.kernel import Permission
from tradeline_graph._context import Info
from tradeline_graph._ids import from_id, from_optional_id
from tradeline_graph._mutations import answering, granting, one_of_list, perform, unlisted
from tradeline_graph._scope import Guard, Scope, guarded
from tradeline_graph.catalog.inputs import (
    AssortmentCreateInput,
    AssortmentGrantInput,
    AssortmentSkusPutInput,
    AssortmentSkusRemoveInput,
    AssortmentUpdateInput,
    BarcodeAddInput,
    BarcodeRemoveInput,
    BuyerCodesPutInput,
    CategoryCreateInput,
    CategoryUpdateInput,
    PackAddInput,
    ProductCreateInput,
    ProductUpdateInput,
    SkuCreateInput,
    SkuUpdateInput,
    texts_of,
)
from tradeline_graph.catalog.payloads import (
    AssortmentCreatePayload,
    AssortmentGrantPayload,
    AssortmentRevokePayload,
    AssortmentSkusPutPayload,
    AssortmentSkusRemovePayload,
    AssortmentUpdatePayload,
    BarcodeAddPayload,
    BarcodeRemovePayload,
    BuyerCodesPutPayload,
    CategoryCreatePayload,
    CategoryUpdatePayload,
    PackAddPayload,
    ProductCreatePayload,
    ProductUpdatePayload,
    SkuCreatePayload,
    SkuUpdatePayload,
)
from tradeline_graph.catalog.types import (
    load_assortment,
    load_category,
    load_product,
    load_sku,
)

MANAGES = guarded(Scope.ORGANIZATION, Permission.CATALOG_MANAGE)


@strawberry.type
class Mutation:
    @strawberry.mutation(
        description="Add a category to your organization's tree.", extensions=MANAGES
    )
    async def category_create(
        self, info: Info, input: CategoryCreateInput
    ) -> CategoryCreatePayload:
        done = await perform(
            info,
            input,
            lambda conn, actor: one_of_list(
                catalog.create_categories(
                    conn,
                    actor=actor,
                    categories=[
                        catalog.NewCategory(
                            code=input.code,
                            name=input.name,
                            name_en=input.name_en,
                            parent_id=from_optional_id("Category", input.parent_id),
                            position=input.position,
                        )
                    ],
                )
            ),
        )
        return CategoryCreatePayload(
            category=await load_category(info, done.id), errors=done.errors
        )

    @strawberry.mutation(
        description="Change a category of your organization's tree, or move it with all below it.",
        extensions=MANAGES,
    )
    async def category_update(
        self, info: Info, input: CategoryUpdateInput
    ) -> CategoryUpdatePayload:
        change = input.to_model()
        done = await perform(
            info,
            input,
            lambda conn, actor: answering(
                catalog.update_category(conn, actor=actor, change=change), change.category_id
            ),
        )
        return CategoryUpdatePayload(
            category=await load_category(info, done.id), errors=done.errors
        )

    @strawberry.mutation(
        description="Add a product of your organization's own.", extensions=MANAGES
    )
    async def product_create(self, info: Info, input: ProductCreateInput) -> ProductCreatePayload:
        done = await perform(
            info,
            input,
            lambda conn, actor: one_of_list(
                catalog.create_products(
                    conn,
                    actor=actor,
                    products=[
                        catalog.NewProduct(
                            code=input.code,
                            name=input.name,
                            name_en=input.name_en,
                            category_id=from_optional_id("Category", input.category_id),
                            brand=input.brand,
                            description=input.description,
                        )
                    ],
                )
            ),
        )
        return ProductCreatePayload(product=await load_product(info, done.id), errors=done.errors)

    @strawberry.mutation(
        description="Change a product; an inactive one is hidden from buyers with all its SKUs.",
        extensions=MANAGES,
    )
    async def product_update(self, info: Info, input: ProductUpdateInput) -> ProductUpdatePayload:
        done = await perform(
            info,
            input,
            lambda conn, actor: answering(
                unlisted(
                    catalog.update_products(
                        conn,
                        actor=actor,
                        changes=[
                            catalog.ProductChange(
                                product_id=from_id("Product", input.product_id),
                                name=input.name,
                                name_en=input.name_en,
                                category_id=from_optional_id("Category", input.category_id),
                                brand=input.brand,
                                description=input.description,
                                is_active=input.is_active,
                            )
                        ],
                    )
                ),
                from_id("Product", input.product_id),
            ),
        )
        return ProductUpdatePayload(product=await load_product(info, done.id), errors=done.errors)

    @strawberry.mutation(
        description="Add a SKU to a product of your organization's own.", extensions=MANAGES
    )
    async def sku_create(self, info: Info, input: SkuCreateInput) -> SkuCreatePayload:
        done = await perform(
            info,
            input,
            lambda conn, actor: one_of_list(
                catalog.create_skus(conn, actor=actor, skus=[input.to_model()])
            ),
        )
        return SkuCreatePayload(sku=await load_sku(info, done.id), errors=done.errors)

    @strawberry.mutation(
        description="Change a SKU; an inactive one is hidden from buyers at once.",
        extensions=MANAGES,
    )
    async def sku_update(self, info: Info, input: SkuUpdateInput) -> SkuUpdatePayload:
        done = await perform(
            info,
            input,
            lambda conn, actor: answering(
                unlisted(
                    catalog.update_skus(
                        conn,
                        actor=actor,
                        changes=[
                            catalog.SkuChange(
                                sku_id=from_id("Sku", input.sku_id),
                                name=input.name,
                                name_en=input.name_en,
                                attributes=texts_of(input.attributes),
                                is_active=input.is_active,
                            )
                        ],
                    )
                ),
                from_id("Sku", input.sku_id),
            ),
        )
        return SkuUpdatePayload(sku=await load_sku(info, done.id), errors=done.errors)

    @strawberry.mutation(
        description="Add a barcode to a pack of your organization's own SKU.", extensions=MANAGES
    )
    async def barcode_add(self, info: Info, input: BarcodeAddInput) -> BarcodeAddPayload:
        done = await perform(
            info,
            input,
            lambda conn, actor: answering(
                unlisted(
                    catalog.add_barcodes(
                        conn,
                        actor=actor,
                        barcodes=[
                            catalog.NewBarcode(
                                sku_id=from_id("Sku", input.sku_id),
                                code=input.code,
                                pack_id=from_optional_id("Pack", input.pack_id),
                            )
                        ],
                    )
                ),
                from_id("Sku", input.sku_id),
            ),
        )
        return BarcodeAddPayload(sku=await load_sku(info, done.id), errors=done.errors)

    @strawberry.mutation(
        description="Take a barcode off your organization's own SKU.", extensions=MANAGES
    )
    async def barcode_remove(self, info: Info, input: BarcodeRemoveInput) -> BarcodeRemovePayload:
        sku_id = from_id("Sku", input.sku_id)
        done = await perform(
            info,
            input,
            lambda conn, actor: answering(
                catalog.remove_barcode(conn, actor=actor, sku_id=sku_id, code=input.code), sku_id
            ),
        )
        return BarcodeRemovePayload(sku=await load_sku(info, done.id), errors=done.errors)

    @strawberry.mutation(
        description="Let your organization's own SKU be ordered in one more pack.",
        extensions=MANAGES,
    )
    async def pack_add(self, info: Info, input: PackAddInput) -> PackAddPayload:
        sku_id = from_id("Sku", input.sku_id)
        done = await perform(
            info,
            input,
            lambda conn, actor: answering(
                catalog.add_pack(conn, actor=actor, sku_id=sku_id, pack=input.to_model()), sku_id
            ),
        )
        return PackAddPayload(sku=await load_sku(info, done.id), errors=done.errors)

    @strawberry.mutation(
        description="Say what your organization calls SKUs that it sees.",
        extensions=[Guard(Scope.ORGANIZATION, Permission.ORDER_PLACE)],
    )
    async def buyer_codes_put(self, info: Info, input: BuyerCodesPutInput) -> BuyerCodesPutPayload:
        done = await perform(
            info,
            input,
            lambda conn, actor: answering(
                catalog.put_buyer_codes(
                    conn,
                    actor=actor,
                    codes=[
                        catalog.NewBuyerCode(sku_id=from_id("Sku", code.sku_id), code=code.code)
                        for code in input.codes
                    ],
                ),
                len(input.codes),
            ),
        )
        return BuyerCodesPutPayload(count=done.id, errors=done.errors)

    @strawberry.mutation(description="Make an assortment, still empty.", extensions=MANAGES)
    async def assortment_create(
        self, info: Info, input: AssortmentCreateInput
    ) -> AssortmentCreatePayload:
        done = await perform(
            info,
            input,
            lambda conn, actor: one_of_list(
                catalog.create_assortments(
                    conn,
                    actor=actor,
                    assortments=[
                        catalog.NewAssortment(
                            code=input.code, name=input.name, name_en=input.name_en
                        )
                    ],
                )
            ),
        )
        return AssortmentCreatePayload(
            assortment=await load_assortment(info, done.id), errors=done.errors
        )

    @strawberry.mutation(
        description="Call an assortment of your organization's otherwise.", extensions=MANAGES
    )
    async def assortment_update(
        self, info: Info, input: AssortmentUpdateInput
    ) -> AssortmentUpdatePayload:
        assortment_id = from_id("Assortment", input.assortment_id)
        done = await perform(
            info,
            input,
            lambda conn, actor: answering(
                catalog.update_assortment(
                    conn,
                    actor=actor,
                    assortment_id=assortment_id,
                    name=input.name,
                    name_en=input.name_en,
                ),
                assortment_id,
            ),
        )
        return AssortmentUpdatePayload(
            assortment=await load_assortment(info, done.id), errors=done.errors
        )

    @strawberry.mutation(
        description="Put SKUs into an assortment, or change their minimum and step.",
        extensions=MANAGES,
    )
    async def assortment_skus_put(
        self, info: Info, input: AssortmentSkusPutInput
    ) -> AssortmentSkusPutPayload:
        done = await perform(
            info,
            input,
            lambda conn, actor: answering(
                catalog.put_assortment_skus(
                    conn,
                    actor=actor,
                    assortment_id=from_id("Assortment", input.assortment_id),
                    items=[
                        catalog.AssortmentItem(
                            sku_id=from_id("Sku", item.sku_id),
                            quantity_minimum=item.quantity_minimum,
                            quantity_step=item.quantity_step,
                        )
                        for item in input.items
                    ],
                ),
                from_id("Assortment", input.assortment_id),
            ),
        )
        return AssortmentSkusPutPayload(
            assortment=await load_assortment(info, done.id), errors=done.errors
        )

    @strawberry.mutation(
        description="Take SKUs out of an assortment; they are no longer offered by it.",
        extensions=MANAGES,
    )
    async def assortment_skus_remove(
        self, info: Info, input: AssortmentSkusRemoveInput
    ) -> AssortmentSkusRemovePayload:
        done = await perform(
            info,
            input,
            lambda conn, actor: answering(
                catalog.remove_assortment_skus(
                    conn,
                    actor=actor,
                    assortment_id=from_id("Assortment", input.assortment_id),
                    sku_ids=[from_id("Sku", sku_id) for sku_id in input.sku_ids],
                ),
                from_id("Assortment", input.assortment_id),
            ),
        )
        return AssortmentSkusRemovePayload(
            assortment=await load_assortment(info, done.id), errors=done.errors
        )

    @strawberry.mutation(
        description="Let relationships on which you sell trade an assortment.", extensions=MANAGES
    )
    async def assortment_grant(
        self, info: Info, input: AssortmentGrantInput
    ) -> AssortmentGrantPayload:
        done = await perform(
            info,
            input,
            lambda conn, actor: granting(
                catalog.grant_assortments(conn, actor=actor, grants=input.to_model()),
                from_id("Assortment", input.assortment_id),
            ),
        )
        return AssortmentGrantPayload(
            assortment=await load_assortment(info, done.id), errors=done.errors
        )

    @strawberry.mutation(
        description="Take an assortment back from relationships; open orders stay.",
        extensions=MANAGES,
    )
    async def assortment_revoke(
        self, info: Info, input: AssortmentGrantInput
    ) -> AssortmentRevokePayload:
        done = await perform(
            info,
            input,
            lambda conn, actor: granting(
                catalog.revoke_assortments(conn, actor=actor, grants=input.to_model()),
                from_id("Assortment", input.assortment_id),
            ),
        )
        return AssortmentRevokePayload(
            assortment=await load_assortment(info, done.id), errors=done.errors
        )
