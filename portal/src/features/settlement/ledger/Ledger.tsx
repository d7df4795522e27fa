import { useState } from "react";
import { useSearchParams } from "react-router";

import { usePermissions } from "../../../app/session";
import { LedgerEntriesDocument } from "../../../gql/graphql";
import { Button, Empty, PagedTable, type Tab, Tabs, useName } from "../../../shared/components";
import { usePages } from "../../../shared/graph/hooks";
import { useTexts } from "../../../shared/i18n/i18n";
import { useEntryColumns } from "../entryColumns";
import { PaperDrawer } from "../papers/PaperDrawer";
import { AdjustmentList, PaymentList, StatementList } from "../papers/lists";
import { moneyTexts } from "../texts";
import { type LedgerAccount, Standing } from "./Standing";
import { Waiting } from "./Waiting";
import {
  AdjustmentDialog,
  IssueDialog,
  LimitDialog,
  PaymentDialog,
} from "./dialogs";
import { ledgerTexts } from "./texts";

const DIALOGS = {
  pay: PaymentDialog,
  adjust: AdjustmentDialog,
  issue: IssueDialog,
  limit: LimitDialog,
} as const;

type DialogName = keyof typeof DIALOGS;
type Part = "entries" | "statements" | "payments" | "adjustments";

const PAGE_SIZE = 50;
const NO_ENTRIES = { edges: [], pageInfo: { hasNextPage: false } } as const;

/** One account: where it stands, what waits, what moved it, and its papers. */
export function Ledger({ account }: { readonly account: LedgerAccount }) {
  const name = useName();
  const [open, setOpen] = useState<DialogName | null>(null);
  const Dialog = open === null ? null : DIALOGS[open];
  const side = account.side ?? "BUYER";
  return (
    <>
      <Actions account={account} onOpen={setOpen} />
      <Standing account={account} onSetLimit={() => setOpen("limit")} />
      <Waiting relationshipId={account.id} />
      <Papers account={account} />
      <PaperDrawer />
      {Dialog && (
        <Dialog
          account={{
            id: account.id,
            currency: account.currency,
            side,
            name: name(side === "SELLER" ? account.buyer : account.seller),
            limit: account.exposure?.limit.amount ?? "",
          }}
          onClose={() => setOpen(null)}
        />
      )}
    </>
  );
}

function Actions({
  account,
  onOpen,
}: {
  readonly account: LedgerAccount;
  readonly onOpen: (name: DialogName) => void;
}) {
  const t = useTexts(ledgerTexts);
  const may = usePermissions();
  const isSeller = account.side === "SELLER";
  return (
    <div className="row-actions money-actions">
      {may("PAYMENT_RECORD") && (
        <Button kind="primary" onClick={() => onOpen("pay")}>
          {t("pay")}
        </Button>
      )}
      {isSeller && may("CREDIT_MANAGE") && (
        <Button onClick={() => onOpen("adjust")}>{t("adjust")}</Button>
      )}
      {isSeller && may("STATEMENT_CONFIRM") && (
        <Button onClick={() => onOpen("issue")}>{t("issue")}</Button>
      )}
    </div>
  );
}

function Papers({ account }: { readonly account: LedgerAccount }) {
  const words = useTexts(moneyTexts);
  const may = usePermissions();
  const [parameters, setParameters] = useSearchParams();
  const tabs: readonly Tab<Part>[] = [
    ...(may("STATEMENT_READ")
      ? [
          { key: "entries" as const, text: words("tab.entries") },
          { key: "statements" as const, text: words("tab.statements") },
        ]
      : []),
    ...(may("PAYMENT_READ") ? [{ key: "payments" as const, text: words("tab.payments") }] : []),
    ...(may("STATEMENT_READ")
      ? [{ key: "adjustments" as const, text: words("tab.adjustments") }]
      : []),
  ];
  const active = tabs.find(({ key }) => key === parameters.get("tab")) ?? tabs[0];
  if (!active) return null;
  return (
    <Tabs
      label={words("tabs.label")}
      tabs={tabs}
      active={active.key}
      onChange={(tab) => setParameters({ tab }, { replace: true })}
    >
      {active.key === "entries" && <Entries account={account} />}
      {active.key === "statements" && <StatementList relationshipId={account.id} />}
      {active.key === "payments" && <PaymentList relationshipId={account.id} />}
      {active.key === "adjustments" && <AdjustmentList relationshipId={account.id} />}
    </Tabs>
  );
}

function Entries({ account }: { readonly account: LedgerAccount }) {
  const t = useTexts(ledgerTexts);
  const words = useTexts(moneyTexts);
  const columns = useEntryColumns(account.side);
  const pages = usePages({
    kinds: ["CREDIT", "SHIPMENT", "RETURN", "PAYMENT", "ADJUSTMENT", "ORDER"],
    document: LedgerEntriesDocument,
    variables: { id: account.id, first: PAGE_SIZE },
    connection: (result) => result.relationship?.account ?? NO_ENTRIES,
  });
  return (
    <PagedTable
      caption={words("entry.caption")}
      pages={pages}
      columns={columns}
      rowKey={({ id }) => id}
      empty={<Empty>{t("entriesEmpty")}</Empty>}
    />
  );
}
