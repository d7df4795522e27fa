// What of a SKU stands in the draft already, and a quantity as it is typed beside a choice of
// packs. Pure, and only about form.

import type { DraftState, ResolvedRow } from "../draft/keeper";
import type { Row } from "../draft/rows";

/** A row of the draft, and what the server made of it, once it has. */
export interface HeldRow {
  readonly row: Row;
  readonly result: ResolvedRow | null;
}

export type Held = readonly HeldRow[];

export const NOTHING_HELD: Held = [];

interface PackLike {
  readonly id: string;
  readonly code: string;
  readonly units: number;
}

/** A quantity of so many packs; `pack` null where there are none to choose from. */
export interface Entry<Pack extends PackLike = PackLike> {
  readonly text: string;
  readonly pack: Pack | null;
}

/** The rows of the draft by the SKU that they order. */
export function heldBySku(
  draft: Pick<DraftState, "rows" | "resolved">,
): ReadonlyMap<string, Held> {
  const held = new Map<string, HeldRow[]>();
  for (const row of draft.rows) {
    const result = draft.resolved.get(row.key) ?? null;
    const skuId = row.skuId ?? result?.sku?.id;
    if (skuId == null) continue;
    const rows = held.get(skuId) ?? [];
    rows.push({ row, result });
    held.set(skuId, rows);
  }
  return held;
}

export function isSameHeld(one: Held, other: Held): boolean {
  return (
    one.length === other.length &&
    one.every(({ row, result }, at) => other[at]?.row === row && other[at].result === result)
  );
}

/** The pack of single base units, in which one orders without saying so. */
export function basePack<Pack extends PackLike>(packs: readonly Pack[]): Pack | null {
  return packs.find(({ units }) => units === 1) ?? packs[0] ?? null;
}

/** The one pack of several; null where there is none, or more than one to choose from. */
export function largerPack<Pack extends PackLike>(packs: readonly Pack[]): Pack | null {
  const [only, other] = packs.filter(({ units }) => units > 1);
  return other === undefined ? (only ?? null) : null;
}

/** "2 CASE24" as 2 of the pack CASE24; what names no pack of these stays as it was typed. */
export function entryOf<Pack extends PackLike>(
  quantityText: string,
  packs: readonly Pack[],
): Entry<Pack> {
  const text = quantityText.trim();
  const found = /^(\S.*?)\s+(\S+)$/u.exec(text);
  const pack = packs.find(({ code }) => code.toLowerCase() === found?.[2]?.toLowerCase());
  if (found === null || pack === undefined) return { text, pack: basePack(packs) };
  return { text: found[1] ?? "", pack };
}

/** The other way around: what is saved of an entry. */
export function textOf({ text, pack }: Entry): string {
  const typed = text.trim();
  if (pack === null || pack.units === 1 || countOf(typed) === null) return typed;
  return `${typed} ${pack.code}`;
}

/** The number that a text consists of; null where it holds anything else. */
export function countOf(text: string): number | null {
  const plain = text.normalize("NFKC").trim();
  return /^[1-9]\d{0,8}$/.test(plain) ? Number(plain) : null;
}
