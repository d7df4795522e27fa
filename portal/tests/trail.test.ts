import { expect, test } from "vitest";

import {
  type Flow,
  type Party,
  chaptersOf,
  heightOf,
  labelX,
  lanesOf,
  laneX,
} from "../src/features/shopping/trail/layout";

function party(key: string, role: Party["role"], tier: number | null = null): Party {
  return { key, role, tier, isMine: false, net: null, organization: null };
}

function flow(from: string, to: string, kind: Flow["kind"], paper = "CO1"): Flow {
  return {
    from,
    to,
    kind,
    amount: { amount: "1.00", currency: "CNY" },
    occurredAt: "2026-11-03T02:40:00Z",
    documentType: paper === "CO1" ? "consumer_order" : "consumer_refund",
    documentNumber: paper,
    journalIds: [],
  };
}

const PARTIES = [
  party("tier:2", "SELLER", 2),
  party("provider", "PROVIDER"),
  party("tier:0", "STORE", 0),
  party("consumer", "CONSUMER"),
  party("tier:1", "SELLER", 1),
];

test("lanes go from the consumer over the store up the route", () => {
  expect(lanesOf(PARTIES).map(({ key }) => key)).toEqual([
    "consumer",
    "provider",
    "tier:0",
    "tier:1",
    "tier:2",
  ]);
});

test("the sale is told first and each refund by itself, every flow in a row of its own", () => {
  const chapters = chaptersOf(lanesOf(PARTIES), [
    flow("tier:1", "tier:0", "RETURN", "CR2"),
    flow("tier:0", "tier:1", "GOODS"),
    flow("consumer", "provider", "PAYMENT"),
    flow("tier:1", "tier:0", "RETURN", "CR1"),
  ]);
  expect(chapters.map(({ paper }) => paper)).toEqual([null, "CR1", "CR2"]);
  expect(chapters[0]?.rows.map(({ flow: { kind } }) => kind)).toEqual(["PAYMENT", "GOODS"]);
  const rows = chapters.flatMap((chapter) => chapter.rows);
  expect(new Set(rows.map(({ y }) => y)).size).toBe(4);
  expect(Math.max(...rows.map(({ y }) => y))).toBeLessThan(heightOf(chapters));
});

test("what runs to somebody who is not shown is not drawn into the void", () => {
  const [chapter] = chaptersOf([party("tier:0", "STORE", 0)], [flow("tier:0", "tier:9", "GOODS")]);
  expect(chapter?.rows).toEqual([]);
});

test("labels stay in the picture, also where the lanes are narrow", () => {
  expect(laneX(0, 2, 400)).toBe(100);
  expect(labelX(10, 190, 360)).toBe(95);
  expect(labelX(355, 190, 360)).toBe(265);
  expect(labelX(180, 190, 360)).toBe(180);
});
