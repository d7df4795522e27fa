import { useState } from "react";
import { useSearchParams } from "react-router";

import { GridProductsDocument, type GridProductsQuery } from "../../../gql/graphql";
import {
  Button,
  ButtonLink,
  Empty,
  ErrorState,
  Loading,
  SelectField,
  TextField,
  useName,
} from "../../../shared/components";
import { usePages } from "../../../shared/graph/hooks";
import { useTexts } from "../../../shared/i18n/i18n";
import { useSettled } from "../../../shared/useSettled";
import type { OrderTabProps } from "../OrderPage";
import { catalogTexts } from "../catalog/catalogTexts";
import { useIsOnBehalf } from "../places";
import { ProductGrid } from "./ProductGrid";
import "../catalog/catalog.css";
import "./grid.css";
import { gridTexts } from "./gridTexts";
import { type Dimensions, dimensionsOf } from "./matrix";

const PAGE_SIZE = 30;

type Product = GridProductsQuery["products"]["edges"][number]["node"];
interface Choice {
  readonly product: Product;
  readonly dimensions: Dimensions;
}

/** Products whose variants differ in two ways, each as a sheet of quantities. */
export default function GridTab({ place }: OrderTabProps) {
  const t = useTexts(catalogTexts);
  if (useIsOnBehalf(place)) {
    const pad = `/order?relationship=${encodeURIComponent(place.id)}&tab=pad`;
    return (
      <Empty action={<ButtonLink to={pad}>{t("behalf.pad")}</ButtonLink>}>{t("behalf")}</Empty>
    );
  }
  return <Grids relationshipId={place.id} />;
}

function Grids({ relationshipId }: { readonly relationshipId: string }) {
  const t = useTexts(gridTexts);
  const name = useName();
  const [typed, setTyped] = useState("");
  const search = useSettled(typed.trim());
  const [parameters, setParameters] = useSearchParams();
  const pages = usePages({
    kinds: ["CATALOG", "RELATIONSHIP"],
    document: GridProductsDocument,
    variables: { search: search === "" ? null : search, first: PAGE_SIZE },
    connection: (result) => result.products,
    keepsFormer: true,
  });
  const choices = pages.rows.flatMap((product): Choice[] => {
    const dimensions = dimensionsOf(product.skus);
    return dimensions === null ? [] : [{ product, dimensions }];
  });
  const wanted = parameters.get("product");
  const chosen = choices.find(({ product }) => product.id === wanted) ?? choices[0];

  function choose(id: string): void {
    parameters.set("product", id);
    setParameters(parameters, { replace: true });
  }

  if (pages.isLoading) return <Loading rows={8} onRetry={pages.retry} />;
  if (pages.error !== null && pages.rows.length === 0) {
    return <ErrorState error={pages.error} onRetry={pages.retry} />;
  }
  return (
    <>
      <div className="grid-filters">
        <TextField
          label={t("search")}
          placeholder={t("search.hint")}
          type="search"
          autoComplete="off"
          value={typed}
          onText={setTyped}
        />
        {chosen && (
          <SelectField
            label={t("product")}
            value={chosen.product.id}
            options={choices.map(({ product }) => ({
              value: product.id,
              text: `${name(product)}（${product.code}）`,
            }))}
            onText={choose}
          />
        )}
        {pages.hasMore && (
          <Button isBusy={pages.isLoadingMore} onClick={pages.loadMore}>
            {t("product.more")}
          </Button>
        )}
      </div>
      {chosen === undefined && (
        <Empty>{t(search === "" ? "products.none" : "products.none.search")}</Empty>
      )}
      {chosen && (
        <ProductGrid key={chosen.product.id} relationshipId={relationshipId} {...chosen} />
      )}
    </>
  );
}
