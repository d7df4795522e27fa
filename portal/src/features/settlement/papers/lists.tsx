// Lists of papers, of one relationship or of all, narrowed to a state that stands in the address.

import { useSearchParams } from "react-router";

import { AdjustmentsDocument, PaymentsDocument, StatementsDocument } from "../../../gql/graphql";
import { Empty, PagedTable, SelectField } from "../../../shared/components";
import { usePages } from "../../../shared/graph/hooks";
import { useTexts } from "../../../shared/i18n/i18n";
import { moneyTexts } from "../texts";
import { useAdjustmentColumns, usePaymentColumns, useStatementColumns } from "./columns";
import { usePaper } from "./usePaper";

const PAGE_SIZE = 30;
const PAPER_STATES = ["RECORDED", "CONFIRMED", "REFUSED"] as const;
const STATEMENT_STATES = ["ISSUED", "DISPUTED", "CONFIRMED"] as const;

interface ListProps {
  /** Left out, of all relationships. */
  readonly relationshipId?: string;
}

export function PaymentList({ relationshipId }: ListProps) {
  const t = useTexts(moneyTexts);
  const { hrefOf } = usePaper();
  const [state, setState] = useStateFilter(PAPER_STATES);
  const columns = usePaymentColumns(relationshipId === undefined);
  const pages = usePages({
    kinds: ["PAYMENT"],
    document: PaymentsDocument,
    variables: { relationshipId: relationshipId ?? null, state, first: PAGE_SIZE },
    connection: (result) => result.payments,
    keepsFormer: true,
  });
  return (
    <>
      <StateFilter
        state={state}
        options={PAPER_STATES.map((value) => ({ value, text: t(`payment.${value}`) }))}
        onChange={setState}
      />
      <PagedTable
        caption={t("payment.caption")}
        pages={pages}
        columns={columns}
        rowKey={({ id }) => id}
        rowHref={({ id }) => hrefOf({ kind: "payment", id })}
        empty={<Empty>{t("payment.empty")}</Empty>}
      />
    </>
  );
}

export function AdjustmentList({ relationshipId }: ListProps) {
  const t = useTexts(moneyTexts);
  const { hrefOf } = usePaper();
  const [state, setState] = useStateFilter(PAPER_STATES);
  const columns = useAdjustmentColumns(relationshipId === undefined);
  const pages = usePages({
    kinds: ["ADJUSTMENT"],
    document: AdjustmentsDocument,
    variables: { relationshipId: relationshipId ?? null, state, first: PAGE_SIZE },
    connection: (result) => result.adjustments,
    keepsFormer: true,
  });
  return (
    <>
      <StateFilter
        state={state}
        options={PAPER_STATES.map((value) => ({ value, text: t(`adjustment.${value}`) }))}
        onChange={setState}
      />
      <PagedTable
        caption={t("adjustment.caption")}
        pages={pages}
        columns={columns}
        rowKey={({ id }) => id}
        rowHref={({ id }) => hrefOf({ kind: "adjustment", id })}
        empty={<Empty>{t("adjustment.empty")}</Empty>}
      />
    </>
  );
}

export function StatementList({ relationshipId }: ListProps) {
  const t = useTexts(moneyTexts);
  const [state, setState] = useStateFilter(STATEMENT_STATES);
  const columns = useStatementColumns(relationshipId === undefined);
  const pages = usePages({
    kinds: ["STATEMENT"],
    document: StatementsDocument,
    variables: { relationshipId: relationshipId ?? null, state, first: PAGE_SIZE },
    connection: (result) => result.statements,
    keepsFormer: true,
  });
  return (
    <>
      <StateFilter
        state={state}
        options={STATEMENT_STATES.map((value) => ({ value, text: t(`statement.${value}`) }))}
        onChange={setState}
      />
      <PagedTable
        caption={t("statement.caption")}
        pages={pages}
        columns={columns}
        rowKey={({ id }) => id}
        rowHref={({ id }) => `/money/statements/${encodeURIComponent(id)}`}
        empty={<Empty>{t("statement.empty")}</Empty>}
      />
    </>
  );
}

function StateFilter({
  state,
  options,
  onChange,
}: {
  readonly state: string | null;
  readonly options: readonly { readonly value: string; readonly text: string }[];
  readonly onChange: (state: string) => void;
}) {
  const t = useTexts(moneyTexts);
  return (
    <div className="money-filters">
      <SelectField
        label={t("state")}
        options={[{ value: "", text: t("allStates") }, ...options]}
        value={state ?? ""}
        onText={onChange}
      />
    </div>
  );
}

function useStateFilter<State extends string>(
  states: readonly State[],
): [State | null, (state: string) => void] {
  const [parameters, setParameters] = useSearchParams();
  const state = states.find((name) => name === parameters.get("state")) ?? null;
  const change = (next: string): void => {
    setParameters(
      (former) => {
        const changed = new URLSearchParams(former);
        if (next === "") changed.delete("state");
        else changed.set("state", next);
        return changed;
      },
      { replace: true },
    );
  };
  return [state, change];
}
