// The days of a chart: what was sold and what is expected, side by side, by day or by week.
// Counts of units are added up here to be drawn; no order is made of them.
//
// What several warehouses, or days, are expected to ask for together is the sum of their means. Its
// interval is narrower than the sum of theirs: errors that know nothing of each other cancel out in
// part, their variances add up, and so the half-widths go together as the root of the sum of their
// squares (Silver, Pyke & Thomas, "Inventory and Production Management in Supply Chains", 4th
// edition, chapter 6, which proposals reckon by as well).

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

interface Expected {
  readonly mean: number;
  readonly low: number;
  readonly high: number;
}

const DAY_MS = 86_400_000;

/** "2026-03-31" and so many days on. */
export function dayAfter(day: string, days: number): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) + days * DAY_MS).toISOString().slice(0, 10);
}

/** Every day from `from` to `to`, and beyond it as far as is forecast, at most `ahead`. */
export function daysOf(demand: Demand, from: string, to: string, ahead: number): readonly Point[] {
  const sold = new Map(demand.days.map((day) => [day.on, day]));
  const sellIn = new Map(demand.sellIn.map((day) => [day.on, Number(day.quantity)]));
  const expected = new Map<string, Expected>();
  for (const forecast of demand.forecasts) {
    for (const { on, mean, low, high } of forecast.days) {
      const day = { mean: Number(mean), low: Number(low), high: Number(high) };
      const former = expected.get(on);
      expected.set(on, former === undefined ? day : together(former, day));
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
      sold: on > to ? null : Number(day?.quantity ?? 0),
      sellIn: sellIn.get(on) ?? 0,
      returned: Number(day?.returned ?? 0),
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
  const [first, second] = [expectedOf(one), expectedOf(other)];
  const expected = first && second ? together(first, second) : (first ?? second);
  return {
    on: one.on,
    sold:
      one.sold === null && other.sold === null ? null : (one.sold ?? 0) + (other.sold ?? 0),
    sellIn: one.sellIn + other.sellIn,
    returned: one.returned + other.returned,
    isPromoted: one.isPromoted || other.isPromoted,
    isUnknown: one.isUnknown || other.isUnknown,
    mean: expected?.mean ?? null,
    low: expected?.low ?? null,
    high: expected?.high ?? null,
  };
}

function expectedOf({ mean, low, high }: Point): Expected | null {
  return mean === null || low === null || high === null ? null : { mean, low, high };
}

/** What two that err by themselves come to. Their sum may be drawn together with a third. */
function together(one: Expected, other: Expected): Expected {
  const mean = one.mean + other.mean;
  return {
    mean,
    low: mean - Math.hypot(one.mean - one.low, other.mean - other.low),
    high: mean + Math.hypot(one.high - one.mean, other.high - other.mean),
  };
}
