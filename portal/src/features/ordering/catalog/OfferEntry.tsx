import type { KeyboardEvent } from "react";

import { Button, useName } from "../../../shared/components";
import { useFormat } from "../../../shared/i18n/format";
import { useTexts } from "../../../shared/i18n/i18n";
import { QUANTITY_LENGTH_MAX } from "../draft/rows";
import { fixesOf } from "../pad/fixes";
import type { OfferPack, OfferRowProps } from "./OfferRow";
import { catalogTexts } from "./catalogTexts";
import { type Entry, type HeldRow, textOf } from "./held";

/** How many of a SKU: Enter puts it into the draft and goes on to the next row. */
export function OfferEntry({
  sku,
  held,
  keeper,
  entry,
  isTyped,
  onEntry,
  onTell,
}: OfferRowProps & {
  readonly entry: Entry<OfferPack>;
  /** Whether the entry is not in the draft yet. */
  readonly isTyped: boolean;
  onEntry(entry: Entry<OfferPack> | null): void;
}) {
  const t = useTexts(catalogTexts);
  const name = useName();
  const [only] = held.length === 1 ? held : [];
  const { code } = sku;

  function put(): void {
    const quantityText = textOf(entry);
    if (quantityText === "" && only === undefined) return;
    if (only === undefined) {
      if (!keeper.addRows([{ code, quantityText, skuId: sku.id }])) return onTell(t("full"));
    } else if (quantityText === "") keeper.removeRows(new Set([only.row.key]));
    else if (quantityText !== only.row.quantityText) keeper.setRow(only.row.key, { quantityText });
    onEntry(null);
    onTell(t(quantityText === "" ? "removed" : "added", { code }));
  }

  function onKeyDown(event: KeyboardEvent<HTMLInputElement>): void {
    if (event.key === "Enter") {
      event.preventDefault();
      put();
    }
    if (event.key === "Escape") onEntry(null);
    const isBack = event.key === "ArrowUp" || (event.key === "Enter" && event.shiftKey);
    if (!["Enter", "ArrowDown", "ArrowUp"].includes(event.key)) return;
    event.preventDefault();
    focusNext(event.currentTarget, isBack);
  }

  return (
    <div className="catalog-entry">
      <input
        className="input catalog-count"
        aria-label={t("quantity.of", { code })}
        inputMode="numeric"
        autoComplete="off"
        maxLength={QUANTITY_LENGTH_MAX}
        value={entry.text}
        onChange={(event) => onEntry({ ...entry, text: event.target.value })}
        onFocus={(event) => event.target.select()}
        onKeyDown={onKeyDown}
      />
      {sku.packs.length > 1 ? (
        <select
          className="input catalog-pack"
          aria-label={t("pack.of", { code })}
          value={entry.pack?.id}
          onChange={(event) => {
            const pack = sku.packs.find(({ id }) => id === event.target.value) ?? null;
            onEntry({ ...entry, pack });
          }}
        >
          {sku.packs.map((pack) => (
            <option key={pack.id} value={pack.id}>
              {name(pack)}
            </option>
          ))}
        </select>
      ) : (
        <span className="unit">{sku.baseUnit}</span>
      )}
      <Button
        kind={isTyped && entry.text !== "" ? "primary" : "plain"}
        aria-label={t(only === undefined ? "add.of" : "update.of", { code })}
        disabled={!isTyped || (entry.text.trim() === "" && only === undefined)}
        onClick={put}
      >
        {t(only === undefined ? "add" : "update")}
      </Button>
      {only && <HeldOne held={only} keeper={keeper} code={code} onTell={onTell} />}
      {held.length > 1 && <HeldMany held={held} />}
    </div>
  );
}

function HeldOne({
  held: { row, result },
  keeper,
  code,
  onTell,
}: Pick<OfferRowProps, "keeper" | "onTell"> & { readonly held: HeldRow; readonly code: string }) {
  const t = useTexts(catalogTexts);
  const { money } = useFormat();
  const problems = result?.problems ?? [];
  const fixes = result === null ? null : fixesOf(row, result);
  function remove(): void {
    keeper.removeRows(new Set([row.key]));
    onTell(t("removed", { code }));
  }
  return (
    <div className={`catalog-held ${problems.length > 0 ? "catalog-held-problem" : ""}`}>
      {problems.length === 0 && (
        <span>
          {t("held", { quantity: row.quantityText })}
          {result?.amount && ` · ${money(result.amount)}`}
        </span>
      )}
      {problems.map((problem, index) => (
        <span key={index}>
          {problem.message}{" "}
          {fixes?.get(problem)?.map(
            (fix) =>
              "amount" in fix && (
                <button
                  key={fix.amount.amount}
                  type="button"
                  className="catalog-link"
                  onClick={() => keeper.setRow(row.key, fix.values)}
                >
                  {t("choose", { quantity: fix.values.quantityText ?? "" })}
                </button>
              ),
          )}
        </span>
      ))}
      <button
        type="button"
        className="catalog-link"
        aria-label={t("remove.of", { code })}
        onClick={remove}
      >
        {t("remove")}
      </button>
    </div>
  );
}

/** A SKU that stands in the draft more than once: the pad is where one tells its rows apart. */
function HeldMany({ held }: { readonly held: readonly HeldRow[] }) {
  const t = useTexts(catalogTexts);
  const { integer } = useFormat();
  return (
    <div className="catalog-held">
      {t("held.rows", {
        count: integer(held.length),
        texts: held.map(({ row }) => row.quantityText).join(" + "),
      })}
      {held.flatMap(({ row, result }) =>
        (result?.problems ?? []).map((problem, index) => (
          <span key={`${row.key}.${index}`} className="catalog-held-problem">
            {problem.message}
          </span>
        )),
      )}
    </div>
  );
}

function focusNext(input: HTMLElement, isBack: boolean): void {
  const row = input.closest("tr");
  const next = isBack ? row?.previousElementSibling : row?.nextElementSibling;
  next?.querySelector<HTMLElement>(".catalog-count")?.focus();
}
