// The forms of the steps: each begins with what is expected, so that only what differs is typed.

import { useState } from "react";

import {
  OrderCancelDocument,
  OrderConfirmDocument,
  OrderDisputeOpenDocument,
  OrderRedateDocument,
  OrderReturnRequestDocument,
  OrderShipDocument,
} from "../../../gql/graphql";
import { SelectField, TextAreaField, TextField, problemAt } from "../../../shared/components";
import { useIntent } from "../../../shared/graph/hooks";
import { useTexts } from "../../../shared/i18n/i18n";
import { LineInputs } from "./LineInputs";
import type { Order } from "./OrderDetail";
import type { OrderLine } from "./OrderLines";
import { StepDialog } from "./StepDialog";
import type { StepProps } from "./Steps";
import { type LineForm, useLineForm, wholeNumber } from "./lineForm";
import { detailTexts } from "./texts";

/** Confirm line by line: how many, and for when; fewer needs a reason. */
export function ConfirmDialog({ order, onClose }: StepProps) {
  const t = useTexts(detailTexts);
  const intent = useIntent(OrderConfirmDocument, "orderConfirm", {
    touches: ["ORDER"],
    onDone: onClose,
  });
  const lines = openLines(order);
  const form = useForm(lines, (line) => line.unshippedQuantity);
  const [reason, setReason] = useState("");
  return (
    <StepDialog
      title={t("confirm.title", { number: order.number })}
      order={order}
      intent={intent}
      submitText={t("step.CONFIRM")}
      isReady={form.isComplete}
      onClose={onClose}
      onSubmit={() =>
        void intent.run({
          orderId: order.id,
          lines: lines.map((line) => {
            const input = form.get(line.id);
            return {
              orderLineId: line.id,
              quantity: Number(input.quantity),
              promisedOn: input.promisedOn || null,
              reason: input.reason.trim() || reason.trim() || null,
            };
          }),
        })
      }
    >
      <p>{t("confirm.text")}</p>
      <LineInputs
        lines={lines}
        form={form}
        parts={["quantity", "promisedOn", "reason"]}
        quantityText={t("confirm.quantity")}
        expected={(line) => line.unshippedQuantity}
        problems={intent.problems}
        sentIds={lines.map(({ id }) => id)}
      />
      <TextField label={t("confirm.reason")} value={reason} onText={setReason} />
    </StepDialog>
  );
}

/** Promise other days for what is still to ship. */
export function RedateDialog({ order, onClose }: StepProps) {
  const t = useTexts(detailTexts);
  const intent = useIntent(OrderRedateDocument, "orderRedate", {
    touches: ["ORDER"],
    onDone: onClose,
  });
  const lines = openLines(order);
  const form = useForm(lines, (line) => line.unshippedQuantity);
  const redated = lines.filter((line) => {
    const { promisedOn } = form.get(line.id);
    return promisedOn !== "" && promisedOn !== (line.promisedOn ?? "");
  });
  return (
    <StepDialog
      title={t("redate.title", { number: order.number })}
      order={order}
      intent={intent}
      submitText={t("step.REDATE")}
      isReady={redated.length > 0}
      onClose={onClose}
      onSubmit={() =>
        void intent.run({
          orderId: order.id,
          lines: redated.map((line) => ({
            orderLineId: line.id,
            promisedOn: form.get(line.id).promisedOn,
          })),
        })
      }
    >
      <LineInputs
        lines={lines}
        form={form}
        parts={["promisedOn"]}
        quantityText=""
        expected={(line) => line.unshippedQuantity}
        problems={intent.problems}
        sentIds={redated.map(({ id }) => id)}
      />
    </StepDialog>
  );
}

/** Ship all that is open, or part of it. */
export function ShipDialog({ order, onClose }: StepProps) {
  const t = useTexts(detailTexts);
  const intent = useIntent(OrderShipDocument, "orderShip", {
    touches: ["ORDER", "SHIPMENT", "STOCK"],
    onDone: onClose,
  });
  const lines = openLines(order);
  const form = useForm(lines, (line) => line.unshippedQuantity);
  const [carrier, setCarrier] = useState("");
  const [trackingNumber, setTrackingNumber] = useState("");
  const [expectedOn, setExpectedOn] = useState("");
  const [packages, setPackages] = useState("");
  const shipped = typedLines(lines, form);
  return (
    <StepDialog
      title={t("ship.title", { number: order.number })}
      order={order}
      intent={intent}
      submitText={t("step.SHIP")}
      isReady={
        form.isComplete &&
        shipped.length > 0 &&
        (packages === "" || wholeNumber(packages) !== null)
      }
      onClose={onClose}
      onSubmit={() =>
        void intent.run({
          orderId: order.id,
          lines: sentLines(shipped, form),
          carrier,
          trackingNumber,
          expectedOn: expectedOn || null,
          packages: wholeNumber(packages),
        })
      }
    >
      <LineInputs
        lines={lines}
        form={form}
        parts={["quantity"]}
        quantityText={t("ship.quantity")}
        expected={(line) => line.unshippedQuantity}
        problems={intent.problems}
        sentIds={shipped.map(({ id }) => id)}
      />
      <div className="form-row">
        <TextField
          label={t("ship.carrier")}
          value={carrier}
          error={problemAt(intent.problems, "carrier")}
          onText={setCarrier}
        />
        <TextField
          label={t("ship.tracking")}
          value={trackingNumber}
          error={problemAt(intent.problems, "trackingNumber")}
          onText={setTrackingNumber}
        />
        <TextField
          label={t("ship.expected")}
          type="date"
          value={expectedOn}
          error={problemAt(intent.problems, "expectedOn")}
          onText={setExpectedOn}
        />
        <TextField
          label={t("ship.packages")}
          inputMode="numeric"
          autoComplete="off"
          value={packages}
          error={problemAt(intent.problems, "packages")}
          onText={setPackages}
        />
      </div>
    </StepDialog>
  );
}

