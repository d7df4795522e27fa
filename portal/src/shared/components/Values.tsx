import type { ReactNode } from "react";

import { type MoneyValue, useFormat } from "../i18n/format";
import { useLocale } from "../i18n/i18n";

export function Money({ value }: { readonly value: MoneyValue | null | undefined }) {
  const { money } = useFormat();
  return <span className="number">{value == null ? "–" : money(value)}</span>;
}

/** A price of one unit, which may have more decimals than a sum. */
export function UnitPrice({
  price,
  currency,
}: {
  readonly price: string | null | undefined;
  readonly currency: string;
}) {
  const { unitPrice } = useFormat();
  return (
    <span className="number">{price == null ? "–" : unitPrice({ amount: price, currency })}</span>
  );
}

export function Quantity({
  value,
  unit,
}: {
  readonly value: number | null | undefined;
  readonly unit?: string | undefined;
}) {
  const { integer } = useFormat();
  if (value == null) return <span className="number">–</span>;
  return (
    <span className="number">
      {integer(value)}
      {unit && <span className="unit"> {unit}</span>}
    </span>
  );
}

/** A day ("2026-03-31") or a moment; with `isSince`, how long ago it was. */
export function DateText({
  value,
  isSince = false,
}: {
  readonly value: string | null | undefined;
  readonly isSince?: boolean;
}) {
  const { day, moment, since } = useFormat();
  if (value == null) return <span>–</span>;
  if (!value.includes("T")) return <time dateTime={value}>{day(value)}</time>;
  return (
    <time dateTime={value} title={isSince ? moment(value) : undefined}>
      {isSince ? since(value) : moment(value)}
    </time>
  );
}

/** A state in words; the colour only underlines it. */
export function StatePill({
  kind,
  children,
}: {
  readonly kind: "waiting" | "active" | "good" | "bad" | "neutral";
  readonly children: ReactNode;
}) {
  return <span className={`pill pill-${kind}`}>{children}</span>;
}

interface Named {
  readonly name: string;
  readonly nameEn?: string | null;
}

/** The name in the language that is spoken: of organizations, SKUs, packs, lists … */
export function useName(): (named: Named | null | undefined) => string {
  const locale = useLocale();
  return (named) => {
    if (named == null) return "–";
    return (locale === "en" && named.nameEn) || named.name;
  };
}
