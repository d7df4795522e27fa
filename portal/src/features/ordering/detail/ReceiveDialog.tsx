import { useState } from "react";

import { ShipmentReceiveDocument } from "../../../gql/graphql";
import { TextAreaField, TextField } from "../../../shared/components";
import { useIntent } from "../../../shared/graph/hooks";
import { useTexts } from "../../../shared/i18n/i18n";
import { LineInputs } from "./LineInputs";
import type { Order } from "./OrderDetail";
import { ReceivingFields, useReceivingPlaces } from "./ReceivingPlaces";
import type { Shipment } from "./Shipments";
import { StepDialog } from "./StepDialog";
import { useLineForm, wholeNumber } from "./lineForm";
import { detailTexts } from "./texts";

interface Damage {
  readonly quantity: string;
  readonly reason: string;
}

const WHOLE: Damage = { quantity: "0", reason: "" };

/** Counting what came: begun with what was sent, so that only differences are typed. */
export function ReceiveDialog({
  order,
  shipment,
  onClose,
}: {
  readonly order: Order;
  readonly shipment: Shipment;
  readonly onClose: () => void;
}) {
  const t = useTexts(detailTexts);
  const [note, setNote] = useState("");
  const places = useReceivingPlaces();
  const [damage, setDamage] = useState<ReadonlyMap<string, Damage>>(new Map());
  const intent = useIntent(ShipmentReceiveDocument, "shipmentReceive", {
    touches: ["ORDER", "SHIPMENT", "STATEMENT", "STOCK"],
    onDone: onClose,
  });
  const sent = new Map(shipment.lines.map((line) => [line.orderLineId, line.quantity]));
  const lines = order.lines.filter((line) => sent.has(line.id));
  const form = useLineForm(
    new Map(
      lines.map((line) => [
        line.id,
        { quantity: String(sent.get(line.id)), promisedOn: "", reason: "" },
      ]),
    ),
  );
  const damageOf = (lineId: string) => damage.get(lineId) ?? WHOLE;
  const isDamageTold = lines.every((line) => {
    const { quantity, reason } = damageOf(line.id);
    return wholeNumber(quantity) === 0 || (wholeNumber(quantity) !== null && reason.trim() !== "");
  });
  const differing = lines.filter(
    (line) =>
      wholeNumber(form.get(line.id).quantity) !== sent.get(line.id) ||
      wholeNumber(damageOf(line.id).quantity) !== 0,
  );
  return (
    <StepDialog
      title={t("receive.title", { number: shipment.number })}
      order={order}
      intent={intent}
      submitText={t(differing.length > 0 ? "receive.submitDiffering" : "receive.submit")}
      isReady={form.isComplete && isDamageTold}
      onClose={onClose}
      onSubmit={() =>
        void intent.run({
          shipmentId: shipment.id,
          lines: lines.map((line) => ({
            orderLineId: line.id,
            quantity: Number(form.get(line.id).quantity),
            damagedQuantity: Number(damageOf(line.id).quantity),
            damageReason: damageOf(line.id).reason.trim(),
            warehouseId: places.of(line),
          })),
          note,
        })
      }
    >
      <p>{t("receive.text")}</p>
      <LineInputs
        lines={lines}
        form={form}
        parts={["quantity"]}
        quantityText={t("counted")}
        expected={(line) => sent.get(line.id) ?? 0}
        problems={intent.problems}
        sentIds={lines.map(({ id }) => id)}
      />
      <ReceivingFields lines={lines} places={places} />
      <details className="receive-damage">
        <summary>{t("damaged")}</summary>
        <ul className="line-inputs">
          {lines.map((line) => (
            <li key={line.id} className="line-input">
              <strong>{line.skuCode}</strong>
              <TextField
                label={`${t("damaged")}: ${line.skuCode}`}
                isLabelHidden
                inputMode="numeric"
                autoComplete="off"
                value={damageOf(line.id).quantity}
                onText={(quantity) =>
                  setDamage(new Map(damage).set(line.id, { ...damageOf(line.id), quantity }))
                }
              />
              <TextField
                label={`${t("damaged.reason")}: ${line.skuCode}`}
                isLabelHidden
                placeholder={t("damaged.reason")}
                value={damageOf(line.id).reason}
                onText={(reason) =>
                  setDamage(new Map(damage).set(line.id, { ...damageOf(line.id), reason }))
                }
              />
            </li>
          ))}
        </ul>
      </details>
      <p role="status" className="receive-differences">
        {differing.length === 0
          ? t("receive.same")
          : t("receive.differing", {
              lines: differing
                .map((line) => {
                  const { quantity } = form.get(line.id);
                  const { quantity: broken } = damageOf(line.id);
                  const counted = `${line.skuCode} ${sent.get(line.id)} → ${quantity || "?"}`;
                  return broken === "0" ? counted : `${counted}, ${t("damaged")} ${broken || "?"}`;
                })
                .join("; "),
            })}
      </p>
      <TextAreaField label={t("note")} value={note} onText={setNote} />
    </StepDialog>
  );
}
