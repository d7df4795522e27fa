import { useEffect, useMemo, useSyncExternalStore } from "react";

import { useSession } from "../../../app/session";
import { DraftKeeper, type DraftState } from "./keeper";

const RESEND_EVENTS = ["online", "focus"] as const;

// Pages come and go, a draft stays: what one page has not sent yet, the next one goes on with.
const keepers = new Map<string, DraftKeeper>();

export type OrderDraft = DraftState & {
  readonly keeper: DraftKeeper;
};

/** The draft of who is signed in, on one relationship: its state, and by `keeper`, its editing. */
export function useOrderDraft(relationshipId: string): OrderDraft {
  const { viewer } = useSession();
  const place = [viewer.account?.id, viewer.organization?.id, relationshipId].join(".");
  const keeper = useMemo(() => keeperOf(place, relationshipId), [place, relationshipId]);
  const state = useSyncExternalStore(keeper.subscribe, keeper.state);
  useEffect(() => {
    void keeper.load();
    const resend = () => void keeper.flush().then(keeper.load);
    for (const event of RESEND_EVENTS) window.addEventListener(event, resend);
    return () => {
      for (const event of RESEND_EVENTS) window.removeEventListener(event, resend);
      void keeper.flush();
    };
  }, [keeper]);
  return useMemo(() => ({ ...state, keeper }), [state, keeper]);
}

function keeperOf(place: string, relationshipId: string): DraftKeeper {
  let keeper = keepers.get(place);
  if (keeper === undefined) {
    keeper = new DraftKeeper(relationshipId, `tradeline.draft.${place}`, window.localStorage);
    keepers.set(place, keeper);
  }
  return keeper;
}
