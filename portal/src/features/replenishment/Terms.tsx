import { useState } from "react";

import { usePermissions } from "../../app/session";
import { ReplenishmentTermRemoveDocument, ReplenishmentTermsDocument } from "../../gql/graphql";
import {
  Button,
  type Column,
  ConfirmButton,
  Empty,
  IntentProblems,
  PagedTable,
  useName,
} from "../../shared/components";
import { useIntent, usePages } from "../../shared/graph/hooks";
import { useTexts } from "../../shared/i18n/i18n";
import { EditTerm, EditTerms, NewTerm } from "./EditTerm";
import { shortened } from "./lines";
import type { Term } from "./termValues";
import { replenishmentTexts } from "./texts";

// As many as may be said at once.
const PAGE_SIZE = 100;

/** How each seller supplies: the figures that proposals are reckoned with. */
export function Terms() {
  const t = useTexts(replenishmentTexts);
  const name = useName();
  const may = usePermissions();
  const [edited, setEdited] = useState<Term | "new" | "chosen" | null>(null);
  const [ids, setIds] = useState<ReadonlySet<string>>(new Set());
  const pages = usePages({
    kinds: ["REPLENISHMENT", "RELATIONSHIP"],
    document: ReplenishmentTermsDocument,
    variables: { first: PAGE_SIZE },
    connection: (result) => result.replenishmentTerms,
  });
  const removing = useIntent(ReplenishmentTermRemoveDocument, "replenishmentTermRemove", {
    touches: ["REPLENISHMENT"],
  });
  const chosen = pages.rows.filter(({ id }) => ids.has(id));
  const canManage = may("REPLENISHMENT_MANAGE");
  const close = () => {
    setEdited(null);
    setIds(new Set());
  };
  return (
    <div className="proposals">
      <div className="proposal-tools">
        <p className="report-note">{t("terms.text")}</p>
        {canManage && (
          <span className="proposal-acts">
            {chosen.length > 1 && (
              <Button disabled={chosen.length > PAGE_SIZE} onClick={() => setEdited("chosen")}>
                {t("terms.edit", { count: chosen.length })}
              </Button>
            )}
            <Button kind="primary" onClick={() => setEdited("new")}>
              {t("term.new")}
            </Button>
          </span>
        )}
      </div>
      <IntentProblems intent={removing} />
      <PagedTable
        caption={t("tab.terms")}
        pages={pages}
        rowKey={(term) => term.id}
        rowLabel={(term) =>
          `${name(term.relationship?.seller)} ${term.sku?.code ?? t("term.whole")}`
        }
        {...(canManage && { selection: { ids, onChange: setIds } })}
        empty={<Empty>{t("terms.empty")}</Empty>}
        columns={useColumns(setEdited, (term) => void removing.run({ termId: term.id }))}
      />
      {edited === "new" && <NewTerm onClose={close} />}
      {edited === "chosen" && <EditTerms terms={chosen} onClose={close} />}
      {edited !== null && typeof edited === "object" && (
        <EditTerm term={edited} onClose={close} />
      )}
    </div>
  );
}

function useColumns(
  edit: (term: Term) => void,
  remove: (term: Term) => void,
): readonly Column<Term>[] {
  const t = useTexts(replenishmentTexts);
  const name = useName();
  const may = usePermissions();
  const columns: Column<Term>[] = [
    { key: "seller", title: t("seller"), render: (term) => name(term.relationship?.seller) },
    {
      key: "sku",
      title: t("sku"),
      render: ({ sku }) =>
        sku == null ? (
          t("term.whole")
        ) : (
          <span>
            {sku.code}
            <small className="sku-name">{name(sku)}</small>
          </span>
        ),
    },
    {
      key: "lead",
      title: t("leadTimeDays"),
      align: "end",
      render: (term) => `${term.leadTimeDays} ± ${shortened(term.leadTimeSpreadDays)}`,
    },
    {
      key: "service",
      title: t("serviceLevel"),
      align: "end",
      render: (term) => shortened(term.serviceLevel, 4),
    },
    { key: "review", title: t("reviewDays"), align: "end", render: (term) => term.reviewDays },
    { key: "confirm", title: t("confirmDays"), align: "end", render: (term) => term.confirmDays },
    { key: "minimum", title: t("orderMinimum"), align: "end", render: (term) => term.orderMinimum },
    {
      key: "pack",
      title: t("pack"),
      render: ({ pack, sku }) =>
        pack == null
          ? (sku?.baseUnit ?? "–")
          : t("pack.of", { code: pack.code, units: pack.units, unit: sku?.baseUnit ?? "" }),
    },
  ];
  if (!may("REPLENISHMENT_MANAGE")) return columns;
  return [
    ...columns,
    {
      key: "actions",
      title: "",
      render: (term) => (
        <span className="proposal-acts">
          <Button size="small" onClick={() => edit(term)}>
            {t("edit")}
          </Button>
          <ConfirmButton
            size="small"
            kind="danger"
            title={t("term.remove.title")}
            onConfirm={() => remove(term)}
          >
            {t("term.remove")}
          </ConfirmButton>
        </span>
      ),
    },
  ];
}
