import { useState } from "react";

import { usePermissions } from "../../app/session";
import { StoreSalesDocument, type StoreSalesQuery, StoresDocument } from "../../gql/graphql";
import {
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
import { useSettled } from "../../shared/useSettled";
import { STATES, SaleState } from "./SaleState";
import { shoppingTexts } from "./texts";

type Row = StoreSalesQuery["sales"]["edges"][number]["node"];

const PAGE_SIZE = 50;
const STORES_MAX = 100;

/** What consumers bought in our stores, and in those that we supply. */
export default function StoreSalesPage() {
  const t = useTexts(shoppingTexts);
  const name = useName();
  const may = usePermissions();
  const [typed, setTyped] = useState("");
  const [state, setState] = useState("");
  const [storeId, setStoreId] = useState("");
  const search = useSettled(typed).trim();
  const stores = useGraph({
    kinds: ["STORE"],
    document: StoresDocument,
    variables: { first: STORES_MAX },
    enabled: may("STORE_READ"),
  });
  const chosen = STATES.filter((each) => each === state);
  const pages = usePages({
    kinds: ["SALE"],
    document: StoreSalesDocument,
    variables: {
      filter: {
        states: chosen.length > 0 ? chosen : null,
        storeId: storeId || null,
        search: search || null,
      },
      first: PAGE_SIZE,
    },
    connection: (result) => result.sales,
    keepsFormer: true,
  });
  return (
    <Page title={t("sales.title")}>
      <div className="form form-row" role="search">
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
          value={state}
          onText={setState}
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
            value={storeId}
            onText={setStoreId}
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
