// How prices of a store are typed: 9.90 is one, +25% what is added to its own cost.

const PRICE = /^\d{1,7}(\.\d{1,2})?$/;
const MARKUP = /^([+-]\d{1,4}(\.\d{1,2})?)\s*%$/;
const WHOLE = /^[1-9]\d{0,6}$/;
const POINTS_IN_PERCENT = 100;

export type TypedPrice =
  | { readonly unitPrice: string }
  | { readonly markupBasisPoints: number };

/** Null for what is neither. */
export function readPrice(text = ""): TypedPrice | null {
  const typed = text.trim().replace("％", "%").replace("＋", "+");
  if (PRICE.test(typed)) return { unitPrice: typed };
  const percent = MARKUP.exec(typed)?.[1];
  return percent === undefined
    ? null
    : { markupBasisPoints: Math.round(Number(percent) * POINTS_IN_PERCENT) };
}

/** Null for nothing, undefined for what is no count. */
export function readWhole(text = ""): number | null | undefined {
  if (text.trim() === "") return null;
  return WHOLE.test(text.trim()) ? Number(text) : undefined;
}

/** 2500 basis points are "+25". */
export function markupText(basisPoints: number): string {
  const percent = basisPoints / POINTS_IN_PERCENT;
  return percent < 0 ? `−${-percent}` : `+${percent}`;
}
