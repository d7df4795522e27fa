import { useState } from "react";

import { usePermissions } from "../../app/session";
import {
  StockLevelsDocument,
  type StockLevelsQuery,
  WarehousesDocument,
} from "../../gql/graphql";
import {
  Button,
  type Column,
  Empty,
  Page,
  PagedTable,
  Quantity,
  SelectField,
  TextField,
  useName,
} from "../../shared/components";
import { useGraph, usePages } from "../../shared/graph/hooks";
import { useTexts } from "../../shared/i18n/i18n";
import { RecordStock } from "./RecordStock";
import { StockDetails } from "./StockDetails";
import { inventoryTexts } from "./texts";
import { useSettled } from "../../shared/useSettled";

export type StockLevel = StockLevelsQuery["stockLevels"]["edges"][number]["node"];

const PAGE_SIZE = 50;

/** What stands in our warehouses, what of it is held, and what is free to sell. */
export default function StockPage() {
  const t = useTexts(inventoryTexts);
  const may = usePermissions();
  const [warehouseId, setWarehouseId] = useState("");
  const [typed, setTyped] = useState("");
  const search = useSettled(typed);
  const [recorded, setRecorded] = useState<StockLevel | "new" | null>(null);
  const [shown, setShown] = useState<StockLevel | null>(null);
  const pages = usePages({
    kinds: ["STOCK"],
    document: StockLevelsDocument,
    variables: {
      warehouseId: warehouseId || null,
      search: search.trim() || null,
      first: PAGE_SIZE,
    },
    connection: (result) => result.stockLevels,
    keepsFormer: true,
  });
  const canManage = may("STOCK_MANAGE");
  return (
    <Page
      title={t("stock.title")}
      actions={
        canManage && <Button onClick={() => setRecorded("new")}>{t("record.new")}</Button>
      }
    >
      <div className="form-row" role="search">
        <TextField
          label={t("search")}
          type="search"
          placeholder={t("search.hint")}
          value={typed}
          onText={setTyped}
        />
        <WarehouseField value={warehouseId} onChange={setWarehouseId} />
      </div>
      <PagedTable
        caption={t("stock.caption")}
        pages={pages}
        columns={useColumns(setShown, canManage ? setRecorded : null)}
        rowKey={(level) => `${level.warehouse?.id} ${level.sku?.id}`}
        empty={<Empty>{t("stock.empty")}</Empty>}
      />
      {recorded !== null && (
        <RecordStock
          level={recorded === "new" ? null : recorded}
          onClose={() => setRecorded(null)}
        />
      )}
      {shown && <StockDetails level={shown} onClose={() => setShown(null)} />}
    </Page>
  );
}

function WarehouseField({
  value,
  onChange,
}: {
  readonly value: string;
  readonly onChange: (id: string) => void;
}) {
  const t = useTexts(inventoryTexts);
  const warehouses = useWarehouses();
  return (
    <SelectField
      label={t("warehouse")}
      options={[{ value: "", text: t("warehouse.all") }, ...warehouses]}
      value={value}
      onText={onChange}
    />
  );
}

/** Our warehouses, to choose from. */
export function useWarehouses(): readonly { readonly value: string; readonly text: string }[] {
  const name = useName();
  const { data } = useGraph({
    kinds: ["STOCK"],
    document: WarehousesDocument,
    variables: { first: 100 },
  });
  return (data?.warehouses.edges ?? []).map(({ node }) => ({
    value: node.id,
    text: `${node.code} ${name(node)}`,
  }));
}

function useColumns(
  show: (level: StockLevel) => void,
  record: ((level: StockLevel) => void) | null,
): readonly Column<StockLevel>[] {
  const t = useTexts(inventoryTexts);
  const name = useName();
  return [
    {
      key: "sku",
      title: t("sku"),
      render: (level) => (
        <span>
          {level.sku?.code ?? "–"} {name(level.sku)}
        </span>
      ),
    },
    { key: "warehouse", title: t("warehouse"), render: (level) => name(level.warehouse) },
    {
      key: "onHand",
      title: t("onHand"),
      align: "end",
      render: (level) => <Quantity value={level.onHand} unit={level.sku?.baseUnit} />,
    },
    {
      key: "held",
      title: t("held"),
      align: "end",
      render: (level) => <Quantity value={level.held} />,
    },
    {
      key: "free",
      title: t("free"),
      align: "end",
      render: (level) => <Quantity value={level.free} />,
    },
    {
      key: "actions",
      title: "",
      render: (level) => (
        <span className="row-actions">
          <Button
            size="small"
            aria-label={`${t("details")}: ${level.sku?.code}`}
            onClick={() => show(level)}
          >
            {t("details")}
          </Button>
          {record && (
            <Button
              size="small"
              aria-label={`${t("record")}: ${level.sku?.code}`}
              onClick={() => record(level)}
            >
              {t("record")}
            </Button>
          )}
        </span>
      ),
    },
  ];
}
