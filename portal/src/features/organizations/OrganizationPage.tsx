import { useState } from "react";

import { usePermissions, useSession } from "../../app/session";
import {
  LegalEntityCreateDocument,
  OrganizationUpdateDocument,
  OwnOrganizationDocument,
  type OwnOrganizationQuery,
} from "../../gql/graphql";
import {
  Button,
  type Column,
  DataTable,
  DateText,
  Empty,
  ErrorState,
  Facts,
  FormDialog,
  Loading,
  Page,
  Section,
  StatePill,
  TextField,
  problemAt,
  useName,
} from "../../shared/components";
import { useGraph, useIntent } from "../../shared/graph/hooks";
import { useTexts } from "../../shared/i18n/i18n";
import { AuditButton } from "../identity/audit/AuditDrawer";
import { organizationsTexts } from "./texts";

type Own = NonNullable<OwnOrganizationQuery["organization"]>;
type Entity = Own["legalEntities"][number];
type Child = Own["children"][number];

/** What others read of one's organization, and whose books it keeps. */
export default function OrganizationPage() {
  const t = useTexts(organizationsTexts);
  const { viewer } = useSession();
  const query = useGraph({
    kinds: ["ORGANIZATION"],
    document: OwnOrganizationDocument,
    variables: { id: viewer.organization?.id ?? "" },
  });
  const own = query.data?.organization;
  return (
    <Page
      title={t("organization.title")}
      actions={
        own && <AuditButton subjectType="organization" subjectId={own.id} title={own.name} />
      }
    >
      {own ? (
        <>
          <OwnFacts own={own} />
          <Entities own={own} />
          <Children own={own} />
        </>
      ) : query.error ? (
        <ErrorState error={query.error} onRetry={() => void query.refetch()} />
      ) : (
        <Loading rows={6} />
      )}
    </Page>
  );
}

function OwnFacts({ own }: { readonly own: Own }) {
  const t = useTexts(organizationsTexts);
  const name = useName();
  const may = usePermissions();
  const [isEditing, setIsEditing] = useState(false);
  return (
    <Section
      title={t("organization.facts")}
      actions={
        may("ORGANIZATION_MANAGE") && (
          <Button size="small" onClick={() => setIsEditing(true)}>
            {t("organization.edit")}
          </Button>
        )
      }
    >
      <Facts
        items={[
          { term: t("name"), value: own.name },
          { term: t("nameEn"), value: own.nameEn || "–" },
          { term: t("code"), value: own.code },
          { term: t("kind"), value: t(`kind.${own.kind}`) },
          { term: t("region"), value: own.region || "–" },
          { term: t("parent"), value: name(own.parent) },
          { term: t("createdAt"), value: <DateText value={own.createdAt} /> },
        ]}
      />
      {isEditing && <Edit own={own} onClose={() => setIsEditing(false)} />}
    </Section>
  );
}

function Edit({ own, onClose }: { readonly own: Own; readonly onClose: () => void }) {
  const t = useTexts(organizationsTexts);
  const nameOf = useName();
  const [name, setName] = useState(own.name);
  const [nameEn, setNameEn] = useState(own.nameEn);
  const [region, setRegion] = useState(own.region);
  const intent = useIntent(OrganizationUpdateDocument, "organizationUpdate", {
    touches: ["ORGANIZATION", "SESSION"],
    onDone: onClose,
  });
  return (
    <FormDialog
      title={t("organization.edit.title", { name: nameOf(own) })}
      intent={intent}
      isReady={name.trim() !== ""}
      onSubmit={() => void intent.run({ organizationId: own.id, name, nameEn, region })}
      onClose={onClose}
    >
      <TextField
        label={t("name")}
        isRequired
        value={name}
        error={problemAt(intent.problems, "name")}
        onText={setName}
      />
      <TextField
        label={t("nameEn")}
        value={nameEn}
        error={problemAt(intent.problems, "nameEn")}
        onText={setNameEn}
      />
      <TextField
        label={t("region")}
        hint={t("region.hint")}
        value={region}
        error={problemAt(intent.problems, "region")}
        onText={setRegion}
      />
    </FormDialog>
  );
}

function Entities({ own }: { readonly own: Own }) {
  const t = useTexts(organizationsTexts);
  const may = usePermissions();
  const [isAdding, setIsAdding] = useState(false);
  const columns: readonly Column<Entity>[] = [
    { key: "name", title: t("name"), render: (entity) => entity.name },
    { key: "nameEn", title: t("nameEn"), render: (entity) => entity.nameEn || "–" },
    { key: "code", title: t("code"), render: (entity) => entity.code },
    { key: "tax", title: t("taxNumber"), render: (entity) => entity.taxNumber || "–" },
  ];
  return (
    <Section
      title={t("entities")}
      actions={
        may("ORGANIZATION_MANAGE") && (
          <Button size="small" onClick={() => setIsAdding(true)}>
            {t("entity.new")}
          </Button>
        )
      }
    >
      {own.legalEntities.length === 0 ? (
        <Empty>{t("entities.empty")}</Empty>
      ) : (
        <DataTable
          caption={t("entities")}
          rows={own.legalEntities}
          columns={columns}
          rowKey={(entity) => entity.id}
        />
      )}
      {isAdding && <NewEntity own={own} onClose={() => setIsAdding(false)} />}
    </Section>
  );
}

function NewEntity({ own, onClose }: { readonly own: Own; readonly onClose: () => void }) {
  const t = useTexts(organizationsTexts);
  const [values, setValues] = useState({ code: "", name: "", nameEn: "", taxNumber: "" });
  const intent = useIntent(LegalEntityCreateDocument, "legalEntityCreate", {
    touches: ["ORGANIZATION"],
    onDone: onClose,
  });
  const field = (key: keyof typeof values) => ({
    label: t(key),
    value: values[key],
    error: problemAt(intent.problems, key),
    onText: (text: string) => setValues({ ...values, [key]: text }),
  });
  return (
    <FormDialog
      title={t("entity.new")}
      intent={intent}
      isReady={values.code.trim() !== "" && values.name.trim() !== ""}
      onSubmit={() =>
        void intent.run({ ...values, code: values.code.trim(), organizationId: own.id })
      }
      onClose={onClose}
    >
      <TextField {...field("code")} hint={t("code.hint")} isRequired />
      <TextField {...field("name")} isRequired />
      <TextField {...field("nameEn")} />
      <TextField {...field("taxNumber")} />
    </FormDialog>
  );
}

function Children({ own }: { readonly own: Own }) {
  const t = useTexts(organizationsTexts);
  const name = useName();
  if (own.children.length === 0) return null;
  const columns: readonly Column<Child>[] = [
    { key: "name", title: t("name"), render: (child) => name(child) },
    { key: "code", title: t("code"), render: (child) => child.code },
    { key: "kind", title: t("kind"), render: (child) => t(`kind.${child.kind}`) },
    {
      key: "state",
      title: t("state"),
      render: (child) => (
        <StatePill kind={child.isActive ? "good" : "neutral"}>
          {t(child.isActive ? "active" : "inactive")}
        </StatePill>
      ),
    },
  ];
  return (
    <Section title={t("children")}>
      <DataTable
        caption={t("children")}
        rows={own.children}
        columns={columns}
        rowKey={(child) => child.id}
      />
    </Section>
  );
}
