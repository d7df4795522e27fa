// How lines of proposals are read: what is typed for them, and what stands in their arithmetic.

import type { ProposalPartsFragment } from "../../gql/graphql";

export type Proposal = ProposalPartsFragment;

const WHOLE = /^[1-9]\d{0,8}$/;

/** A typed quantity; null for what is no whole number above zero. */
export function quantityOf(text: string): number | null {
  const trimmed = text.trim();
  return WHOLE.test(trimmed) ? Number(trimmed) : null;
}

/** The figure of one step, if the arithmetic has it. */
export function stepOf(line: Pick<Proposal, "arithmetic">, code: string): string | null {
  return line.arithmetic.find((step) => step.code === code)?.value ?? null;
}

/** "12.345678" as "12.3": a figure to look at, and exact in its title. */
export function shortened(decimal: string, digits = 1): string {
  const [whole = "", fraction = ""] = decimal.split(".");
  const kept = fraction.slice(0, digits).replace(/0+$/, "");
  return kept === "" ? whole : `${whole}.${kept}`;
}

/** Lines by whom they are bought from, each group an order, or by where they come from. */
export function byGiver(lines: readonly Proposal[]): ReadonlyMap<string, readonly Proposal[]> {
  const groups = new Map<string, Proposal[]>();
  for (const line of lines) {
    const key = line.relationship?.id ?? line.fromWarehouse?.id ?? "";
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [line]);
    else group.push(line);
  }
  return groups;
}
