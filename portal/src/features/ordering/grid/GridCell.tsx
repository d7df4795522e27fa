import { useFormat } from "../../../shared/i18n/format";
import { useTexts } from "../../../shared/i18n/i18n";
import { useName } from "../../../shared/components";
import type { PricedLine } from "../catalog/PriceDrawer";
import { catalogTexts } from "../catalog/catalogTexts";
import { type Held, basePack, countOf, entryOf } from "../catalog/held";
import type { DraftKeeper } from "../draft/keeper";
import { QUANTITY_LENGTH_MAX } from "../draft/rows";
import { type GridOffer, putQuantity } from "./ProductGrid";
import { gridTexts } from "./gridTexts";

/** One variant: how many, at what price, and what the server makes of it. */
export function GridCell({
  offer,
  pack,
  held,
  keeper,
  onExplain,
}: {
  readonly offer: GridOffer;
  /** What a plain number counts. */
  readonly pack: GridOffer["sku"]["packs"][number] | null;
  readonly held: Held;
  readonly keeper: DraftKeeper;
  onExplain(line: PricedLine): void;
}) {
  const t = useTexts(gridTexts);
  const words = useTexts(catalogTexts);
  const name = useName();
  const { sku } = offer;
  const problems = held.flatMap(({ result }) => result?.problems ?? []);
  return (
    <div className="grid-cell">
      <input
        className="input grid-count"
        aria-label={words("quantity.of", { code: `${sku.code} ${name(sku)}` })}
        aria-invalid={problems.length > 0 || undefined}
        inputMode="numeric"
        autoComplete="off"
        maxLength={QUANTITY_LENGTH_MAX}
        readOnly={held.length > 1}
        title={held.length > 1 ? t("several") : undefined}
        value={held.map(({ row }) => textIn(row.quantityText, offer, pack)).join(" + ")}
        onFocus={(event) => event.target.select()}
        onChange={(event) => {
          putQuantity(keeper, offer, held, event.target.value, pack);
        }}
      />
      {pack !== null && pack.units > 1 && <p className="grid-soft grid-pack">× {name(pack)}</p>}
      <Amount held={held} />
      {problems.map((problem, index) => (
        <p key={index} className="grid-problem">
          {problem.message}
        </p>
      ))}
      <Price offer={offer} held={held} onExplain={onExplain} />
      <Stock offer={offer} />
    </div>
  );
}

/** The plain number where it counts the pack that is asked for; else as it stands in the draft. */
function textIn(
  quantityText: string,
  { sku }: GridOffer,
  pack: { readonly id: string; readonly units: number } | null,
): string {
  const entry = entryOf(quantityText, sku.packs);
  const isCount = countOf(entry.text) !== null && entry.pack?.id === pack?.id;
  return isCount ? entry.text : quantityText;
}

function Amount({ held }: { readonly held: Held }) {
  const { money } = useFormat();
  const amounts = held.flatMap(({ result }) =>
    result?.state === "READY" && result.amount ? [money(result.amount)] : [],
  );
  if (amounts.length === 0) return null;
  return <p className="grid-amount number">{amounts.join(" + ")}</p>;
}

function Price({
  offer,
  held,
  onExplain,
}: {
  readonly offer: GridOffer;
  readonly held: Held;
  onExplain(line: PricedLine): void;
}) {
  const words = useTexts(catalogTexts);
  const name = useName();
  const { money } = useFormat();
  const { sku, price } = offer;
  if (price?.unitPrice == null) return <p className="grid-soft">{words("price.none")}</p>;
  const shown = `${money({ amount: price.unitPrice, currency: price.currency })} / ${price.pricedUnit}`;
  const [only] = held;
  const { text, pack } = entryOf(only?.row.quantityText ?? "", sku.packs);
  const isBase = pack === null || pack.id === basePack(sku.packs)?.id;
  return (
    <button
      type="button"
      className="catalog-explain grid-explain"
      aria-label={words("price.explain", { price: shown, code: sku.code })}
      onClick={() =>
        onExplain({
          title: `${sku.code} ${name(sku)}`,
          skuId: sku.id,
          quantity: countOf(text) ?? (isBase ? offer.quantityMinimum : 1),
          packId: isBase ? null : pack.id,
        })
      }
    >
      {shown}
    </button>
  );
}

function Stock({ offer: { available, sku } }: { readonly offer: GridOffer }) {
  const t = useTexts(gridTexts);
  const { integer } = useFormat();
  if (available === null) return null;
  return (
    <p className="grid-soft">
      {available === 0
        ? t("stock.none")
        : t("stock", { quantity: `${integer(available)} ${sku.baseUnit}` })}
    </p>
  );
}
