import type { ReactNode } from "react";
import { Link } from "react-router";

import {
  AdjustmentPaperDocument,
  PaymentPaperDocument,
  type SettlementAdjustmentFragment,
  type SettlementPaymentFragment,
} from "../../../gql/graphql";
import {
  DateText,
  Drawer,
  Empty,
  ErrorState,
  Facts,
  Loading,
  Money,
  StatePill,
  useName,
} from "../../../shared/components";
import { useGraph } from "../../../shared/graph/hooks";
import { useTexts } from "../../../shared/i18n/i18n";
import { moneyTexts } from "../texts";
import { PAPER_KINDS } from "./columns";
import { AdjustmentDecision, PaymentDecision } from "./decisions";
import { usePaper } from "./usePaper";

/** The payment or adjustment that the address names, beside the page. */
export function PaperDrawer() {
  const { paper, close } = usePaper();
  if (paper?.kind === "payment") return <PaymentPaper id={paper.id} onClose={close} />;
  if (paper?.kind === "adjustment") return <AdjustmentPaper id={paper.id} onClose={close} />;
  return null;
}

interface PaperProps {
  readonly id: string;
  readonly onClose: () => void;
}

function PaymentPaper({ id, onClose }: PaperProps) {
  const t = useTexts(moneyTexts);
  const query = useGraph({ kinds: ["PAYMENT"], document: PaymentPaperDocument, variables: { id } });
  const payment = query.data?.payment;
  return (
    <Drawer
      title={payment ? t("payment.title", { number: payment.number }) : t("tab.payments")}
      isOpen
      onClose={onClose}
    >
      <Asked query={query} isThere={payment != null}>
        {payment && <PaymentFacts payment={payment} />}
      </Asked>
    </Drawer>
  );
}

function PaymentFacts({ payment }: { readonly payment: SettlementPaymentFragment }) {
  const t = useTexts(moneyTexts);
  const name = useName();
  return (
    <>
      <p>
        <StatePill kind={PAPER_KINDS[payment.state]}>{t(`payment.${payment.state}`)}</StatePill>
      </p>
      <Facts
        items={[
          { term: t("amount"), value: <Money value={payment.amount} /> },
          { term: t("paidOn"), value: <DateText value={payment.paidOn} /> },
          { term: t("payer"), value: name(payment.payer) },
          { term: t("payee"), value: name(payment.payee) },
          { term: t("method"), value: t(`method.${payment.method}`) },
          { term: t("reference"), value: payment.reference || "–" },
          { term: t("recordedBy"), value: name(payment.recordedBy) },
          { term: t("recordedAt"), value: <DateText value={payment.recordedAt} /> },
          { term: t("decidedAt"), value: <DateText value={payment.decidedAt} /> },
        ]}
      />
      {payment.refusalReason && (
        <p className="paper-text">{t("refused", { reason: payment.refusalReason })}</p>
      )}
      <PaymentDecision payment={payment} />
      <AccountLink id={payment.relationship?.id} />
    </>
  );
}

function AdjustmentPaper({ id, onClose }: PaperProps) {
  const t = useTexts(moneyTexts);
  const query = useGraph({
    kinds: ["ADJUSTMENT"],
    document: AdjustmentPaperDocument,
    variables: { id },
  });
  const adjustment = query.data?.adjustment;
  return (
    <Drawer
      title={
        adjustment ? t("adjustment.title", { number: adjustment.number }) : t("tab.adjustments")
      }
      isOpen
      onClose={onClose}
    >
      <Asked query={query} isThere={adjustment != null}>
        {adjustment && <AdjustmentFacts adjustment={adjustment} />}
      </Asked>
    </Drawer>
  );
}

function AdjustmentFacts({ adjustment }: { readonly adjustment: SettlementAdjustmentFragment }) {
  const t = useTexts(moneyTexts);
  const name = useName();
  const { state } = adjustment;
  return (
    <>
      <p>
        <StatePill kind={PAPER_KINDS[state]}>{t(`adjustment.${state}`)}</StatePill>
      </p>
      <Facts
        items={[
          { term: t("adjustment.kind"), value: t(`kind.${adjustment.kind}`) },
          { term: t("amount"), value: <Money value={adjustment.amount} /> },
          { term: t("seller"), value: name(adjustment.relationship?.seller) },
          { term: t("buyer"), value: name(adjustment.relationship?.buyer) },
          { term: t("madeAt"), value: <DateText value={adjustment.madeAt} /> },
          { term: t("dueOn"), value: <DateText value={adjustment.dueOn} /> },
          { term: t("decidedAt"), value: <DateText value={adjustment.decidedAt} /> },
        ]}
      />
      <p className="paper-text">{adjustment.reason}</p>
      {adjustment.refusalReason && (
        <p className="paper-text">{t("refused", { reason: adjustment.refusalReason })}</p>
      )}
      <AdjustmentDecision adjustment={adjustment} />
      <AccountLink id={adjustment.relationship?.id} />
    </>
  );
}

function AccountLink({ id }: { readonly id: string | undefined }) {
  const t = useTexts(moneyTexts);
  if (id === undefined) return null;
  return (
    <p>
      <Link to={`/money/${encodeURIComponent(id)}`}>{t("paper.account")}</Link>
    </p>
  );
}

/** What was asked for, in all its states. */
function Asked({
  query,
  isThere,
  children,
}: {
  readonly query: {
    readonly isPending: boolean;
    readonly error: Error | null;
    refetch(): unknown;
  };
  readonly isThere: boolean;
  readonly children: ReactNode;
}) {
  const t = useTexts(moneyTexts);
  if (query.isPending) return <Loading onRetry={() => void query.refetch()} />;
  if (isThere) return children;
  if (query.error !== null) {
    return <ErrorState error={query.error} onRetry={() => void query.refetch()} />;
  }
  return <Empty>{t("paper.missing")}</Empty>;
}
