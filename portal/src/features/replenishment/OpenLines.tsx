import { useState } from "react";

import { usePermissions } from "../../app/session";
import {
  type ProposalKind,
  ReplenishmentDismissDocument,
  ReplenishmentProposalsDocument,
} from "../../gql/graphql";
import {
  Button,
  ConfirmButton,
  Drawer,
  Empty,
  IntentProblems,
  PagedTable,
  SelectField,
  TextField,
} from "../../shared/components";
import { useIntent, usePages } from "../../shared/graph/hooks";
import { useTexts } from "../../shared/i18n/i18n";
import { useSettled } from "../../shared/useSettled";
import { AcceptDialog, type Taken, TakenNotice } from "./AcceptDialog";
import { Arithmetic } from "./Arithmetic";
import { usePartnerChoices, useWarehouseChoices } from "./choices";
import { type Proposal, quantityOf } from "./lines";
import { replenishmentTexts } from "./texts";
import { useProposalColumns } from "./useProposalColumns";

const PAGE_SIZE = 100;

/** The open lines of one kind: look why, change how much, take or put away. */
export function OpenLines({ kind }: { readonly kind: ProposalKind }) {
  const t = useTexts(replenishmentTexts);
  const may = usePermissions();
  const [search, setSearch] = useState("");
  const [relationshipId, setRelationshipId] = useState("");
  const [warehouseId, setWarehouseId] = useState("");
  const [ids, setIds] = useState<ReadonlySet<string>>(new Set());
  const [typed, setTyped] = useState<ReadonlyMap<string, string>>(new Map());
  const [opened, setOpened] = useState<Proposal | null>(null);
  const [isAccepting, setIsAccepting] = useState(false);
  const [taken, setTaken] = useState<Taken | null>(null);
  const settled = useSettled(search).trim();
  const pages = usePages({
    kinds: ["REPLENISHMENT", "ORDER", "STOCK"],
    document: ReplenishmentProposalsDocument,
    variables: {
      kind,
      state: "OPEN",
      relationshipId: relationshipId || null,
      warehouseId: warehouseId || null,
      search: settled || null,
      first: PAGE_SIZE,
    },
    connection: (result) => result.replenishmentProposals,
    keepsFormer: true,
  });
  // As it is told now: it may have been proposed anew, or be asked for in another language.
  const explained = pages.rows.find(({ id }) => id === opened?.id) ?? opened;
  const sellers = usePartnerChoices("BUYER");
  const warehouses = useWarehouseChoices();
  const chosen = pages.rows.filter(({ id }) => ids.has(id));
  const canManage = may("REPLENISHMENT_MANAGE");
  const canAccept = canManage && may(kind === "BUY" ? "ORDER_PLACE" : "STOCK_MANAGE");
  const isTyped = (line: Proposal) => quantityOf(typed.get(line.id) ?? String(line.quantity));
  const columns = useProposalColumns({
    kind,
    explain: setOpened,
    ...(canAccept && kind !== "CLEAR" && {
      quantity: {
        of: (line: Proposal) => typed.get(line.id) ?? String(line.quantity),
        put: (line: Proposal, text: string) => setTyped(new Map(typed).set(line.id, text)),
      },
    }),
  });
  return (
    <div className="proposals">
      <p className="report-note">{t(`${kind}.text`)}</p>
      <div role="search" className="proposal-tools">
        <div className="demand-tools">
          <TextField
            label={t("search")}
            type="search"
            placeholder={t("search.hint")}
            value={search}
            onText={setSearch}
          />
          {kind === "BUY" && sellers.length > 1 && (
            <SelectField
              label={t("seller")}
              options={[{ value: "", text: t("seller.all") }, ...sellers]}
              value={relationshipId}
              onText={setRelationshipId}
            />
          )}
          {warehouses.length > 1 && (
            <SelectField
              label={t("warehouse")}
              options={[{ value: "", text: t("warehouse.all") }, ...warehouses]}
              value={warehouseId}
              onText={setWarehouseId}
            />
          )}
        </div>
        {canManage && (
          <span className="proposal-acts">
            {canAccept && kind !== "CLEAR" && (
              <Button
                kind="primary"
                disabled={chosen.length === 0 || chosen.some((line) => isTyped(line) === null)}
                onClick={() => setIsAccepting(true)}
              >
                {t("accept", { count: chosen.length })}
              </Button>
            )}
            <Dismiss kind={kind} lines={chosen} onDone={() => setIds(new Set())} />
          </span>
        )}
      </div>
      {taken && <TakenNotice taken={taken} />}
      <PagedTable
        caption={t(`tab.${kind}`)}
        pages={pages}
        columns={columns}
        rowKey={(line) => line.id}
        rowLabel={(line) => `${line.sku?.code ?? ""} ${line.warehouse?.code ?? ""}`.trim()}
        {...(canManage && { selection: { ids, onChange: setIds } })}
        empty={<Empty>{t(`${kind}.empty`)}</Empty>}
      />
      <Drawer
        title={t("why.of", { code: explained?.sku?.code ?? "" })}
        isOpen={explained !== null}
        onClose={() => setOpened(null)}
      >
        {explained && <Arithmetic line={explained} />}
      </Drawer>
      {isAccepting && (
        <AcceptDialog
          kind={kind === "BUY" ? "BUY" : "TRANSFER"}
          lines={chosen}
          quantityOf={(line) => isTyped(line) ?? line.quantity}
          onClose={() => setIsAccepting(false)}
          onDone={(done) => {
            setIsAccepting(false);
            setIds(new Set());
            setTyped(new Map());
            setTaken(done);
          }}
        />
      )}
    </div>
  );
}

function Dismiss({
  kind,
  lines,
  onDone,
}: {
  readonly kind: ProposalKind;
  readonly lines: readonly Proposal[];
  readonly onDone: () => void;
}) {
  const t = useTexts(replenishmentTexts);
  const [count, setCount] = useState(0);
  const intent = useIntent(ReplenishmentDismissDocument, "replenishmentDismiss", {
    touches: ["REPLENISHMENT"],
    onDone: (payload) => {
      setCount(payload.count ?? 0);
      onDone();
    },
  });
  return (
    <>
      {lines.length > 0 && (
        <ConfirmButton
          title={t("dismiss.title", { count: lines.length })}
          text={t("dismiss.text")}
          isBusy={intent.isRunning}
          onConfirm={() => void intent.run({ lineIds: lines.map(({ id }) => id) })}
        >
          {t("dismiss", { count: lines.length })}
        </ConfirmButton>
      )}
      <IntentProblems intent={intent} />
      <span role="status">
        {lines.length === 0 && (count > 0 ? t("dismissed", { count }) : t(`${kind}.hint`))}
      </span>
    </>
  );
}
