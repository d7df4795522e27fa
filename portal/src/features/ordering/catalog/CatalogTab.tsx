import { useDeferredValue, useState } from "react";

import { CatalogCategoriesDocument } from "../../../gql/graphql";
import {
  Button,
  ButtonLink,
  Empty,
  ErrorLine,
  ErrorState,
  Loading,
  SelectField,
  TextField,
  useName,
} from "../../../shared/components";
import { type Pages, useGraph } from "../../../shared/graph/hooks";
import { commonTexts } from "../../../shared/i18n/common";
import { useTexts } from "../../../shared/i18n/i18n";
import type { OrderTabProps } from "../OrderPage";
import { useOrderDraft } from "../draft/useOrderDraft";
import { useIsOnBehalf } from "../places";
import { type Offer, OfferRow } from "./OfferRow";
import { PriceDrawer, type PricedLine } from "./PriceDrawer";
import "./catalog.css";
import { inTree } from "./categories";
import { catalogTexts } from "./catalogTexts";
import { NOTHING_HELD, heldBySku } from "./held";
import { useOfferFilters } from "./useOfferFilters";
import { useOffers } from "./useOffers";

/** All that one may buy on a relationship, at one's own prices, and a box to order each. */
export default function CatalogTab({ place }: OrderTabProps) {
  const t = useTexts(catalogTexts);
  if (useIsOnBehalf(place)) {
    const pad = `/order?relationship=${encodeURIComponent(place.id)}&tab=pad`;
    return (
      <Empty action={<ButtonLink to={pad}>{t("behalf.pad")}</ButtonLink>}>{t("behalf")}</Empty>
    );
  }
  return <Catalog relationshipId={place.id} />;
}

function Catalog({ relationshipId }: { readonly relationshipId: string }) {
  const t = useTexts(catalogTexts);
  const { filters, typed, type, choose } = useOfferFilters();
  const pages = useOffers(relationshipId, filters);
  return (
    <>
      <div className="catalog-filters">
        <TextField
          label={t("search")}
          placeholder={t("search.hint")}
          type="search"
          autoComplete="off"
          value={typed}
          onText={type}
          onKeyDown={(event) => {
            if (event.key === "Enter") focusFirst();
          }}
        />
        <CategoryField value={filters.categoryId} onText={choose} />
      </div>
      <Offers
        relationshipId={relationshipId}
        pages={pages}
        isFiltered={filters.search !== "" || filters.categoryId !== ""}
      />
    </>
  );
}

function CategoryField(props: { readonly value: string; onText(value: string): void }) {
  const t = useTexts(catalogTexts);
  const name = useName();
  const { data } = useGraph({
    kinds: ["CATALOG"],
    document: CatalogCategoriesDocument,
    variables: {},
  });
  const categories = inTree((data?.categories.edges ?? []).map(({ node }) => node));
  const options = categories.map(({ category, depth }) => ({
    value: category.id,
    text: "\u3000".repeat(depth) + name(category),
  }));
  return (
    <SelectField
      {...props}
      label={t("category")}
      options={[{ value: "", text: t("category.all") }, ...options]}
    />
  );
}

function Offers({
  relationshipId,
  pages,
  isFiltered,
}: {
  readonly relationshipId: string;
  readonly pages: Pages<Offer>;
  readonly isFiltered: boolean;
}) {
  const t = useTexts(catalogTexts);
  const words = useTexts(commonTexts);
  const [explained, setExplained] = useState<PricedLine | null>(null);
  const [told, setTold] = useState("");
  if (pages.isLoading) return <Loading rows={10} onRetry={pages.retry} />;
  if (pages.error !== null && pages.rows.length === 0) {
    return <ErrorState error={pages.error} onRetry={pages.retry} />;
  }
  if (pages.rows.length === 0) {
    return <Empty>{t(isFiltered ? "empty.search" : "empty")}</Empty>;
  }
  return (
    <div aria-busy={pages.isRefreshing || undefined}>
      <OfferTable
        relationshipId={relationshipId}
        offers={pages.rows}
        onExplain={setExplained}
        onTell={setTold}
      />
      <p className="visually-hidden" role="status">
        {told}
      </p>
      <ErrorLine error={pages.error} onRetry={pages.retry} />
      {pages.hasMore && (
        <div className="table-more">
          <Button isBusy={pages.isLoadingMore} onClick={pages.loadMore}>
            {words(pages.isLoadingMore ? "loadingMore" : "loadMore")}
          </Button>
        </div>
      )}
      <PriceDrawer
        relationshipId={relationshipId}
        line={explained}
        onClose={() => setExplained(null)}
      />
    </div>
  );
}

function OfferTable({
  relationshipId,
  offers,
  onExplain,
  onTell,
}: {
  readonly relationshipId: string;
  readonly offers: readonly Offer[];
  readonly onExplain: (line: PricedLine) => void;
  readonly onTell: (text: string) => void;
}) {
  const t = useTexts(catalogTexts);
  const draft = useOrderDraft(relationshipId);
  // Typing into one row goes before telling the others what the draft holds.
  const held = heldBySku(useDeferredValue(draft));
  const skus = new Set<string>();
  return (
    <div className="table-scroll">
      <table className="table catalog" role="table">
        <caption className="visually-hidden">{t("caption")}</caption>
        <thead role="rowgroup">
          <tr role="row">
            {(["product", "stock", "terms", "price", "quantity"] as const).map((key) => (
              <th key={key} role="columnheader" scope="col" className={`catalog-${key}`}>
                {t(key)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody role="rowgroup">
          {offers.map((offer) => {
            // A list that moves while one reads on may hold a SKU twice.
            if (!offer.sku || skus.has(offer.sku.id)) return null;
            skus.add(offer.sku.id);
            return (
              <OfferRow
                key={offer.sku.id}
                relationshipId={relationshipId}
                offer={offer}
                sku={offer.sku}
                held={held.get(offer.sku.id) ?? NOTHING_HELD}
                keeper={draft.keeper}
                onExplain={onExplain}
                onTell={onTell}
              />
            );
          })}
        </tbody>
      </table>
    </div>
  );
}

function focusFirst(): void {
  document.querySelector<HTMLElement>(".catalog .catalog-count")?.focus();
}
