import {
  DataTable,
  DateText,
  Empty,
  Money,
  Quantity,
  Section,
  StatePill,
  UnitPrice,
  useName,
} from "../../shared/components";
import { useFormat } from "../../shared/i18n/format";
import { useTexts } from "../../shared/i18n/i18n";
import type { StoreSale } from "./StoreSalePage";
import { Decide } from "./steps/Decide";
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
            render: ({ source, isMineToShip }) => (
              <span>
                {source ? name(source) : t("source.hidden")}
                {isMineToShip && <small className="sale-mine"> {t("mine")}</small>}
              </span>
            ),
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
          {
            key: "legs",
            title: t("legs"),
            align: "end",
            render: (line) => <Legs line={line} />,
          },
        ]}
      />
    </Section>
  );
}

/** What the line comes to on one's own edges. */
function Legs({ line }: { readonly line: StoreSale["lines"][number] }) {
  const t = useTexts(shoppingTexts);
  const name = useName();
  if (line.legs.length === 0) return "–";
  return (
    <ul className="sale-legs">
      {line.legs.map((leg) => (
        <li key={String(leg.sells)}>
          <span>
            {t(leg.sells ? "leg.sells" : "leg.buys", {
              name: leg.counterpart ? name(leg.counterpart) : t("leg.hidden"),
            })}{" "}
            <UnitPrice price={leg.unitPrice} currency={leg.amount.currency} />
          </span>{" "}
          <Money value={leg.amount} />
        </li>
      ))}
    </ul>
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
              key: "quantity",
              title: t("quantity"),
              render: ({ lines }) => <Parts sale={sale} parts={lines} />,
            },
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

/** So much of which lines. */
function Parts({
  sale,
  parts,
}: {
  readonly sale: StoreSale;
  readonly parts: readonly { readonly lineId: string; readonly quantity: number }[];
}) {
  const { integer } = useFormat();
  const texts = parts.flatMap(({ lineId, quantity }) => {
    const line = sale.lines.find(({ id }) => id === lineId);
    return line ? [`${line.skuCode} × ${integer(quantity)}`] : [];
  });
  return texts.join(", ") || "–";
}

const AFTER_KINDS = {
  REQUESTED: "waiting",
  REFERRED: "waiting",
  ACCEPTED: "active",
  REFUNDED: "good",
  REFUSED: "neutral",
  WITHDRAWN: "neutral",
} as const;

export function AfterSales({ sale }: { readonly sale: StoreSale }) {
  const t = useTexts(shoppingTexts);
  const canDecide = sale.afterSales.some(({ answers }) => answers.length > 0);
  return (
    <Section title={t("afterSales")}>
      <DataTable
        caption={t("afterSales")}
        rows={sale.afterSales}
        rowKey={(after) => after.id}
        columns={[
          { key: "number", title: t("number"), render: (after) => after.number },
          { key: "kind", title: t("kind"), render: ({ kind }) => t(`kind.${kind}`) },
          {
            key: "state",
            title: t("state"),
            render: ({ state }) => (
              <StatePill kind={AFTER_KINDS[state]}>
                {t(`after.${state}`)}
              </StatePill>
            ),
          },
          {
            key: "quantity",
            title: t("quantity"),
            render: ({ lines }) => <Parts sale={sale} parts={lines} />,
          },
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
            render: ({ amount, state }) => (
              <Money value={state === "ACCEPTED" || state === "REFUNDED" ? amount : null} />
            ),
          },
          ...(canDecide
            ? [
                {
                  key: "decide",
                  title: "",
                  render: ({ id, state, answers }: StoreSale["afterSales"][number]) =>
                    answers.length > 0 && (
                      <Decide
                        afterSaleId={id}
                        answers={answers}
                        isReferred={state === "REFERRED"}
                      />
                    ),
                },
              ]
            : []),
        ]}
      />
    </Section>
  );
}

const REFUND_KINDS = { REQUESTED: "waiting", SUCCEEDED: "good", ABNORMAL: "bad" } as const;

export function Refunds({ sale }: { readonly sale: StoreSale }) {
  const t = useTexts(shoppingTexts);
  if (sale.refunds.length === 0) return null;
  return (
    <Section title={t("refunds")}>
      <DataTable
        caption={t("refunds")}
        rows={sale.refunds}
        rowKey={(refund) => refund.number}
        columns={[
          { key: "number", title: t("number"), render: (refund) => refund.number },
          { key: "cause", title: t("cause"), render: ({ cause }) => t(`cause.${cause}`) },
          {
            key: "state",
            title: t("state"),
            render: ({ state }) => (
              <StatePill kind={REFUND_KINDS[state]}>{t(`refund.${state}`)}</StatePill>
            ),
          },
          { key: "reason", title: t("reason"), render: ({ reason }) => reason || "–" },
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
    </Section>
  );
}
