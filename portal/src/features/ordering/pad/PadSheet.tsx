import {
  type FocusEvent,
  type KeyboardEvent,
  type ReactNode,
  useEffect,
  useMemo,
  useRef,
  useState,
} from "react";

import type { OrderingPlaceFragment } from "../../../gql/graphql";
import { commonTexts } from "../../../shared/i18n/common";
import { useTexts } from "../../../shared/i18n/i18n";
import type { OrderDraft } from "../draft/useOrderDraft";
import { type Row, isBlank } from "../draft/rows";
import { PadRow, onPaste } from "./PadRow";
import { padTexts } from "./padTexts";
import { type Cell, type CellField, type Pad, cellId } from "./usePad";

/** So many rows are drawn, or left out, together. */
const BLOCK_ROWS = 25;
const ROW_HEIGHT = 49;
const AHEAD = "900px 0px";

interface Item {
  readonly row: Row;
  readonly number: number;
}

/** Up to a thousand rows, of which those in sight are drawn. */
export function PadSheet({
  place,
  draft,
  pad,
  wanted,
  shown,
}: {
  readonly place: OrderingPlaceFragment;
  readonly draft: OrderDraft;
  readonly pad: Pad;
  /** The cell to go to. */
  readonly wanted: Cell | null;
  /** The rows to show; null for all, and an empty one to type into. */
  readonly shown: ReadonlySet<number> | null;
}) {
  const t = useTexts(padTexts);
  const { rows, spareKey } = draft;
  const [active, setActive] = useState<number | null>(null);
  const blocks = useMemo(() => blocksOf(rows, spareKey, shown), [rows, spareKey, shown]);
  useEffect(() => {
    if (wanted === null) return;
    const field = document.getElementById(cellId(wanted));
    field?.focus({ preventScroll: true });
    field?.scrollIntoView({ block: "center" });
  }, [wanted]);

  const keys = blocks.flat().map((item) => item.row.key);
  const onKeyDown = (event: KeyboardEvent) => moveByKey(event, keys, rows, pad);
  const onFocus = (event: FocusEvent) => setActive(cellOf(event.target)?.key ?? null);
  return (
    <div className="table-scroll">
      {/* Keys and blocks are the cells' affair; the table only gathers them. */}
      <table
        className="table pad-table"
        role="table"
        aria-rowcount={keys.length + 1}
        onKeyDown={onKeyDown}
        onPaste={(event) => onPaste(event, pad)}
        onFocus={onFocus}
        onBlur={() => setActive(null)}
      >
        <caption className="visually-hidden">{t("caption")}</caption>
        <SheetHead />
        {blocks.map((items, index) => (
          <Block
            key={index}
            items={items}
            isWanted={items.some(({ row }) => row.key === active || row.key === wanted?.key)}
            isFirst={index === 0}
          >
            {(item) => (
              <PadRow
                key={item.row.key}
                {...item}
                {...placeOf(draft, rows, item.row.key)}
                waiting={draft.status === "offline" ? "unchecked" : "checking"}
                place={place}
                isActive={item.row.key === active}
                isSpare={item.row.key === spareKey}
                pad={pad}
              />
            )}
          </Block>
        ))}
      </table>
    </div>
  );
}

function SheetHead() {
  const t = useTexts(padTexts);
  const common = useTexts(commonTexts);
  const heads = ["code", "quantity", "name", "pack", "price", "amount", "stock", "state"] as const;
  return (
    <thead role="rowgroup">
      <tr role="row">
        <th role="columnheader" scope="col" className="pad-number">
          <span aria-hidden="true">#</span>
          <span className="visually-hidden">{t("row")}</span>
        </th>
        {heads.map((head) => (
          <th key={head} role="columnheader" scope="col" className={`pad-${head}`}>
            {t(head)}
          </th>
        ))}
        <th role="columnheader" scope="col" className="pad-remove">
          <span className="visually-hidden">{common("actions")}</span>
        </th>
      </tr>
    </thead>
  );
}

