import { useState } from "react";

import { type ProductPartsFragment, ProductsDocument } from "../../gql/graphql";
import {
  Button,
  type Column,
  Empty,
  Page,
  PagedTable,
  StatePill,
  Tabs,
  TextField,
  useName,
} from "../../shared/components";
import { usePages } from "../../shared/graph/hooks";
import { useTexts } from "../../shared/i18n/i18n";
import { useSettled } from "../../shared/useSettled";
import { Categories } from "./products/Categories";
import { CategoryForm } from "./products/CategoryForm";
import { ProductForm } from "./products/ProductForm";
import { catalogTexts } from "./texts";

const PAGE_SIZE = 50;

/** What is sold, and the categories it stands in. */
export default function ProductsPage() {
  const t = useTexts(catalogTexts);
  const [tab, setTab] = useState<"products" | "categories">("products");
  const [isCreating, setIsCreating] = useState(false);
  const isOfProducts = tab === "products";
  return (
    <Page
      title={t("products.title")}
      actions={
        <Button kind="primary" onClick={() => setIsCreating(true)}>
          {t(isOfProducts ? "product.new" : "category.new")}
        </Button>
      }
    >
      <Tabs
        label={t("products.parts")}
        tabs={[
          { key: "products", text: t("products") },
          { key: "categories", text: t("categories") },
        ]}
        active={tab}
        onChange={setTab}
      >
        {isOfProducts ? <Products /> : <Categories />}
      </Tabs>
      {isCreating && isOfProducts && (
        <ProductForm product={null} onClose={() => setIsCreating(false)} />
      )}
      {isCreating && !isOfProducts && (
        <CategoryForm category={null} onClose={() => setIsCreating(false)} />
      )}
    </Page>
  );
}

function Products() {
  const t = useTexts(catalogTexts);
  const [typed, setTyped] = useState("");
  const search = useSettled(typed).trim();
  const pages = usePages({
    kinds: ["CATALOG"],
    document: ProductsDocument,
    variables: { search: search || null, first: PAGE_SIZE },
    connection: (result) => result.products,
    keepsFormer: true,
  });
  return (
    <div className="page">
      <div className="form" role="search">
        <TextField
          label={t("products.search")}
          type="search"
          placeholder={t("products.search.hint")}
          value={typed}
          onText={setTyped}
        />
      </div>
      <PagedTable
        caption={t("products")}
        pages={pages}
        columns={useColumns()}
        rowKey={(product) => product.id}
        rowHref={(product) => `/setup/products/${encodeURIComponent(product.id)}`}
        empty={<Empty>{t("products.empty")}</Empty>}
      />
    </div>
  );
}

function useColumns(): readonly Column<ProductPartsFragment>[] {
  const t = useTexts(catalogTexts);
  const name = useName();
  return [
    { key: "name", title: t("name"), render: (product) => name(product) },
    { key: "code", title: t("code"), render: (product) => product.code },
    { key: "brand", title: t("brand"), render: (product) => product.brand || "–" },
    { key: "category", title: t("category"), render: (product) => name(product.category) },
    {
      key: "owner",
      title: t("owner"),
      render: (product) => t(product.isOwn ? "owner.own" : "owner.other"),
    },
    {
      key: "state",
      title: t("state"),
      render: (product) => <InUse isActive={product.isActive} />,
    },
  ];
}

export function InUse({ isActive }: { readonly isActive: boolean }) {
  const t = useTexts(catalogTexts);
  return (
    <StatePill kind={isActive ? "good" : "neutral"}>
      {t(isActive ? "state.on" : "state.off")}
    </StatePill>
  );
}
