import { useState } from "react";
import { useParams } from "react-router";

import {
  ProductPageDocument,
  type ProductPartsFragment,
  type SkuPartsFragment,
  SkusOfProductDocument,
} from "../../gql/graphql";
import {
  Button,
  type Column,
  Empty,
  ErrorState,
  Facts,
  Loading,
  Notice,
  Page,
  PagedTable,
  Section,
  useName,
} from "../../shared/components";
import { useGraph, usePages } from "../../shared/graph/hooks";
import { useTexts } from "../../shared/i18n/i18n";
import { Contents } from "./Contents";
import { InUse } from "./ProductsPage";
import { ProductForm } from "./products/ProductForm";
import { SkuDrawer } from "./products/SkuDrawer";
import { SkuForm } from "./products/SkuForm";
import { catalogTexts } from "./texts";
import { usePackName } from "./usePackName";

const PAGE_SIZE = 50;

/** One product: its data, and its SKUs with their packs and barcodes. */
export default function ProductPage() {
  const t = useTexts(catalogTexts);
  const name = useName();
  const { id = "" } = useParams();
  const [isEditing, setIsEditing] = useState(false);
  const asked = useGraph({
    kinds: ["CATALOG"],
    document: ProductPageDocument,
    variables: { id },
  });
  const product = asked.data?.product;
  return (
    <Page
      title={product ? name(product) : t("products.title")}
      {...(product && { subtitle: product.code })}
      breadcrumbs={[{ to: "/setup/products", text: t("products.title") }]}
      actions={product?.isOwn && <Button onClick={() => setIsEditing(true)}>{t("edit")}</Button>}
    >
      {asked.isPending && <Loading rows={8} onRetry={() => void asked.refetch()} />}
      {asked.error && !product && (
        <ErrorState error={asked.error} onRetry={() => void asked.refetch()} />
      )}
      {asked.data && !product && <Empty>{t("product.notFound")}</Empty>}
      {product && (
        <>
          {!product.isOwn && <Notice>{t("product.notOwn")}</Notice>}
          <Facts
            items={[
              { term: t("brand"), value: product.brand || "–" },
              { term: t("category"), value: name(product.category) },
              { term: t("state"), value: <InUse isActive={product.isActive} /> },
              { term: t("description"), value: product.description || "–" },
            ]}
          />
          <Skus key={product.id} product={product} />
        </>
      )}
      {product && isEditing && (
        <ProductForm product={product} onClose={() => setIsEditing(false)} />
      )}
    </Page>
  );
}

function Skus({ product }: { readonly product: ProductPartsFragment }) {
  const t = useTexts(catalogTexts);
  const [isCreating, setIsCreating] = useState(false);
  const [shownId, setShownId] = useState<string | null>(null);
  const pages = usePages({
    kinds: ["CATALOG"],
    document: SkusOfProductDocument,
    variables: { productId: product.id, first: PAGE_SIZE },
    connection: (result) => result.skus,
  });
  // What is shown beside follows what is changed in it.
  const shown = pages.rows.find(({ id }) => id === shownId);
  return (
    <Section
      title={t("skus")}
      actions={
        product.isOwn && (
          <Button kind="primary" onClick={() => setIsCreating(true)}>
            {t("sku.new")}
          </Button>
        )
      }
    >
      <PagedTable
        caption={t("skus")}
        pages={pages}
        columns={useColumns(product.isOwn ? setShownId : null)}
        rowKey={(sku) => sku.id}
        empty={<Empty>{t("skus.empty")}</Empty>}
      />
      {isCreating && <SkuForm productId={product.id} onClose={() => setIsCreating(false)} />}
      {shown && <SkuDrawer key={shown.id} sku={shown} onClose={() => setShownId(null)} />}
    </Section>
  );
}

function useColumns(show: ((skuId: string) => void) | null): readonly Column<SkuPartsFragment>[] {
  const t = useTexts(catalogTexts);
  const name = useName();
  const packName = usePackName();
  return [
    {
      key: "name",
      title: t("name"),
      render: (sku) => (
        <span>
          {name(sku)}
          <Contents sku={sku} />
        </span>
      ),
    },
    { key: "code", title: t("code"), render: (sku) => sku.code },
    { key: "unit", title: t("baseUnit"), render: (sku) => sku.baseUnit },
    {
      key: "packs",
      title: t("packs"),
      render: (sku) =>
        sku.packs
          .filter(({ units }) => units > 1)
          .map(packName)
          .join("、") || "–",
    },
    {
      key: "barcodes",
      title: t("barcodes"),
      isWideOnly: true,
      render: (sku) => sku.barcodes.map(({ code }) => code).join(" ") || "–",
    },
    { key: "state", title: t("state"), render: (sku) => <InUse isActive={sku.isActive} /> },
    {
      key: "edit",
      title: "",
      render: (sku) =>
        show && (
          <Button
            size="small"
            aria-label={`${t("edit")}: ${sku.code}`}
            onClick={() => show(sku.id)}
          >
            {t("edit")}
          </Button>
        ),
    },
  ];
}
