import { type ClipboardEvent, type KeyboardEvent, useRef, useState } from "react";

import { GridOffersDocument, type GridOffersQuery } from "../../../gql/graphql";
import {
  Empty,
  ErrorState,
  Loading,
  Notice,
  SelectField,
  useName,
} from "../../../shared/components";
import { useGraph } from "../../../shared/graph/hooks";
import { useTexts } from "../../../shared/i18n/i18n";
import { PriceDrawer, type PricedLine } from "../catalog/PriceDrawer";
import { catalogTexts } from "../catalog/catalogTexts";
import {
  type Held,
  NOTHING_HELD,
  basePack,
  countOf,
  heldBySku,
  largerPack,
  textOf,
} from "../catalog/held";
import type { DraftKeeper } from "../draft/keeper";
import { QUANTITY_LENGTH_MAX } from "../draft/rows";
import { useOrderDraft } from "../draft/useOrderDraft";
import { GridCell } from "./GridCell";
import { gridTexts } from "./gridTexts";
import { type Dimensions, type Matrix, cellsOf, matrixOf } from "./matrix";

type Node = GridOffersQuery["offers"]["edges"][number]["node"];
/** An offer of which one may see the SKU: all that are listed. */
export type GridOffer = Node & { readonly sku: NonNullable<Node["sku"]> };

interface ProductGridProps {
  readonly relationshipId: string;
  readonly product: { readonly id: string; readonly name: string; readonly nameEn: string };
  readonly dimensions: Dimensions;
}

/** One product: a box for each variant that is offered, with its price and stock. */
export function ProductGrid({ relationshipId, product, dimensions }: ProductGridProps) {
  const t = useTexts(gridTexts);
  const { data, error, refetch } = useGraph({
    kinds: ["PRICE", "STOCK", "CATALOG", "ORDER", "SHIPMENT", "RETURN", "RELATIONSHIP"],
    document: GridOffersDocument,
    variables: { relationshipId, productId: product.id },
  });
  const retry = () => void refetch();
  if (data === undefined) {
    if (error !== null) return <ErrorState error={error} onRetry={retry} />;
    return <Loading rows={6} onRetry={retry} />;
  }
  const offers = data.offers.edges.map(({ node }) => node).filter(isShown);
  if (offers.length === 0) return <Empty>{t("offers.none")}</Empty>;
  const matrix = matrixOf(offers, ({ sku }) => sku, dimensions);
  return (
    <Sheet
      relationshipId={relationshipId}
      product={product}
      dimensions={dimensions}
      matrix={matrix}
      offers={offers}
    />
  );
}

function isShown(offer: Node): offer is GridOffer {
  return offer.sku !== null;
}

