// What else waits for whom one acts for, next to orders: each list for those who may decide it.

import type { ReactNode } from "react";
import { Link } from "react-router";

import {
  OpenDraftsDocument,
  WaitingAlertsDocument,
  WaitingDisputesDocument,
  type WaitingOrderFragment,
  WaitingPaymentsDocument,
  WaitingRelationshipsDocument,
  WaitingReturnsDocument,
  WaitingStatementsDocument,
} from "../gql/graphql";
import { DateText, ErrorLine, Money, Quantity, Section, useName } from "../shared/components";
import { useGraph } from "../shared/graph/hooks";
import { useTexts } from "../shared/i18n/i18n";
import { useSession } from "./session";
import { appTexts } from "./texts";

/** Orders in the making, to go on with. */
export function OpenDrafts() {
  const t = useTexts(appTexts);
  const name = useName();
  const { viewer } = useSession();
  const drafts = useGraph({ kinds: ["DRAFT"], document: OpenDraftsDocument, variables: {} });
  const items = (drafts.data?.orderDrafts.edges ?? []).map(({ node }) => {
    const { relationship } = node;
    const isOurs = relationship?.seller?.id === viewer.organization?.id;
    return {
      id: node.id,
      to: `/order?tab=pad&relationship=${encodeURIComponent(relationship?.id ?? "")}`,
      text: t(isOurs ? "home.draftFor" : "home.draftFrom", {
        name: name(isOurs ? relationship?.buyer : relationship?.seller),
        count: node.rowCount,
      }),
      aside: <DateText value={node.savedAt} isSince />,
    };
  });
  return <WaitingList title={t("home.drafts")} query={drafts} items={items} />;
}

/** Sales whose buyers ask to give something back. */
export function WaitingReturns() {
  const t = useTexts(appTexts);
  const name = useName();
  const returns = useGraph({
    kinds: ["ORDER", "RETURN"],
    document: WaitingReturnsDocument,
    variables: {},
  });
  const items = (returns.data?.orders.edges ?? []).map(({ node }) => orderItem(node, name));
  return <WaitingList title={t("home.returns")} query={returns} items={items} />;
}

/** Orders in dispute, whichever side of them is ours. */
export function WaitingDisputes() {
  const t = useTexts(appTexts);
  const name = useName();
  const disputes = useGraph({
    kinds: ["ORDER", "DISPUTE"],
    document: WaitingDisputesDocument,
    variables: {},
  });
  const { buying, selling } = disputes.data ?? {};
  const items = [...(buying?.edges ?? []), ...(selling?.edges ?? [])].map(({ node }) =>
    orderItem(node, name),
  );
  return <WaitingList title={t("home.disputes")} query={disputes} items={items} />;
}

/** What is late or came short on either side: how much of what, and the worst of it. */
export function WaitingAlerts() {
  const t = useTexts(appTexts);
  const name = useName();
  const alerts = useGraph({
    kinds: ["ORDER", "SHIPMENT"],
    document: WaitingAlertsDocument,
    variables: {},
  });
  const { replenishmentAlertCounts: counts = [], replenishmentAlerts: worst } = alerts.data ?? {};
  const items = (worst?.edges ?? []).flatMap(({ node: { id, kind, dueOn, quantity, raisedAt, order } }) =>
    order == null
      ? []
      : [
          {
            id,
            to: orderPath(order),
            text: `${t(`alert.${kind}`)} · ${order.number} · ${name(order.counterpart)}`,
            aside:
              dueOn == null ? (
                <DateText value={raisedAt} isSince />
              ) : (
                <>
                  <Quantity value={Number(quantity)} /> · {t("home.alerts.due")}{" "}
                  <DateText value={dueOn} />
                </>
              ),
          },
        ],
  );
  const count = counts.reduce((sum, one) => sum + one.count, 0);
  return (
    <WaitingList
      title={t("home.alerts", { count })}
      query={alerts}
      items={items}
      more={{ to: "/supply?tab=alerts", text: t("home.alerts.all") }}
    />
  );
}

function orderPath({ id, side }: Pick<WaitingOrderFragment, "id" | "side">): string {
  return `${side === "SELLING" ? "/sales" : "/orders"}/${encodeURIComponent(id)}`;
}

function orderItem(order: WaitingOrderFragment, name: ReturnType<typeof useName>) {
  return {
    id: order.id,
    to: orderPath(order),
    text: `${order.number} · ${name(order.counterpart)}`,
    aside: <Money value={order.amount} />,
  };
}

/** Statements that our side has not confirmed. */
export function WaitingStatements() {
  const t = useTexts(appTexts);
  const name = useName();
  const { viewer } = useSession();
  const statements = useGraph({
    kinds: ["STATEMENT"],
    document: WaitingStatementsDocument,
    variables: {},
  });
  const items = (statements.data?.statements.edges ?? []).flatMap(({ node }) => {
    const isSeller = node.seller?.id === viewer.organization?.id;
    if ((isSeller ? node.sellerConfirmedAt : node.buyerConfirmedAt) != null) return [];
    return {
      id: node.id,
      to: `/money/statements/${encodeURIComponent(node.id)}`,
      text: `${node.number} · ${name(isSeller ? node.buyer : node.seller)}`,
      aside: <Money value={node.buyerOwesClosing} />,
    };
  });
  return <WaitingList title={t("home.statements")} query={statements} items={items} />;
}

/** Payments to us that somebody else has recorded. */
export function WaitingPayments() {
  const t = useTexts(appTexts);
  const name = useName();
  const { viewer } = useSession();
  const payments = useGraph({
    kinds: ["PAYMENT"],
    document: WaitingPaymentsDocument,
    variables: {},
  });
  const items = (payments.data?.payments.edges ?? [])
    .filter(({ node }) => node.payee?.id === viewer.organization?.id)
    .map(({ node }) => ({
      id: node.id,
      to: `/money/${encodeURIComponent(node.relationship?.id ?? "")}`,
      text: `${node.number} · ${name(node.payer)}`,
      aside: <Money value={node.amount} />,
    }));
  return <WaitingList title={t("home.payments")} query={payments} items={items} />;
}

/** Relationships that sellers propose to us. */
export function WaitingRelationships() {
  const t = useTexts(appTexts);
  const name = useName();
  const proposed = useGraph({
    kinds: ["RELATIONSHIP"],
    document: WaitingRelationshipsDocument,
    variables: {},
  });
  const items = (proposed.data?.relationships.edges ?? []).map(({ node }) => ({
    id: node.id,
    to: `/setup/relationships/${encodeURIComponent(node.id)}`,
    text: name(node.seller),
    aside: null,
  }));
  return <WaitingList title={t("home.relationships")} query={proposed} items={items} />;
}

/** A short list with a link each; nothing at all where nothing waits. */
function WaitingList({
  title,
  query,
  items,
  more,
}: {
  readonly title: string;
  readonly query: { readonly error: Error | null; refetch(): unknown };
  readonly items: readonly {
    readonly id: string;
    readonly to: string;
    readonly text: string;
    readonly aside: ReactNode;
  }[];
  /** Where all of them are, where these are a few. */
  readonly more?: { readonly to: string; readonly text: string };
}) {
  if (items.length === 0 && query.error === null) return null;
  return (
    <Section title={title}>
      <ErrorLine error={query.error} onRetry={() => void query.refetch()} />
      <ul className="home-list">
        {items.map((item) => (
          <li key={item.id}>
            <Link to={item.to}>{item.text}</Link>
            <span>{item.aside}</span>
          </li>
        ))}
      </ul>
      {more !== undefined && <Link to={more.to}>{more.text}</Link>}
    </Section>
  );
}
