// Shares as they are typed, in percent, and as they are sent, in hundredths of a percent: whole
// numbers, so that what adds up here adds up there.

export const WHOLE_POINTS = 10_000;

const PERCENT = /^(\d{1,3})(?:\.(\d{1,2}))?$/;

/** "12.5" are 1250 points; nothing typed is nothing borne; null for what is no share. */
export function pointsOf(text: string): number | null {
  if (text.trim() === "") return 0;
  const match = PERCENT.exec(text.trim());
  if (match === null) return null;
  const points = Number(match[1]) * 100 + Number((match[2] ?? "").padEnd(2, "0"));
  return points <= WHOLE_POINTS ? points : null;
}

/** 1250 points are "12.5". */
export function percentOf(points: number): string {
  const fraction = String(points % 100).padStart(2, "0").replace(/0+$/, "");
  return `${Math.trunc(points / 100)}${fraction === "" ? "" : `.${fraction}`}`;
}

export interface Payer {
  readonly id: string;
  readonly name: string;
  readonly nameEn?: string | null;
}

interface Routed {
  readonly id: string;
  readonly route: readonly { readonly organization?: Payer | null }[];
}

/** Who is on the route of every chosen store, as far as one may know them. */
export function payersOf(stores: readonly Routed[]): readonly Payer[] {
  const [first, ...others] = stores.map(({ route }) =>
    route.flatMap(({ organization }) => (organization ? [organization] : [])),
  );
  if (first === undefined) return [];
  return first.filter((payer) =>
    others.every((route) => route.some(({ id }) => id === payer.id)),
  );
}
