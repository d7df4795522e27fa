import type { QueryClient } from "@tanstack/react-query";

import type { ChangeKind } from "../../gql/graphql";

/** What a query shows: what the server tells changes of, and what only we know to have changed. */
export type Kind =
  | Exclude<ChangeKind, "EVERYTHING">
  | "DRAFT"
  | "ORDER_LIST"
  | "RECONCILIATION"
  | "REPLENISHMENT"
  | "SESSION"
  | "WEBHOOK";

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
