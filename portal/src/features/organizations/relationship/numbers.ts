// How people write what the graph takes as numbers: checks of the shape alone, no arithmetic.

const AMOUNT = /^\d{1,15}(\.\d{1,4})?$/;
const DAYS = /^\d{1,4}$/;
const PERCENT = /^(\d{1,3})(?:\.(\d{1,2}))?$/;

export function isAmount(text: string): boolean {
  return AMOUNT.test(text.trim());
}

export function isDays(text: string): boolean {
  return DAYS.test(text.trim());
}

/** "1.25" is 125 basis points; null for what is no percentage. */
export function basisPointsOf(percent: string): number | null {
  const [, whole, fraction = ""] = PERCENT.exec(percent.trim()) ?? [];
  if (whole === undefined) return null;
  const points = Number(`${whole}${fraction.padEnd(2, "0")}`);
  return points > 10_000 ? null : points;
}

/** 125 basis points are "1.25", 200 are "2". */
export function percentOf(basisPoints: number): string {
  const digits = String(basisPoints).padStart(3, "0");
  const fraction = digits.slice(-2).replace(/0+$/, "");
  return fraction === "" ? digits.slice(0, -2) : `${digits.slice(0, -2)}.${fraction}`;
}

/** Region codes as typed, with blanks or commas between. */
export function regionsOf(text: string): string[] {
  return text.split(/[\s,，、;；]+/).filter((region) => region !== "");
}
