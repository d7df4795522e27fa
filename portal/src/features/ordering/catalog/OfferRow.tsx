import { memo, useState } from "react";

import {
  type CatalogOfferFragment,
  CatalogPackDocument,
  type CatalogPackQuery,
} from "../../../gql/graphql";
import { Quantity, useName } from "../../../shared/components";
import { useGraph } from "../../../shared/graph/hooks";
import { useFormat } from "../../../shared/i18n/format";
import { useTexts } from "../../../shared/i18n/i18n";
import { Contents } from "../../catalog/Contents";
import type { DraftKeeper } from "../draft/keeper";
import { OfferEntry } from "./OfferEntry";
import type { PricedLine } from "./PriceDrawer";
import { catalogTexts } from "./catalogTexts";
import { type Entry, type Held, basePack, countOf, entryOf, isSameHeld } from "./held";

export type Offer = CatalogOfferFragment;
export type OfferSku = NonNullable<Offer["sku"]>;
export type OfferPack = OfferSku["packs"][number];
type Priced = Pick<CatalogPackQuery["offers"]["edges"][number]["node"], "price" | "priceBreaks">;

export interface OfferRowProps {
  readonly relationshipId: string;
  readonly offer: Offer;
  readonly sku: OfferSku;
  /** What the draft holds of it. */
  readonly held: Held;
  readonly keeper: DraftKeeper;
  readonly onExplain: (line: PricedLine) => void;
  readonly onTell: (text: string) => void;
}

/** One SKU: what it costs, what there is of it, and a box to order it. */
export const OfferRow = memo(function OfferRow(props: OfferRowProps) {
  const { offer, sku, held, relationshipId } = props;
  const t = useTexts(catalogTexts);
  const name = useName();
  const { integer } = useFormat();
  const [typed, setTyped] = useState<Entry<OfferPack> | null>(null);
  const entry = typed ?? heldEntry(held, sku);
  const priced = usePricedBy(relationshipId, offer, sku, entry.pack);
  const isNothingFree = offer.available === 0;
  return (
    <tr role="row">
      <td role="cell" className="table-title catalog-product">
        <span className="catalog-name">{name(sku)}</span>
        <span className="catalog-codes">
          {sku.code}
          {sku.ownCode != null && ` · ${t("ownCode", { code: sku.ownCode })}`}
        </span>
        <Contents sku={sku} />
      </td>
      <td role="cell" className="align-end" data-label={t("stock")}>
        <span>
          {isNothingFree ? (
            <span className="catalog-none">{t("stock.none")}</span>
          ) : (
            <Quantity value={offer.available} unit={sku.baseUnit} />
          )}
          <Later offer={offer} />
        </span>
      </td>
      <td role="cell" className="align-end catalog-terms" data-label={t("terms")}>
        <span
          title={t("terms.text", {
            minimum: integer(offer.quantityMinimum),
            step: integer(offer.quantityStep),
          })}
        >
          {integer(offer.quantityMinimum)} / {integer(offer.quantityStep)}
        </span>
      </td>
      <td role="cell" className="align-end" data-label={t("price")}>
        <OfferPrice
          priced={priced}
          sku={sku}
          onExplain={() => props.onExplain(lineOf(offer, sku, entry, name(sku)))}
        />
      </td>
      <td role="cell" className="catalog-entry-cell">
        <OfferEntry {...props} entry={entry} isTyped={typed !== null} onEntry={setTyped} />
      </td>
    </tr>
  );
}, isSameRow);

/** What is confirmed to come: "20 on 12 March". */
function Later({ offer }: { readonly offer: Offer }) {
  const t = useTexts(catalogTexts);
  const { day, integer } = useFormat();
  return (offer.availability?.later ?? []).map(({ on, quantity }) => (
    <small key={on} className="catalog-later">
      {t("stock.later", { quantity: integer(quantity), day: day(on) })}
    </small>
  ));
}

/** The rest of what is given never changes while the page is there. */
function isSameRow(one: OfferRowProps, other: OfferRowProps): boolean {
  return (
    one.offer === other.offer &&
    one.keeper === other.keeper &&
    one.relationshipId === other.relationshipId &&
    isSameHeld(one.held, other.held)
  );
}

/** What stands in the box until somebody types: the row of the draft, if there is one alone. */
function heldEntry(held: Held, sku: OfferSku): Entry<OfferPack> {
  const [only] = held;
  if (only === undefined || held.length > 1) return { text: "", pack: basePack(sku.packs) };
  return entryOf(only.row.quantityText, sku.packs);
}

/** Prices by the pack that is chosen: of the base unit they are there, of others they are asked. */
function usePricedBy(
  relationshipId: string,
  offer: Offer,
  sku: OfferSku,
  pack: OfferPack | null,
): Priced | null {
  const isBase = pack === null || pack.id === basePack(sku.packs)?.id;
  const { data } = useGraph({
    kinds: ["PRICE", "CATALOG", "RELATIONSHIP"],
    document: CatalogPackDocument,
    variables: { relationshipId, search: sku.code, packId: pack?.id ?? "" },
    enabled: !isBase,
  });
  if (isBase) return offer;
  return data?.offers.edges.find(({ node }) => node.sku?.id === sku.id)?.node ?? null;
}

function OfferPrice({
  priced,
  sku,
  onExplain,
}: {
  readonly priced: Priced | null;
  readonly sku: OfferSku;
  onExplain(): void;
}) {
  const t = useTexts(catalogTexts);
  const { money, integer } = useFormat();
  const price = priced?.price;
  if (priced === null) return <span className="catalog-waiting">…</span>;
  if (price?.unitPrice == null) return <span className="catalog-none">{t("price.none")}</span>;
  const shown = `${money({ amount: price.unitPrice, currency: price.currency })} / ${price.pricedUnit}`;
  const breaks = (priced.priceBreaks ?? []).slice(1);
  return (
    <div className="catalog-price">
      <button
        type="button"
        className="catalog-explain"
        aria-label={t("price.explain", { price: shown, code: sku.code })}
        onClick={onExplain}
      >
        {shown}
      </button>
      {breaks.length > 0 && (
        <ul className="catalog-breaks" aria-label={t("breaks")}>
          {breaks.map((step) => (
            <li key={step.quantityMinimum}>
              {t("break.text", {
                quantity: `${integer(step.quantityMinimum)} ${sku.baseUnit}`,
                price: money({ amount: step.unitPrice, currency: step.currency }),
              })}
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}

/** Of what the price is explained: of what is typed, or else of the fewest. */
function lineOf(
  offer: Offer,
  sku: OfferSku,
  { text, pack }: Entry<OfferPack>,
  name: string,
): PricedLine {
  const isBase = pack === null || pack.units === 1;
  return {
    title: `${sku.code} ${name}`,
    skuId: sku.id,
    quantity: countOf(text) ?? (isBase ? offer.quantityMinimum : 1),
    packId: isBase ? null : pack.id,
  };
}
