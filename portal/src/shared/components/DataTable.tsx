import { type KeyboardEvent, type ReactNode, useRef } from "react";
import { Link, useNavigate } from "react-router";

import type { Pages } from "../graph/hooks";
import { commonTexts } from "../i18n/common";
import { useTexts } from "../i18n/i18n";
import { Button } from "./Button";
import { Empty, ErrorLine, ErrorState, Loading } from "./States";

export interface Column<Row> {
  readonly key: string;
  /** Empty above buttons: what they are is told to those who listen. */
  readonly title: string;
  render(row: Row): ReactNode;
  /** Numbers stand at the end. */
  readonly align?: "end";
  readonly width?: string;
  /** Not shown on a phone. */
  readonly isWideOnly?: boolean;
}

export interface Selection {
  readonly ids: ReadonlySet<string>;
  onChange(ids: ReadonlySet<string>): void;
}

/** Rows and columns; on a phone, cards. Arrows go up and down the rows' links and boxes. */
export function DataTable<Row>({
  caption,
  columns,
  rows,
  rowKey,
  rowHref,
  rowLabel,
  selection,
  footer,
}: {
  /** What the table shows, for those who listen. */
  readonly caption: string;
  readonly columns: readonly Column<Row>[];
  readonly rows: readonly Row[];
  rowKey(row: Row): string;
  /** Where a row leads; its first column becomes the link. */
  rowHref?(row: Row): string;
  /** What a row's box is called; needed with `selection`. */
  rowLabel?(row: Row): string;
  readonly selection?: Selection;
  /** Rows of sums: `<tr>` elements with a cell for each column. */
  readonly footer?: ReactNode;
}) {
  const t = useTexts(commonTexts);
  const navigate = useNavigate();
  const body = useRef<HTMLTableSectionElement>(null);
  const keys = rows.map(rowKey);
  const hasAll = keys.length > 0 && keys.every((key) => selection?.ids.has(key));
  return (
    // Roles are named because a phone's styles take them from the elements.
    <div className="table-scroll">
      <table className="table" role="table">
        <caption className="visually-hidden">{caption}</caption>
        <thead role="rowgroup">
          <tr role="row">
            {selection && (
              <th role="columnheader" scope="col" className="table-select">
                <input
                  type="checkbox"
                  aria-label={t("selectAll")}
                  checked={hasAll}
                  onChange={() => selection.onChange(new Set(hasAll ? [] : keys))}
                />
              </th>
            )}
            {columns.map((column) => (
              <th
                key={column.key}
                role="columnheader"
                scope="col"
                className={classOf(column)}
                style={column.width === undefined ? undefined : { width: column.width }}
              >
                {column.title || <span className="visually-hidden">{t("actions")}</span>}
              </th>
            ))}
          </tr>
        </thead>
        <tbody ref={body} role="rowgroup" onKeyDown={(event) => moveByArrow(event, body.current)}>
          {rows.map((row) => {
            const key = rowKey(row);
            const href = rowHref?.(row);
            return (
              <tr
                key={key}
                role="row"
                className={href === undefined ? undefined : "table-link-row"}
                onClick={(event) => {
                  if (href !== undefined && isPlainClick(event.target)) void navigate(href);
                }}
              >
                {selection && (
                  <td role="cell" className="table-select">
                    <input
                      type="checkbox"
                      aria-label={`${t("select")} ${rowLabel?.(row) ?? key}`}
                      checked={selection.ids.has(key)}
                      onChange={() => selection.onChange(toggled(selection.ids, key))}
                    />
                  </td>
                )}
                {columns.map((column, index) => (
                  <td
                    key={column.key}
                    role="cell"
                    className={`${index === 0 ? "table-title" : ""} ${classOf(column)}`}
                    data-label={column.title}
                  >
                    {index === 0 && href !== undefined ? (
                      <Link to={href} className="table-row-link">
                        {column.render(row)}
                      </Link>
                    ) : (
                      column.render(row)
                    )}
                  </td>
                ))}
              </tr>
            );
          })}
        </tbody>
        {footer != null && <tfoot role="rowgroup">{footer}</tfoot>}
      </table>
    </div>
  );
}

/** A table over a list that comes by pages, in all of its states. */
export function PagedTable<Row>({
  pages,
  empty,
  ...table
}: Omit<Parameters<typeof DataTable<Row>>[0], "rows"> & {
  readonly pages: Pages<Row>;
  /** What it means that there is nothing, and what to do: an `Empty`, or words. */
  readonly empty?: ReactNode;
}) {
  const t = useTexts(commonTexts);
  if (pages.isLoading) return <Loading rows={6} onRetry={pages.retry} />;
  if (pages.error !== null && pages.rows.length === 0) {
    return <ErrorState error={pages.error} onRetry={pages.retry} />;
  }
  if (pages.rows.length === 0) {
    return typeof empty === "string" ? <Empty>{empty}</Empty> : (empty ?? <Empty />);
  }
  return (
    <div aria-busy={pages.isRefreshing || undefined}>
      <DataTable {...table} rows={pages.rows} />
      <ErrorLine error={pages.error} onRetry={pages.retry} />
      {pages.hasMore && (
        <div className="table-more">
          <Button isBusy={pages.isLoadingMore} onClick={pages.loadMore}>
            {t(pages.isLoadingMore ? "loadingMore" : "loadMore")}
          </Button>
        </div>
      )}
    </div>
  );
}

function classOf(column: { readonly align?: "end"; readonly isWideOnly?: boolean }): string {
  return [column.align === "end" && "align-end", column.isWideOnly && "wide-only"]
    .filter(Boolean)
    .join(" ");
}

/** A click on a link, a button or a box is theirs, and marking text is no click on the row. */
function isPlainClick(target: EventTarget): boolean {
  const isControl = (target as Element).closest("a, button, input, select, textarea, label, dialog");
  return isControl === null && String(window.getSelection()) === "";
}

function toggled(ids: ReadonlySet<string>, id: string): ReadonlySet<string> {
  const next = new Set(ids);
  if (!next.delete(id)) next.add(id);
  return next;
}

/** Up and down go to the same control of the next row: of those that mean nothing by themselves. */
function moveByArrow(event: KeyboardEvent, body: HTMLElement | null): void {
  if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
  const target = event.target as HTMLElement;
  const row = target.closest("tr");
  if (body === null || row === null || !target.matches("a, button, input[type=checkbox]")) return;
  const position = controlsOf(row).indexOf(target);
  const next = event.key === "ArrowDown" ? row.nextElementSibling : row.previousElementSibling;
  if (!(next instanceof HTMLElement)) return;
  const controls = controlsOf(next);
  const control = controls[Math.min(position, controls.length - 1)];
  if (control === undefined) return;
  event.preventDefault();
  control.focus();
}

function controlsOf(row: HTMLElement): HTMLElement[] {
  return [...row.querySelectorAll<HTMLElement>("a, button, input[type=checkbox]")];
}
