// What one click makes of a row that cannot be ordered: with the values that the server names.

import type { ResolvedRow } from "../draft/keeper";
import type { NewRow, Row } from "../draft/rows";

type RowProblem = ResolvedRow["problems"][number];
type Candidate = NonNullable<
  Extract<RowProblem, { __typename: "CodeAmbiguous" }>["candidates"]
>[number];
type Amount = Extract<RowProblem, { __typename: "BelowMinimum" }>["minimum"];

export type Fix =
  | { readonly kind: "take"; readonly candidate: Candidate; readonly values: Partial<NewRow> }
  | {
      readonly kind: "raise" | "lower" | "reduce";
      readonly amount: Amount;
      readonly values: Partial<NewRow>;
    }
  | { readonly kind: "remove" };

const REMOVE: Fix = { kind: "remove" };

/** What clears each of a row's problems; what two of them come to is offered with the first. */
export function fixesOf(row: Row, resolved: ResolvedRow): ReadonlyMap<RowProblem, readonly Fix[]> {
  const offered = new Set<string>();
  return new Map(
    resolved.problems.map((problem) => {
      const fixes = fixesOfOne(problem, row, resolved).filter((fix) => {
        const outcome = JSON.stringify(fix.kind === "remove" ? null : fix.values);
        return !offered.has(outcome) && offered.add(outcome);
      });
      return [problem, fixes];
    }),
  );
}

function fixesOfOne(problem: RowProblem, row: Row, resolved: ResolvedRow): readonly Fix[] {
  const quantity = (kind: "raise" | "lower" | "reduce", amount: Amount): Fix => ({
    kind,
    amount,
    values: { quantityText: textOf(amount, row, resolved) },
  });
  switch (problem.__typename) {
    case "CodeAmbiguous":
      return (problem.candidates ?? []).map((candidate) => ({
        kind: "take",
        candidate,
        values: { code: candidate.code, skuId: candidate.id },
      }));
    case "BelowMinimum":
      return [quantity("raise", problem.minimum)];
    case "OutOfStep":
      return [
        ...(problem.lower.amount > 0 ? [quantity("lower", problem.lower)] : []),
        quantity("raise", problem.upper),
      ];
    case "NotEnoughStock":
      return problem.available.amount > 0 ? [quantity("reduce", problem.available)] : [REMOVE];
    case "CodeUnknown":
    case "NotInAssortment":
    case "ComponentClosed":
      return [REMOVE];
    default:
      return [];
  }
}

/** A quantity in base units as one would type it into this row: in its pack, if it comes out even. */
function textOf({ amount, unit }: Amount, row: Row, { pack }: ResolvedRow): string {
  if (pack && pack.units > 1) {
    return amount % pack.units === 0 ? `${amount / pack.units} ${pack.code}` : `${amount} ${unit}`;
  }
  return /\p{L}/u.test(row.quantityText) ? `${amount} ${unit}` : String(amount);
}

/** How many the row asks for, of whatever pack; null where it does not say. */
export function countOf({ packQuantity, quantityText }: ResolvedRow): string | null {
  if (packQuantity != null) return String(packQuantity);
  return /^\s*[\d,]+/.exec(quantityText.normalize("NFKC"))?.[0].trim() ?? null;
}

/** Which field of the row a problem is about. */
export function fieldOf(problem: RowProblem): "code" | "quantityText" {
  const isOfQuantity =
    problem.path.includes("quantityText") ||
    ["BelowMinimum", "OutOfStep", "NotEnoughStock", "UnknownPack"].includes(problem.__typename);
  return isOfQuantity ? "quantityText" : "code";
}
