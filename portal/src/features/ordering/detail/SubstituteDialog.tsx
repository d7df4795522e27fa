import { useState } from "react";

import { OrderSubstituteProposeDocument } from "../../../gql/graphql";
import { SelectField, TextAreaField, TextField, problemAt } from "../../../shared/components";
import { useIntent } from "../../../shared/graph/hooks";
import { useTexts } from "../../../shared/i18n/i18n";
import { SkuPicker } from "../../catalog/SkuPicker";
import { StepDialog } from "./StepDialog";
import type { StepProps } from "./Steps";
import { wholeNumber } from "./lineForm";
import { substituteTexts } from "./substituteTexts";
import { detailTexts } from "./texts";

/** Offer other goods for units of a line; the order stays as it is until the buyer takes them. */
export function SubstituteDialog({ order, onClose }: StepProps) {
  const t = useTexts(detailTexts);
  const words = useTexts(substituteTexts);
  const lines = order.lines.filter((line) => line.unshippedQuantity > 0);
  const [lineId, setLineId] = useState(lines[0]?.id ?? "");
  const line = lines.find(({ id }) => id === lineId);
  const [quantity, setQuantity] = useState(String(line?.unshippedQuantity ?? ""));
  const [skuId, setSkuId] = useState("");
  const [offered, setOffered] = useState(quantity);
  const [promisedOn, setPromisedOn] = useState("");
  const [reason, setReason] = useState("");
  const intent = useIntent(OrderSubstituteProposeDocument, "orderSubstitutePropose", {
    touches: ["ORDER"],
    onDone: onClose,
  });
  const counts = [quantity, offered].map((text) => wholeNumber(text) ?? 0);
  return (
    <StepDialog
      title={words("title", { number: order.number })}
      order={order}
      intent={intent}
      submitText={t("step.PROPOSE_SUBSTITUTE")}
      isReady={line !== undefined && skuId !== "" && counts.every((count) => count > 0)}
      onClose={onClose}
      onSubmit={() =>
        void intent.run({
          orderId: order.id,
          orderLineId: lineId,
          quantity: Number(quantity),
          skuId,
          packQuantity: Number(offered),
          promisedOn: promisedOn || null,
          reason: reason.trim(),
        })
      }
    >
      <p>{words("text")}</p>
      <SelectField
        label={words("line")}
        options={lines.map(({ id, skuCode, unshippedQuantity, baseUnit }) => ({
          value: id,
          text: `${skuCode} · ${unshippedQuantity} ${baseUnit}`,
        }))}
        value={lineId}
        onText={(value) => {
          setLineId(value);
          const open = lines.find(({ id }) => id === value)?.unshippedQuantity;
          setQuantity(String(open ?? ""));
          setOffered(String(open ?? ""));
        }}
      />
      <TextField
        label={words("quantity")}
        inputMode="numeric"
        autoComplete="off"
        isRequired
        value={quantity}
        error={problemAt(intent.problems, "quantity")}
        onText={setQuantity}
      />
      <SkuPicker
        label={words("sku")}
        onPick={(sku) => setSkuId(sku.id)}
        onClear={() => setSkuId("")}
      />
      <TextField
        label={words("offered")}
        inputMode="numeric"
        autoComplete="off"
        isRequired
        value={offered}
        error={problemAt(intent.problems, "packQuantity")}
        onText={setOffered}
      />
      <TextField
        label={t("promised")}
        type="date"
        value={promisedOn}
        error={problemAt(intent.problems, "promisedOn")}
        onText={setPromisedOn}
      />
      <TextAreaField label={t("reason")} value={reason} onText={setReason} />
    </StepDialog>
  );
}
