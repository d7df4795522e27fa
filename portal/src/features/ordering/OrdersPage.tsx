import { useSearchParams } from "react-router";

import { usePermissions, useSession } from "../../app/session";
import { type OrderState, OrdersDocument, type OrdersQuery } from "../../gql/graphql";
import {
  ButtonLink,
  type Column,
  DateText,
  Empty,
  Money,
  Page,
  PagedTable,
  Tabs,
  useName,
} from "../../shared/components";
import { usePages } from "../../shared/graph/hooks";
import { useTexts } from "../../shared/i18n/i18n";
import { OrderStatePill } from "./OrderStatePill";
import { orderingTexts } from "./texts";

type Order = OrdersQuery["orders"]["edges"][number]["node"];

const PAGE_SIZE = 30;
const OPEN: readonly OrderState[] = ["IN_REVIEW", "TO_CONFIRM", "TO_SHIP", "TO_RECEIVE"];
const STATES: readonly OrderState[] = [...OPEN, "CLOSED", "CANCELLED", "REFUSED"];

/** What we buy: which orders there are, who holds each, and for how long. */
export default function OrdersPage() {
  const t = useTexts(orderingTexts);
  const may = usePermissions();
  const [parameters, setParameters] = useSearchParams();
  const active = parameters.get("state") ?? "open";
  const pages = usePages({
    kinds: ["ORDER", "SHIPMENT", "RETURN", "DISPUTE"],
    document: OrdersDocument,
    variables: { side: "BUYING", states: statesOf(active), first: PAGE_SIZE },
    connection: (result) => result.orders,
  });
  const columns = useColumns();
  return (
    <Page
      title={t("orders.title")}
      actions={
        may("ORDER_PLACE") && (
          <ButtonLink to="/order" kind="primary">
            {t("orders.order")}
          </ButtonLink>
        )
      }
    >
      <Tabs
        label={t("states")}
        tabs={[
          { key: "open", text: t("tab.open") },
          ...STATES.map((state) => ({ key: state, text: t(`state.${state}`) })),
          { key: "all", text: t("tab.all") },
        ]}
        active={active}
        onChange={(state) => setParameters({ state }, { replace: true })}
      >
        <PagedTable
          caption={t("orders.caption")}
          pages={pages}
          columns={columns}
          rowKey={(order) => order.id}
          rowHref={(order) => `/orders/${encodeURIComponent(order.id)}`}
          empty={<Empty>{t("orders.empty")}</Empty>}
        />
      </Tabs>
    </Page>
  );
}

function useColumns(): readonly Column<Order>[] {
  const t = useTexts(orderingTexts);
  const name = useName();
  const { viewer } = useSession();
  return [
    { key: "number", title: t("number"), render: (order) => order.number },
    {
      key: "state",
      title: t("state"),
      render: (order) => <OrderStatePill state={order.state} />,
    },
    { key: "seller", title: t("seller"), render: (order) => name(order.seller) },
    {
      key: "heldBy",
      title: t("heldBy"),
      render: (order) =>
        order.heldBy?.id === viewer.organization?.id ? t("heldBy.us") : name(order.heldBy),
    },
    {
      key: "since",
      title: t("since"),
      render: (order) => <DateText value={order.since} isSince />,
    },
    {
      key: "reference",
      title: t("reference"),
      isWideOnly: true,
      render: (order) => order.buyerReference || "–",
    },
    {
      key: "placedAt",
      title: t("placedAt"),
      isWideOnly: true,
      render: (order) => <DateText value={order.placedAt} />,
    },
    {
      key: "amount",
      title: t("amount"),
      align: "end",
      render: (order) => <Money value={order.amount} />,
    },
  ];
}

function statesOf(tab: string): OrderState[] | null {
  if (tab === "all") return null;
  const state = STATES.find((known) => known === tab);
  return state === undefined ? [...OPEN] : [state];
}
