import { usePermissions } from "../../../app/session";
import {
  type InvitationPartsFragment,
  InvitationRevokeDocument,
  InvitationsDocument,
} from "../../../gql/graphql";
import {
  type Column,
  ConfirmButton,
  DateText,
  Empty,
  IntentProblems,
  PagedTable,
  StatePill,
  useName,
} from "../../../shared/components";
import { useIntent, usePages } from "../../../shared/graph/hooks";
import { useTexts } from "../../../shared/i18n/i18n";
import { InviteButton } from "./InviteButton";
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
