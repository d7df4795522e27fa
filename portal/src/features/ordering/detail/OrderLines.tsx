import { useState } from "react";

import { OrderLinePricesDocument } from "../../../gql/graphql";
import {
  Button,
  type Column,
  DataTable,
  DateText,
  Drawer,
  ErrorState,
  Loading,
  Money,
  Quantity,
  Section,
  UnitPrice,
  useName,
} from "../../../shared/components";
import { useGraph } from "../../../shared/graph/hooks";
import { useTexts } from "../../../shared/i18n/i18n";
import { Contents } from "../../catalog/Contents";
import { PriceExplanation } from "../../pricing/PriceExplanation";
import { explanationTexts } from "../../pricing/explanationTexts";
import { orderingTexts } from "../texts";
import { substituteTexts } from "./substituteTexts";
import type { Order } from "./OrderDetail";
import { receivingTexts } from "./receivingTexts";
import { detailTexts } from "./texts";

/** What the server gives as the reason where other goods came in place. */
const SUBSTITUTED = "substituted";

export type OrderLine = Order["lines"][number];

/** What was ordered, and how far each line has come. */
export function OrderLines({ order }: { readonly order: Order }) {
  const t = useTexts(detailTexts);
  const [explained, setExplained] = useState<OrderLine | null>(null);
  return (
    <Section title={t("lines")}>
      <DataTable
        caption={t("lines")}
        columns={useColumns(order, setExplained)}
        rows={order.lines}
        rowKey={(line) => line.id}
      />
      <Drawer
        title={explained === null ? "" : explained.skuCode}
        isOpen={explained !== null}
        onClose={() => setExplained(null)}
      >
        {explained && <LinePrice order={order} line={explained} />}
      </Drawer>
    </Section>
  );
}

function useColumns(
  order: Order,
  explain: (line: OrderLine) => void,
): readonly Column<OrderLine>[] {
  const t = useTexts(detailTexts);
  const words = useTexts(orderingTexts);
  const substitutes = useTexts(substituteTexts);
  const receiving = useTexts(receivingTexts);
  const prices = useTexts(explanationTexts);
  const name = useName();
  const currency = order.amount.currency;
  return [
    {
      key: "sku",
      title: t("sku"),
      render: (line) => (
        <span>
          {line.skuCode}
          <small className="line-name">
            {name({ name: line.skuName, nameEn: line.skuNameEn })}
          </small>
          <Contents sku={line.sku} />
          {line.receivingWarehouse && (
            <small className="line-name">
              {receiving("meantFor", { name: name(line.receivingWarehouse) })}
            </small>
          )}
          {line.replacesLineId != null && (
            <small className="line-name">
              {substitutes("replaces", {
                lineNo: order.lines.find(({ id }) => id === line.replacesLineId)?.lineNo ?? "–",
              })}
            </small>
          )}
          {line.refusalReason && (
            <small className="line-refusal">
              {line.refusalReason === SUBSTITUTED
                ? substitutes("substituted")
                : t("refused", { reason: line.refusalReason })}
            </small>
          )}
        </span>
      ),
    },
    {
      key: "quantity",
      title: t("ordered"),
      align: "end",
      render: (line) => (
        <span>
          <Quantity value={line.quantity} unit={line.baseUnit} />
          {line.packCode !== line.baseUnit && (
            <small className="line-name">
              {line.packQuantity} × {line.packCode}
            </small>
          )}
        </span>
      ),
    },
    {
      key: "dropped",
      title: t("dropped"),
      align: "end",
      isWideOnly: true,
      // Two counts side by side, not a sum.
      render: (line) =>
        [line.refusedQuantity, line.cancelledQuantity].every((count) => count === 0)
          ? "–"
          : `${line.refusedQuantity} / ${line.cancelledQuantity}`,
    },
    {
      key: "unshipped",
      title: t("unshipped"),
      align: "end",
      render: (line) => <Quantity value={line.unshippedQuantity} />,
    },
    {
      key: "inTransit",
      title: t("inTransit"),
      align: "end",
      render: (line) => <Quantity value={line.inTransitQuantity} />,
    },
    {
      key: "received",
      title: t("received"),
      align: "end",
      render: (line) => <Quantity value={line.receivedQuantity} />,
    },
    {
      key: "promised",
      title: t("promised"),
      render: (line) => (
        <span>
          <DateText value={line.promisedOn} />
          {line.expectedOn != null && line.expectedOn !== line.promisedOn && (
            <small className="line-name">
              {t("line.expected")} <DateText value={line.expectedOn} />
            </small>
          )}
        </span>
      ),
    },
    {
      key: "price",
      title: t("price"),
      align: "end",
      render: (line) => (
        <button
          type="button"
          className="link-button"
          onClick={() => explain(line)}
        >
          <UnitPrice price={line.unitPrice} currency={currency} />
          <span className="visually-hidden">
            {prices("title")}: {line.skuCode}
          </span>
        </button>
      ),
    },
    {
      key: "amount",
      title: words("amount"),
      align: "end",
      render: (line) => <Money value={line.amount} />,
    },
    {
      key: "owed",
      title: t("lineOwed"),
      align: "end",
      isWideOnly: true,
      render: (line) => <Money value={line.owed} />,
    },
  ];
}

function LinePrice({ order, line }: { readonly order: Order; readonly line: OrderLine }) {
  const t = useTexts(detailTexts);
  const query = useGraph({
    kinds: ["ORDER"],
    document: OrderLinePricesDocument,
    variables: { id: order.id },
  });
  const found = query.data?.order?.lines.find(({ id }) => id === line.id);
  if (query.isPending) return <Loading rows={6} onRetry={() => void query.refetch()} />;
  if (query.error) return <ErrorState error={query.error} onRetry={() => void query.refetch()} />;
  if (!found) {
    return <Button onClick={() => void query.refetch()}>{t("missing")}</Button>;
  }
  return <PriceExplanation explanation={found.priceExplanation} />;
}
