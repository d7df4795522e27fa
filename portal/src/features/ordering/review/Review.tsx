import { useState } from "react";

import { type OrderingPlaceFragment, ReviewPlaceDocument } from "../../../gql/graphql";
import {
  ButtonLink,
  Empty,
  ErrorState,
  Loading,
  ProblemList,
  Section,
} from "../../../shared/components";
import { useGraph } from "../../../shared/graph/hooks";
import { useTexts } from "../../../shared/i18n/i18n";
import { PriceDrawer, type PricedLine } from "../catalog/PriceDrawer";
import { DraftTrouble } from "../draft/DraftTrouble";
import { filled } from "../draft/rows";
import { useOrderDraft } from "../draft/useOrderDraft";
import { Credit } from "./Credit";
import { HeaderForm } from "./HeaderForm";
import { PlaceForm } from "./PlaceForm";
import { ProblemAction } from "./ProblemAction";
import { ProblemRows, ReadyRows } from "./ReviewRows";
import { reviewTexts } from "./reviewTexts";
import { usePlacing } from "./usePlacing";

/** Everything of the order in the making, as the server sees it now. */
export function Review({
  place,
  onPlaced,
}: {
  readonly place: OrderingPlaceFragment;
  onPlaced(order: { readonly id: string } | null): void;
}) {
  const t = useTexts(reviewTexts);
  const order = useOrderDraft(place.id);
  const placing = usePlacing(order, onPlaced);
  const [explained, setExplained] = useState<PricedLine | null>(null);
  const terms = useGraph({
    kinds: ["CREDIT", "RELATIONSHIP", "ORDER", "SHIPMENT", "RETURN", "PAYMENT", "ADJUSTMENT"],
    document: ReviewPlaceDocument,
    variables: { id: place.id },
  });
  const { draft, status, error, keeper } = order;
  const retry = () => void keeper.refresh();

  if (draft === null && status === "loading") return <Loading rows={8} onRetry={retry} />;
  if (draft === null && error !== null) return <ErrorState error={error} onRetry={retry} />;
  const isEmpty = draft === null || filled(order.rows).length === 0;
  // While it is not known whether it was placed, there is something to find out.
  if (isEmpty && !placing.isOpen) {
    const to = `/order?relationship=${encodeURIComponent(place.id)}`;
    return (
      <>
        <DraftTrouble order={order} />
        <Empty action={<ButtonLink to={to}>{t("back.more")}</ButtonLink>}>{t("empty")}</Empty>
      </>
    );
  }
  const relationship = terms.data?.relationship ?? null;
  return (
    <>
      <DraftTrouble order={order} />
      {draft !== null && draft.problems.length > 0 && !placing.isOpen && (
        <Section title={t("blockers")}>
          <ProblemList
            problems={draft.problems}
            action={(problem) => <ProblemAction problem={problem} relationshipId={place.id} />}
          />
        </Section>
      )}
      <div className="review">
        <div className="review-main">
          <Section title={t("header")}>
            <HeaderForm order={order} territory={relationship?.territory ?? []} />
          </Section>
          {draft !== null && draft.problemCount > 0 && (
            <ProblemRows draft={draft} relationshipId={place.id} />
          )}
          {draft !== null && <ReadyRows draft={draft} order={order} onExplain={setExplained} />}
        </div>
        <div className="review-side">
          <Credit relationship={relationship} error={terms.error} isLoading={terms.isPending} />
          <PlaceForm order={order} placing={placing} relationshipId={place.id} />
        </div>
      </div>
      <PriceDrawer
        relationshipId={place.id}
        line={explained}
        onClose={() => setExplained(null)}
      />
    </>
  );
}
