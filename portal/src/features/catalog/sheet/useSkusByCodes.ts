import { keepPreviousData, useQuery } from "@tanstack/react-query";

import { SkusByCodesDocument, type SkusByCodesQuery } from "../../../gql/graphql";
import { execute } from "../../../shared/graph/execute";
import { keyOf } from "../../../shared/graph/hooks";
import { useSettled } from "../../../shared/useSettled";
import type { SheetRow } from "./useSheet";

type Match = SkusByCodesQuery["skusByCodes"][number][number];
export type FoundSku = NonNullable<Match["sku"]>;

/** What the code of a row means. */
export type Found =
  | { readonly kind: "none" | "looking" | "unknown" }
  | { readonly kind: "ambiguous"; readonly skus: readonly FoundSku[] }
  /** `packId`: of the pack whose barcode it is. */
  | { readonly kind: "sku"; readonly sku: FoundSku; readonly packId: string | null };

export interface Finding {
  of(row: SheetRow): Found;
  readonly isLooking: boolean;
  readonly error: Error | null;
  retry(): void;
}

const KINDS = ["CATALOG"] as const;

/** What the codes of at most a hundred rows mean, asked for together once the typing pauses. */
export function useSkusByCodes(rows: readonly SheetRow[]): Finding {
  const typed = [...new Set(rows.map(codeOf).filter((code) => code !== ""))].sort();
  const codes = JSON.parse(useSettled(JSON.stringify(typed))) as string[];
  const query = useQuery({
    queryKey: keyOf(KINDS, SkusByCodesDocument, { codes }),
    queryFn: async ({ signal }) => {
      const { skusByCodes } = await execute(SkusByCodesDocument, { codes }, signal);
      return new Map(codes.map((code, place) => [code, skusByCodes[place] ?? []]));
    },
    meta: { kinds: KINDS },
    enabled: codes.length > 0,
    placeholderData: keepPreviousData,
  });
  const known = query.data;
  return {
    of: (row) => found(row, known?.get(codeOf(row))),
    isLooking: typed.some((code) => known?.has(code) !== true),
    error: query.error,
    retry: () => void query.refetch(),
  };
}

function codeOf(row: SheetRow): string {
  return (row.cells["code"] ?? "").trim();
}

function found(row: SheetRow, matches: readonly Match[] | undefined): Found {
  if (codeOf(row) === "") return { kind: "none" };
  if (matches === undefined) return { kind: "looking" };
  const skus = new Map(matches.flatMap(({ sku }) => (sku == null ? [] : [[sku.id, sku]])));
  const sku = skus.get(row.skuId ?? "") ?? (skus.size === 1 ? [...skus.values()][0] : undefined);
  if (sku === undefined) {
    return skus.size === 0 ? { kind: "unknown" } : { kind: "ambiguous", skus: [...skus.values()] };
  }
  const packs = new Set(
    matches.filter((match) => match.sku?.id === sku.id).map((match) => match.pack?.id ?? null),
  );
  const [packId = null] = packs.size === 1 ? packs : [];
  return { kind: "sku", sku, packId };
}
