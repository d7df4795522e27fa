import { Suspense, lazy, useEffect, useState } from "react";

import { usePermissions, useSession } from "../../../app/session";
import {
  OrderCountsDocument,
  type OrderSide,
  OrdersDocument,
  type OrdersQuery,
} from "../../../gql/graphql";
import {
  ButtonLink,
  CheckField,
  type Column,
  DateText,
  Empty,
  Money,
  Page,
  PagedTable,
  StatePill,
  Tabs,
  TextField,
  useName,
} from "../../../shared/components";
import { useGraph, usePages } from "../../../shared/graph/hooks";
import { useTexts } from "../../../shared/i18n/i18n";
import { OrderStatePill } from "../OrderStatePill";
import { orderingTexts } from "../texts";
import { BulkConfirm } from "./BulkConfirm";
import { OPEN_STATES, STATES, useOrderFilters, variablesOf } from "./filters";
import "./list.css";
import { listTexts } from "./texts";

export type ListedOrder = OrdersQuery["orders"]["edges"][number]["node"];

const PartnerSelect = lazy(() => import("../../../shared/antd/PartnerSelect"));
const PAGE_SIZE = 30;
const TYPING_MS = 300;

/** The orders of one side: by state, who has each now, and for how long. */
export function OrderList({ side }: { readonly side: OrderSide }) {
  const t = useTexts(listTexts);
  const words = useTexts(orderingTexts);
  const may = usePermissions();
  const { filters, change } = useOrderFilters();
  const tabs = useTabs(side);
  const [ids, setIds] = useState<ReadonlySet<string>>(new Set());
  const pages = usePages({
    kinds: ["ORDER", "SHIPMENT", "RETURN", "DISPUTE"],
    document: OrdersDocument,
    variables: { ...variablesOf(side, filters), first: PAGE_SIZE },
    connection: (result) => result.orders,
    keepsFormer: true,
  });
  const isSelling = side === "SELLING";
  const canSelect = isSelling && may("ORDER_CONFIRM") && filters.tab === "TO_CONFIRM";
  const selected = pages.rows.filter((order) => ids.has(order.id));
  return (
    <Page
      title={t(isSelling ? "sales.title" : "orders.title")}
      actions={
        isSelling
          ? may("ORDER_CONFIRM") && <ButtonLink to="/supply?tab=file">{t("bySheet")}</ButtonLink>
          : may("ORDER_PLACE") && (
              <ButtonLink to="/order" kind="primary">
                {t("order")}
              </ButtonLink>
            )
      }
    >
      <Filters side={side} />
      <Tabs
        label={words("states")}
        tabs={tabs}
        active={filters.tab}
        onChange={(tab) => {
          setIds(new Set());
          change({ tab });
        }}
      >
        {canSelect && <BulkConfirm orders={selected} onDone={() => setIds(new Set())} />}
        <PagedTable
          caption={t(isSelling ? "sales.caption" : "orders.caption")}
          pages={pages}
          columns={useColumns(side)}
          rowKey={(order) => order.id}
          rowLabel={(order) => order.number}
          rowHref={(order) => `/${isSelling ? "sales" : "orders"}/${encodeURIComponent(order.id)}`}
          {...(canSelect && { selection: { ids, onChange: setIds } })}
          empty={<Empty>{t(isSelling ? "sales.empty" : "orders.empty")}</Empty>}
        />
      </Tabs>
    </Page>
  );
}

function useTabs(side: OrderSide) {
  const words = useTexts(orderingTexts);
  const { data } = useGraph({
    kinds: ["ORDER", "SHIPMENT"],
    document: OrderCountsDocument,
    variables: { side },
  });
  const counts = new Map(data?.orderCounts.map(({ state, count }) => [state, count]));
  return [
    { key: "open" as const, text: words("tab.open") },
    ...STATES.map((state) => {
      const count = counts.get(state);
      const isCounted = OPEN_STATES.includes(state) && count !== undefined;
      return { key: state, text: words(`state.${state}`), ...(isCounted && { count }) };
    }),
    { key: "all" as const, text: words("tab.all") },
  ];
}

function Filters({ side }: { readonly side: OrderSide }) {
  const t = useTexts(listTexts);
  const words = useTexts(orderingTexts);
  const may = usePermissions();
  const isSelling = side === "SELLING";
  const { filters, change } = useOrderFilters();
  const [search, setSearch] = useState(filters.search);
  useEffect(() => {
    if (search === filters.search) return;
    const timer = setTimeout(() => change({ search }), TYPING_MS);
    return () => clearTimeout(timer);
  });
  return (
    <div className="order-filters" role="search" aria-label={t("filters")}>
      <TextField
        label={t("search")}
        type="search"
        placeholder={t("search.hint")}
        value={search}
        onText={setSearch}
      />
      {may("RELATIONSHIP_READ") && (
        <Suspense fallback={null}>
          <PartnerSelect
            label={words(isSelling ? "buyer" : "seller")}
            everybody={t("everybody")}
            side={isSelling ? "SELLER" : "BUYER"}
            value={filters.relationshipId}
            onChange={(relationshipId) => change({ relationshipId })}
          />
        </Suspense>
      )}
      <CheckField
        label={t("ours")}
        isChecked={filters.isHeldByUs}
        onCheck={(isHeldByUs) => change({ isHeldByUs })}
      />
      <CheckField
        label={t("disputed")}
        isChecked={filters.isDisputed}
        onCheck={(isDisputed) => change({ isDisputed })}
      />
    </div>
  );
}

function useColumns(side: OrderSide): readonly Column<ListedOrder>[] {
  const t = useTexts(listTexts);
  const words = useTexts(orderingTexts);
  const name = useName();
  const { viewer } = useSession();
  return [
    { key: "number", title: words("number"), render: (order) => order.number },
    {
      key: "state",
      title: words("state"),
      render: (order) => (
        <span className="order-states">
          <OrderStatePill state={order.state} />
          {order.isDisputed && <StatePill kind="bad">{t("isDisputed")}</StatePill>}
        </span>
      ),
    },
    {
      key: "counterpart",
      title: words(side === "SELLING" ? "buyer" : "seller"),
      render: (order) => name(order.counterpart),
    },
    {
      key: "heldBy",
      title: words("heldBy"),
      render: (order) =>
        order.heldBy == null ? (
          "–"
        ) : (
          <span className={order.heldBy.id === viewer.organization?.id ? "held-by-us" : undefined}>
            {order.heldBy.id === viewer.organization?.id
              ? words("heldBy.us")
              : name(order.heldBy)}
            <small className="held-since">
              <DateText value={order.since} isSince />
            </small>
          </span>
        ),
    },
    {
      key: "promised",
      title: t("promised"),
      render: (order) => <DateText value={order.promisedUntil ?? order.requestedOn} />,
    },
    {
      key: "reference",
      title: words("reference"),
      isWideOnly: true,
      render: (order) => order.buyerReference || "–",
    },
    {
      key: "placedAt",
      title: words("placedAt"),
      isWideOnly: true,
      render: (order) => <DateText value={order.placedAt} />,
    },
    {
      key: "lines",
      title: t("lines"),
      align: "end",
      isWideOnly: true,
      render: (order) => order.counts.lineCount,
    },
    {
      key: "amount",
      title: words("amount"),
      align: "end",
      render: (order) => <Money value={order.amount} />,
    },
  ];
}
