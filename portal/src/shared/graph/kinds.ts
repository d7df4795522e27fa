import type { QueryClient } from "@tanstack/react-query";

/** What a query shows. The first nine are what the server tells changes of. */
export type Kind =
  | "ORDER"
  | "SHIPMENT"
  | "RETURN"
  | "DISPUTE"
  | "STATEMENT"
  | "PAYMENT"
  | "ADJUSTMENT"
  | "RELATIONSHIP"
  | "STOCK"
  | "PRICE"
  | "CATALOG"
  | "DRAFT"
  | "ORDER_LIST"
  | "PEOPLE"
  | "ORGANIZATION"
  | "SESSION";

declare module "@tanstack/react-query" {
  interface Register {
    queryMeta: { readonly kinds: readonly Kind[] };
  }
}

/** Ask again for all that shows one of these kinds; what nobody looks at is asked for when it is
 * looked at. */
export async function refresh(client: QueryClient, kinds: readonly Kind[]): Promise<void> {
  await client.invalidateQueries({
    predicate: (query) => query.meta?.kinds.some((kind) => kinds.includes(kind)) ?? false,
  });
}
