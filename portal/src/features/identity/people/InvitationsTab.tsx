import { useState } from "react";

import { usePermissions } from "../../../app/session";
import {
  InvitationCreateDocument,
  type InvitationPartsFragment,
  InvitationRevokeDocument,
  InvitationsDocument,
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
  useName,
} from "../../../shared/components";
import { useIntent, usePages } from "../../../shared/graph/hooks";
import { useTexts } from "../../../shared/i18n/i18n";
import { OneTime } from "./OneTime";
import { RolePicker } from "./RolePicker";
import { addressOf } from "./links";
import { peopleTexts } from "./texts";

const PAGE_SIZE = 50;

/** Who was invited, and what became of it. */
export function InvitationsTab() {
  const t = useTexts(peopleTexts);
  const may = usePermissions();
  const pages = usePages({
    kinds: ["MEMBER"],
    document: InvitationsDocument,
    variables: { first: PAGE_SIZE },
    connection: (result) => result.invitations,
  });
  const revoking = useIntent(InvitationRevokeDocument, "invitationRevoke", {
    touches: ["MEMBER"],
  });
  const canManage = may("PEOPLE_MANAGE");
  return (
    <>
      <IntentProblems intent={revoking} />
      <PagedTable
        caption={t("invitations.caption")}
        pages={pages}
        columns={useColumns(
          canManage ? (invitation) => void revoking.run({ invitationId: invitation.id }) : null,
        )}
        rowKey={(invitation) => invitation.id}
        empty={<Empty action={<InviteButton />}>{t("invitations.empty")}</Empty>}
      />
    </>
  );
}

const STATES = {
  open: "waiting",
  accepted: "good",
  revoked: "neutral",
  expired: "neutral",
} as const;

function stateOf(invitation: InvitationPartsFragment): keyof typeof STATES {
  if (invitation.acceptedAt != null) return "accepted";
  if (invitation.revokedAt != null) return "revoked";
  return new Date(invitation.expiresAt) < new Date() ? "expired" : "open";
}

function useColumns(
  revoke: ((invitation: InvitationPartsFragment) => void) | null,
): readonly Column<InvitationPartsFragment>[] {
  const t = useTexts(peopleTexts);
  const name = useName();
  return [
    { key: "email", title: t("email"), render: (invitation) => invitation.email },
    {
      key: "organization",
      title: t("organization"),
      render: (invitation) => name(invitation.organization),
    },
    {
      key: "roles",
      title: t("roles"),
      render: (invitation) => invitation.roles.map(name).join(" · ") || t("roles.none"),
    },
    {
      key: "at",
      title: t("invited.at"),
      isWideOnly: true,
      render: (invitation) => <DateText value={invitation.createdAt} />,
    },
    {
      key: "until",
      title: t("expires"),
      render: (invitation) => <DateText value={invitation.expiresAt} />,
    },
    {
      key: "state",
      title: t("state"),
      render: (invitation) => {
        const state = stateOf(invitation);
        return <StatePill kind={STATES[state]}>{t(`invitation.${state}`)}</StatePill>;
      },
    },
    {
      key: "actions",
      title: "",
      render: (invitation) =>
        revoke !== null &&
        stateOf(invitation) === "open" && (
          <ConfirmButton
            size="small"
            title={t("invitation.revoke.title", { email: invitation.email })}
            text={t("invitation.revoke.text")}
            confirmText={t("invitation.revoke")}
            onConfirm={() => revoke(invitation)}
          >
            {t("invitation.revoke")}
          </ConfirmButton>
        ),
    },
  ];
}

/** Invite somebody into one's organization, or into another that one manages. */
export function InviteButton({
  organizationId = null,
  text,
}: {
  readonly organizationId?: string | null;
  readonly text?: string;
}) {
  const t = useTexts(peopleTexts);
  const may = usePermissions();
  const [isOpen, setIsOpen] = useState(false);
  const [told, setTold] = useState<Told | null>(null);
  if (!may("PEOPLE_MANAGE")) return null;
  return (
    <>
      <Button kind="primary" onClick={() => setIsOpen(true)}>
        {text ?? t("invite.do")}
      </Button>
      {isOpen && (
        <Invite
          organizationId={organizationId}
          onDone={(link) => {
            setIsOpen(false);
            setTold(link);
          }}
          onClose={() => setIsOpen(false)}
        />
      )}
      {told && (
        <OneTime
          title={t("invite.link.title", { email: told.email })}
          label={t("invite.link")}
          text={t("once.text")}
          lostText={t("once.lost")}
          value={told.link}
          until={told.until}
          onClose={() => setTold(null)}
        />
      )}
    </>
  );
}

interface Told {
  readonly email: string;
  readonly link: string | null;
  readonly until: string | null;
}

function Invite({
  organizationId,
  onDone,
  onClose,
}: {
  readonly organizationId: string | null;
  readonly onDone: (told: Told) => void;
  readonly onClose: () => void;
}) {
  const t = useTexts(peopleTexts);
  const [email, setEmail] = useState("");
  const [roleIds, setRoleIds] = useState<ReadonlySet<string>>(new Set());
  const intent = useIntent(InvitationCreateDocument, "invitationCreate", {
    touches: ["MEMBER"],
    onDone: ({ token, invitation }) =>
      onDone({
        email: invitation?.email ?? email,
        link: addressOf("/invitation", token),
        until: invitation?.expiresAt ?? null,
      }),
  });
  return (
    <FormDialog
      title={t("invite.title")}
      intent={intent}
      submitText={t("invite.send")}
      isReady={email.trim() !== "" && roleIds.size > 0}
      onSubmit={() =>
        void intent.run({ email: email.trim(), roleIds: [...roleIds], organizationId })
      }
      onClose={onClose}
    >
      <TextField
        label={t("email")}
        type="email"
        autoComplete="off"
        isRequired
        value={email}
        error={problemAt(intent.problems, "email")}
        onText={setEmail}
      />
      <RolePicker ids={roleIds} onChange={setRoleIds} />
      <p className="field-hint">{t("invite.roles.hint")}</p>
    </FormDialog>
  );
}
