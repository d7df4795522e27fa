// The days of a chart: what was sold and what is expected, side by side, by day or by week.
// Counts of units are added up here to be drawn; no order is made of them.

import type { ReplenishmentDemandQuery } from "../../gql/graphql";

export type Demand = ReplenishmentDemandQuery["demand"];

export interface Point {
  readonly on: string;
  /** Null after today. */
  readonly sold: number | null;
  readonly sellIn: number;
  readonly returned: number;
  readonly isPromoted: boolean;
  readonly isUnknown: boolean;
  /** Null where nothing is forecast. */
  readonly mean: number | null;
  readonly low: number | null;
  readonly high: number | null;
}

const DAY_MS = 86_400_000;

/** "2026-03-31" and so many days on. */
export function dayAfter(day: string, days: number): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) + days * DAY_MS).toISOString().slice(0, 10);
}

/** Every day from `from` to `to`, and beyond it as far as is forecast, at most `ahead`. */
export function daysOf(demand: Demand, from: string, to: string, ahead: number): readonly Point[] {
  const sold = new Map(demand.days.map((day) => [day.on, day]));
  const sellIn = new Map(demand.sellIn.map((day) => [day.on, day.quantity]));
  const expected = new Map<string, { mean: number; low: number; high: number }>();
  for (const forecast of demand.forecasts) {
    for (const day of forecast.days) {
      const former = expected.get(day.on) ?? { mean: 0, low: 0, high: 0 };
      expected.set(day.on, {
        mean: former.mean + Number(day.mean),
        low: former.low + Number(day.low),
        high: former.high + Number(day.high),
      });
    }
  }
  const points: Point[] = [];
  const last = dayAfter(to, ahead);
  for (let on = from; on <= last; on = dayAfter(on, 1)) {
    const day = sold.get(on);
    // Of days that are over the facts are drawn, not what was once expected.
    const forecast = on > to ? expected.get(on) : undefined;
    if (on > to && forecast === undefined) continue;
    points.push({
      on,
      sold: on > to ? null : (day?.quantity ?? 0),
      sellIn: sellIn.get(on) ?? 0,
      returned: day?.returned ?? 0,
      isPromoted: day?.isPromoted ?? false,
      isUnknown: day?.isUnknown ?? false,
      mean: forecast?.mean ?? null,
      low: forecast?.low ?? null,
      high: forecast?.high ?? null,
    });
  }
  return points;
}

/** Seven days each, counted back from `to`, so that the last week is a whole one. */
export function weeksOf(days: readonly Point[], to: string): readonly Point[] {
  const weeks = new Map<string, Point>();
  for (const day of days) {
    const distance = Math.round((Date.parse(day.on) - Date.parse(to)) / DAY_MS);
    const on = dayAfter(to, Math.floor((distance - 1) / 7) * 7 + 1);
    const former = weeks.get(on);
    weeks.set(on, former === undefined ? { ...day, on } : merged(former, day));
  }
  return [...weeks.values()];
}

function merged(one: Point, other: Point): Point {
  const sum = (a: number | null, b: number | null) =>
    a === null && b === null ? null : (a ?? 0) + (b ?? 0);
  return {
    on: one.on,
    sold: sum(one.sold, other.sold),
    sellIn: one.sellIn + other.sellIn,
    returned: one.returned + other.returned,
    isPromoted: one.isPromoted || other.isPromoted,
    isUnknown: one.isUnknown || other.isUnknown,
    mean: sum(one.mean, other.mean),
    low: sum(one.low, other.low),
    high: sum(one.high, other.high),
  };
}
