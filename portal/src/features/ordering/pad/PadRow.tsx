import { type ClipboardEvent, type MouseEvent, type ReactNode, memo } from "react";

import { type OrderingPlaceFragment, SkuPacksDocument } from "../../../gql/graphql";
import {
  Button,
  Icon,
  Money,
  Quantity,
  StatePill,
  UnitPrice,
  useName,
} from "../../../shared/components";
import { useGraph } from "../../../shared/graph/hooks";
import { useFormat } from "../../../shared/i18n/format";
import { useTexts } from "../../../shared/i18n/i18n";
import type { ResolvedRow } from "../draft/keeper";
import { QUANTITY_LENGTH_MAX, type Row, isBlank } from "../draft/rows";
import { CodeCell } from "./CodeCell";
import { type Fix, countOf, fieldOf, fixesOf } from "./fixes";
import { padTexts } from "./padTexts";
import { type Pad, cellId } from "./usePad";

export interface PadRowProps {
  readonly row: Row;
  readonly number: number;
  readonly resolved: ResolvedRow | undefined;
  /** The number of the row that this one is summed into. */
  readonly mergedInto: number | null;
  /** What is told of a row that the server has not seen yet. */
  readonly waiting: "checking" | "unchecked";
  readonly place: OrderingPlaceFragment;
  readonly isActive: boolean;
  readonly isSpare: boolean;
  readonly pad: Pad;
}

/** One row: what is typed, and what it comes to. */
export const PadRow = memo(function PadRow(props: PadRowProps) {
  const { row, number, resolved, place, isSpare, isActive, pad } = props;
  const t = useTexts(padTexts);
  const name = useName();
  // Whoever is still at the quantity is not told that it is missing.
  const isUnfinished = isActive && row.quantityText === "";
  const problems = isUnfinished ? [] : (resolved?.problems ?? []);
  const isInvalid = (field: string) => problems.some((problem) => fieldOf(problem) === field);
  return (
    <tr role="row" className={`pad-row ${problems.length > 0 ? "pad-row-problem" : ""}`}>
      <td role="rowheader" className="pad-number">
        {number}
      </td>
      <td role="cell" className="pad-code">
        <CodeCell
          row={row}
          number={number}
          place={place}
          isInvalid={isInvalid("code")}
          pad={pad}
        />
      </td>
      <td role="cell" className="pad-quantity">
        <input
          id={cellId({ key: row.key, field: "quantityText" })}
          className="input"
          aria-label={t("quantity.of", { row: number })}
          aria-invalid={isInvalid("quantityText") || undefined}
          autoComplete="off"
          maxLength={QUANTITY_LENGTH_MAX}
          placeholder={isSpare ? t("quantity") : undefined}
          data-key={row.key}
          data-field="quantityText"
          value={row.quantityText}
          onChange={(event) =>
            pad.type({ key: row.key, field: "quantityText" }, event.target.value)
          }
        />
      </td>
      <td role="cell" className="pad-name">
        {resolved?.sku && name(resolved.sku)}
      </td>
      <Cell className="pad-pack" label={t("pack")}>
        {resolved?.pack && name(resolved.pack)}
      </Cell>
      <Cell className="pad-price" label={t("price")}>
        {resolved?.unitPrice != null && (
          <UnitPrice price={resolved.unitPrice} currency={place.currency} />
        )}
      </Cell>
      <Cell className="pad-amount" label={t("amount")}>
        {resolved?.amount && <Money value={resolved.amount} />}
      </Cell>
      <Cell className="pad-stock" label={t("stock")}>
        {resolved?.available != null && (
          <Quantity value={resolved.available} unit={resolved.sku?.baseUnit} />
        )}
      </Cell>
      <td role="cell" className="pad-state">
        {!isBlank(row) && !isUnfinished && <RowState {...props} />}
      </td>
      <td role="cell" className="pad-remove">
        {!isSpare && (
          <button
            type="button"
            className="icon-button"
            aria-label={t("remove", { row: number })}
            onClick={() => pad.remove(row.key)}
          >
            <Icon name="close" />
          </button>
        )}
      </td>
    </tr>
  );
});

function Cell({
  className,
  label,
  children,
}: {
  readonly className: string;
  readonly label: string;
  readonly children: ReactNode;
}) {
  const isEmpty = children == null || children === false || children === "";
  return (
    <td
      role="cell"
      className={`${className} ${isEmpty ? "pad-empty" : ""}`}
      data-label={label}
    >
      {children}
    </td>
  );
}

