import { useState } from "react";

import {
  ApiClientCreateDocument,
  type ApiClientPartsFragment,
  ApiClientRevokeDocument,
  ApiClientsDocument,
  type Permission,
} from "../../../gql/graphql";
import {
  Button,
  type Column,
  ConfirmButton,
  DateText,
  Empty,
  FormDialog,
  IntentProblems,
  PagedTable,
  StatePill,
  TextField,
  problemAt,
} from "../../../shared/components";
import { useIntent, usePages } from "../../../shared/graph/hooks";
import { useTexts } from "../../../shared/i18n/i18n";
import { OneTime } from "./OneTime";
import { PermissionPicker } from "./PermissionPicker";
import { NOT_FOR_MACHINES, PERMISSIONS, permissionTexts } from "./permissions";
import { peopleTexts } from "./texts";

const PAGE_SIZE = 50;
const OFFERED = PERMISSIONS.filter((permission) => !NOT_FOR_MACHINES.has(permission));

interface Told {
  readonly name: string;
  readonly secret: string | null;
}

/** The machines that act for the organization. */
export function ApiClientsTab() {
  const t = useTexts(peopleTexts);
  const [isOpen, setIsOpen] = useState(false);
  const [told, setTold] = useState<Told | null>(null);
  const pages = usePages({
    kinds: ["MEMBER"],
    document: ApiClientsDocument,
    variables: { first: PAGE_SIZE },
    connection: (result) => result.apiClients,
  });
  const revoking = useIntent(ApiClientRevokeDocument, "apiClientRevoke", {
    touches: ["MEMBER"],
  });
  return (
    <>
      <div className="people-tab-actions">
        <Button kind="primary" onClick={() => setIsOpen(true)}>
          {t("client.new")}
        </Button>
      </div>
      <IntentProblems intent={revoking} />
      <PagedTable
        caption={t("clients.caption")}
        pages={pages}
        columns={useColumns((client) => void revoking.run({ apiClientId: client.id }))}
        rowKey={(client) => client.id}
        empty={<Empty>{t("clients.empty")}</Empty>}
      />
      {isOpen && (
        <NewClient
          onDone={(secret) => {
            setIsOpen(false);
            setTold(secret);
          }}
          onClose={() => setIsOpen(false)}
        />
      )}
      {told && (
        <OneTime
          title={t("client.secret.title", { name: told.name })}
          label={t("client.secret")}
          text={t("secret.text")}
          lostText={t("secret.lost")}
          value={told.secret}
          onClose={() => setTold(null)}
        />
      )}
    </>
  );
}

function useColumns(
  revoke: (client: ApiClientPartsFragment) => void,
): readonly Column<ApiClientPartsFragment>[] {
  const t = useTexts(peopleTexts);
  const words = useTexts(permissionTexts);
  return [
    { key: "name", title: t("client.name"), render: (client) => client.name },
    {
      key: "id",
      title: t("client.id"),
      render: (client) => <code className="people-code">{client.clientId}</code>,
    },
    {
      key: "permissions",
      title: t("permissions"),
      render: (client) =>
        client.permissions.map((permission) => words(permission)).join(" · ") || "–",
    },
    {
      key: "by",
      title: t("client.by"),
      isWideOnly: true,
      render: (client) => client.createdBy ?? "–",
    },
    {
      key: "used",
      title: t("client.used"),
      render: (client) =>
        client.lastUsedAt == null ? t("client.never") : <DateText value={client.lastUsedAt} />,
    },
    {
      key: "state",
      title: t("state"),
      render: (client) => (
        <StatePill kind={client.isActive ? "good" : "neutral"}>
          {t(client.isActive ? "client.active" : "client.revoked")}
        </StatePill>
      ),
    },
    {
      key: "actions",
      title: "",
      render: (client) =>
        client.isActive && (
          <ConfirmButton
            size="small"
            kind="danger"
            title={t("client.revoke.title", { name: client.name })}
            text={t("client.revoke.text")}
            confirmText={t("client.revoke")}
            onConfirm={() => revoke(client)}
          >
            {t("client.revoke")}
          </ConfirmButton>
        ),
    },
  ];
}

function NewClient({
  onDone,
  onClose,
}: {
  readonly onDone: (told: Told) => void;
  readonly onClose: () => void;
}) {
  const t = useTexts(peopleTexts);
  const [name, setName] = useState("");
  const [chosen, setChosen] = useState<ReadonlySet<Permission>>(new Set());
  const intent = useIntent(ApiClientCreateDocument, "apiClientCreate", {
    touches: ["MEMBER"],
    onDone: ({ clientSecret }) => onDone({ name, secret: clientSecret ?? null }),
  });
  return (
    <FormDialog
      title={t("client.new")}
      intent={intent}
      isWide
      isReady={name.trim() !== "" && chosen.size > 0}
      onSubmit={() => void intent.run({ name: name.trim(), permissions: [...chosen] })}
      onClose={onClose}
    >
      <TextField
        label={t("client.name")}
        hint={t("client.name.hint")}
        isRequired
        value={name}
        error={problemAt(intent.problems, "name")}
        onText={setName}
      />
      <PermissionPicker offered={OFFERED} chosen={chosen} onChange={setChosen} />
    </FormDialog>
  );
}
