// The columns of lists of papers: payments, adjustments, statements.

import { useSession } from "../../../app/session";
import type {
  AdjustmentState,
  PaymentState,
  SettlementAdjustmentFragment,
  SettlementPaymentFragment,
  SettlementStatementFragment,
  StatementState,
} from "../../../gql/graphql";
import { type Column, DateText, Money, StatePill, useName } from "../../../shared/components";
import { commonTexts } from "../../../shared/i18n/common";
import { useFormat } from "../../../shared/i18n/format";
import { useTexts } from "../../../shared/i18n/i18n";
import { BalanceText } from "../BalanceText";
import { moneyTexts } from "../texts";
import { AdjustmentDecision, PaymentDecision } from "./decisions";

export const PAPER_KINDS = {
  RECORDED: "waiting",
  CONFIRMED: "good",
  REFUSED: "bad",
} as const satisfies Record<PaymentState & AdjustmentState, string>;

const STATEMENT_KINDS = {
  ISSUED: "waiting",
  DISPUTED: "bad",
  CONFIRMED: "good",
} as const satisfies Record<StatementState, string>;

type Columns<Paper> = readonly Column<Paper>[];

/** With `hasParty`, a column says with whom: for lists over all relationships. */
export function usePaymentColumns(hasParty: boolean): Columns<SettlementPaymentFragment> {
  const t = useTexts(moneyTexts);
  const common = useTexts(commonTexts);
  const name = useName();
  const { viewer } = useSession();
  const isIn = (payment: SettlementPaymentFragment) =>
    payment.payee?.id === viewer.organization?.id;
  const party: Columns<SettlementPaymentFragment> = [
    {
      key: "party",
      title: t("counterpart"),
      render: (payment) => name(isIn(payment) ? payment.payer : payment.payee),
    },
  ];
  return [
    { key: "number", title: t("number"), render: (payment) => payment.number },
    {
      key: "state",
      title: t("state"),
      render: ({ state }) => (
        <StatePill kind={PAPER_KINDS[state]}>{t(`payment.${state}`)}</StatePill>
      ),
    },
    ...(hasParty ? party : []),
    {
      key: "direction",
      title: t("direction"),
      render: (payment) => t(isIn(payment) ? "direction.in" : "direction.out"),
    },
    { key: "paidOn", title: t("paidOn"), render: ({ paidOn }) => <DateText value={paidOn} /> },
    {
      key: "method",
      title: t("method"),
      isWideOnly: true,
      render: ({ method }) => t(`method.${method}`),
    },
    {
      key: "reference",
      title: t("reference"),
      isWideOnly: true,
      render: ({ reference }) => reference || "–",
    },
    {
      key: "amount",
      title: t("amount"),
      align: "end",
      render: ({ amount }) => <Money value={amount} />,
    },
    {
      key: "decision",
      title: common("actions"),
      render: (payment) => <PaymentDecision payment={payment} />,
    },
  ];
}

export function useAdjustmentColumns(hasParty: boolean): Columns<SettlementAdjustmentFragment> {
  const t = useTexts(moneyTexts);
  const common = useTexts(commonTexts);
  const name = useName();
  const party: Columns<SettlementAdjustmentFragment> = [
    {
      key: "party",
      title: t("counterpart"),
      render: ({ relationship }) =>
        name(relationship?.side === "SELLER" ? relationship.buyer : relationship?.seller),
    },
  ];
  return [
    { key: "number", title: t("number"), render: (adjustment) => adjustment.number },
    {
      key: "state",
      title: t("state"),
      render: ({ state }) => (
        <StatePill kind={PAPER_KINDS[state]}>{t(`adjustment.${state}`)}</StatePill>
      ),
    },
    ...(hasParty ? party : []),
    { key: "kind", title: t("adjustment.kind"), render: ({ kind }) => t(`kind.${kind}`) },
    { key: "madeAt", title: t("madeAt"), render: ({ madeAt }) => <DateText value={madeAt} /> },
    {
      key: "reason",
      title: t("reason"),
      render: ({ reason }) => <span className="paper-text">{reason}</span>,
    },
    {
      key: "amount",
      title: t("amount"),
      align: "end",
      render: ({ amount }) => <Money value={amount} />,
    },
    {
      key: "decision",
      title: common("actions"),
      render: (adjustment) => <AdjustmentDecision adjustment={adjustment} />,
    },
  ];
}

export function useStatementColumns(hasParty: boolean): Columns<SettlementStatementFragment> {
  const t = useTexts(moneyTexts);
  const name = useName();
  const { tradeMoment } = useFormat();
  const { viewer } = useSession();
  const isSelling = ({ seller }: SettlementStatementFragment) =>
    seller?.id === viewer.organization?.id;
  const party: Columns<SettlementStatementFragment> = [
    {
      key: "party",
      title: t("counterpart"),
      render: (statement) => name(isSelling(statement) ? statement.buyer : statement.seller),
    },
  ];
  return [
    { key: "number", title: t("number"), render: (statement) => statement.number },
    {
      key: "state",
      title: t("state"),
      render: (statement) => <StatementPill statement={statement} />,
    },
    ...(hasParty ? party : []),
    {
      key: "periodTo",
      title: t("statement.periodTo"),
      render: ({ periodTo }) => <time dateTime={periodTo}>{tradeMoment(periodTo)}</time>,
    },
    {
      key: "issuedAt",
      title: t("statement.issuedAt"),
      isWideOnly: true,
      render: ({ issuedAt }) => <DateText value={issuedAt} />,
    },
    {
      key: "closing",
      title: t("statement.closing"),
      align: "end",
      render: (statement) => (
        <BalanceText
          buyerOwes={statement.buyerOwesClosing}
          side={isSelling(statement) ? "SELLER" : "BUYER"}
        />
      ),
    },
  ];
}

/** Where a statement stands: for one that waits, for whom. */
export function StatementPill({
  statement,
}: {
  readonly statement: Pick<
    SettlementStatementFragment,
    "state" | "seller" | "sellerConfirmedAt" | "buyerConfirmedAt"
  >;
}) {
  const t = useTexts(moneyTexts);
  const { viewer } = useSession();
  const { state, sellerConfirmedAt, buyerConfirmedAt } = statement;
  const isSeller = statement.seller?.id === viewer.organization?.id;
  const isOurs = (isSeller ? sellerConfirmedAt : buyerConfirmedAt) == null;
  if (state !== "ISSUED") {
    return <StatePill kind={STATEMENT_KINDS[state]}>{t(`statement.${state}`)}</StatePill>;
  }
  return (
    <StatePill kind={isOurs ? "waiting" : "active"}>
      {t(isOurs ? "statement.waitsForUs" : "statement.waitsForThem")}
    </StatePill>
  );
}
