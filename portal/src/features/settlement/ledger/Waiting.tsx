import { usePermissions } from "../../../app/session";
import { AdjustmentsDocument, PaymentsDocument } from "../../../gql/graphql";
import { DataTable, ErrorLine, Section } from "../../../shared/components";
import { useGraph } from "../../../shared/graph/hooks";
import { useTexts } from "../../../shared/i18n/i18n";
import { useAdjustmentColumns, usePaymentColumns } from "../papers/columns";
import { usePaper } from "../papers/usePaper";
import { moneyTexts } from "../texts";
import { ledgerTexts } from "./texts";

const SHOWN_MAX = 20;

/** What does not count yet since one side has not said its word; nothing where nothing waits. */
export function Waiting({ relationshipId }: { readonly relationshipId: string }) {
  const t = useTexts(ledgerTexts);
  const words = useTexts(moneyTexts);
  const may = usePermissions();
  const { hrefOf } = usePaper();
  const variables = { relationshipId, state: "RECORDED" as const, first: SHOWN_MAX };
  const payments = useGraph({
    kinds: ["PAYMENT"],
    document: PaymentsDocument,
    variables,
    enabled: may("PAYMENT_READ"),
  });
  const adjustments = useGraph({
    kinds: ["ADJUSTMENT"],
    document: AdjustmentsDocument,
    variables,
    enabled: may("STATEMENT_READ"),
  });
  const paymentColumns = usePaymentColumns(false);
  const adjustmentColumns = useAdjustmentColumns(false);
  const waitingPayments = payments.data?.payments.edges.map(({ node }) => node) ?? [];
  const waitingAdjustments = adjustments.data?.adjustments.edges.map(({ node }) => node) ?? [];
  const error = payments.error ?? adjustments.error;
  if (waitingPayments.length + waitingAdjustments.length === 0 && error === null) return null;
  return (
    <Section title={t("waiting")}>
      <ErrorLine
        error={error}
        onRetry={() => {
          void payments.refetch();
          void adjustments.refetch();
        }}
      />
      {waitingPayments.length > 0 && (
        <DataTable
          caption={words("tab.payments")}
          columns={paymentColumns}
          rows={waitingPayments}
          rowKey={({ id }) => id}
          rowHref={({ id }) => hrefOf({ kind: "payment", id })}
        />
      )}
      {waitingAdjustments.length > 0 && (
        <DataTable
          caption={words("tab.adjustments")}
          columns={adjustmentColumns}
          rows={waitingAdjustments}
          rowKey={({ id }) => id}
          rowHref={({ id }) => hrefOf({ kind: "adjustment", id })}
        />
      )}
    </Section>
  );
}
