// What the other side wrote and ours decides. Whose word counts is the server's to say.

import {
  AdjustmentConfirmDocument,
  AdjustmentRefuseDocument,
  PaymentConfirmDocument,
  PaymentRefuseDocument,
  type SettlementAdjustmentFragment,
  type SettlementPaymentFragment,
} from "../../../gql/graphql";
import { ConfirmButton, IntentProblems } from "../../../shared/components";
import { useIntent } from "../../../shared/graph/hooks";
import type { Kind } from "../../../shared/graph/kinds";
import { useFormat } from "../../../shared/i18n/format";
import { useTexts } from "../../../shared/i18n/i18n";
import { moneyTexts } from "../texts";
import { useTell } from "../told";

const PAYMENT_TOUCHES: readonly Kind[] = ["PAYMENT", "CREDIT"];
const ADJUSTMENT_TOUCHES: readonly Kind[] = ["ADJUSTMENT", "CREDIT"];

export function PaymentDecision({ payment }: { readonly payment: SettlementPaymentFragment }) {
  const t = useTexts(moneyTexts);
  const { money } = useFormat();
  const tell = useTell();
  const { id: paymentId, number } = payment;
  const confirm = useIntent(PaymentConfirmDocument, "paymentConfirm", {
    touches: PAYMENT_TOUCHES,
    onDone: () => tell(t("payment.confirmed", { number })),
  });
  const refuse = useIntent(PaymentRefuseDocument, "paymentRefuse", {
    touches: PAYMENT_TOUCHES,
    onDone: () => tell(t("payment.wasRefused", { number })),
  });
  if (payment.allowedSteps.length === 0) return null;
  return (
    <>
      <div className="row-actions">
        <ConfirmButton
          kind="primary"
          size="small"
          title={t("payment.confirm.title", { number })}
          text={t("payment.confirm.text", { amount: money(payment.amount) })}
          isBusy={confirm.isRunning}
          onConfirm={() => void confirm.run({ paymentId })}
        >
          {t("payment.confirm")}
        </ConfirmButton>
        <ConfirmButton
          kind="danger"
          size="small"
          title={t("payment.refuse.title", { number })}
          text={t("payment.refuse.text")}
          reason="required"
          isBusy={refuse.isRunning}
          onConfirm={(reason) => void refuse.run({ paymentId, reason })}
        >
          {t("payment.refuse")}
        </ConfirmButton>
      </div>
      <IntentProblems intent={confirm} />
      <IntentProblems intent={refuse} />
    </>
  );
}

export function AdjustmentDecision({
  adjustment,
}: {
  readonly adjustment: SettlementAdjustmentFragment;
}) {
  const t = useTexts(moneyTexts);
  const { money } = useFormat();
  const tell = useTell();
  const { id: adjustmentId, number } = adjustment;
  const confirm = useIntent(AdjustmentConfirmDocument, "adjustmentConfirm", {
    touches: ADJUSTMENT_TOUCHES,
    onDone: () => tell(t("adjustment.confirmed", { number })),
  });
  const refuse = useIntent(AdjustmentRefuseDocument, "adjustmentRefuse", {
    touches: ADJUSTMENT_TOUCHES,
    onDone: () => tell(t("adjustment.wasRefused", { number })),
  });
  if (adjustment.allowedSteps.length === 0) return null;
  return (
    <>
      <div className="row-actions">
        <ConfirmButton
          kind="primary"
          size="small"
          title={t("adjustment.confirm.title", { number })}
          text={t("adjustment.confirm.text", { amount: money(adjustment.amount) })}
          isBusy={confirm.isRunning}
          onConfirm={() => void confirm.run({ adjustmentId })}
        >
          {t("adjustment.confirm")}
        </ConfirmButton>
        <ConfirmButton
          kind="danger"
          size="small"
          title={t("adjustment.refuse.title", { number })}
          text={t("adjustment.refuse.text")}
          reason="required"
          isBusy={refuse.isRunning}
          onConfirm={(reason) => void refuse.run({ adjustmentId, reason })}
        >
          {t("adjustment.refuse")}
        </ConfirmButton>
      </div>
      <IntentProblems intent={confirm} />
      <IntentProblems intent={refuse} />
    </>
  );
}
