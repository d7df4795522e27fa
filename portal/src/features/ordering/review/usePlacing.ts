import { useEffect, useRef, useState } from "react";

import { OrderDraftPlaceDocument, type OrderDraftPlaceMutation } from "../../../gql/graphql";
import { Offline } from "../../../shared/graph/errors";
import { useIntent } from "../../../shared/graph/hooks";
import type { OrderDraft } from "../draft/useOrderDraft";

export type PlaceProblem = OrderDraftPlaceMutation["orderDraftPlace"]["errors"][number];

export interface Placing {
  place(keepProblemRows: boolean): void;
  retry(): void;
  readonly isRunning: boolean;
  /** It is not known whether the order was placed. */
  readonly isOpen: boolean;
  /** Too many order at once: in so many seconds it is tried again, or no more by itself. */
  readonly busySeconds: number | null;
  readonly isTurnedAway: boolean;
  /** Why it did not come to placing: not saved yet, or another version by now. */
  readonly halt: "unsaved" | "changed" | null;
  readonly problems: readonly PlaceProblem[];
  readonly error: Error | null;
}

/** Places the draft as it is seen: saved first, and once, however often one presses. */
export function usePlacing(
  { keeper, draft: seen }: OrderDraft,
  onPlaced: (order: { readonly id: string } | null) => void,
): Placing {
  const intent = useIntent(OrderDraftPlaceDocument, "orderDraftPlace", {
    touches: ["ORDER", "STOCK", "CREDIT"],
    onDone: ({ draft, order }) => {
      if (draft) keeper.take(draft);
      onPlaced(order);
    },
  });
  const isBusy = useRef(false);
  const [isSaving, setIsSaving] = useState(false);
  const [halt, setHalt] = useState<Placing["halt"]>(null);
  const isOpen = intent.error instanceof Offline;
  // What was refused of a draft is not said of a later one.
  const version = seen?.version;
  const { reset } = intent;
  const latestReset = useRef(reset);
  latestReset.current = isOpen ? () => undefined : reset;
  useEffect(() => latestReset.current(), [version]);

  async function placeNow(keepProblemRows: boolean): Promise<void> {
    setHalt(null);
    setIsSaving(true);
    const isSaved = await keeper.flush();
    setIsSaving(false);
    const { draft } = keeper.state();
    if (!isSaved || draft === null) return setHalt("unsaved");
    const payload = await intent.run({
      orderDraftId: draft.id,
      version: draft.version,
      keepProblemRows,
    });
    // What the server has now is looked at before anything else is tried.
    if (payload?.errors.some(({ __typename }) => __typename === "DraftChanged")) {
      setHalt("changed");
      await keeper.refresh();
    }
  }

  function place(keepProblemRows: boolean): void {
    if (isBusy.current) return;
    // The same order once more, before another may be made of what is left.
    if (isOpen) return intent.retry();
    isBusy.current = true;
    void placeNow(keepProblemRows).finally(() => {
      isBusy.current = false;
    });
  }

  const { retry, busySeconds, error } = intent;
  const isRunning = isSaving || intent.isRunning;
  const problems = intent.problems.filter(({ __typename }) => __typename !== "Busy");
  const isTurnedAway = problems.length < intent.problems.length;
  return { place, retry, isRunning, isOpen, busySeconds, isTurnedAway, halt, problems, error };
}
