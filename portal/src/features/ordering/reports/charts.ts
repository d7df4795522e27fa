// What is drawn, from what the server reports. Numbers are made of sums here to draw bars with,
// and shown as the sums that they were made of.

import type { EChartsCoreOption } from "echarts/core";

import type { TradeReportsQuery } from "../../../gql/graphql";
import { type MoneyValue, formatMoney } from "../../../shared/i18n/format";
import { type Locale, languageTag } from "../../../shared/i18n/i18n";

export type TradeReport = TradeReportsQuery["tradeReports"][number];

/** A share such as "0.9583" as "95.8%". */
export function formatShare(share: string | null | undefined, locale: Locale): string {
  if (share == null) return "–";
  return new Intl.NumberFormat(languageTag(locale), {
    style: "percent",
    maximumFractionDigits: 1,
    roundingMode: "trunc", // not quite all is not 100%
  }).format(Number(share));
}

/** Ordered beside received, by month. */
export function monthsOption(
  report: TradeReport,
  names: { readonly ordered: string; readonly received: string },
  locale: Locale,
): EChartsCoreOption {
  const { months } = report;
  const series = (name: string, sumOf: (month: (typeof months)[number]) => MoneyValue) => ({
    name,
    type: "bar",
    barMaxWidth: 28,
    data: months.map((month) => Number(sumOf(month).amount)),
    tooltip: { valueFormatter: exactly(months.map(sumOf), locale) },
  });
  return {
    legend: { top: 0 },
    xAxis: { type: "category", data: months.map(({ month }) => month) },
    yAxis: { type: "value", axisLabel: { formatter: compact(locale) } },
    series: [
      series(names.ordered, (month) => month.ordered),
      series(names.received, (month) => month.received),
    ],
  };
}

/** How much of what was ordered in a month came; a gap where nothing is finished yet. */
export function fillOption(report: TradeReport, name: string, locale: Locale): EChartsCoreOption {
  const shares = report.months.map(({ fillRate }) => fillRate);
  const asShare = (value: number): string => formatShare(String(value), locale);
  return {
    xAxis: { type: "category", data: report.months.map(({ month }) => month) },
    yAxis: { type: "value", min: 0, max: 1, axisLabel: { formatter: asShare } },
    series: [
      {
        name,
        type: "line",
        symbolSize: 8,
        data: shares.map((share) => (share == null ? null : Number(share))),
        tooltip: {
          valueFormatter: (_: unknown, index: number) => formatShare(shares[index], locale),
        },
      },
    ],
  };
}

/** The SKUs of the greatest amounts, the first at the top. */
export function topOption(
  report: TradeReport,
  nameOf: (sku: TradeReport["topSkus"][number]) => string,
  amountName: string,
  locale: Locale,
): EChartsCoreOption {
  const skus = report.topSkus;
  return {
    grid: { left: 8, right: 24, top: 8, bottom: 8, containLabel: true },
    xAxis: { type: "value", axisLabel: { formatter: compact(locale), hideOverlap: true } },
    yAxis: {
      type: "category",
      inverse: true,
      data: skus.map(nameOf),
      axisLabel: { width: 170, overflow: "break" },
    },
    series: [
      {
        name: amountName,
        type: "bar",
        barMaxWidth: 20,
        data: skus.map(({ amount }) => Number(amount.amount)),
        tooltip: { valueFormatter: exactly(skus.map(({ amount }) => amount), locale) },
      },
    ],
  };
}

/** The sum itself, not the number that the bar was drawn with. */
function exactly(sums: readonly MoneyValue[], locale: Locale) {
  return (_: unknown, index: number): string => {
    const sum = sums[index];
    return sum === undefined ? "–" : formatMoney(sum, locale);
  };
}

function compact(locale: Locale): (value: number) => string {
  const format = new Intl.NumberFormat(languageTag(locale), { notation: "compact" });
  return (value) => format.format(value);
}
