import { useState } from "react";

import {
  AssortmentItemsDocument,
  type AssortmentItemsQuery,
  type AssortmentPartsFragment,
  AssortmentSkusPutDocument,
  AssortmentSkusRemoveDocument,
} from "../../gql/graphql";
import {
  Button,
  type Column,
  ConfirmButton,
  Empty,
  IntentProblems,
  Notice,
  PagedTable,
  Quantity,
  Section,
  useName,
} from "../../shared/components";
import { useIntent, usePages } from "../../shared/graph/hooks";
import { useTexts } from "../../shared/i18n/i18n";
import { SkuPicker } from "./SkuPicker";
import { SheetForm } from "./sheet/SheetForm";
import { type BlockColumn, CODE_NAMES } from "./sheet/block";
import { catalogTexts } from "./texts";

type Items = NonNullable<NonNullable<AssortmentItemsQuery["assortment"]>["items"]>;
type Item = Items["edges"][number]["node"];

const PAGE_SIZE = 50;
const NO_ITEMS = { edges: [], pageInfo: { hasNextPage: false } } as const;
const WHOLE = /^[1-9]\d{0,8}$/;
const COLUMNS: readonly BlockColumn[] = [
  { key: "code", names: CODE_NAMES },
  {
    key: "minimum",
    names: "minimum min moq minimumquantity quantityminimum 起订量 起订数量 最小起订量 最小数量".split(" "),
    isNumber: true,
  },
  {
    key: "step",
    names: "step multiple quantitystep 订货倍数 倍数 步长 整倍数".split(" "),
    isNumber: true,
  },
];

/** What is in an assortment, to look at and to take out; `onAdd` begins to add to it. */
export function AssortmentItems({
  assortment,
  onAdd,
}: {
  readonly assortment: AssortmentPartsFragment;
  readonly onAdd: (() => void) | null;
}) {
  const t = useTexts(catalogTexts);
  return (
    <Section
      title={t("items")}
      actions={
        onAdd && (
          <Button kind="primary" onClick={onAdd}>
            {t("items.add")}
          </Button>
        )
      }
    >
      <ItemTable assortment={assortment} />
    </Section>
  );
}

/** SKUs to add, or to give another minimum and step. */
export function NewItems({
  assortment,
  onClose,
}: {
  readonly assortment: AssortmentPartsFragment;
  readonly onClose: () => void;
}) {
  const t = useTexts(catalogTexts);
  const intent = useIntent(AssortmentSkusPutDocument, "assortmentSkusPut", {
    touches: ["CATALOG"],
  });
  const columns = (["minimum", "step"] as const).map((key) => ({
    key,
    title: t(key),
    type: "number" as const,
    fault: (row: { readonly cells: Readonly<Record<string, string>> }) =>
      wholeOr1(row.cells[key]) === null ? t("whole.fault") : undefined,
  }));
  return (
    <SheetForm
      title={t("items.add")}
      help={t("items.help")}
      columns={COLUMNS}
      shown={() => columns}
      intent={intent}
      read={({ cells }, found) => {
        const [quantityMinimum, quantityStep] = [wholeOr1(cells["minimum"]), wholeOr1(cells["step"])];
        if (found.kind !== "sku" || quantityMinimum === null || quantityStep === null) return null;
        return { skuId: found.sku.id, quantityMinimum, quantityStep };
      }}
      onPut={(items) => intent.run({ assortmentId: assortment.id, items })}
      onClose={onClose}
    />
  );
}

function wholeOr1(text = ""): number | null {
  if (text.trim() === "") return 1;
  return WHOLE.test(text.trim()) ? Number(text) : null;
}

function ItemTable({ assortment }: { readonly assortment: AssortmentPartsFragment }) {
  const t = useTexts(catalogTexts);
  const [skuId, setSkuId] = useState<string | null>(null);
  const [ids, setIds] = useState<ReadonlySet<string>>(new Set());
  const [removedCount, setRemovedCount] = useState(0);
  const pages = usePages({
    kinds: ["CATALOG"],
    document: AssortmentItemsDocument,
    variables: { id: assortment.id, skuId, first: PAGE_SIZE },
    connection: (result) => result.assortment?.items ?? NO_ITEMS,
    keepsFormer: true,
  });
  const removing = useIntent(AssortmentSkusRemoveDocument, "assortmentSkusRemove", {
    touches: ["CATALOG"],
    onDone: () => {
      setRemovedCount(ids.size);
      setIds(new Set());
    },
  });
  return (
    <>
      <SkuPicker
        label={t("find")}
        onPick={(sku) => setSkuId(sku.id)}
        onClear={() => setSkuId(null)}
      />
      <IntentProblems intent={removing} />
      <div className="row-actions">
        <ConfirmButton
          title={t("items.remove.title", { count: ids.size })}
          text={t("items.remove.text")}
          confirmText={t("items.remove.confirm")}
          disabled={ids.size === 0}
          isBusy={removing.isRunning}
          onConfirm={() =>
            void removing.run({ assortmentId: assortment.id, skuIds: [...ids] })
          }
        >
          {t("items.remove", { count: ids.size })}
        </ConfirmButton>
      </div>
      {removedCount > 0 && (
        <Notice kind="good">{t("items.removed", { count: removedCount })}</Notice>
      )}
      <PagedTable
        caption={t("items")}
        pages={pages}
        columns={useColumns()}
        rowKey={(item) => item.sku?.id ?? ""}
        rowLabel={(item) => item.sku?.code ?? ""}
        selection={{ ids, onChange: setIds }}
        empty={<Empty>{t(skuId === null ? "items.empty" : "items.emptyFor")}</Empty>}
      />
    </>
  );
}

function useColumns(): readonly Column<Item>[] {
  const t = useTexts(catalogTexts);
  const name = useName();
  return [
    {
      key: "sku",
      title: t("sku"),
      render: ({ sku }) => (
        <span>
          {sku?.code} {name(sku)}
        </span>
      ),
    },
    {
      key: "minimum",
      title: t("minimum"),
      align: "end",
      render: (item) => <Quantity value={item.quantityMinimum} unit={item.sku?.baseUnit} />,
    },
    {
      key: "step",
      title: t("step"),
      align: "end",
      render: (item) => <Quantity value={item.quantityStep} unit={item.sku?.baseUnit} />,
    },
  ];
}