function Sheet({
  relationshipId,
  product,
  dimensions,
  matrix,
  offers,
}: ProductGridProps & {
  readonly matrix: Matrix<GridOffer>;
  readonly offers: readonly GridOffer[];
}) {
  const t = useTexts(gridTexts);
  const name = useName();
  const draft = useOrderDraft(relationshipId);
  const held = heldBySku(draft);
  const [explained, setExplained] = useState<PricedLine | null>(null);
  const [isLarger, setIsLarger] = useState(false);
  const { message, paste } = usePaste(draft.keeper, matrix, held, isLarger);
  const table = useRef<HTMLTableElement>(null);
  const label = { product: name(product), ...dimensions };
  return (
    <div className="grid-sheet">
      <div className="grid-unit">
        {offers.some(({ sku }) => largerPack(sku.packs) !== null) && (
          <SelectField
            label={t("unit")}
            value={isLarger ? "larger" : "base"}
            options={[
              { value: "base", text: offers[0]?.sku.baseUnit ?? "" },
              { value: "larger", text: t("unit.larger") },
            ]}
            onText={(unit) => setIsLarger(unit === "larger")}
          />
        )}
        <p className="grid-soft">{t("hint")}</p>
      </div>
      {message !== null && <Notice kind={message.kind}>{message.text}</Notice>}
      <div className="grid-scroll">
        <table
          ref={table}
          className="grid-table"
          onKeyDown={(event) => moveByKey(event, table.current)}
        >
          <caption className="visually-hidden">{t("caption", label)}</caption>
          <thead>
            <tr>
              <th scope="col">{t("corner", label)}</th>
              {matrix.columns.map((column) => (
                <th key={column} scope="col">
                  {column}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {matrix.rows.map((row) => (
              <tr key={row}>
                <th scope="row">{row}</th>
                {matrix.columns.map((column) => {
                  const offer = matrix.at(row, column);
                  return (
                    <td key={column} onPaste={(event) => paste(event, row, column)}>
                      {offer === undefined ? (
                        <span className="grid-none">{t("cell.none")}</span>
                      ) : (
                        <GridCell
                          offer={offer}
                          pack={packOf(offer, isLarger)}
                          held={held.get(offer.sku.id) ?? NOTHING_HELD}
                          keeper={draft.keeper}
                          onExplain={setExplained}
                        />
                      )}
                    </td>
                  );
                })}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <PriceDrawer
        relationshipId={relationshipId}
        line={explained}
        onClose={() => setExplained(null)}
      />
    </div>
  );
}

type Pack = GridOffer["sku"]["packs"][number];

/** What plain numbers count of a variant. */
function packOf({ sku }: GridOffer, isLarger: boolean): Pack | null {
  return (isLarger ? largerPack(sku.packs) : null) ?? basePack(sku.packs);
}

/** Put what was typed for a variant into the draft. False if the draft is full. */
export function putQuantity(
  keeper: DraftKeeper,
  { sku }: GridOffer,
  held: Held,
  typed: string,
  pack: Pack | null,
): boolean {
  const [only] = held;
  // Words stay as they are being typed, with the blank behind which more is to come.
  const said = countOf(typed) === null ? typed : textOf({ text: typed, pack });
  const quantityText = typed.trim() === "" ? "" : said;
  if (only === undefined) {
    if (quantityText === "") return true;
    return keeper.addRows([{ code: sku.code, quantityText, skuId: sku.id }]);
  }
  if (quantityText === "") keeper.removeRows(new Set([only.row.key]));
  else if (quantityText !== only.row.quantityText) keeper.setRow(only.row.key, { quantityText });
  return true;
}

/** A block of quantities, put down and to the right of where it was pasted. */
function usePaste(
  keeper: DraftKeeper,
  matrix: Matrix<GridOffer>,
  held: ReadonlyMap<string, Held>,
  isLarger: boolean,
) {
  const t = useTexts(gridTexts);
  const words = useTexts(catalogTexts);
  const [message, setMessage] = useState<{ kind: "info" | "error"; text: string } | null>(null);

  function paste(event: ClipboardEvent, row: string, column: string): void {
    const block = cellsOf(event.clipboardData.getData("text"));
    if (block.length === 1 && block[0]?.length === 1) return setMessage(null);
    event.preventDefault();
    const [top, left] = [matrix.rows.indexOf(row), matrix.columns.indexOf(column)];
    let count = 0;
    for (const [down, cells] of block.entries()) {
      for (const [across, text] of cells.entries()) {
        const offer = matrix.at(matrix.rows[top + down] ?? "", matrix.columns[left + across] ?? "");
        const present = offer && (held.get(offer.sku.id) ?? NOTHING_HELD);
        if (offer === undefined || present === undefined || present.length > 1) continue;
        const typed = text.slice(0, QUANTITY_LENGTH_MAX);
        if (!putQuantity(keeper, offer, present, typed, packOf(offer, isLarger))) {
          return setMessage({ kind: "error", text: words("full") });
        }
        if (text !== "") count += 1;
      }
    }
    setMessage({ kind: "info", text: t("pasted", { count: String(count) }) });
  }

  return { message, paste };
}

/** Arrows and Enter go from box to box; within a text, the arrows stay with it. */
function moveByKey(event: KeyboardEvent, table: HTMLTableElement | null): void {
  const { target, key } = event;
  if (table === null || !(target instanceof HTMLInputElement)) return;
  const atStart = target.selectionEnd === 0;
  const atEnd = target.selectionStart === target.value.length;
  const isWhole = target.selectionStart === 0 && atEnd;
  const step = {
    ArrowUp: [-1, 0],
    ArrowDown: [1, 0],
    Enter: [event.shiftKey ? -1 : 1, 0],
    ArrowLeft: atStart || isWhole ? [0, -1] : undefined,
    ArrowRight: atEnd || isWhole ? [0, 1] : undefined,
  }[key];
  const cell = target.closest("td");
  const line = target.closest("tr");
  if (step === undefined || cell === null || line === null) return;
  event.preventDefault();
  const [down = 0, across = 0] = step;
  const [height, width] = [table.rows.length, line.cells.length];
  let [at, place] = [line.rowIndex + down, cell.cellIndex + across];
  // Over what is not offered, to the next box in that direction.
  while (at > 0 && at < height && place > 0 && place < width) {
    const next = table.rows[at]?.cells[place]?.querySelector("input");
    if (next) return next.focus();
    at += down;
    place += across;
  }
}
