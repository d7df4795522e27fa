import { useState } from "react";

import { usePermissions } from "../../../app/session";
import { AuditTrailDocument, type AuditTrailQuery, RolesDocument } from "../../../gql/graphql";
import {
  Button,
  DateText,
  Drawer,
  Empty,
  ErrorLine,
  ErrorState,
  Loading,
  useName,
} from "../../../shared/components";
import type { Kind } from "../../../shared/graph/kinds";
import { useGraph, usePages } from "../../../shared/graph/hooks";
import { commonTexts } from "../../../shared/i18n/common";
import { useFormat } from "../../../shared/i18n/format";
import { useTexts } from "../../../shared/i18n/i18n";
import { PERMISSIONS, permissionTexts } from "../people/permissions";
import "./audit.css";
import { auditTexts } from "./texts";

type Entry = AuditTrailQuery["auditEntries"]["edges"][number]["node"];
type TextKey = keyof typeof auditTexts.zh;

const PAGE_SIZE = 30;
const KINDS: readonly Kind[] = ["MEMBER", "RELATIONSHIP", "ORGANIZATION", "CREDIT"];

/** Opens what was done to something; for those alone who may read it. */
export function AuditButton({
  subjectType,
  subjectId,
  title,
}: {
  /** As the graph calls it, such as "price_list". */
  readonly subjectType: string;
  readonly subjectId: string;
  readonly title: string;
}) {
  const t = useTexts(auditTexts);
  const may = usePermissions();
  const [isOpen, setIsOpen] = useState(false);
  if (!may("AUDIT_READ")) return null;
  return (
    <>
      <Button onClick={() => setIsOpen(true)}>{t("button")}</Button>
      {isOpen && (
        <Drawer title={t("title", { name: title })} isOpen onClose={() => setIsOpen(false)}>
          <Trail subjectType={subjectType} subjectId={subjectId} />
        </Drawer>
      )}
    </>
  );
}

function Trail({
  subjectType,
  subjectId,
}: {
  readonly subjectType: string;
  readonly subjectId: string;
}) {
  const t = useTexts(auditTexts);
  const common = useTexts(commonTexts);
  const pages = usePages({
    kinds: KINDS,
    document: AuditTrailDocument,
    variables: { subjectType, subjectId, first: PAGE_SIZE },
    connection: (result) => result.auditEntries,
  });
  if (pages.isLoading) return <Loading rows={4} onRetry={pages.retry} />;
  if (pages.error !== null && pages.rows.length === 0) {
    return <ErrorState error={pages.error} onRetry={pages.retry} />;
  }
  if (pages.rows.length === 0) return <Empty>{t("empty")}</Empty>;
  return (
    <>
      <ol className="audit">
        {pages.rows.map((entry) => (
          <AuditEntry key={entry.id} entry={entry} />
        ))}
      </ol>
      <ErrorLine error={pages.error} onRetry={pages.retry} />
      {pages.hasMore && (
        <Button isBusy={pages.isLoadingMore} onClick={pages.loadMore}>
          {common("loadMore")}
        </Button>
      )}
    </>
  );
}

function AuditEntry({ entry }: { readonly entry: Entry }) {
  const t = useTexts(auditTexts);
  const name = useName();
  const valueOf = useValues();
  const who = entry.person ?? (entry.apiClientId == null ? null : t("machine"));
  const organization = name(entry.organization);
  return (
    <li>
      <p className="audit-action">{wordOr(t, `action.${entry.action}`, entry.action)}</p>
      <p className="field-hint">
        <DateText value={entry.occurredAt} />{" "}
        {who === null ? organization : t("by", { who, organization })}
        {entry.onBehalfOf && ` ${t("onBehalf", { name: name(entry.onBehalfOf) })}`}
      </p>
      <dl className="audit-changes">
        {entry.changes.filter(isTelling).map((change) => (
          <div key={change.field}>
            <dt>{wordOr(t, `field.${change.field}`, change.field)}</dt>
            <dd>
              {change.before != null && `${valueOf(change.before)} → `}
              {valueOf(change.after ?? null)}
            </dd>
          </div>
        ))}
      </dl>
    </li>
  );
}

/** Ids and hashes say nothing to a person, but those of roles have names. */
function isTelling({ field, before, after }: Entry["changes"][number]): boolean {
  return before !== after && (field === "roleIds" || !/(Id|Ids|Hash)$/.test(field));
}

function wordOr(t: (key: TextKey) => string, key: string, otherwise: string): string {
  return key in auditTexts.zh ? t(key as TextKey) : otherwise;
}

const MOMENT = /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d/;

/** JSON texts as people write them. */
function useValues(): (json: string | null) => string {
  const t = useTexts(auditTexts);
  const permissionWords = useTexts(permissionTexts);
  const name = useName();
  const { moment } = useFormat();
  const may = usePermissions();
  const roles = useGraph({
    kinds: ["MEMBER"],
    document: RolesDocument,
    variables: {},
    enabled: may("PEOPLE_READ"),
  });
  const names = new Map(roles.data?.roles.map((role) => [role.id, name(role)]));
  function textOf(value: unknown): string {
    if (typeof value === "object") return JSON.stringify(value);
    const text = String(value);
    const permission = PERMISSIONS.find((each) => each === text.replace(":", "_").toUpperCase());
    if (permission) return permissionWords(permission);
    if (MOMENT.test(text)) return moment(text.replace(" ", "T"));
    return names.get(text) ?? wordOr(t, `value.${text}`, text);
  }
  return (json) => {
    const value: unknown = json === null ? null : JSON.parse(json);
    if (value === null || value === "") return t("none");
    if (typeof value === "boolean") return t(value ? "yes" : "no");
    if (Array.isArray(value)) return value.length === 0 ? t("none") : value.map(textOf).join(", ");
    return textOf(value);
  };
}