function RowState({ row, resolved, mergedInto, waiting, pad }: PadRowProps) {
  const t = useTexts(padTexts);
  if (resolved === undefined) return <span className="pad-waiting">{t(waiting)}</span>;
  if (resolved.state === "READY") {
    return (
      <>
        <StatePill kind="good">{t("READY")}</StatePill> <Total resolved={resolved} />
      </>
    );
  }
  if (resolved.state === "MERGED") {
    return (
      <StatePill kind="neutral">
        {mergedInto === null ? t("MERGED_ANY") : t("MERGED", { row: mergedInto })}
      </StatePill>
    );
  }
  const fixes = fixesOf(row, resolved);
  const wording = (problem: ResolvedRow["problems"][number]) => {
    if (problem.__typename === "CodeUnknown" && row.code.trim() === "") return t("problem.noCode");
    // The candidates are named by the buttons.
    const isChoice = problem.__typename === "CodeAmbiguous" && problem.candidates?.length;
    return isChoice ? t("problem.ambiguous", { code: row.code }) : problem.message;
  };
  return (
    <ul className="pad-problems">
      {resolved.problems.map((problem, index) => (
        <li key={index}>
          <span className="pad-problem">{wording(problem)}</span>
          {fixes.get(problem)?.map((fix, place) => (
            <FixButton key={place} rowKey={row.key} fix={fix} field={fieldOf(problem)} pad={pad} />
          ))}
          {problem.__typename === "UnknownPack" && resolved.sku && (
            <PackFixes skuId={resolved.sku.id} rowKey={row.key} resolved={resolved} pad={pad} />
          )}
        </li>
      ))}
    </ul>
  );
}

/** In base units, where that is not what one reads in the row: of packs, and of summed rows. */
function Total({ resolved: { quantity, packQuantity, sku } }: { readonly resolved: ResolvedRow }) {
  const t = useTexts(padTexts);
  const { integer } = useFormat();
  if (quantity == null || quantity === packQuantity) return null;
  return (
    <span className="pad-total">
      {t("total", { quantity: integer(quantity), unit: sku?.baseUnit ?? "" })}
    </span>
  );
}

function FixButton({
  rowKey,
  fix,
  field,
  pad,
}: {
  readonly rowKey: number;
  readonly fix: Fix;
  readonly field: "code" | "quantityText";
  readonly pad: Pad;
}) {
  const t = useTexts(padTexts);
  const name = useName();
  const { integer } = useFormat();
  const apply = (event: MouseEvent) => {
    pad.fix(rowKey, fix);
    // The button goes: by keyboard, one goes on from the field.
    if (event.detail === 0 && fix.kind !== "remove") pad.focus({ key: rowKey, field });
  };
  const words = () => {
    if (fix.kind === "remove") return t("fix.remove");
    if (fix.kind === "take") {
      return t("fix.take", { code: fix.candidate.code, name: name(fix.candidate) });
    }
    return t(`fix.${fix.kind}`, { amount: integer(fix.amount.amount), unit: fix.amount.unit });
  };
  return (
    <Button size="small" className="pad-fix" onClick={apply}>
      {words()}
    </Button>
  );
}

/** The packs that the SKU has, asked for only where another one was named. */
function PackFixes({
  skuId,
  rowKey,
  resolved,
  pad,
}: {
  readonly skuId: string;
  readonly rowKey: number;
  readonly resolved: ResolvedRow;
  readonly pad: Pad;
}) {
  const t = useTexts(padTexts);
  const name = useName();
  const query = useGraph({ kinds: ["CATALOG"], document: SkuPacksDocument, variables: { id: skuId } });
  return query.data?.sku?.packs.map((pack) => {
    const count = countOf(resolved);
    if (count === null) return null;
    return (
      <Button
        key={pack.id}
        size="small"
        className="pad-fix"
        onClick={() =>
          pad.type({ key: rowKey, field: "quantityText" }, `${count} ${pack.code}`)
        }
      >
        {t("fix.pack", { count, pack: name(pack) })}
      </Button>
    );
  });
}

/** For the sheet: a block of another shape than a cell's text is taken by the sheet. */
export function onPaste(event: ClipboardEvent, pad: Pad): void {
  const { key, field } = (event.target as HTMLElement).dataset;
  if (key === undefined || (field !== "code" && field !== "quantityText")) return;
  const text = event.clipboardData.getData("text/plain");
  if (pad.paste({ key: Number(key), field }, text)) event.preventDefault();
}
