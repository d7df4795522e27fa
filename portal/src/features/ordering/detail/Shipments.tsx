import { useState } from "react";

import { Button, DateText, Quantity, Section, StatePill, useName } from "../../../shared/components";
import { useTexts } from "../../../shared/i18n/i18n";
import type { Order } from "./OrderDetail";
import { ReceiveDialog } from "./ReceiveDialog";
import { receivingTexts } from "./receivingTexts";
import { detailTexts } from "./texts";

export type Shipment = Order["shipments"][number];

/** What is or was on its way; what was counted stands beside what was sent. */
export function Shipments({ order }: { readonly order: Order }) {
  const t = useTexts(detailTexts);
  const [received, setReceived] = useState<Shipment | null>(null);
  if (order.shipments.length === 0) return null;
  return (
    <Section title={t("shipments")}>
      <ul className="papers">
        {order.shipments.map((shipment) => (
          <li key={shipment.id}>
            <div className="paper-head">
              <h3>{shipment.number}</h3>
              <StatePill kind={shipment.receivedAt == null ? "active" : "good"}>
                {t(shipment.receivedAt == null ? "shipment.under" : "shipment.received")}
              </StatePill>
              <span>
                <DateText value={shipment.receivedAt ?? shipment.shippedAt} />
              </span>
              {shipment.expectedOn != null && shipment.receivedAt == null && (
                <span>
                  {t("shipment.expected")} <DateText value={shipment.expectedOn} />
                </span>
              )}
              {shipment.packages != null && (
                <span>{t("shipment.packages", { count: shipment.packages })}</span>
              )}
              <span>{[shipment.carrier, shipment.trackingNumber].filter(Boolean).join(" ")}</span>
              {shipment.receivedAt == null && order.allowedSteps.includes("RECEIVE") && (
                <Button kind="primary" size="small" onClick={() => setReceived(shipment)}>
                  {t("step.RECEIVE")}
                </Button>
              )}
            </div>
            <ShipmentLines order={order} shipment={shipment} />
          </li>
        ))}
      </ul>
      {received && (
        <ReceiveDialog order={order} shipment={received} onClose={() => setReceived(null)} />
      )}
    </Section>
  );
}

function ShipmentLines({ order, shipment }: { readonly order: Order; readonly shipment: Shipment }) {
  const t = useTexts(detailTexts);
  const name = useName();
  const receiving = useTexts(receivingTexts);
  const lines = new Map(order.lines.map((line) => [line.id, line]));
  return (
    <ul className="paper-lines">
      {shipment.lines.map((sent) => {
        const { orderLineId, quantity, receivedQuantity, damagedQuantity, damageReason } = sent;
        const line = lines.get(orderLineId);
        const differs = receivedQuantity != null && receivedQuantity !== quantity;
        return (
          <li key={orderLineId}>
            <span>{line?.skuCode}</span>
            <span>{line && name({ name: line.skuName, nameEn: line.skuNameEn })}</span>
            <span>
              {t("sent")} <Quantity value={quantity} unit={line?.baseUnit} />
            </span>
            <span className={differs ? "paper-differs" : undefined}>
              {receivedQuantity != null && (
                <>
                  {t("counted")} <Quantity value={receivedQuantity} unit={line?.baseUnit} />
                  {differs && ` (${t(receivedQuantity < quantity ? "short" : "over")})`}
                </>
              )}
            </span>
            {sent.warehouse && <span>{receiving("cameInto", { name: name(sent.warehouse) })}</span>}
            {damagedQuantity > 0 && (
              <span className="paper-differs">
                {t("damaged")} <Quantity value={damagedQuantity} unit={line?.baseUnit} />
                {damageReason && `: ${damageReason}`}
              </span>
            )}
          </li>
        );
      })}
    </ul>
  );
}
