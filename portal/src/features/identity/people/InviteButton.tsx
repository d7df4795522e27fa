import { useState } from "react";

import { usePermissions } from "../../../app/session";
import { InvitationCreateDocument } from "../../../gql/graphql";
import { Button, FormDialog, TextField, problemAt } from "../../../shared/components";
import { useIntent } from "../../../shared/graph/hooks";
import { useTexts } from "../../../shared/i18n/i18n";
import { OneTime } from "./OneTime";
import { RolePicker } from "./RolePicker";
import { addressOf } from "./links";
import "./people.css";
import { peopleTexts } from "./texts";

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
      <Button
        kind={organizationId === null ? "primary" : "plain"}
        onClick={() => setIsOpen(true)}
      >
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
      <RolePicker
        isElsewhere={organizationId !== null}
        ids={roleIds}
        onChange={setRoleIds}
      />
      <p className="field-hint">{t("invite.roles.hint")}</p>
    </FormDialog>
  );
}
