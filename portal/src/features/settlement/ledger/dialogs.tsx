// What is written into an account: payments, adjustments, the limit, statements.

import { useState } from "react";
import { useNavigate } from "react-router";

import {
  AdjustmentCreateDocument,
  type AdjustmentKind,
  CreditLimitSetDocument,
  PaymentRecordDocument,
  type PaymentMethod,
  type RelationshipSide,
  StatementIssueDocument,
} from "../../../gql/graphql";
import {
  FormDialog,
  SelectField,
  TextAreaField,
  TextField,
  problemIn,
} from "../../../shared/components";
import { useIntent } from "../../../shared/graph/hooks";
import { useTexts } from "../../../shared/i18n/i18n";
import { AmountField } from "../AmountField";
import { amountOf, endOfDay, today } from "../amounts";
import { moneyTexts } from "../texts";
import { useTell } from "../told";
import { ledgerTexts } from "./texts";

export interface LedgerDialogProps {
  readonly account: {
    readonly id: string;
    readonly currency: string;
    readonly side: RelationshipSide;
    /** Of the other side. */
    readonly name: string;
    readonly limit: string;
  };
  readonly onClose: () => void;
}

const METHODS: readonly PaymentMethod[] = ["BANK", "ONLINE", "BILL", "CASH", "OTHER"];

export function PaymentDialog({ account, onClose }: LedgerDialogProps) {
  const t = useTexts(ledgerTexts);
  const words = useTexts(moneyTexts);
  const tell = useTell();
  const [paidBy, setPaidBy] = useState<RelationshipSide>("BUYER");
  const [amount, setAmount] = useState("");
  const [method, setMethod] = useState<PaymentMethod>("BANK");
  const [paidOn, setPaidOn] = useState(today());
  const [reference, setReference] = useState("");
  const intent = useIntent(PaymentRecordDocument, "paymentRecord", {
    touches: ["PAYMENT", "CREDIT"],
    onDone: ({ payment }) => {
      if (payment) {
        const state = words(`payment.${payment.state}`);
        tell(t("pay.done", { number: payment.number, state }));
      }
      onClose();
    },
  });
  const sum = amountOf(amount);
  return (
    <FormDialog
      title={t("pay.title", { name: account.name })}
      intent={intent}
      fields={["amount", "paidOn", "reference"]}
      submitText={t("pay.submit")}
      isReady={sum !== null && paidOn !== ""}
      onClose={onClose}
      onSubmit={() =>
        void intent.run({
          relationshipId: account.id,
          paidBy,
          amount: { amount: sum ?? "", currency: account.currency },
          method,
          paidOn,
          reference: reference.trim(),
        })
      }
    >
      <SelectField
        label={t("pay.direction")}
        hint={t(paidBy === account.side ? "pay.out" : "pay.in")}
        options={(["BUYER", "SELLER"] as const).map((value) => ({
          value,
          text: t(`pay.${account.side}.${value}`),
        }))}
        value={paidBy}
        onText={(value) => setPaidBy(value === "SELLER" ? "SELLER" : "BUYER")}
      />
      <div className="form-row">
        <AmountField
          label={t("pay.amount", { currency: account.currency })}
          value={amount}
          error={problemIn(intent.problems, "amount")}
          onText={setAmount}
        />
        <TextField
          label={words("paidOn")}
          type="date"
          isRequired
          value={paidOn}
          onText={setPaidOn}
          error={problemIn(intent.problems, "paidOn")}
        />
      </div>
      <SelectField
        label={words("method")}
        options={METHODS.map((value) => ({ value, text: words(`method.${value}`) }))}
        value={method}
        onText={(value) => setMethod(METHODS.find((known) => known === value) ?? "OTHER")}
      />
      <TextField
        label={words("reference")}
        value={reference}
        onText={setReference}
        error={problemIn(intent.problems, "reference")}
      />
    </FormDialog>
  );
}