/** Take back what is not shipped: the whole of it, or some lines. */
export function CancelDialog({ order, onClose }: StepProps) {
  const t = useTexts(detailTexts);
  const intent = useIntent(OrderCancelDocument, "orderCancel", {
    touches: ["ORDER", "STOCK"],
    onDone: onClose,
  });
  const lines = openLines(order);
  const form = useForm(lines, (line) => line.unshippedQuantity);
  const [reason, setReason] = useState("");
  const cancelled = typedLines(lines, form);
  return (
    <StepDialog
      title={t("cancel.title", { number: order.number })}
      order={order}
      intent={intent}
      submitText={t("step.CANCEL")}
      isReady={form.isComplete && cancelled.length > 0}
      isDanger
      onClose={onClose}
      onSubmit={() =>
        void intent.run({ orderId: order.id, lines: sentLines(cancelled, form), reason })
      }
    >
      <LineInputs
        lines={lines}
        form={form}
        parts={["quantity"]}
        quantityText={t("cancel.quantity")}
        expected={(line) => line.unshippedQuantity}
        problems={intent.problems}
        sentIds={cancelled.map(({ id }) => id)}
      />
      <TextAreaField label={t("reason")} value={reason} onText={setReason} />
    </StepDialog>
  );
}

/** Ask to give back what was received. */
export function ReturnDialog({ order, onClose }: StepProps) {
  const t = useTexts(detailTexts);
  const intent = useIntent(OrderReturnRequestDocument, "orderReturnRequest", {
    touches: ["ORDER", "RETURN"],
    onDone: onClose,
  });
  const lines = order.lines.filter((line) => line.receivedQuantity > 0);
  const form = useForm(lines, () => 0);
  const [reason, setReason] = useState("");
  const returned = typedLines(lines, form);
  return (
    <StepDialog
      title={t("return.title", { number: order.number })}
      order={order}
      intent={intent}
      submitText={t("step.RETURN")}
      isReady={form.isComplete && returned.length > 0 && reason.trim() !== ""}
      onClose={onClose}
      onSubmit={() =>
        void intent.run({ orderId: order.id, lines: sentLines(returned, form), reason })
      }
    >
      <LineInputs
        lines={lines}
        form={form}
        parts={["quantity"]}
        quantityText={t("return.quantity")}
        expected={(line) => line.receivedQuantity}
        problems={intent.problems}
        sentIds={returned.map(({ id }) => id)}
      />
      <TextAreaField
        label={t("reason")}
        isRequired
        value={reason}
        error={problemAt(intent.problems, "reason")}
        onText={setReason}
      />
    </StepDialog>
  );
}

/** Say what is wrong, with a line or with the whole. */
export function DisputeDialog({ order, onClose }: StepProps) {
  const t = useTexts(detailTexts);
  const intent = useIntent(OrderDisputeOpenDocument, "orderDisputeOpen", {
    touches: ["ORDER", "DISPUTE"],
    onDone: onClose,
  });
  const [lineId, setLineId] = useState("");
  const [reason, setReason] = useState("");
  return (
    <StepDialog
      title={t("dispute.title", { number: order.number })}
      order={order}
      intent={intent}
      submitText={t("step.DISPUTE")}
      isReady={reason.trim() !== ""}
      onClose={onClose}
      onSubmit={() =>
        void intent.run({ orderId: order.id, orderLineId: lineId || null, reason })
      }
    >
      <p>{t("dispute.text")}</p>
      <SelectField
        label={t("dispute.about")}
        options={[
          { value: "", text: t("dispute.whole") },
          ...order.lines.map((line) => ({ value: line.id, text: line.skuCode })),
        ]}
        value={lineId}
        onText={setLineId}
      />
      <TextAreaField
        label={t("reason")}
        isRequired
        value={reason}
        error={problemAt(intent.problems, "reason")}
        onText={setReason}
      />
    </StepDialog>
  );
}

function openLines(order: Order): readonly OrderLine[] {
  return order.lines.filter((line) => line.unshippedQuantity > 0);
}

function useForm(lines: readonly OrderLine[], begin: (line: OrderLine) => number): LineForm {
  return useLineForm(
    new Map(
      lines.map((line) => [
        line.id,
        { quantity: String(begin(line)), promisedOn: line.promisedOn ?? "", reason: "" },
      ]),
    ),
  );
}

/** Lines of which something was typed; none of a line is not sent at all. */
function typedLines(lines: readonly OrderLine[], form: LineForm): readonly OrderLine[] {
  return lines.filter((line) => wholeNumber(form.get(line.id).quantity) !== 0);
}

function sentLines(lines: readonly OrderLine[], form: LineForm) {
  return lines.map((line) => ({
    orderLineId: line.id,
    quantity: Number(form.get(line.id).quantity),
  }));
}
