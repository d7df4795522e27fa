import { type KeyboardEvent, useId, useState } from "react";

import { SkuPicksDocument, type SkuPicksQuery } from "../../gql/graphql";
import { Field, useName } from "../../shared/components";
import { useGraph } from "../../shared/graph/hooks";
import { useTexts } from "../../shared/i18n/i18n";
import { useSettled } from "../../shared/useSettled";
import "./picker.css";
import { sheetTexts } from "./sheet/texts";

export type PickedSku = SkuPicksQuery["skus"]["edges"][number]["node"];

/** Find a SKU by what one knows of it: arrows choose, Enter takes it, Escape closes the list. */
export function SkuPicker({
  label,
  onPick,
  onClear,
}: {
  readonly label?: string;
  readonly onPick: (sku: PickedSku) => void;
  /** Where the choice stays written in the field: it was emptied. */
  readonly onClear?: () => void;
}) {
  const t = useTexts(sheetTexts);
  const name = useName();
  const listId = useId();
  const [typed, setTyped] = useState("");
  const [isOpen, setIsOpen] = useState(false);
  const [at, setAt] = useState(0);
  const search = useSettled(typed).trim();
  const isAsked = isOpen && search !== "";
  const { data } = useGraph({
    kinds: ["CATALOG"],
    document: SkuPicksDocument,
    variables: { search },
    enabled: isAsked,
    keepsFormer: true,
  });
  const skus = isAsked ? (data?.skus.edges.map(({ node }) => node) ?? []) : [];
  const chosen = skus[Math.min(at, skus.length - 1)];

  function pick(sku: PickedSku): void {
    setTyped(onClear === undefined ? "" : `${sku.code} ${name(sku)}`);
    setIsOpen(false);
    onPick(sku);
  }

  function onKeyDown(event: KeyboardEvent): void {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step !== undefined && skus.length > 0) {
      setAt((Math.min(at, skus.length - 1) + step + skus.length) % skus.length);
    } else if (event.key === "Enter" && chosen !== undefined) pick(chosen);
    else if (event.key === "Escape" && isOpen) setIsOpen(false);
    else return;
    event.preventDefault();
  }

  return (
    <div className="picker">
      <Field label={label ?? t("find")}>
        {(control) => (
          <input
            {...control}
            className="input"
            type="search"
            role="combobox"
            autoComplete="off"
            aria-autocomplete="list"
            aria-expanded={skus.length > 0}
            aria-controls={listId}
            {...(chosen && { "aria-activedescendant": `${listId}-${chosen.id}` })}
            placeholder={t("find.hint")}
            value={typed}
            onKeyDown={onKeyDown}
            onBlur={() => setIsOpen(false)}
            onChange={(event) => {
              setTyped(event.target.value);
              setIsOpen(true);
              setAt(0);
              if (event.target.value.trim() === "") onClear?.();
            }}
          />
        )}
      </Field>
      <div id={listId} role="listbox" aria-label={label ?? t("find")} className="picker-list">
        {skus.map((sku) => (
          <div
            key={sku.id}
            id={`${listId}-${sku.id}`}
            role="option"
            tabIndex={-1}
            aria-selected={sku === chosen}
            // The field keeps the focus.
            onMouseDown={(event) => {
              event.preventDefault();
              pick(sku);
            }}
          >
            <strong>{sku.code}</strong> {name(sku)}
          </div>
        ))}
      </div>
      {isAsked && data !== undefined && skus.length === 0 && (
        <p className="field-hint" role="status">
          {t("find.none")}
        </p>
      )}
    </div>
  );
}
