import { useState } from "react";

import { usePermissions } from "../../app/session";
import {
  StoreListingsDocument,
  StoreListingsPutDocument,
  type StoreListingsQuery,
  StoreListingsRemoveDocument,
} from "../../gql/graphql";
import {
  Button,
  type Column,
  ConfirmButton,
  Empty,
  IntentProblems,
  PagedTable,
  Quantity,
  Section,
  StatePill,
  TextField,
  UnitPrice,
  useName,
} from "../../shared/components";
import { useIntent, usePages } from "../../shared/graph/hooks";
import { useTexts } from "../../shared/i18n/i18n";
import { useSettled } from "../../shared/useSettled";
import { SheetForm } from "../catalog/sheet/SheetForm";
import { type BlockColumn, CODE_NAMES } from "../catalog/sheet/block";
import type { StoreDetail } from "./StorePage";
import { markupText, readPrice, readWhole } from "./prices";
import { channelTexts } from "./texts";

type Connection = NonNullable<StoreListingsQuery["store"]>["listings"];
type Listing = Connection["edges"][number]["node"];

const PAGE_SIZE = 100;
const NONE = { edges: [], pageInfo: { hasNextPage: false } } as const;
const COLUMNS: readonly BlockColumn[] = [
  { key: "code", names: CODE_NAMES },
  { key: "price", names: "price unitprice retail 售价 零售价 价格 单价 加价".split(" ") },
  { key: "limit", names: "limit max 限购 每单限购".split(" "), isNumber: true },
  { key: "position", names: "position order sort 排序 顺序 位置".split(" "), isNumber: true },
];

/** What the store sells, and under which prices. */
export function Listings({ store }: { readonly store: StoreDetail }) {
  const t = useTexts(channelTexts);
  const may = usePermissions();
  const [isAdding, setIsAdding] = useState(false);
  const canManage = may("STORE_MANAGE");
  return (
    <>
      {isAdding && <NewListings store={store} onClose={() => setIsAdding(false)} />}
      <Section
        title={t("listings")}
        actions={
          canManage &&
          !isAdding && (
            <Button kind="primary" onClick={() => setIsAdding(true)}>
              {t("listings.add")}
            </Button>
          )
        }
      >
        <p>{t("listings.belowCost")}</p>
        <ListingTable store={store} canManage={canManage} />
      </Section>
    </>
  );
}

function NewListings({
  store,
  onClose,
}: {
  readonly store: StoreDetail;
  readonly onClose: () => void;
}) {
  const t = useTexts(channelTexts);
  const intent = useIntent(StoreListingsPutDocument, "storeListingsPut", { touches: ["STORE"] });
  const shown = (hasTried: boolean) => [
    {
      key: "price",
      title: t("price"),
      type: "text" as const,
      fault: ({ cells }: { readonly cells: Readonly<Record<string, string>> }) =>
        (hasTried || cells["price"]) && readPrice(cells["price"]) === null
          ? t("price.fault")
          : undefined,
    },
    ...(["limit", "position"] as const).map((key) => ({
      key,
      title: t(key),
      type: "number" as const,
      fault: ({ cells }: { readonly cells: Readonly<Record<string, string>> }) =>
        readWhole(cells[key]) === undefined ? t("whole.fault") : undefined,
    })),
  ];
  return (
    <SheetForm
      title={t("listings.add")}
      help={t("listings.help")}
      columns={COLUMNS}
      shown={shown}
      intent={intent}
      read={({ cells }, found) => {
        const price = readPrice(cells["price"]);
        const [limit, position] = [readWhole(cells["limit"]), readWhole(cells["position"])];
        if (found.kind !== "sku" || price === null) return null;
        if (limit === undefined || position === undefined) return null;
        return { skuId: found.sku.id, ...price, limitPerOrder: limit, position: position ?? 0 };
      }}
      onPut={(listings) => intent.run({ storeId: store.id, listings })}
      onClose={onClose}
    />
  );
}

function ListingTable({
  store,
  canManage,
}: {
  readonly store: StoreDetail;
  readonly canManage: boolean;
}) {
  const t = useTexts(channelTexts);
  const [typed, setTyped] = useState("");
  const [ids, setIds] = useState<ReadonlySet<string>>(new Set());
  const search = useSettled(typed).trim();
  const pages = usePages({
    kinds: ["STORE", "CATALOG"],
    document: StoreListingsDocument,
    variables: { id: store.id, search: search || null, first: PAGE_SIZE },
    connection: (result) => result.store?.listings ?? NONE,
    keepsFormer: true,
  });
  const removing = useIntent(StoreListingsRemoveDocument, "storeListingsRemove", {
    touches: ["STORE"],
    onDone: () => setIds(new Set()),
  });
  return (
    <>
      <div className="form" role="search">
        <TextField
          label={t("listings.search")}
          type="search"
          placeholder={t("listings.search.hint")}
          value={typed}
          onText={setTyped}
        />
      </div>
      <IntentProblems intent={removing} />
      {canManage && (
        <div className="row-actions">
          <ConfirmButton
            title={t("listings.remove.title", { count: ids.size })}
            text={t("listings.remove.text")}
            confirmText={t("listings.remove.confirm")}
            disabled={ids.size === 0}
            isBusy={removing.isRunning}
            onConfirm={() => void removing.run({ storeId: store.id, skuIds: [...ids] })}
          >
            {t("listings.remove", { count: ids.size })}
          </ConfirmButton>
        </div>
      )}
      <PagedTable
        caption={t("listings")}
        pages={pages}
        columns={useColumns(store.currency)}
        rowKey={(listing) => listing.sku?.id ?? `hidden-${listing.position}`}
        rowLabel={(listing) => listing.sku?.code ?? ""}
        {...(canManage && { selection: { ids, onChange: setIds } })}
        empty={<Empty>{t("listings.empty")}</Empty>}
      />
    </>
  );
}

function useColumns(currency: string): readonly Column<Listing>[] {
  const t = useTexts(channelTexts);
  const name = useName();
  return [
    {
      key: "sku",
      title: t("sku"),
      render: ({ sku, isListed, isBelowCost }) => (
        <span>
          {sku ? `${sku.code} ${name(sku)}` : t("sku.hidden")}{" "}
          {!isListed && <StatePill kind="neutral">{t("listed.no")}</StatePill>}
          {isBelowCost && <StatePill kind="bad">{t("listed.belowCost")}</StatePill>}
        </span>
      ),
    },
    {
      key: "price",
      title: t("price"),
      align: "end",
      render: ({ unitPrice, markupBasisPoints }) =>
        markupBasisPoints == null ? (
          <UnitPrice price={unitPrice} currency={currency} />
        ) : (
          t("price.markup", { percent: markupText(markupBasisPoints) })
        ),
    },
    {
      key: "limit",
      title: t("limit"),
      align: "end",
      render: ({ limitPerOrder, sku }) => <Quantity value={limitPerOrder} unit={sku?.baseUnit} />,
    },
    { key: "position", title: t("position"), align: "end", render: ({ position }) => position },
  ];
}
