import { useEffect, useState } from "react";

import { usePermissions } from "../../app/session";
import { StoreSalesDocument, type StoreSalesQuery, StoresDocument } from "../../gql/graphql";
import {
  ButtonLink,
  type Column,
  DateText,
  Empty,
  Money,
  Page,
  PagedTable,
  SelectField,
  TextField,
  useName,
} from "../../shared/components";
import { useGraph, usePages } from "../../shared/graph/hooks";
import { useTexts } from "../../shared/i18n/i18n";
import { STATES, SaleState } from "./SaleState";
import { useSaleFilters } from "./filters";
import "./sale.css";
import { shoppingTexts } from "./texts";

type Row = StoreSalesQuery["sales"]["edges"][number]["node"];

const PAGE_SIZE = 50;
const STORES_MAX = 100;
const TYPING_MS = 300;

/** What consumers bought in our stores, and in those that we supply. */
export default function StoreSalesPage() {
  const t = useTexts(shoppingTexts);
  const name = useName();
  const may = usePermissions();
  const { filters, change } = useSaleFilters();
  const [typed, setTyped] = useState(filters.search);
  useEffect(() => {
    if (typed === filters.search) return;
    const timer = setTimeout(() => change({ search: typed }), TYPING_MS);
    return () => clearTimeout(timer);
  });
  const stores = useGraph({
    kinds: ["STORE"],
    document: StoresDocument,
    variables: { first: STORES_MAX },
    enabled: may("STORE_READ"),
  });
  const pages = usePages({
    kinds: ["SALE"],
    document: StoreSalesDocument,
    variables: {
      filter: {
        states: filters.state === "" ? null : [filters.state],
        storeId: filters.store || null,
        search: filters.search.trim() || null,
      },
      first: PAGE_SIZE,
    },
    connection: (result) => result.sales,
    keepsFormer: true,
  });
  return (
    <Page
      title={t("sales.title")}
      actions={
        may("CONSUMER_ORDER_FULFIL") &&
        may("STORE_READ") && (
          <ButtonLink to="/store-sales/hand-over" kind="primary">
            {t("handOver")}
          </ButtonLink>
        )
      }
    >
      <div className="sale-filters" role="search">
        <TextField
          label={t("search")}
          type="search"
          placeholder={t("search.hint")}
          value={typed}
          onText={setTyped}
        />
        <SelectField
          label={t("state")}
          options={[
            { value: "", text: t("state.all") },
            ...STATES.map((value) => ({ value, text: t(`state.${value}`) })),
          ]}
          value={filters.state}
          onText={(state) => change({ state })}
        />
        {may("STORE_READ") && (
          <SelectField
            label={t("store")}
            options={[
              { value: "", text: t("store.all") },
              ...(stores.data?.stores.edges ?? []).map(({ node }) => ({
                value: node.id,
                text: name(node),
              })),
            ]}
            value={filters.store}
            onText={(store) => change({ store })}
          />
        )}
      </div>
      <PagedTable
        caption={t("sales.title")}
        pages={pages}
        columns={useColumns()}
        rowKey={(sale) => sale.id}
        rowHref={(sale) => `/store-sales/${encodeURIComponent(sale.id)}`}
        empty={<Empty>{t("sales.empty")}</Empty>}
      />
    </Page>
  );
}

function useColumns(): readonly Column<Row>[] {
  const t = useTexts(shoppingTexts);
  const name = useName();
  return [
    { key: "number", title: t("number"), render: (sale) => sale.number },
    { key: "state", title: t("state"), render: (sale) => <SaleState state={sale.state} /> },
    { key: "store", title: t("store"), render: (sale) => name(sale.store) },
    {
      key: "delivery",
      title: t("delivery"),
      render: (sale) => t(`delivery.${sale.delivery}`),
      isWideOnly: true,
    },
    { key: "placed", title: t("placed"), render: (sale) => <DateText value={sale.placedAt} /> },
    {
      key: "net",
      title: t("net"),
      align: "end",
      render: (sale) => <Money value={sale.netToMe} />,
    },
  ];
}
