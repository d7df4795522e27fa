import { useParams } from "react-router";

import { usePermissions, useSession } from "../../../app/session";
import { OrderPageDocument, type OrderPageQuery, type OrderSide } from "../../../gql/graphql";
import {
  ButtonLink,
  DateText,
  Empty,
  ErrorState,
  Facts,
  Loading,
  Money,
  Page,
  Section,
  StatePill,
  useName,
} from "../../../shared/components";
import { useGraph } from "../../../shared/graph/hooks";
import { useTexts } from "../../../shared/i18n/i18n";
import { OrderStatePill } from "../OrderStatePill";
import { orderingTexts } from "../texts";
import { Disputes } from "./Disputes";
import { OrderLines } from "./OrderLines";
import { OrderTimeline } from "./OrderTimeline";
import { Returns } from "./Returns";
import { Shipments } from "./Shipments";
import { Steps } from "./Steps";
import { Substitutes } from "./Substitutes";
import "./detail.css";
import { detailTexts } from "./texts";

export type Order = NonNullable<OrderPageQuery["order"]>;

/** One order, as one of its two parties sees it, with what that party may do to it now. */
export function OrderDetail({ side }: { readonly side: OrderSide }) {
  const t = useTexts(detailTexts);
  const words = useTexts(orderingTexts);
  const { id = "" } = useParams();
  const query = useGraph({
    kinds: ["ORDER", "SHIPMENT", "RETURN", "DISPUTE"],
    document: OrderPageDocument,
    variables: { id },
  });
  const order = query.data?.order;
  const list = side === "SELLING" ? "/sales" : "/orders";
  const title = order ? t("title", { number: order.number }) : words("number");
  return (
    <Page
      title={title}
      breadcrumbs={[{ to: list, text: t(side === "SELLING" ? "sales" : "orders") }]}
      actions={order && <Links order={order} />}
    >
      {query.isPending && <Loading rows={10} onRetry={() => void query.refetch()} />}
      {query.error !== null && (
        <ErrorState error={query.error} onRetry={() => void query.refetch()} />
      )}
      {query.data && !order && <Empty>{t("missing")}</Empty>}
      {order && (
        <>
          <Summary order={order} />
          <Steps order={order} />
          <OrderLines order={order} />
          <Substitutes order={order} />
          <Shipments order={order} />
          <Returns order={order} />
          <Disputes order={order} />
          <OrderTimeline order={order} />
        </>
      )}
    </Page>
  );
}

function Links({ order }: { readonly order: Order }) {
  const t = useTexts(detailTexts);
  const may = usePermissions();
  const relationship = order.relationship?.id;
  if (relationship === undefined) return null;
  const id = encodeURIComponent(relationship);
  const again = `/order?tab=lists&relationship=${id}&from=${encodeURIComponent(order.id)}`;
  const canOrder = order.side === "BUYING" ? may("ORDER_PLACE") : may("ORDER_PLACE_ON_BEHALF");
  return (
    <>
      {may("STATEMENT_READ", "CREDIT_READ") && (
        <ButtonLink to={`/money/${id}`}>{t("money")}</ButtonLink>
      )}
      {canOrder && <ButtonLink to={again}>{t("again")}</ButtonLink>}
    </>
  );
}

function Summary({ order }: { readonly order: Order }) {
  const t = useTexts(detailTexts);
  const words = useTexts(orderingTexts);
  const name = useName();
  const { viewer } = useSession();
  const isOurs = order.heldBy?.id === viewer.organization?.id;
  const isOnBehalf = order.placedBy != null && order.placedBy.id !== order.buyer?.id;
  const isDisputed = order.disputes.some((dispute) => dispute.closedAt == null);
  return (
    <Section title={t("summary")}>
      <p className="order-now">
        <OrderStatePill state={order.state} />
        {isDisputed && <StatePill kind="bad">{t("disputed")}</StatePill>}
        {order.heldBy != null && (
          <span>
            {isOurs ? t("held.us") : t("held.them", { name: name(order.heldBy) })}{" "}
            <DateText value={order.since} isSince />
          </span>
        )}
      </p>
      <Facts
        items={[
          {
            term: words(order.side === "SELLING" ? "buyer" : "seller"),
            value: name(order.counterpart),
          },
          { term: t("amountOrdered"), value: <Money value={order.amount} /> },
          { term: t("owed"), value: <Money value={order.owed} /> },
          { term: words("placedAt"), value: <DateText value={order.placedAt} /> },
          { term: words("requestedOn"), value: <DateText value={order.requestedOn} /> },
          {
            term: t("promised"),
            value: <DateText value={order.promisedUntil ?? order.promisedFrom} />,
          },
          { term: words("reference"), value: order.buyerReference || "–" },
          {
            term: t("shipTo"),
            value: [order.shipToRegion, order.shipToAddress].filter(Boolean).join(" ") || "–",
          },
          ...(isOnBehalf ? [{ term: t("placedBy"), value: name(order.placedBy) }] : []),
          ...(order.note ? [{ term: t("note"), value: order.note }] : []),
        ]}
      />
    </Section>
  );
}
