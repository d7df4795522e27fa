import { useState } from "react";

import { usePermissions } from "../../app/session";
import {
  PartnersDocument,
  ReplenishmentTermPutDocument,
  ReplenishmentTermRemoveDocument,
  ReplenishmentTermsDocument,
  type ReplenishmentTermsQuery,
} from "../../gql/graphql";
import {
  Button,
  type Column,
  ConfirmButton,
  Empty,
  FormDialog,
  IntentProblems,
  PagedTable,
  SelectField,
  TextField,
  problemAt,
  useName,
} from "../../shared/components";
import { useGraph, useIntent, usePages } from "../../shared/graph/hooks";
import { useTexts } from "../../shared/i18n/i18n";
import { SkuPicker } from "../catalog/SkuPicker";
import { shortened } from "./lines";
import { replenishmentTexts } from "./texts";

type Term = ReplenishmentTermsQuery["replenishmentTerms"]["edges"][number]["node"];

const PAGE_SIZE = 50;
const NUMBERS = ["leadTimeDays", "reviewDays", "confirmDays", "orderMinimum"] as const;
const OPTIONAL = ["shelfLifeDays", "maxCoverDays"] as const;
const DECIMALS = ["leadTimeSpreadDays", "serviceLevel"] as const;
const BEGUN: Readonly<Record<string, string>> = {
  leadTimeDays: "7",
  reviewDays: "7",
  confirmDays: "2",
  orderMinimum: "0",
  leadTimeSpreadDays: "0",
  serviceLevel: "0.95",
};

/** How each seller supplies: the figures that proposals are reckoned with. */
export function Terms() {
  const t = useTexts(replenishmentTexts);
  const may = usePermissions();
  const [edited, setEdited] = useState<Term | "new" | null>(null);
  const pages = usePages({
    kinds: ["REPLENISHMENT", "RELATIONSHIP"],
    document: ReplenishmentTermsDocument,
    variables: { first: PAGE_SIZE },
    connection: (result) => result.replenishmentTerms,
  });
  const removing = useIntent(ReplenishmentTermRemoveDocument, "replenishmentTermRemove", {
    touches: ["REPLENISHMENT"],
  });
  return (
    <div className="proposals">
      <div className="proposal-tools">
        <p className="report-note">{t("terms.text")}</p>
        {may("REPLENISHMENT_MANAGE") && (
          <Button kind="primary" onClick={() => setEdited("new")}>
            {t("term.new")}
          </Button>
        )}
      </div>
      <IntentProblems intent={removing} />
      <PagedTable
        caption={t("tab.terms")}
        pages={pages}
        rowKey={(term) => term.id}
        empty={<Empty>{t("terms.empty")}</Empty>}
        columns={useColumns(setEdited, (term) => void removing.run({ termId: term.id }))}
      />
      {edited !== null && (
        <EditTerm term={edited === "new" ? null : edited} onClose={() => setEdited(null)} />
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
      render: ({ sku }) => (sku == null ? t("term.whole") : `${sku.code} ${name(sku)}`),
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

function EditTerm({ term, onClose }: { readonly term: Term | null; readonly onClose: () => void }) {
  const t = useTexts(replenishmentTexts);
  const name = useName();
  const [relationshipId, setRelationshipId] = useState(term?.relationship?.id ?? "");
  const [skuId, setSkuId] = useState(term?.sku?.id ?? null);
  const [values, setValues] = useState<Readonly<Record<string, string>>>(() =>
    term === null
      ? BEGUN
      : Object.fromEntries(
          [...NUMBERS, ...OPTIONAL, ...DECIMALS].map((key) => [key, String(term[key] ?? "")]),
        ),
  );
  const partners = useGraph({
    kinds: ["RELATIONSHIP"],
    document: PartnersDocument,
    variables: { side: "BUYER", search: null },
    enabled: term === null,
  });
  const intent = useIntent(ReplenishmentTermPutDocument, "replenishmentTermPut", {
    touches: ["REPLENISHMENT"],
    onDone: onClose,
  });
  const text = (key: string) => (values[key] ?? "").trim();
  const isWhole = (key: string) => /^\d{1,9}$/.test(text(key));
  const isReady =
    relationshipId !== "" &&
    NUMBERS.every(isWhole) &&
    OPTIONAL.every((key) => text(key) === "" || isWhole(key));
  return (
    <FormDialog
      title={t(term === null ? "term.new" : "term.edit")}
      intent={intent}
      fields={[...NUMBERS, ...OPTIONAL, ...DECIMALS]}
      isWide
      isReady={isReady}
      onClose={onClose}
      onSubmit={() =>
        void intent.run({
          relationshipId,
          skuId,
          packId: term?.pack?.id ?? null,
          leadTimeDays: Number(text("leadTimeDays")),
          reviewDays: Number(text("reviewDays")),
          confirmDays: Number(text("confirmDays")),
          orderMinimum: Number(text("orderMinimum")),
          leadTimeSpreadDays: text("leadTimeSpreadDays"),
          serviceLevel: text("serviceLevel"),
          shelfLifeDays: text("shelfLifeDays") === "" ? null : Number(text("shelfLifeDays")),
          maxCoverDays: text("maxCoverDays") === "" ? null : Number(text("maxCoverDays")),
        })
      }
    >
      {term === null ? (
        <>
          <SelectField
            label={t("seller")}
            isRequired
            options={[
              { value: "", text: t("term.seller.choose") },
              ...(partners.data?.relationships.edges ?? []).map(({ node }) => ({
                value: node.id,
                text: name(node.seller),
              })),
            ]}
            value={relationshipId}
            onText={setRelationshipId}
          />
          <SkuPicker
            label={`${t("sku")} (${t("term.whole")})`}
            onPick={(sku) => setSkuId(sku.id)}
            onClear={() => setSkuId(null)}
          />
        </>
      ) : (
        <p>
          <strong>{name(term.relationship?.seller)}</strong> ·{" "}
          {term.sku == null ? t("term.whole") : term.sku.code}
        </p>
      )}
      {[...NUMBERS, ...DECIMALS, ...OPTIONAL].map((key) => (
        <TextField
          key={key}
          label={t(key)}
          inputMode="decimal"
          autoComplete="off"
          value={values[key] ?? ""}
          error={problemAt(intent.problems, key)}
          {...(key === "serviceLevel" && { hint: t("serviceLevel.hint") })}
          onText={(value) => setValues({ ...values, [key]: value })}
        />
      ))}
    </FormDialog>
  );
}
