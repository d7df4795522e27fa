// Where things stand in the picture of a sale's money: parties are lanes, flows are rows. No sum is
// calculated: what is drawn is what the graph says.

import type { FlowKind, MoneyTrailPartsFragment } from "../../../gql/graphql";

export type Party = MoneyTrailPartsFragment["parties"][number];
export type Flow = MoneyTrailPartsFragment["flows"][number];

/** Money that moved, a debt that arose, and what took either back. */
export type FlowClass = "moved" | "owed" | "back";

export const HEAD_HEIGHT = 34;
export const ROW_HEIGHT = 44;

const CLASSES: Readonly<Record<FlowKind, FlowClass>> = {
  PAYMENT: "moved",
  CAPTURE: "moved",
  FEE: "moved",
  SHARE: "moved",
  GOODS: "owed",
  FREIGHT: "owed",
  COST_SHARE: "owed",
  COLLECTED: "owed",
  REFUND: "back",
  RETURN: "back",
  FREIGHT_RETURN: "back",
  COST_SHARE_RETURN: "back",
  COLLECTED_RETURN: "back",
};
// As the story goes: the consumer pays, the parties owe each other, and then it is taken back.
const RANKS = Object.keys(CLASSES) as readonly FlowKind[];
const PAPERS_OF_THE_SALE = new Set(["consumer_order", "payment"]);

export interface Row {
  readonly flow: Flow;
  /** The lanes that it runs between, from the left. */
  readonly from: number;
  readonly to: number;
  readonly y: number;
}

export interface Chapter {
  readonly key: string;
  /** Null for the sale itself, else the number of the paper that came later. */
  readonly paper: string | null;
  readonly occurredAt: string;
  readonly y: number;
  readonly rows: readonly Row[];
}

export function classOf(kind: FlowKind): FlowClass {
  return CLASSES[kind];
}

/** The consumer, who is paid by, then the store and those above it. */
export function lanesOf(parties: readonly Party[]): readonly Party[] {
  const place = ({ role, tier }: Party): number =>
    role === "CONSUMER" ? -2 : role === "PROVIDER" ? -1 : (tier ?? 0);
  return parties.toSorted((one, other) => place(one) - place(other));
}

/** The flows by their papers, the sale first, each row below the one before. */
export function chaptersOf(lanes: readonly Party[], flows: readonly Flow[]): readonly Chapter[] {
  const places = new Map(lanes.map((party, place) => [party.key, place]));
  const papers = new Map<string, Flow[]>();
  for (const flow of flows) {
    const key = PAPERS_OF_THE_SALE.has(flow.documentType) ? "" : flow.documentNumber;
    papers.set(key, [...(papers.get(key) ?? []), flow]);
  }
  const sorted = [...papers].toSorted(([one], [other]) => (one < other ? -1 : 1));
  let y = 0;
  return sorted.map(([key, of]) => {
    const top = y;
    y += HEAD_HEIGHT;
    const rows: Row[] = [];
    for (const flow of of.toSorted(byRank)) {
      const [from, to] = [places.get(flow.from), places.get(flow.to)];
      if (from === undefined || to === undefined) continue;
      rows.push({ flow, from, to, y });
      y += ROW_HEIGHT;
    }
    return {
      key,
      paper: key === "" ? null : key,
      occurredAt: of[0]?.occurredAt ?? "",
      y: top,
      rows,
    };
  });
}

export function heightOf(chapters: readonly Chapter[]): number {
  const count = chapters.reduce((rows, chapter) => rows + chapter.rows.length, 0);
  return chapters.length * HEAD_HEIGHT + count * ROW_HEIGHT;
}

/** The middle of a lane. */
export function laneX(lane: number, lanes: number, width: number): number {
  return ((lane + 0.5) * width) / Math.max(lanes, 1);
}

/** Where a label over an arrow is centred, so that it stays in the picture. */
export function labelX(middle: number, label: number, width: number): number {
  const half = Math.min(label, width) / 2;
  return Math.min(Math.max(middle, half), width - half);
}

function byRank(one: Flow, other: Flow): number {
  return RANKS.indexOf(one.kind) - RANKS.indexOf(other.kind);
}
