import { useState } from "react";

import { StockMovementsDocument, StockReservationsDocument } from "../../gql/graphql";
import {
  type Column,
  DateText,
  Drawer,
  Empty,
  PagedTable,
  Quantity,
  Tabs,
  useName,
} from "../../shared/components";
import { usePages } from "../../shared/graph/hooks";
import { useTexts } from "../../shared/i18n/i18n";
import type { StockLevel } from "./StockPage";
import { inventoryTexts } from "./texts";

const PAGE_SIZE = 30;

/** Why a level is what it is: what moved, and for whom what is held. */
export function StockDetails({
  level,
  onClose,
}: {
  readonly level: StockLevel;
  readonly onClose: () => void;
}) {
  const t = useTexts(inventoryTexts);
  const name = useName();
  const [tab, setTab] = useState<"movements" | "reservations">("movements");
  return (
    <Drawer
      title={t("details.title", {
        sku: level.sku?.code ?? "",
        warehouse: name(level.warehouse),
      })}
      isOpen
      onClose={onClose}
    >
      <Tabs
        label={t("details")}
        tabs={[
          { key: "movements", text: t("movements") },
          { key: "reservations", text: t("reservations") },
        ]}
        active={tab}
        onChange={setTab}
      >
        {tab === "movements" ? <Movements level={level} /> : <Reservations level={level} />}
      </Tabs>
    </Drawer>
  );
}

function Movements({ level }: { readonly level: StockLevel }) {
  const t = useTexts(inventoryTexts);
  const pages = usePages({
    kinds: ["STOCK"],
    document: StockMovementsDocument,
    variables: placeOf(level),
    connection: (result) => result.stockMovements,
  });
  const columns: readonly Column<(typeof pages.rows)[number]>[] = [
    { key: "reason", title: t("movements"), render: (row) => t(`reason.${row.reason}`) },
    {
      key: "quantity",
      title: t("moved"),
      align: "end",
      render: (row) => <Quantity value={row.quantity} />,
    },
    { key: "at", title: t("at"), render: (row) => <DateText value={row.occurredAt} /> },
    { key: "note", title: t("note"), render: (row) => row.note || "–" },
  ];
  return (
    <PagedTable
      caption={t("movements")}
      pages={pages}
      columns={columns}
      rowKey={(row) => row.id}
      empty={<Empty>{t("movements.empty")}</Empty>}
    />
  );
}

function Reservations({ level }: { readonly level: StockLevel }) {
  const t = useTexts(inventoryTexts);
  const name = useName();
  const pages = usePages({
    kinds: ["STOCK", "ORDER"],
    document: StockReservationsDocument,
    variables: placeOf(level),
    connection: (result) => result.stockReservations,
  });
  const columns: readonly Column<(typeof pages.rows)[number]>[] = [
    { key: "for", title: t("reservations"), render: (row) => name(row.heldFor) },
    {
      key: "kind",
      title: t("record.kind"),
      render: (row) =>
        t(row.documentType === "hold" ? "reservation.hold" : "reservation.order_line"),
    },
    {
      key: "quantity",
      title: t("held"),
      align: "end",
      render: (row) => <Quantity value={row.quantity} />,
    },
    { key: "until", title: t("until"), render: (row) => <DateText value={row.expiresAt} /> },
  ];
  return (
    <PagedTable
      caption={t("reservations")}
      pages={pages}
      columns={columns}
      rowKey={(row) => row.id}
      empty={<Empty>{t("reservations.empty")}</Empty>}
    />
  );
}

function placeOf(level: StockLevel) {
  return {
    warehouseId: level.warehouse?.id ?? null,
    skuId: level.sku?.id ?? null,
    first: PAGE_SIZE,
  };
}
