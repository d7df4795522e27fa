import { useQuery } from "@tanstack/react-query";
import { useEffect, useMemo, useSyncExternalStore } from "react";

import { useSession } from "../../../app/session";
import type { Kind } from "../../../shared/graph/kinds";
import { whenLeaving } from "../../../shared/leaving";
import { DraftKeeper, type DraftState } from "./keeper";
import { deviceStore } from "./unsent";

/** What the rows come to hangs on all of these. */
const KINDS: readonly Kind[] = [
  "DRAFT",
  "STOCK",
  "PRICE",
  "CATALOG",
  "CREDIT",
  "RELATIONSHIP",
  "ORDER",
  "SHIPMENT",
  "RETURN",
  "PAYMENT",
];

/** Several parts of a page begin to show it one after the other, and are one look at it. */
const FRESH_MS = 2_000;

// Pages come and go, a draft stays: what one page has not sent yet, the next one goes on with.
const keepers = new Map<string, DraftKeeper>();

whenLeaving({
  send: () => Promise.all([...keepers.values()].map((keeper) => keeper.flush())),
  forget: () => {
    for (const keeper of keepers.values()) keeper.stop();
    keepers.clear();
  },
});

export type OrderDraft = DraftState & {
  readonly keeper: DraftKeeper;
};

/** The draft of who is signed in, on one relationship: its state, and by `keeper`, its editing. */
export function useOrderDraft(relationshipId: string): OrderDraft {
  const { viewer } = useSession();
  const place = [viewer.account?.id, viewer.organization?.id, relationshipId].join(".");
  const keeper = useMemo(() => keeperOf(place, relationshipId), [place, relationshipId]);
  const state = useSyncExternalStore(keeper.subscribe, keeper.state);
  // Asked again with everything else that changes; the answer is the keeper's state.
  useQuery({
    queryKey: ["DRAFT", place],
    queryFn: () => keeper.refresh().then(() => null),
    meta: { kinds: KINDS },
    staleTime: FRESH_MS,
    retry: false,
  });
  useEffect(() => {
    const resend = () => void keeper.flush();
    window.addEventListener("online", resend);
    return () => {
      window.removeEventListener("online", resend);
      resend();
    };
  }, [keeper]);
  return useMemo(() => ({ ...state, keeper }), [state, keeper]);
}

function keeperOf(place: string, relationshipId: string): DraftKeeper {
  let keeper = keepers.get(place);
  if (keeper === undefined) {
    keeper = new DraftKeeper(relationshipId, `tradeline.draft.${place}`, deviceStore);
    keepers.set(place, keeper);
  }
  return keeper;
}