export function AdjustmentDialog({ account, onClose }: LedgerDialogProps) {
  const t = useTexts(ledgerTexts);
  const words = useTexts(moneyTexts);
  const tell = useTell();
  const [kind, setKind] = useState<AdjustmentKind>("CREDIT_NOTE");
  const [amount, setAmount] = useState("");
  const [reason, setReason] = useState("");
  const [dueOn, setDueOn] = useState("");
  const intent = useIntent(AdjustmentCreateDocument, "adjustmentCreate", {
    touches: ["ADJUSTMENT", "CREDIT"],
    onDone: ({ adjustment }) => {
      if (adjustment) {
        const state = words(`adjustment.${adjustment.state}`);
        tell(t("adjust.done", { number: adjustment.number, state }));
      }
      onClose();
    },
  });
  const sum = amountOf(amount);
  const isCharge = kind === "CHARGE";
  return (
    <FormDialog
      title={t("adjust.title", { name: account.name })}
      intent={intent}
      fields={["amount", "reason", "dueOn"]}
      submitText={t("adjust.submit")}
      isReady={sum !== null && reason.trim() !== ""}
      onClose={onClose}
      onSubmit={() =>
        void intent.run({
          relationshipId: account.id,
          kind,
          amount: { amount: sum ?? "", currency: account.currency },
          reason: reason.trim(),
          dueOn: isCharge && dueOn !== "" ? dueOn : null,
        })
      }
    >
      <SelectField
        label={words("adjustment.kind")}
        hint={t(isCharge ? "adjust.chargeText" : "adjust.creditText")}
        options={(["CREDIT_NOTE", "CHARGE"] as const).map((value) => ({
          value,
          text: t(`adjust.${value}`),
        }))}
        value={kind}
        onText={(value) => setKind(value === "CHARGE" ? "CHARGE" : "CREDIT_NOTE")}
      />
      <AmountField
        label={t("pay.amount", { currency: account.currency })}
        value={amount}
        error={problemIn(intent.problems, "amount")}
        onText={setAmount}
      />
      <TextAreaField
        label={words("reason")}
        hint={t("adjust.reasonHint")}
        isRequired
        value={reason}
        onText={setReason}
        error={problemIn(intent.problems, "reason")}
      />
      {isCharge && (
        <TextField
          label={t("adjust.dueOn")}
          type="date"
          value={dueOn}
          onText={setDueOn}
          error={problemIn(intent.problems, "dueOn")}
        />
      )}
    </FormDialog>
  );
}

export function LimitDialog({ account, onClose }: LedgerDialogProps) {
  const t = useTexts(ledgerTexts);
  const tell = useTell();
  const [amount, setAmount] = useState(account.limit);
  const intent = useIntent(CreditLimitSetDocument, "creditLimitSet", {
    touches: ["CREDIT"],
    onDone: () => {
      tell(t("limit.done"));
      onClose();
    },
  });
  const sum = amountOf(amount);
  return (
    <FormDialog
      title={t("limit.title", { name: account.name })}
      intent={intent}
      fields={["limit"]}
      submitText={t("limit.set")}
      isReady={sum !== null}
      onClose={onClose}
      onSubmit={() =>
        void intent.run({
          relationshipId: account.id,
          limit: { amount: sum ?? "", currency: account.currency },
        })
      }
    >
      <p>{t("limit.text")}</p>
      <AmountField
        label={t("limit.amount", { currency: account.currency })}
        value={amount}
        error={problemIn(intent.problems, "limit")}
        onText={setAmount}
      />
    </FormDialog>
  );
}

export function IssueDialog({ account, onClose }: LedgerDialogProps) {
  const t = useTexts(ledgerTexts);
  const navigate = useNavigate();
  const [day, setDay] = useState("");
  const intent = useIntent(StatementIssueDocument, "statementIssue", {
    touches: ["STATEMENT"],
    onDone: ({ statement }) => {
      if (statement) void navigate(`/money/statements/${encodeURIComponent(statement.id)}`);
    },
  });
  return (
    <FormDialog
      title={t("issue.title", { name: account.name })}
      intent={intent}
      fields={["periodTo"]}
      submitText={t("issue.submit")}
      isReady
      onClose={onClose}
      onSubmit={() =>
        void intent.run({
          relationshipId: account.id,
          periodTo: day === "" ? null : endOfDay(day),
        })
      }
    >
      <p>{t("issue.text")}</p>
      <TextField
        label={t("issue.day")}
        type="date"
        value={day}
        onText={setDay}
        error={problemIn(intent.problems, "periodTo")}
      />
    </FormDialog>
  );
}
