import { useState } from "react";

import { usePermissions } from "../../app/session";
import {
  WarehouseGrantDocument,
  WarehouseServingDocument,
  type WarehouseServingQuery,
} from "../../gql/graphql";
import {
  Button,
  CheckField,
  type Column,
  Empty,
  FormDialog,
  PagedTable,
  Section,
  useName,
} from "../../shared/components";
import { useIntent, usePages } from "../../shared/graph/hooks";
import { useTexts } from "../../shared/i18n/i18n";
import { useWarehouses } from "./StockPage";
import { inventoryTexts } from "./texts";

type Edge = WarehouseServingQuery["relationships"]["edges"][number]["node"];

const PAGE_SIZE = 50;

/** Which relationships draw on which of our warehouses, and on which first. */
export function Serving() {
  const t = useTexts(inventoryTexts);
  const may = usePermissions();
  const [edited, setEdited] = useState<Edge | null>(null);
  const pages = usePages({
    kinds: ["RELATIONSHIP", "STOCK"],
    document: WarehouseServingDocument,
    variables: { first: PAGE_SIZE },
    connection: (result) => result.relationships,
    enabled: may("RELATIONSHIP_READ"),
  });
  const columns = useColumns(may("STOCK_MANAGE") ? setEdited : null);
  if (!may("RELATIONSHIP_READ")) return null;
  return (
    <Section title={t("serving")}>
      <PagedTable
        caption={t("serving")}
        pages={pages}
        columns={columns}
        rowKey={(edge) => edge.id}
        empty={<Empty>{t("serving.empty")}</Empty>}
      />
      {edited && <EditServing key={edited.id} edge={edited} onClose={() => setEdited(null)} />}
    </Section>
  );
}

function useColumns(edit: ((edge: Edge) => void) | null): readonly Column<Edge>[] {
  const t = useTexts(inventoryTexts);
  const name = useName();
  return [
    { key: "buyer", title: t("serving.buyer"), render: (edge) => name(edge.buyer) },
    {
      key: "warehouses",
      title: t("serving.from"),
      render: (edge) =>
        edge.hasOwnWarehouses === true
          ? (edge.warehouses ?? []).map(name).join(" → ")
          : t("serving.all"),
    },
    ...(edit === null
      ? []
      : [
          {
            key: "edit",
            title: "",
            render: (edge: Edge) => (
              <Button
                size="small"
                aria-label={`${t("edit")}: ${name(edge.buyer)}`}
                onClick={() => edit(edge)}
              >
                {t("edit")}
              </Button>
            ),
          },
        ]),
  ];
}

function EditServing({ edge, onClose }: { readonly edge: Edge; readonly onClose: () => void }) {
  const t = useTexts(inventoryTexts);
  const name = useName();
  const warehouses = useWarehouses();
  const [ids, setIds] = useState<readonly string[]>(
    edge.hasOwnWarehouses === true ? (edge.warehouses ?? []).map(({ id }) => id) : [],
  );
  const intent = useIntent(WarehouseGrantDocument, "warehouseGrant", {
    touches: ["RELATIONSHIP", "STOCK"],
    onDone: onClose,
  });
  return (
    <FormDialog
      title={t("serving.edit", { buyer: name(edge.buyer) })}
      intent={intent}
      isReady
      onSubmit={() => void intent.run({ relationshipId: edge.id, warehouseIds: [...ids] })}
      onClose={onClose}
    >
      <p>{t("serving.hint")}</p>
      {warehouses.map(({ value, text }) => (
        <CheckField
          key={value}
          label={ids.includes(value) ? `${ids.indexOf(value) + 1}. ${text}` : text}
          isChecked={ids.includes(value)}
          onCheck={(isChecked) =>
            setIds(isChecked ? [...ids, value] : ids.filter((id) => id !== value))
          }
        />
      ))}
    </FormDialog>
  );
}
