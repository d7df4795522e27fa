import { type ComponentType, useState } from "react";

import { OrderReviewDocument, type OrderStep } from "../../../gql/graphql";
import { Button, ConfirmButton, IntentProblems } from "../../../shared/components";
import { useIntent } from "../../../shared/graph/hooks";
import { useTexts } from "../../../shared/i18n/i18n";
import {
  CancelDialog,
  ConfirmDialog,
  DisputeDialog,
  RedateDialog,
  ReturnDialog,
  ShipDialog,
} from "./dialogs";
import type { Order } from "./OrderDetail";
import { SubstituteDialog } from "./SubstituteDialog";
import { detailTexts } from "./texts";

export interface StepProps {
  readonly order: Order;
  readonly onClose: () => void;
}

/** Steps with a form; what else one may do stands beside the paper that it is about. */
const DIALOGS = {
  CONFIRM: ConfirmDialog,
  SHIP: ShipDialog,
  REDATE: RedateDialog,
  PROPOSE_SUBSTITUTE: SubstituteDialog,
  RETURN: ReturnDialog,
  DISPUTE: DisputeDialog,
  CANCEL: CancelDialog,
} as const satisfies Partial<Record<OrderStep, ComponentType<StepProps>>>;

type DialogStep = keyof typeof DIALOGS;

/** What one may do to the order now, as the server says. */
export function Steps({ order }: { readonly order: Order }) {
  const t = useTexts(detailTexts);
  const [open, setOpen] = useState<DialogStep | null>(null);
  const steps = (Object.keys(DIALOGS) as DialogStep[]).filter((step) =>
    order.allowedSteps.includes(step),
  );
  const Dialog = open === null ? null : DIALOGS[open];
  return (
    <section className="steps" aria-label={t("steps")}>
      {order.allowedSteps.includes("REVIEW") && <Review order={order} />}
      {steps.map((step, index) => (
        <Button
          key={step}
          kind={kindOf(step, index)}
          onClick={() => setOpen(step)}
        >
          {t(`step.${step}`)}
        </Button>
      ))}
      {Dialog && <Dialog order={order} onClose={() => setOpen(null)} />}
    </section>
  );
}

function Review({ order }: { readonly order: Order }) {
  const t = useTexts(detailTexts);
  const intent = useIntent(OrderReviewDocument, "orderReview", { touches: ["ORDER"] });
  const review = (approves: boolean, reason: string) =>
    void intent.run({ orderId: order.id, approves, reason });
  return (
    <>
      <ConfirmButton
        kind="primary"
        title={t("review.approve.title")}
        isBusy={intent.isRunning}
        onConfirm={(reason) => review(true, reason)}
      >
        {t("review.approve")}
      </ConfirmButton>
      <ConfirmButton
        kind="danger"
        title={t("review.refuse.title")}
        reason="required"
        isBusy={intent.isRunning}
        onConfirm={(reason) => review(false, reason)}
      >
        {t("review.refuse")}
      </ConfirmButton>
      <IntentProblems intent={intent} />
    </>
  );
}

/** What takes the order forward stands out; what takes it back is marked as such. */
function kindOf(step: DialogStep, position: number): "primary" | "plain" | "danger" {
  if (step === "CANCEL") return "danger";
  return position === 0 && step !== "DISPUTE" && step !== "RETURN" ? "primary" : "plain";
}
