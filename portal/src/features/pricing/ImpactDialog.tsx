import {
  type PriceInput,
  PriceListImpactDocument,
  type PriceListImpactQuery,
  type PriceListPartsFragment,
  PricesPutDocument,
} from "../../gql/graphql";
import {
  Button,
  type Column,
  DataTable,
  ErrorState,
  IntentProblems,
  Loading,
  Modal,
  ProblemList,
  Quantity,
  StatePill,
  UnitPrice,
  useName,
} from "../../shared/components";
import { Fault } from "../../shared/graph/errors";
import { type Problem, useGraph, useIntent } from "../../shared/graph/hooks";
import { useTexts } from "../../shared/i18n/i18n";
import { sheetTexts } from "../catalog/sheet/texts";
import { usePackName } from "../catalog/usePackName";
import { pricingTexts } from "./texts";

type Impact = PriceListImpactQuery["priceListImpact"];
type Change = Impact["changes"][number];

/** Whom prices would reach, and what becomes of theirs; from here they are put in. */
export function ImpactDialog({
  list,
  prices,
  onRefused,
  onDone,
  onClose,
}: {
  readonly list: PriceListPartsFragment;
  readonly prices: readonly PriceInput[];
  readonly onRefused: (problems: readonly Problem[]) => void;
  readonly onDone: () => void;
  readonly onClose: () => void;
}) {
  const t = useTexts(pricingTexts);
  const asked = useGraph({
    kinds: ["PRICE", "RELATIONSHIP"],
    document: PriceListImpactDocument,
    variables: { priceListId: list.id, prices: [...prices] },
  });
  const intent = useIntent(PricesPutDocument, "pricesPut", { touches: ["PRICE"], onDone });
  const refusal = asked.error instanceof Fault ? asked.error.problems : [];
  const problems = refusal.length > 0 ? refusal : intent.problems;

  function close(): void {
    onRefused(problems);
    onClose();
  }

  return (
    <Modal
      title={t("impact.title")}
      isOpen
      isWide
      onClose={close}
      footer={
        <>
          <Button onClick={close}>{t("impact.back")}</Button>
          <Button
            kind="primary"
            disabled={asked.data === undefined || asked.isError}
            isBusy={intent.isRunning}
            onClick={() => void intent.run({ priceListId: list.id, prices: [...prices] })}
          >
            {t("impact.put", { count: prices.length })}
          </Button>
        </>
      }
    >
      <IntentProblems<Problem> intent={{ ...intent, problems: [] }} />
      <ProblemList problems={problems} action={(problem) => <RowOf problem={problem} />} />
      {asked.isPending && <Loading rows={6} onRetry={() => void asked.refetch()} />}
      {asked.error && refusal.length === 0 && (
        <ErrorState error={asked.error} onRetry={() => void asked.refetch()} />
      )}
      {asked.data && !asked.isError && (
        <Reach impact={asked.data.priceListImpact} currency={list.currency} />
      )}
    </Modal>
  );
}

function RowOf({ problem }: { readonly problem: Problem }) {
  const words = useTexts(sheetTexts);
  const place = Number(problem.path[1]);
  return Number.isNaN(place) ? null : <strong>{words("rowOf", { row: place + 1 })}</strong>;
}

function Reach({ impact, currency }: { readonly impact: Impact; readonly currency: string }) {
  const t = useTexts(pricingTexts);
  const columns = useColumns(currency);
  if (impact.changes.length === 0) return <p role="status">{t("impact.none")}</p>;
  return (
    <>
      <p role="status">
        {t("impact.count", { count: impact.relationshipCount })}{" "}
        {impact.affectedCount == null
          ? t("impact.unknown")
          : t("impact.affected", { count: impact.affectedCount })}{" "}
        {impact.truncated &&
          t("impact.truncated", { count: impact.changeCount, shown: impact.changes.length })}
      </p>
      <DataTable
        caption={t("impact.caption")}
        columns={columns}
        rows={impact.changes}
        rowKey={(change) =>
          [change.relationship?.id, change.sku?.id, change.pack?.id, change.quantityMinimum].join()
        }
      />
    </>
  );
}

function useColumns(currency: string): readonly Column<Change>[] {
  const t = useTexts(pricingTexts);
  const name = useName();
  const packName = usePackName();
  const price = (value: string | null | undefined) =>
    value == null ? t("impact.noPrice") : <UnitPrice price={value} currency={currency} />;
  return [
    { key: "buyer", title: t("impact.buyer"), render: (row) => name(row.relationship?.buyer) },
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
      key: "per",
      title: t("impact.per"),
      align: "end",
      render: ({ quantityMinimum, sku }) => (
        <span>
          ≥ <Quantity value={quantityMinimum} unit={sku?.baseUnit} />
        </span>
      ),
    },
    {
      key: "pack",
      title: t("pack"),
      render: ({ pack, sku }) => (pack ? packName(pack) : (sku?.baseUnit ?? "–")),
    },
    { key: "before", title: t("impact.before"), align: "end", render: (row) => price(row.before) },
    { key: "after", title: t("impact.after"), align: "end", render: (row) => price(row.after) },
    {
      key: "effect",
      title: t("impact.effect"),
      render: ({ before, after, isWinning }) => (
        <span className="row-actions">
          <StatePill kind={before === after ? "neutral" : "active"}>
            {t(before === after ? "impact.same" : "impact.changes")}
          </StatePill>
          <small>{t(isWinning ? "impact.wins" : "impact.loses")}</small>
        </span>
      ),
    },
  ];
}
