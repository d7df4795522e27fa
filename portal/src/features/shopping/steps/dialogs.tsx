// The forms of what a party does to a sale.

import { useState } from "react";

import {
  StoreSaleFreightRefundDocument,
  StoreSalePriceRefundDocument,
  StoreSaleResourceDocument,
  StoreSaleShipDocument,
} from "../../../gql/graphql";
import {
  FormDialog,
  SelectField,
  TextAreaField,
  TextField,
  problemIn,
  useName,
} from "../../../shared/components";
import { useIntent } from "../../../shared/graph/hooks";
import { useFormat } from "../../../shared/i18n/format";
import { useTexts } from "../../../shared/i18n/i18n";
import { commonTexts } from "../../../shared/i18n/common";
import type { StoreSale } from "../StoreSalePage";
import { shoppingTexts } from "../texts";
import { UnitFields, useUnits } from "./Units";
import { amountOf } from "./amounts";

export interface StepProps {
  readonly sale: StoreSale;
  readonly onClose: () => void;
}

/** Ship all that comes from one's own stock, or part of it. */
export function ShipDialog({ sale, onClose }: StepProps) {
  const t = useTexts(shoppingTexts);
  const intent = useIntent(StoreSaleShipDocument, "saleShip", {
    touches: ["SALE", "STOCK"],
    onDone: onClose,
  });
  const lines = openLines(sale);
  const units = useUnits(lines, true);
  const [carrier, setCarrier] = useState("");
  const [trackingNumber, setTrackingNumber] = useState("");
  return (
    <FormDialog
      title={t("ship.title", { number: sale.number })}
      intent={intent}
      fields={["carrier", "trackingNumber"]}
      submitText={t("step.SHIP")}
      isReady={(units.wanted?.length ?? 0) > 0}
      onClose={onClose}
      onSubmit={() =>
        void intent.run({
          saleId: sale.id,
          lines: [...(units.wanted ?? [])],
          carrier: carrier.trim(),
          trackingNumber: trackingNumber.trim(),
        })
      }
    >
      <p>{t("ship.text")}</p>
      <UnitFields lines={lines} units={units} label={t("ship.units")} />
      <TextField
        label={t("ship.carrier")}
        value={carrier}
        onText={setCarrier}
        error={problemIn(intent.problems, "carrier")}
      />
      <TextField
        label={t("ship.tracking")}
        value={trackingNumber}
        onText={setTrackingNumber}
        error={problemIn(intent.problems, "trackingNumber")}
      />
    </FormDialog>
  );
}

/** Say what one's stock cannot serve after all. */
export function ResourceDialog({ sale, onClose }: StepProps) {
  const t = useTexts(shoppingTexts);
  const words = useTexts(commonTexts);
  const intent = useIntent(StoreSaleResourceDocument, "saleResource", {
    touches: ["SALE", "STOCK"],
    onDone: onClose,
  });
  const lines = openLines(sale);
  const units = useUnits(lines, false);
  const [reason, setReason] = useState("");
  return (
    <FormDialog
      title={t("resource.title", { number: sale.number })}
      intent={intent}
      fields={["reason"]}
      submitText={t("step.RESOURCE")}
      isReady={(units.wanted?.length ?? 0) > 0 && reason.trim() !== ""}
      onClose={onClose}
      onSubmit={() =>
        void intent.run({
          saleId: sale.id,
          lines: [...(units.wanted ?? [])],
          reason: reason.trim(),
        })
      }
    >
      <p>{t("resource.text")}</p>
      <UnitFields lines={lines} units={units} label={t("resource.units")} />
      <TextAreaField
        label={words("reason")}
        isRequired
        value={reason}
        onText={setReason}
        error={problemIn(intent.problems, "reason")}
      />
    </FormDialog>
  );
}

/** Money back for goods that stay with the consumer, and who bears it. */
export function PriceRefundDialog({ sale, onClose }: StepProps) {
  const t = useTexts(shoppingTexts);
  const name = useName();
  const { money } = useFormat();
  const intent = useIntent(StoreSalePriceRefundDocument, "salePriceRefund", {
    touches: ["SALE", "PAYMENT"],
    onDone: onClose,
  });
  const [lineId, setLineId] = useState(sale.lines[0]?.id ?? "");
  return (
    <MoneyBackDialog
      title={t("price.title", { number: sale.number })}
      text={t("price.text")}
      submitText={t("step.REFUND_PRICE")}
      intent={intent}
      onClose={onClose}
      onSubmit={(amount, reason) =>
        void intent.run({ lineId, amount: { amount, currency: currencyOf(sale) }, reason })
      }
    >
      <SelectField
        label={t("price.line")}
        options={sale.lines.map((line) => ({
          value: line.id,
          text: [
            line.skuCode,
            name({ name: line.skuName, nameEn: line.skuNameEn }),
            line.retailAmount && money(line.retailAmount),
          ]
            .filter(Boolean)
            .join(" "),
        }))}
        value={lineId}
        onText={setLineId}
      />
    </MoneyBackDialog>
  );
}

/** Some of what delivery cost goes back. */
export function FreightRefundDialog({ sale, onClose }: StepProps) {
  const t = useTexts(shoppingTexts);
  const intent = useIntent(StoreSaleFreightRefundDocument, "saleFreightRefund", {
    touches: ["SALE", "PAYMENT"],
    onDone: onClose,
  });
  return (
    <MoneyBackDialog
      title={t("freight.title", { number: sale.number })}
      text={t(sale.tier === 0 ? "freight.text" : "freight.text.shipper")}
      submitText={t("step.REFUND_FREIGHT")}
      intent={intent}
      onClose={onClose}
      onSubmit={(amount, reason) =>
        void intent.run({
          saleId: sale.id,
          amount: { amount, currency: currencyOf(sale) },
          reason,
        })
      }
    />
  );
}

function MoneyBackDialog({
  title,
  text,
  submitText,
  intent,
  onClose,
  onSubmit,
  children,
}: {
  readonly title: string;
  readonly text: string;
  readonly submitText: string;
  readonly intent: Parameters<typeof FormDialog>[0]["intent"];
  readonly onClose: () => void;
  readonly onSubmit: (amount: string, reason: string) => void;
  readonly children?: React.ReactNode;
}) {
  const t = useTexts(shoppingTexts);
  const words = useTexts(commonTexts);
  const [typed, setTyped] = useState("");
  const [reason, setReason] = useState("");
  const amount = amountOf(typed);
  const fault =
    typed !== "" && amount === null ? t("amount.wrong") : problemIn(intent.problems, "amount");
  return (
    <FormDialog
      title={title}
      intent={intent}
      fields={["amount", "reason"]}
      submitText={submitText}
      isReady={amount !== null && reason.trim() !== ""}
      onClose={onClose}
      onSubmit={() => amount !== null && onSubmit(amount, reason.trim())}
    >
      <p>{text}</p>
      {children}
      <TextField
        label={t("price.amount")}
        inputMode="decimal"
        autoComplete="off"
        isRequired
        value={typed}
        onText={setTyped}
        error={fault}
      />
      <TextAreaField
        label={words("reason")}
        isRequired
        value={reason}
        onText={setReason}
        error={problemIn(intent.problems, "reason")}
      />
    </FormDialog>
  );
}

/** What waits in one's own stock. */
function openLines(sale: StoreSale) {
  return sale.lines.filter((line) => line.isMineToShip && line.unshippedQuantity > 0);
}

function currencyOf(sale: StoreSale): string {
  return sale.netToMe.currency;
}
