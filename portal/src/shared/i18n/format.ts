// Numbers, money and dates as people read them. Sums are decimal strings and stay so: they are cut
// and filled, never calculated with.

import { type Locale, languageTag, useLocale } from "./i18n";

export interface MoneyValue {
  readonly amount: string;
  readonly currency: string;
}

/** "-1234567.5" as "-1,234,567.5". */
export function formatDecimal(decimal: string): string {
  const match = /^([+-]?)(\d+)(\.\d+)?$/.exec(decimal);
  if (match === null) return decimal;
  const [, sign = "", whole = "", fraction = ""] = match;
  return `${sign === "-" ? "-" : ""}${whole.replaceAll(/\B(?=(\d{3})+$)/g, ",")}${fraction}`;
}

/** A sum with its currency's sign: "¥1,234.50" in Chinese, "CN¥1,234.50" in English. */
export function formatMoney({ amount, currency }: MoneyValue, locale: Locale): string {
  const text = formatDecimal(amount);
  const { sign } = styleOf(currency, locale);
  return text.startsWith("-") ? `-${sign}${text.slice(1)}` : `${sign}${text}`;
}

/** A price of one unit: as many decimals as it has, and no fewer than a sum of its currency. */
export function formatUnitPrice(price: MoneyValue, locale: Locale): string {
  const [whole = "", fraction = ""] = price.amount.split(".");
  const digits = fraction.padEnd(styleOf(price.currency, locale).digits, "0");
  return formatMoney({ ...price, amount: digits === "" ? whole : `${whole}.${digits}` }, locale);
}

export function formatInteger(value: number): string {
  return formatDecimal(String(value));
}

/** A day, "2026-03-31", which has no time zone. */
export function formatDay(day: string, locale: Locale): string {
  return formatter(locale, { dateStyle: "medium", timeZone: "UTC" }).format(
    new Date(`${day}T00:00:00Z`),
  );
}

/** A moment, in the time zone of the browser. */
export function formatMoment(moment: string, locale: Locale): string {
  return formatter(locale, { dateStyle: "medium", timeStyle: "short" }).format(new Date(moment));
}

/** The clock of the trade, by which days and periods begin and end, as the papers say them. */
export const TRADE_ZONE = "Asia/Shanghai";

/** A moment where a period begins or ends, by the clock of the trade wherever the browser is. */
export function formatTradeMoment(moment: string, locale: Locale): string {
  return formatter(locale, {
    dateStyle: "medium",
    timeStyle: "short",
    timeZone: TRADE_ZONE,
  }).format(new Date(moment));
}

/** How long ago a moment was, by its largest unit: "3 days ago". */
export function formatSince(moment: string, locale: Locale, now = Date.now()): string {
  const seconds = Math.round((new Date(moment).getTime() - now) / 1000);
  const relative = new Intl.RelativeTimeFormat(languageTag(locale), { numeric: "auto" });
  const units = [
    ["day", 86_400],
    ["hour", 3_600],
    ["minute", 60],
  ] as const;
  for (const [unit, length] of units) {
    if (Math.abs(seconds) >= length) return relative.format(Math.trunc(seconds / length), unit);
  }
  return relative.format(0, "second");
}

/** How much of `whole` a part is, from 0 to 1: to draw with, not to tell. */
export function shareOf(part: string, whole: string): number {
  const [dividend, divisor] = [Number(part), Number(whole)];
  if (!(divisor > 0)) return 0;
  return Math.min(1, Math.max(0, dividend / divisor));
}

export function useFormat() {
  const locale = useLocale();
  return {
    money: (value: MoneyValue) => formatMoney(value, locale),
    unitPrice: (price: MoneyValue) => formatUnitPrice(price, locale),
    decimal: formatDecimal,
    integer: formatInteger,
    day: (day: string) => formatDay(day, locale),
    moment: (moment: string) => formatMoment(moment, locale),
    tradeMoment: (moment: string) => formatTradeMoment(moment, locale),
    since: (moment: string) => formatSince(moment, locale),
  };
}

const formatters = new Map<string, Intl.DateTimeFormat>();

function formatter(locale: Locale, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = `${locale}${JSON.stringify(options)}`;
  let kept = formatters.get(key);
  if (kept === undefined) {
    kept = new Intl.DateTimeFormat(languageTag(locale), options);
    formatters.set(key, kept);
  }
  return kept;
}

interface CurrencyStyle {
  readonly sign: string;
  readonly digits: number;
}

const styles = new Map<string, CurrencyStyle>();

function styleOf(currency: string, locale: Locale): CurrencyStyle {
  const key = `${locale}${currency}`;
  let style = styles.get(key);
  if (style === undefined) {
    style = newStyle(currency, locale);
    styles.set(key, style);
  }
  return style;
}

function newStyle(currency: string, locale: Locale): CurrencyStyle {
  try {
    const format = new Intl.NumberFormat(languageTag(locale), { style: "currency", currency });
    const sign = format.formatToParts(0).find((part) => part.type === "currency")?.value;
    return {
      sign: sign ?? currency,
      digits: format.resolvedOptions().minimumFractionDigits ?? 0,
    };
  } catch {
    return { sign: `${currency} `, digits: 0 }; // no code that the browser knows
  }
}
