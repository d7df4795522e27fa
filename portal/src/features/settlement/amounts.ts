// Sums as text: their sign, and what a person typed. Nothing is calculated with them.

import type { MoneyValue } from "../../shared/i18n/format";

export type Sign = "above" | "zero" | "below";

export function signOf({ amount }: MoneyValue): Sign {
  if (/^[+-]?0*\.?0*$/.test(amount)) return "zero";
  return amount.startsWith("-") ? "below" : "above";
}

/** The sum without its sign: for where a word says which way it goes. */
export function unsigned({ amount, currency }: MoneyValue): MoneyValue {
  return { amount: amount.replace("-", ""), currency };
}

/** A typed sum as the graph reads it, "１,234.50" as "1234.50"; null if it is none. */
export function amountOf(text: string): string | null {
  const plain = text.normalize("NFKC").replaceAll(/[\s,¥]/g, "");
  return /^\d+(\.\d+)?$/.test(plain) ? plain : null;
}

/** The day it is here, as the graph writes days. */
export function today(now = new Date()): string {
  const month = String(now.getMonth() + 1).padStart(2, "0");
  return `${now.getFullYear()}-${month}-${String(now.getDate()).padStart(2, "0")}`;
}

/** The moment at which a day ends here. */
export function endOfDay(day: string): string {
  const [year = 0, month = 1, date = 1] = day.split("-").map(Number);
  return new Date(year, month - 1, date + 1).toISOString();
}
