import { useState } from "react";

import { usePermissions } from "../../app/session";
import { ReplenishmentBudgetPutDocument, ReplenishmentBudgetsDocument } from "../../gql/graphql";
import {
  Button,
  DataTable,
  Empty,
  ErrorState,
  FormDialog,
  Loading,
  Money,
  TextField,
  problemAt,
} from "../../shared/components";
import { useGraph, useIntent } from "../../shared/graph/hooks";
import { useTexts } from "../../shared/i18n/i18n";
import { replenishmentTexts } from "./texts";

/** What may be ordered for in each month. */
export function Budgets() {
  const t = useTexts(replenishmentTexts);
  const may = usePermissions();
  const [isOpen, setIsOpen] = useState(false);
  const asked = useGraph({
    kinds: ["REPLENISHMENT"],
    document: ReplenishmentBudgetsDocument,
    variables: {},
  });
  if (asked.isPending) return <Loading rows={3} onRetry={() => void asked.refetch()} />;
  if (asked.error) return <ErrorState error={asked.error} onRetry={() => void asked.refetch()} />;
  const budgets = asked.data.replenishmentBudgets;
  return (
    <div className="proposals">
      <div className="proposal-tools">
        <p className="report-note">{t("budgets.text")}</p>
        {may("REPLENISHMENT_MANAGE") && (
          <Button kind="primary" onClick={() => setIsOpen(true)}>
            {t("budget.new")}
          </Button>
        )}
      </div>
      {budgets.length === 0 ? (
        <Empty>{t("budgets.empty")}</Empty>
      ) : (
        <DataTable
          caption={t("tab.budgets")}
          rows={budgets}
          rowKey={({ month, amount }) => `${month} ${amount.currency}`}
          columns={[
            { key: "month", title: t("month"), render: ({ month }) => month.slice(0, 7) },
            {
              key: "amount",
              title: t("amount"),
              align: "end",
              render: ({ amount }) => <Money value={amount} />,
            },
          ]}
        />
      )}
      {isOpen && (
        <SetBudget currency={budgets[0]?.amount.currency ?? "CNY"} onClose={() => setIsOpen(false)} />
      )}
    </div>
  );
}

function SetBudget({
  currency: begun,
  onClose,
}: {
  readonly currency: string;
  readonly onClose: () => void;
}) {
  const t = useTexts(replenishmentTexts);
  const [month, setMonth] = useState("");
  const [currency, setCurrency] = useState(begun);
  const [amount, setAmount] = useState("");
  const intent = useIntent(ReplenishmentBudgetPutDocument, "replenishmentBudgetPut", {
    touches: ["REPLENISHMENT"],
    onDone: onClose,
  });
  return (
    <FormDialog
      title={t("budget.new")}
      intent={intent}
      fields={["month", "currency", "amount"]}
      isReady={month !== "" && currency.trim() !== ""}
      onClose={onClose}
      onSubmit={() =>
        void intent.run({
          month: `${month}-01`,
          currency: currency.trim(),
          amount: amount.trim() || null,
        })
      }
    >
      <TextField
        label={t("month")}
        type="month"
        placeholder="2026-12"
        isRequired
        value={month}
        error={problemAt(intent.problems, "month")}
        onText={setMonth}
      />
      <TextField
        label={t("currency")}
        isRequired
        value={currency}
        error={problemAt(intent.problems, "currency")}
        onText={setCurrency}
      />
      <TextField
        label={t("amount")}
        inputMode="decimal"
        hint={t("budget.none.hint")}
        value={amount}
        error={problemAt(intent.problems, "amount")}
        onText={setAmount}
      />
    </FormDialog>
  );
}
