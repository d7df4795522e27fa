import { useState } from "react";

import { type SaleStep, StoreSaleCancelDocument } from "../../../gql/graphql";
import { Button, ButtonLink, ConfirmButton, IntentProblems } from "../../../shared/components";
import { useIntent } from "../../../shared/graph/hooks";
import { useTexts } from "../../../shared/i18n/i18n";
import type { StoreSale } from "../StoreSalePage";
import { shoppingTexts } from "../texts";
import {
  FreightRefundDialog,
  PriceRefundDialog,
  ResourceDialog,
  ShipDialog,
  type StepProps,
} from "./dialogs";

type Form = "SHIP" | "RESOURCE" | "REFUND_PRICE" | "REFUND_FREIGHT";

const FORMS: Readonly<Record<Form, React.ComponentType<StepProps>>> = {
  SHIP: ShipDialog,
  RESOURCE: ResourceDialog,
  REFUND_PRICE: PriceRefundDialog,
  REFUND_FREIGHT: FreightRefundDialog,
};

/** What may be done to the sale now, as the graph says. */
export function SaleSteps({ sale }: { readonly sale: StoreSale }) {
  const t = useTexts(shoppingTexts);
  const [open, setOpen] = useState<Form | null>(null);
  const cancelling = useIntent(StoreSaleCancelDocument, "saleCancel", {
    touches: ["SALE", "PAYMENT", "STOCK"],
  });
  const may = (step: SaleStep): boolean => sale.allowedSteps.includes(step);
  const forms = formsOf(sale);
  const Open = open && FORMS[open];
  const isAnything = forms.length > 0 || may("HAND_OVER") || may("CANCEL");
  if (!isAnything) return null;
  return (
    <div className="sale-steps" role="group" aria-label={t("steps")}>
      <IntentProblems intent={cancelling} />
      <div className="row-actions">
        {may("HAND_OVER") && sale.store && (
          <ButtonLink
            kind="primary"
            to={`/store-sales/hand-over?store=${encodeURIComponent(sale.store.id)}`}
          >
            {t("step.HAND_OVER")}
          </ButtonLink>
        )}
        {forms.map((form) => (
          <Button
            key={form}
            kind={form === "SHIP" ? "primary" : "plain"}
            onClick={() => setOpen(form)}
          >
            {t(`step.${form}`)}
          </Button>
        ))}
        {may("CANCEL") && (
          <ConfirmButton
            kind="danger"
            title={t("cancel.title")}
            text={t("cancel.text")}
            confirmText={t("step.CANCEL")}
            reason="required"
            isBusy={cancelling.isRunning}
            onConfirm={(reason) => void cancelling.run({ saleId: sale.id, reason })}
          >
            {t("step.CANCEL")}
          </ConfirmButton>
        )}
      </div>
      {Open && <Open sale={sale} onClose={() => setOpen(null)} />}
    </div>
  );
}

/** Those whose step is allowed and that have something to do. */
function formsOf(sale: StoreSale): readonly Form[] {
  const isMineOpen = sale.lines.some((line) => line.isMineToShip && line.unshippedQuantity > 0);
  return (["SHIP", "RESOURCE", "REFUND_PRICE", "REFUND_FREIGHT"] as const).filter(
    (form) =>
      sale.allowedSteps.includes(form) && (isMineOpen || !["SHIP", "RESOURCE"].includes(form)),
  );
}
