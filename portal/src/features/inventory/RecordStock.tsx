import { useState } from "react";

import {
  StockAdjustDocument,
  StockCountDocument,
  StockSkusDocument,
  StockTransferDocument,
} from "../../gql/graphql";
import {
  Button,
  IntentProblems,
  Modal,
  SelectField,
  TextField,
} from "../../shared/components";
import { type Problem, useGraph, useIntent } from "../../shared/graph/hooks";
import { commonTexts } from "../../shared/i18n/common";
import { useTexts } from "../../shared/i18n/i18n";
import { type StockLevel, useWarehouses } from "./StockPage";
import { inventoryTexts } from "./texts";

type RecordKind = "ADJUST" | "COUNT" | "TRANSFER";

const WHOLE = { ADJUST: /^-?\d{1,9}$/, COUNT: /^\d{1,9}$/, TRANSFER: /^\d{1,9}$/ } as const;

/** Put the book's number right: by a difference, by a count, or by moving goods. */
export function RecordStock({
  level,
  onClose,
}: {
  /** Null to choose SKU and warehouse first. */
  readonly level: StockLevel | null;
  readonly onClose: () => void;
}) {
  const t = useTexts(inventoryTexts);
  const common = useTexts(commonTexts);
  const warehouses = useWarehouses();
  const [kind, setKind] = useState<RecordKind>("COUNT");
  const [skuId, setSkuId] = useState(level?.sku?.id ?? "");
  const [from, setFrom] = useState(level?.warehouse?.id ?? "");
  const [to, setTo] = useState("");
  const [quantity, setQuantity] = useState("");
  const [note, setNote] = useState("");
  const options = { touches: ["STOCK"] as const, onDone: onClose };
  const adjusting = useIntent(StockAdjustDocument, "stockAdjust", options);
  const counting = useIntent(StockCountDocument, "stockCount", options);
  const transferring = useIntent(StockTransferDocument, "stockTransfer", options);
  const intent = { ADJUST: adjusting, COUNT: counting, TRANSFER: transferring }[kind];
  const warehouseId = from || warehouses[0]?.value || "";
  const others = warehouses.filter(({ value }) => value !== warehouseId);
  const toWarehouseId = to || others[0]?.value || "";
  const isWhole = WHOLE[kind].test(quantity.trim());
  const isReady =
    isWhole && skuId !== "" && warehouseId !== "" && (kind !== "TRANSFER" || toWarehouseId !== "");

  function submit(): void {
    const amount = Number(quantity);
    const line = { warehouseId, skuId, note };
    if (kind === "ADJUST") void adjusting.run({ lines: [{ ...line, quantity: amount }] });
    else if (kind === "COUNT") void counting.run({ lines: [{ ...line, counted: amount }] });
    else {
      const lines = [{ fromWarehouseId: warehouseId, toWarehouseId, skuId, quantity: amount }];
      void transferring.run({ lines, note });
    }
  }

  return (
    <Modal
      title={level === null ? t("record.new") : t("record.title", { sku: level.sku?.code ?? "" })}
      isOpen
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>{common("cancel")}</Button>
          <Button
            type="submit"
            form="stock-form"
            kind="primary"
            disabled={!isReady}
            isBusy={intent.isRunning}
          >
            {t("record")}
          </Button>
        </>
      }
    >
      <form
        id="stock-form"
        className="form"
        onSubmit={(event) => {
          event.preventDefault();
          if (isReady) submit();
        }}
      >
        <IntentProblems<Problem> intent={intent} />
        {level === null && <SkuField value={skuId} onChange={setSkuId} />}
        <SelectField
          label={t("warehouse")}
          options={warehouses}
          value={warehouseId}
          disabled={level !== null}
          onText={setFrom}
        />
        <SelectField
          label={t("record.kind")}
          options={(["COUNT", "ADJUST", "TRANSFER"] as const).map((value) => ({
            value,
            text: t(`record.${value}`),
          }))}
          value={kind}
          onText={(value) => setKind(value as RecordKind)}
        />
        {kind === "TRANSFER" && (
          <SelectField
            label={t("to.warehouse")}
            options={others}
            value={toWarehouseId}
            onText={setTo}
          />
        )}
        <TextField
          label={t(`quantity.${kind}`)}
          isRequired
          inputMode={kind === "ADJUST" ? "text" : "numeric"}
          autoComplete="off"
          value={quantity}
          {...(quantity !== "" && !isWhole && { error: t("wholeNumber") })}
          onText={setQuantity}
        />
        <TextField label={t("note")} value={note} onText={setNote} />
      </form>
    </Modal>
  );
}

/** Find a SKU by what one knows of it, and choose it. */
function SkuField({
  value,
  onChange,
}: {
  readonly value: string;
  readonly onChange: (skuId: string) => void;
}) {
  const t = useTexts(inventoryTexts);
  const [search, setSearch] = useState("");
  const { data } = useGraph({
    kinds: ["CATALOG"],
    document: StockSkusDocument,
    variables: { search },
    enabled: search.trim() !== "",
    keepsFormer: true,
  });
  const skus = data?.skus.edges.map(({ node }) => node) ?? [];
  return (
    <>
      <TextField
        label={t("search")}
        type="search"
        placeholder={t("search.hint")}
        value={search}
        onText={setSearch}
      />
      <SelectField
        label={t("record.choose")}
        isRequired
        options={[
          { value: "", text: search && data && skus.length === 0 ? t("record.none") : "–" },
          ...skus.map((sku) => ({ value: sku.id, text: `${sku.code} ${sku.name}` })),
        ]}
        value={value}
        onText={onChange}
      />
    </>
  );
}
