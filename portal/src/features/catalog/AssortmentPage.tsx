import { useState } from "react";
import { useParams } from "react-router";

import { usePermissions } from "../../app/session";
import {
  AssortmentGrantDocument,
  AssortmentPageDocument,
  type AssortmentPartsFragment,
  AssortmentRelationshipsDocument,
  AssortmentRevokeDocument,
  AssortmentUpdateDocument,
} from "../../gql/graphql";
import {
  Button,
  Empty,
  ErrorState,
  FormDialog,
  Loading,
  Page,
  Tabs,
  TextField,
  problemAt,
  useName,
} from "../../shared/components";
import { useGraph, useIntent, usePages } from "../../shared/graph/hooks";
import { useTexts } from "../../shared/i18n/i18n";
import { AssortmentItems, NewItems } from "./AssortmentItems";
import { GRANTS_PAGE_SIZE, Grants, NO_RELATIONSHIPS } from "./Grants";
import { catalogTexts } from "./texts";

/** One assortment: what is in it, with minimum and step, and to whom it is granted. */
export default function AssortmentPage() {
  const t = useTexts(catalogTexts);
  const name = useName();
  const { id = "" } = useParams();
  const asked = useGraph({
    kinds: ["CATALOG"],
    document: AssortmentPageDocument,
    variables: { id },
  });
  const assortment = asked.data?.assortment;
  return (
    <Page
      title={assortment ? name(assortment) : t("assortments.title")}
      {...(assortment && { subtitle: assortment.code })}
      breadcrumbs={[{ to: "/setup/assortments", text: t("assortments.title") }]}
      actions={assortment && <EditAssortment key={assortment.id} assortment={assortment} />}
    >
      {asked.isPending && <Loading rows={8} onRetry={() => void asked.refetch()} />}
      {asked.error && !assortment && (
        <ErrorState error={asked.error} onRetry={() => void asked.refetch()} />
      )}
      {asked.data && !assortment && <Empty>{t("assortment.notFound")}</Empty>}
      {assortment && <Body key={assortment.id} assortment={assortment} />}
    </Page>
  );
}

function Body({ assortment }: { readonly assortment: AssortmentPartsFragment }) {
  const t = useTexts(catalogTexts);
  const may = usePermissions();
  const [tab, setTab] = useState<"items" | "granted">("items");
  const [isAdding, setIsAdding] = useState(false);
  return (
    <>
      {isAdding && <NewItems assortment={assortment} onClose={() => setIsAdding(false)} />}
      <Tabs
        label={t("assortment.parts")}
        tabs={[
          { key: "items", text: t("items") },
          ...(may("RELATIONSHIP_READ") ? [{ key: "granted" as const, text: t("granted") }] : []),
        ]}
        active={tab}
        onChange={setTab}
      >
        {tab === "items" ? (
          <AssortmentItems
            assortment={assortment}
            onAdd={isAdding ? null : () => setIsAdding(true)}
          />
        ) : (
          <Granted assortment={assortment} />
        )}
      </Tabs>
    </>
  );
}

function Granted({ assortment }: { readonly assortment: AssortmentPartsFragment }) {
  const t = useTexts(catalogTexts);
  const pages = usePages({
    kinds: ["CATALOG", "RELATIONSHIP"],
    document: AssortmentRelationshipsDocument,
    variables: { id: assortment.id, first: GRANTS_PAGE_SIZE },
    connection: (result) => result.assortment?.relationships ?? NO_RELATIONSHIPS,
  });
  const options = { touches: ["CATALOG"] as const };
  const granting = useIntent(AssortmentGrantDocument, "assortmentGrant", options);
  const revoking = useIntent(AssortmentRevokeDocument, "assortmentRevoke", options);
  const assortmentId = assortment.id;
  return (
    <Grants
      title={t("granted")}
      pages={pages}
      emptyText={t("granted.empty")}
      granting={granting}
      revoking={revoking}
      onGrant={(relationshipIds) => granting.run({ assortmentId, relationshipIds })}
      onRevoke={(relationshipIds) => revoking.run({ assortmentId, relationshipIds })}
    />
  );
}

function EditAssortment({ assortment }: { readonly assortment: AssortmentPartsFragment }) {
  const t = useTexts(catalogTexts);
  const [isOpen, setIsOpen] = useState(false);
  return (
    <>
      <Button onClick={() => setIsOpen(true)}>{t("edit")}</Button>
      {isOpen && <EditForm assortment={assortment} onClose={() => setIsOpen(false)} />}
    </>
  );
}

function EditForm({
  assortment,
  onClose,
}: {
  readonly assortment: AssortmentPartsFragment;
  readonly onClose: () => void;
}) {
  const t = useTexts(catalogTexts);
  const [ownName, setOwnName] = useState(assortment.name);
  const [nameEn, setNameEn] = useState(assortment.nameEn);
  const intent = useIntent(AssortmentUpdateDocument, "assortmentUpdate", {
    touches: ["CATALOG"],
    onDone: onClose,
  });
  return (
    <FormDialog
      title={t("assortment.edit", { code: assortment.code })}
      intent={intent}
      isReady={ownName.trim() !== ""}
      onSubmit={() =>
        void intent.run({
          assortmentId: assortment.id,
          name: ownName.trim(),
          nameEn: nameEn.trim(),
        })
      }
      onClose={onClose}
    >
      <TextField
        label={t("name")}
        isRequired
        value={ownName}
        error={problemAt(intent.problems, "name")}
        onText={setOwnName}
      />
      <TextField
        label={t("nameEn")}
        value={nameEn}
        error={problemAt(intent.problems, "nameEn")}
        onText={setNameEn}
      />
    </FormDialog>
  );
}
