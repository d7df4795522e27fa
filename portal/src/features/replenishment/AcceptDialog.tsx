import { useEffect } from "react";
import { Link } from "react-router";

import {
  ReplenishmentAcceptDocument,
  type ReplenishmentAcceptMutation,
  ReplenishmentAcceptPreviewDocument,
} from "../../gql/graphql";
import {
  ErrorState,
  FormDialog,
  Loading,
  Money,
  Notice,
  ProblemList,
  useName,
} from "../../shared/components";
import { useGraph, useIntent } from "../../shared/graph/hooks";
import { useTexts } from "../../shared/i18n/i18n";
import { AcceptTotals } from "./AcceptTotals";
import type { Proposal } from "./lines";
import { replenishmentTexts } from "./texts";

export type Taken = ReplenishmentAcceptMutation["replenishmentAccept"];

/** Says what comes of the chosen lines, by seller, before anything is ordered: what is ordered
 * then comes to what is said here, or is refused. */
export function AcceptDialog({
  kind,
  lines,
  quantityOf,
  onClose,
  onDone,
}: {
  readonly kind: "BUY" | "TRANSFER";
  readonly lines: readonly Proposal[];
  quantityOf(line: Proposal): number;
  readonly onClose: () => void;
  readonly onDone: (taken: Taken) => void;
}) {
  const t = useTexts(replenishmentTexts);
  const name = useName();
  const takes = lines.map((line) => ({ id: line.id, quantity: quantityOf(line) }));
  const asked = useGraph({
    kinds: ["REPLENISHMENT", "ORDER", "STOCK"],
    document: ReplenishmentAcceptPreviewDocument,
    variables: { lines: takes },
    keepsFormer: true,
  });
  const preview = asked.data?.replenishmentAcceptPreview;
  const intent = useIntent(ReplenishmentAcceptDocument, "replenishmentAccept", {
    touches: ["REPLENISHMENT", "ORDER", "STOCK"],
    onDone,
  });
  const { refetch } = asked;
  // What was refused had changed meanwhile: what it comes to now is looked at anew.
  useEffect(() => {
    if (intent.problems.length > 0) void refetch();
  }, [intent.problems, refetch]);
  const shown = (preview?.orders ?? []).flatMap(({ relationship, amount }) =>
    relationship == null || amount == null
      ? []
      : [{ relationshipId: relationship.id, amount: { ...amount } }],
  );
  return (
    <FormDialog
      title={t(`accept.title.${kind}`, { count: lines.length })}
      intent={intent}
      isWide
      isReady={preview !== undefined && preview.problems.length === 0 && !asked.isFetching}
      submitText={t(`accept.submit.${kind}`)}
      onClose={onClose}
      onSubmit={() =>
        // Who may not see amounts was shown none.
        void intent.run({ lines: takes, shown: shown.length === 0 ? null : shown })
      }
    >
      <p>{t(`accept.text.${kind}`)}</p>
      {asked.error !== null && <ErrorState error={asked.error} onRetry={() => void refetch()} />}
      {preview === undefined && asked.error === null && <Loading rows={4} />}
      {preview !== undefined && asked.error === null && (
        <>
          <ProblemList
            problems={preview.problems}
            action={({ path }) => {
              const line = path[0] === "lines" ? lines[Number(path[1])] : undefined;
              return line && <strong>{`${line.sku?.code ?? ""} ${name(line.warehouse)}`}</strong>;
            }}
          />
          <AcceptTotals lines={lines} quantityOf={quantityOf} preview={preview} />
        </>
      )}
    </FormDialog>
  );
}

/** What came of it, with the way to each order. */
export function TakenNotice({ taken }: { readonly taken: Taken }) {
  const t = useTexts(replenishmentTexts);
  const name = useName();
  return (
    <Notice kind="good">
      {t("accepted", { count: taken.count ?? 0 })}{" "}
      {(taken.orders ?? []).length > 0 && t("accepted.orders")}{" "}
      {(taken.orders ?? []).map((order) => (
        <span key={order.id} className="taken-order">
          <Link to={`/orders/${encodeURIComponent(order.id)}`}>{order.number}</Link>{" "}
          {name(order.counterpart)} <Money value={order.amount} />
        </span>
      ))}
    </Notice>
  );
}
