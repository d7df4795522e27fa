import { useMutation } from "@tanstack/react-query";
import { useRef, useState } from "react";

import {
  OrderConfirmationsApplyDocument,
  OrderConfirmationsPreviewDocument,
  type OrderConfirmationsPreviewQuery,
} from "../../gql/graphql";
import {
  Button,
  DataTable,
  DateText,
  DownloadLink,
  ErrorLine,
  IntentProblems,
  Money,
  Notice,
  Quantity,
  Section,
  useName,
} from "../../shared/components";
import { base64Of } from "../../shared/base64";
import { Fault } from "../../shared/graph/errors";
import { execute } from "../../shared/graph/execute";
import { useIntent } from "../../shared/graph/hooks";
import { useTexts } from "../../shared/i18n/i18n";
import { supplyTexts } from "./supplyTexts";

const FILE_BYTES_MAX = 1_000_000;

interface Preview {
  readonly name: string;
  readonly content: string;
  readonly rows: OrderConfirmationsPreviewQuery["orderConfirmationsPreview"];
}

/** Confirm many orders by a sheet: download, fill in, look at what it would do, apply. */
export function ConfirmFile() {
  const t = useTexts(supplyTexts);
  const input = useRef<HTMLInputElement>(null);
  const [count, setCount] = useState<number | null>(null);
  const reading = useMutation({
    mutationFn: async (file: File): Promise<Preview> => {
      if (file.size > FILE_BYTES_MAX) throw new Fault(t("file.large"), "BAD_FILE");
      const content = await base64Of(file);
      const asked = { name: file.name, content };
      const { orderConfirmationsPreview: rows } = await execute(
        OrderConfirmationsPreviewDocument,
        asked,
      );
      return { ...asked, rows };
    },
  });
  const preview = reading.data;
  return (
    <div className="proposals">
      <p>{t("file.text")}</p>
      <div className="proposal-acts">
        <DownloadLink path="/files/order-confirmations.xlsx">{t("file.xlsx")}</DownloadLink>
        <DownloadLink path="/files/order-confirmations.csv">{t("file.csv")}</DownloadLink>
        <Button kind="primary" isBusy={reading.isPending} onClick={() => input.current?.click()}>
          {t(reading.isPending ? "file.reading" : "file.choose")}
        </Button>
        <input
          ref={input}
          type="file"
          hidden
          accept=".xlsx,.csv"
          aria-label={t("file.choose")}
          onChange={(event) => {
            const [file] = event.target.files ?? [];
            event.target.value = "";
            setCount(null);
            if (file !== undefined) reading.mutate(file);
          }}
        />
      </div>
      <ErrorLine error={reading.error} />
      {count !== null && <Notice kind="good">{t("applied", { count })}</Notice>}
      {preview && (
        <PreviewOf
          key={preview.content}
          preview={preview}
          onDone={(orders) => {
            reading.reset();
            setCount(orders);
          }}
        />
      )}
    </div>
  );
}

function PreviewOf({
  preview,
  onDone,
}: {
  readonly preview: Preview;
  readonly onDone: (orders: number) => void;
}) {
  const t = useTexts(supplyTexts);
  const intent = useIntent(OrderConfirmationsApplyDocument, "orderConfirmationsApply", {
    touches: ["ORDER"],
    onDone: (payload) => onDone(payload.orderCount ?? 0),
  });
  const faulty = preview.rows.filter(({ messages }) => messages.length > 0).length;
  return (
    <Section
      title={t("preview", { name: preview.name })}
      actions={
        <Button
          kind="primary"
          disabled={faulty > 0 || preview.rows.every(({ isLeft }) => isLeft)}
          isBusy={intent.isRunning}
          onClick={() => void intent.run({ name: preview.name, content: preview.content })}
        >
          {t("apply")}
        </Button>
      }
    >
      <IntentProblems intent={intent} />
      {preview.rows.some(({ offer }) => offer != null) && (
        <Notice kind="info">{t("offer.text")}</Notice>
      )}
      {faulty > 0 && <Notice kind="warning">{t("faulty", { count: faulty })}</Notice>}
      <DataTable
        caption={t("preview", { name: preview.name })}
        rows={preview.rows}
        rowKey={({ row }) => String(row)}
        columns={[
          { key: "row", title: t("row"), render: ({ row }) => row },
          { key: "order", title: t("order"), render: ({ orderNumber }) => orderNumber },
          { key: "line", title: t("line"), render: ({ lineNo }) => lineNo ?? "–" },
          { key: "sku", title: t("sku"), render: ({ skuCode }) => skuCode ?? "–" },
          {
            key: "open",
            title: t("open"),
            align: "end",
            render: ({ openQuantity }) => <Quantity value={openQuantity} />,
          },
          {
            key: "confirmed",
            title: t("confirmed"),
            align: "end",
            render: ({ confirmedQuantity, isLeft }) =>
              isLeft ? t("left") : <Quantity value={confirmedQuantity} />,
          },
          { key: "on", title: t("on"), render: ({ promisedOn }) => <DateText value={promisedOn} /> },
          { key: "reason", title: t("reason"), render: ({ reason }) => reason || "–" },
          {
            key: "offer",
            title: t("offer"),
            width: "24%",
            render: ({ offer }) => <OfferOf offer={offer} />,
          },
          {
            key: "problems",
            title: t("problems"),
            render: ({ messages }) => (
              <span className="preview-problems">{messages.join(" ") || "–"}</span>
            ),
          },
        ]}
      />
    </Section>
  );
}

/** What a row offers instead, for how many units, and what either of them costs. */
function OfferOf({ offer }: { readonly offer: Preview["rows"][number]["offer"] }) {
  const t = useTexts(supplyTexts);
  const name = useName();
  if (offer == null) return <>–</>;
  return (
    <span>
      {offer.skuCode} {name({ name: offer.skuName, nameEn: offer.skuNameEn })}
      <small className="sku-name">
        <Quantity value={offer.quantity} unit={offer.baseUnit} />
        {offer.packCode !== offer.baseUnit && ` (${offer.packQuantity} × ${offer.packCode})`} ·{" "}
        <Money value={offer.amount} />
      </small>
      <small className="sku-name">
        {t("offer.replaced", { count: offer.replacedQuantity })} ·{" "}
        <Money value={offer.replacedAmount} />
      </small>
      {offer.validUntil != null && (
        <small className="sku-name">
          {t("offer.until")} <DateText value={offer.validUntil} />
        </small>
      )}
    </span>
  );
}
