import { useState } from "react";

import {
  type PriceListPartsFragment,
  PricesEndDocument,
  PricesOfListDocument,
  type PricesOfListQuery,
} from "../../gql/graphql";
import {
  Button,
  type Column,
  Empty,
  FormDialog,
  Notice,
  PagedTable,
  Quantity,
  StatePill,
  TextField,
  UnitPrice,
  ValidFrom,
  ValidTo,
  problemAt,
  useName,
} from "../../shared/components";
import { useIntent, usePages } from "../../shared/graph/hooks";
import { useTexts } from "../../shared/i18n/i18n";
import { SkuPicker } from "../catalog/SkuPicker";
import { usePackName } from "../catalog/usePackName";
import { endOf } from "../../shared/days";
import { pricingTexts } from "./texts";

type Price = NonNullable<PricesOfListQuery["priceList"]>["prices"]["edges"][number]["node"];

const PAGE_SIZE = 50;
const ENDED_MAX = 1000;
const NO_PRICES = { edges: [], pageInfo: { hasNextPage: false } } as const;

/** The prices of a list, ended ones too, to look at and to end. */
export function Prices({ list }: { readonly list: PriceListPartsFragment }) {
  const t = useTexts(pricingTexts);
  const [skuId, setSkuId] = useState<string | null>(null);
  const [ids, setIds] = useState<ReadonlySet<string>>(new Set());
  const [isEnding, setIsEnding] = useState(false);
  const [endedCount, setEndedCount] = useState(0);
  const pages = usePages({
    kinds: ["PRICE"],
    document: PricesOfListDocument,
    variables: { id: list.id, skuId, first: PAGE_SIZE },
    connection: (result) => result.priceList?.prices ?? NO_PRICES,
    keepsFormer: true,
  });
  const isTooMany = ids.size > ENDED_MAX;
  return (
    <>
      <SkuPicker
        label={t("prices.find")}
        onPick={(sku) => setSkuId(sku.id)}
        onClear={() => setSkuId(null)}
      />
      <div className="row-actions">
        <Button disabled={ids.size === 0 || isTooMany} onClick={() => setIsEnding(true)}>
          {t("end.chosen", { count: ids.size })}
        </Button>
        <span role="status">
          {isTooMany && t("end.tooMany", { max: ENDED_MAX })}
          {ids.size === 0 && endedCount === 0 && t("end.hint")}
        </span>
      </div>
      {endedCount > 0 && <Notice kind="good">{t("end.done", { count: endedCount })}</Notice>}
      <PagedTable
        caption={t("prices")}
        pages={pages}
        columns={useColumns(list.currency)}
        rowKey={(price) => price.id}
        rowLabel={(price) => `${price.sku?.code} ≥ ${price.quantityMinimum}`}
        selection={{ ids, onChange: setIds }}
        empty={<Empty>{t(skuId === null ? "prices.empty" : "prices.emptyFor")}</Empty>}
      />
      {isEnding && (
        <EndPrices
          list={list}
          priceIds={[...ids]}
          onDone={() => {
            setEndedCount(ids.size);
            setIds(new Set());
          }}
          onClose={() => setIsEnding(false)}
        />
      )}
    </>
  );
}

function EndPrices({
  list,
  priceIds,
  onDone,
  onClose,
}: {
  readonly list: PriceListPartsFragment;
  readonly priceIds: readonly string[];
  readonly onDone: () => void;
  readonly onClose: () => void;
}) {
  const t = useTexts(pricingTexts);
  const [day, setDay] = useState("");
  const intent = useIntent(PricesEndDocument, "pricesEnd", {
    touches: ["PRICE"],
    onDone: () => {
      onDone();
      onClose();
    },
  });
  return (
    <FormDialog
      title={t("end.title", { count: priceIds.length })}
      intent={intent}
      submitText={t("end")}
      isReady
      onSubmit={() =>
        void intent.run({
          priceListId: list.id,
          priceIds: [...priceIds],
          at: day === "" ? null : endOf(day),
        })
      }
      onClose={onClose}
    >
      <TextField
        label={t("end.day")}
        hint={t("end.day.hint")}
        type="date"
        value={day}
        error={problemAt(intent.problems, "at")}
        onText={setDay}
      />
    </FormDialog>
  );
}

function useColumns(currency: string): readonly Column<Price>[] {
  const t = useTexts(pricingTexts);
  const name = useName();
  const packName = usePackName();
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
      key: "quantity",
      title: t("quantity"),
      align: "end",
      render: ({ quantityMinimum, sku }) => (
        <Quantity value={quantityMinimum} unit={sku?.baseUnit} />
      ),
    },
    {
      key: "price",
      title: t("price"),
      align: "end",
      render: ({ unitPrice, pack, sku }) => (
        <span>
          <UnitPrice price={unitPrice} currency={currency} />
          <span className="unit"> / {pack ? packName(pack) : sku?.baseUnit}</span>
        </span>
      ),
    },
    { key: "from", title: t("validFrom"), render: (row) => <ValidFrom value={row.validFrom} /> },
    {
      key: "to",
      title: t("validTo"),
      render: ({ validFrom, validTo }) => (
        <span className="row-actions">
          <ValidTo value={validTo} />
          <Standing key={`${validFrom} ${validTo}`} from={validFrom} to={validTo} />
        </span>
      ),
    },
  ];
}

/** Says of a price that it does not hold as one looks at it. */
function Standing({
  from,
  to,
}: {
  readonly from: string | null | undefined;
  readonly to: string | null | undefined;
}) {
  const t = useTexts(pricingTexts);
  const [now] = useState(() => Date.now());
  if (to != null && Date.parse(to) <= now) return <StatePill kind="neutral">{t("ended")}</StatePill>;
  if (from == null || Date.parse(from) <= now) return null;
  return <StatePill kind="active">{t("toCome")}</StatePill>;
}