/** Some rows; far from the window, a gap of their height. */
function Block({
  items,
  isWanted,
  isFirst,
  children,
}: {
  readonly items: readonly Item[];
  readonly isWanted: boolean;
  readonly isFirst: boolean;
  children(item: Item): ReactNode;
}) {
  const body = useRef<HTMLTableSectionElement>(null);
  const height = useRef(items.length * ROW_HEIGHT);
  const [isNear, setIsNear] = useState(isFirst);
  useEffect(() => {
    if (body.current === null) return;
    const observer = new IntersectionObserver(
      ([entry]) => {
        if (entry === undefined) return;
        if (!entry.isIntersecting) height.current = entry.boundingClientRect.height;
        setIsNear(entry.isIntersecting);
      },
      { rootMargin: AHEAD },
    );
    observer.observe(body.current);
    return () => observer.disconnect();
  }, []);
  return (
    <tbody ref={body} role="rowgroup">
      {isNear || isWanted ? (
        items.map(children)
      ) : (
        <tr className="pad-gap" aria-hidden="true">
          <td colSpan={10} style={{ height: height.current }}>
            …
          </td>
        </tr>
      )}
    </tbody>
  );
}

function blocksOf(
  rows: readonly Row[],
  spareKey: number,
  shown: ReadonlySet<number> | null,
): readonly (readonly Item[])[] {
  const items = rows
    .map((row, index) => ({ row, number: index + 1 }))
    .filter(({ row }) => shown === null || shown.has(row.key));
  if (shown === null) {
    const spare = { key: spareKey, code: "", quantityText: "", skuId: null };
    items.push({ row: spare, number: rows.length + 1 });
  }
  const blocks: Item[][] = [];
  for (let begin = 0; begin < items.length; begin += BLOCK_ROWS) {
    blocks.push(items.slice(begin, begin + BLOCK_ROWS));
  }
  return blocks;
}

function placeOf({ resolved, places }: OrderDraft, rows: readonly Row[], key: number) {
  const result = resolved.get(key);
  const head = result?.mergedInto == null ? undefined : places[result.mergedInto];
  const index = head === undefined ? -1 : rows.findIndex((row) => row.key === head);
  return { resolved: result, mergedInto: index < 0 ? null : index + 1 };
}

function cellOf(target: EventTarget): Cell | null {
  const { key, field } = (target as HTMLElement).dataset;
  if (key === undefined || field === undefined) return null;
  return { key: Number(key), field: field as CellField };
}

function moveByKey(
  event: KeyboardEvent,
  keys: readonly number[],
  rows: readonly Row[],
  pad: Pad,
): void {
  const cell = cellOf(event.target);
  if (cell === null || event.nativeEvent.isComposing) return;
  if (event.key === "z" && (event.ctrlKey || event.metaKey)) return; // the pad's
  const to = targetOf(event, cell, keys, rows);
  if (to === null) return;
  event.preventDefault();
  if (to === "remove") pad.remove(cell.key);
  else pad.focus(to);
}

function targetOf(
  event: KeyboardEvent,
  { key, field }: Cell,
  keys: readonly number[],
  rows: readonly Row[],
): Cell | "remove" | null {
  const position = keys.indexOf(key);
  const below = keys[position + 1];
  const above = keys[position - 1];
  const input = event.target as HTMLInputElement;
  const isAtEnd = input.selectionStart === input.value.length;
  const isAtStart = input.selectionEnd === 0;
  if (event.altKey || event.shiftKey) return null;
  if (event.ctrlKey || event.metaKey) return event.key === "Delete" ? "remove" : null;
  switch (event.key) {
    case "Enter": {
      if (below === undefined) return null;
      // After a quantity comes the next code, or where there is one, its quantity.
      const next = rows.find((row) => row.key === below);
      const isNew = next === undefined || isBlank(next);
      return { key: below, field: isNew ? "code" : field };
    }
    case "ArrowDown":
      return below === undefined ? null : { key: below, field };
    case "ArrowUp":
      return above === undefined ? null : { key: above, field };
    case "ArrowRight":
      return field === "code" && isAtEnd ? { key, field: "quantityText" } : null;
    case "ArrowLeft":
      return field === "quantityText" && isAtStart ? { key, field: "code" } : null;
    default:
      return null;
  }
}
