import {
  DataTable,
  DateText,
  Empty,
  Money,
  Quantity,
  Section,
  useName,
} from "../../shared/components";
import { useTexts } from "../../shared/i18n/i18n";
import type { StoreSale } from "./StoreSalePage";
import { shoppingTexts } from "./texts";

/** What was bought, and whose stock it comes from. */
export function Lines({ sale }: { readonly sale: StoreSale }) {
  const t = useTexts(shoppingTexts);
  const name = useName();
  return (
    <Section title={t("lines")}>
      <DataTable
        caption={t("lines")}
        rows={sale.lines}
        rowKey={(line) => line.id}
        columns={[
          {
            key: "sku",
            title: t("sku"),
            render: (line) =>
              `${line.skuCode} ${name({ name: line.skuName, nameEn: line.skuNameEn })}`,
          },
          {
            key: "source",
            title: t("source"),
            render: ({ source }) => (source ? name(source) : t("source.hidden")),
          },
          {
            key: "quantity",
            title: t("quantity"),
            align: "end",
            render: (line) => <Quantity value={line.quantity} unit={line.baseUnit} />,
          },
          ...(["shipped", "cancelled", "returned"] as const).map((key) => ({
            key,
            title: t(key),
            align: "end" as const,
            render: (line: StoreSale["lines"][number]) => (
              <Quantity value={line[`${key}Quantity`]} />
            ),
          })),
          {
            key: "amount",
            title: t("amount"),
            align: "end",
            render: (line) => <Money value={line.retailAmount} />,
          },
        ]}
      />
    </Section>
  );
}

export function Shipments({ sale }: { readonly sale: StoreSale }) {
  const t = useTexts(shoppingTexts);
  const name = useName();
  return (
    <Section title={t("shipments")}>
      {sale.shipments.length === 0 ? (
        <Empty>{t("shipments.empty")}</Empty>
      ) : (
        <DataTable
          caption={t("shipments")}
          rows={sale.shipments}
          rowKey={(shipment) => shipment.id}
          columns={[
            { key: "number", title: t("number"), render: (shipment) => shipment.number },
            {
              key: "carrier",
              title: t("carrier"),
              render: ({ carrier, trackingNumber }) =>
                [carrier, trackingNumber].filter(Boolean).join(" ") || "–",
            },
            { key: "source", title: t("source"), render: ({ shippedBy }) => name(shippedBy) },
            {
              key: "shippedAt",
              title: t("shippedAt"),
              render: ({ shippedAt }) => <DateText value={shippedAt} />,
            },
          ]}
        />
      )}
    </Section>
  );
}

export function AfterSales({ sale }: { readonly sale: StoreSale }) {
  const t = useTexts(shoppingTexts);
  return (
    <Section title={t("afterSales")}>
      {sale.afterSales.length === 0 ? (
        <Empty>{t("afterSales.empty")}</Empty>
      ) : (
        <DataTable
          caption={t("afterSales")}
          rows={sale.afterSales}
          rowKey={(after) => after.id}
          columns={[
            { key: "number", title: t("number"), render: (after) => after.number },
            { key: "kind", title: t("kind"), render: ({ kind }) => t(`kind.${kind}`) },
            { key: "state", title: t("state"), render: ({ state }) => t(`after.${state}`) },
            {
              key: "reason",
              title: t("reason"),
              render: ({ reason, refusalReason }) =>
                refusalReason ? `${reason} – ${refusalReason}` : reason,
            },
            {
              key: "requested",
              title: t("requested"),
              render: ({ requestedAt }) => <DateText value={requestedAt} />,
            },
            {
              key: "amount",
              title: t("amount"),
              align: "end",
              render: ({ amount }) => <Money value={amount} />,
            },
          ]}
        />
      )}
    </Section>
  );
}
