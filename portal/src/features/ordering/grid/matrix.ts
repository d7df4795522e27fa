// Lays the variants of a product out in rows and columns. Pure.

interface Variant {
  readonly attributes: readonly { readonly name: string; readonly value: string }[];
}

/** The names of the two dimensions; the one with fewer values goes across. */
export interface Dimensions {
  readonly down: string;
  readonly across: string;
}

export interface Matrix<Item> {
  readonly rows: readonly string[];
  readonly columns: readonly string[];
  at(row: string, column: string): Item | undefined;
}

/** Null for a product whose variants differ in another number of dimensions than two. */
export function dimensionsOf(variants: readonly Variant[]): Dimensions | null {
  const values = new Map<string, Set<string>>();
  for (const { name, value } of variants.flatMap(({ attributes }) => attributes)) {
    values.set(name, (values.get(name) ?? new Set()).add(value));
  }
  const varying = [...values].filter(([, found]) => found.size > 1);
  const [one, other, third] = varying.toSorted(([, a], [, b]) => b.size - a.size);
  if (one === undefined || other === undefined || third !== undefined) return null;
  const dimensions = { down: one[0], across: other[0] };
  const places = new Set(variants.map((variant) => placeOf(variant, dimensions)));
  return places.size === variants.length ? dimensions : null;
}

export function matrixOf<Item>(
  items: readonly Item[],
  variantOf: (item: Item) => Variant,
  dimensions: Dimensions,
): Matrix<Item> {
  const cells = new Map(items.map((item) => [placeOf(variantOf(item), dimensions), item]));
  const valuesOf = (name: string) =>
    inOrder([...new Set(items.map((item) => valueOf(variantOf(item), name)))]);
  return {
    rows: valuesOf(dimensions.down),
    columns: valuesOf(dimensions.across),
    at: (row, column) => cells.get(JSON.stringify([row, column])),
  };
}

/** Sizes from small to large, whatever unit each is in; words as a dictionary has them. */
function inOrder(values: readonly string[]): readonly string[] {
  const sizes = new Map(values.map((value) => [value, sizeOf(value)]));
  return values.toSorted((one, other) => {
    const [a, b] = [sizes.get(one) ?? null, sizes.get(other) ?? null];
    if (a !== null && b !== null && a !== b) return a - b;
    return one.localeCompare(other, "zh", { numeric: true });
  });
}

function sizeOf(value: string): number | null {
  const found = /^(\d+(?:\.\d+)?)\s*(ml|cl|l|g|kg)$/i.exec(value);
  const scale = { ml: 1, cl: 10, l: 1000, g: 1, kg: 1000 }[found?.[2]?.toLowerCase() ?? ""];
  return found === null || scale === undefined ? null : Number(found[1]) * scale;
}

function valueOf({ attributes }: Variant, name: string): string {
  return attributes.find((attribute) => attribute.name === name)?.value ?? "";
}

function placeOf(variant: Variant, { down, across }: Dimensions): string {
  return JSON.stringify([valueOf(variant, down), valueOf(variant, across)]);
}

/** What was copied from a spreadsheet, line by line and cell by cell. */
export function cellsOf(text: string): readonly (readonly string[])[] {
  return text
    .replace(/(\r\n|\r|\n)$/, "")
    .split(/\r\n|\r|\n/)
    .map((line) => line.split("\t").map((cell) => cell.trim()));
}
