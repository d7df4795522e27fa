import type { ClipboardEvent, KeyboardEvent, ReactNode } from "react";

import {
  Button,
  type Column,
  ConfirmButton,
  DataTable,
  ErrorLine,
  SelectField,
  TextField,
  useName,
} from "../../../shared/components";
import type { Problem } from "../../../shared/graph/hooks";
import { commonTexts } from "../../../shared/i18n/common";
import { useTexts } from "../../../shared/i18n/i18n";
import { SkuPicker } from "../SkuPicker";
import "./sheet.css";
import { sheetTexts } from "./texts";
import type { Found, Finding } from "./useSkusByCodes";
import { PORTION, type Sheet, type SheetRow } from "./useSheet";

/** A column beside that of the codes. */
export interface SheetColumn {
  readonly key: string;
  readonly title: string;
  readonly type?: "date" | "number" | "text";
  /** What is wrong with what is typed. */
  fault?(row: SheetRow): string | undefined;
  /** Instead of a line of text. */
  render?(row: SheetRow, label: string, found: Found): ReactNode;
}

/** Rows with a code each: typed, found by name, or pasted as a block. Enter goes down. */
export function SkuSheet({
  caption,
  codeTitle,
  sheet,
  finding,
  columns,
  problemsOf,
}: {
  readonly caption: string;
  readonly codeTitle: string;
  readonly sheet: Sheet;
  readonly finding: Finding;
  readonly columns: readonly SheetColumn[];
  /** What the server said about a row. */
  problemsOf(row: SheetRow): readonly Problem[];
}) {
  const t = useTexts(sheetTexts);
  const label = (title: string, row: SheetRow) =>
    t("row", { column: title, row: sheet.rows.indexOf(row) + 1 });
  const tableColumns: Column<SheetRow>[] = [
    {
      key: "code",
      title: codeTitle,
      render: (row) => (
        <CodeCell
          label={label(codeTitle, row)}
          row={row}
          sheet={sheet}
          found={finding.of(row)}
          problems={problemsOf(row)}
        />
      ),
    },
    ...columns.map((column) => ({
      key: column.key,
      title: column.title,
      render: (row: SheetRow) =>
        column.render?.(row, label(column.title, row), finding.of(row)) ?? (
          <ValueCell column={column} label={label(column.title, row)} row={row} sheet={sheet} />
        ),
    })),
    {
      key: "remove",
      title: "",
      render: (row) =>
        sheet.portion.includes(row) && (
          <Button
            size="small"
            aria-label={t("removeRow", { row: sheet.rows.indexOf(row) + 1 })}
            onClick={() => sheet.remove([row.key])}
          >
            {t("remove")}
          </Button>
        ),
    },
  ];
  return (
    <div className="sheet" role="group" aria-label={caption} onKeyDown={goDown}>
      <SkuPicker
        onPick={(sku) => sheet.append([{ cells: { code: sku.code }, skuId: sku.id }])}
      />
      <ErrorLine error={finding.error} onRetry={finding.retry} />
      <DataTable
        caption={caption}
        columns={tableColumns}
        rows={sheet.rows}
        rowKey={(row) => String(row.key)}
      />
      <p className="field-hint" role="status">
        {sheet.filledCount > PORTION
          ? t("portion", { count: sheet.filledCount, portion: PORTION })
          : t("counted", { count: sheet.filledCount })}{" "}
        {sheet.leftOutCount > 0 && t("leftOut", { count: sheet.leftOutCount })}
      </p>
    </div>
  );
}

function CodeCell({
  label,
  row,
  sheet,
  found,
  problems,
}: {
  readonly label: string;
  readonly row: SheetRow;
  readonly sheet: Sheet;
  readonly found: Found;
  readonly problems: readonly Problem[];
}) {
  const t = useTexts(sheetTexts);
  const name = useName();
  const hint =
    found.kind === "sku" ? name(found.sku) : found.kind === "looking" ? t("looking") : undefined;
  const error =
    found.kind === "unknown" ? t("unknown") : problems.map(({ message }) => message).join(" ");
  return (
    <div className="sheet-code">
      <TextField
        label={label}
        isLabelHidden
        autoComplete="off"
        spellCheck={false}
        value={row.cells["code"] ?? ""}
        {...(hint !== undefined && { hint })}
        {...(error !== "" && { error })}
        onText={(code) => sheet.set(row.key, { code })}
        onPaste={(event: ClipboardEvent) => {
          if (sheet.paste(row.key, event.clipboardData.getData("text"))) event.preventDefault();
        }}
      />
      {found.kind === "ambiguous" && (
        <SelectField
          label={t("ambiguous")}
          options={[
            { value: "", text: "–" },
            ...found.skus.map((sku) => ({ value: sku.id, text: `${sku.code} ${name(sku)}` })),
          ]}
          value=""
          onText={(skuId) => sheet.choose(row.key, skuId)}
        />
      )}
    </div>
  );
}

function ValueCell({
  column,
  label,
  row,
  sheet,
}: {
  readonly column: SheetColumn;
  readonly label: string;
  readonly row: SheetRow;
  readonly sheet: Sheet;
}) {
  const fault = column.fault?.(row);
  return (
    <TextField
      label={label}
      isLabelHidden
      autoComplete="off"
      type={column.type === "date" ? "date" : "text"}
      {...(column.type === "number" && { inputMode: "decimal" })}
      value={row.cells[column.key] ?? ""}
      {...(fault !== undefined && { error: fault })}
      onText={(text) => sheet.set(row.key, { [column.key]: text })}
    />
  );
}

/** Enter goes to the same field of the next row, as in a spreadsheet. */
function goDown(event: KeyboardEvent): void {
  const target = event.target as HTMLElement;
  const cell = target.closest("td");
  const row = cell?.parentElement;
  if (event.key !== "Enter" || event.defaultPrevented || cell == null || row == null) return;
  if (!target.matches("input, select")) return;
  event.preventDefault();
  const next = row.nextElementSibling?.children[[...row.children].indexOf(cell)];
  next?.querySelector<HTMLElement>("input, select")?.focus();
}

/** Puts the sheet away; asks first while something is on it. */
export function CloseSheet({
  sheet,
  onClose,
}: {
  readonly sheet: Sheet;
  readonly onClose: () => void;
}) {
  const t = useTexts(sheetTexts);
  const common = useTexts(commonTexts);
  if (sheet.filledCount === 0) return <Button onClick={onClose}>{common("close")}</Button>;
  return (
    <ConfirmButton
      title={common("leaveTitle")}
      text={t("discard", { count: sheet.filledCount })}
      confirmText={t("discard.confirm")}
      onConfirm={onClose}
    >
      {common("close")}
    </ConfirmButton>
  );
}
