import { useState } from "react";

import { usePermissions, useSession } from "../../../app/session";
import {
  MemberDeactivateDocument,
  type MemberPartsFragment,
  MemberRolesSetDocument,
  PasswordResetIssueDocument,
} from "../../../gql/graphql";
import {
  Button,
  ConfirmButton,
  DateText,
  Drawer,
  Facts,
  IntentProblems,
  Notice,
  useName,
} from "../../../shared/components";
import { useIntent } from "../../../shared/graph/hooks";
import { useTexts } from "../../../shared/i18n/i18n";
import { AuditButton } from "../audit/AuditDrawer";
import { OneTime } from "./OneTime";
import { RolePicker } from "./RolePicker";
import { addressOf } from "./links";
import { peopleTexts } from "./texts";

interface Props {
  readonly member: MemberPartsFragment;
}

/** One person of the organization: what they may do here, and whether they get in. */
export function MemberDrawer({ member, onClose }: Props & { readonly onClose: () => void }) {
  const t = useTexts(peopleTexts);
  const name = useName();
  const may = usePermissions();
  const canManage = may("PEOPLE_MANAGE");
  return (
    <Drawer title={member.name} isOpen onClose={onClose}>
      <Facts
        items={[
          { term: t("email"), value: member.email },
          { term: t("roles"), value: member.roles.map(name).join(" · ") || t("roles.none") },
          { term: t("since"), value: <DateText value={member.createdAt} /> },
        ]}
      />
      <div className="people-history">
        <AuditButton subjectType="member" subjectId={member.id} title={member.name} />
      </div>
      {!member.isActive && <Notice>{t("member.inactive")}</Notice>}
      {canManage && member.isActive && (
        <>
          <Roles member={member} />
          <Access member={member} />
        </>
      )}
    </Drawer>
  );
}

function Roles({ member }: Props) {
  const t = useTexts(peopleTexts);
  const [ids, setIds] = useState<ReadonlySet<string>>(new Set(member.roles.map(({ id }) => id)));
  const intent = useIntent(MemberRolesSetDocument, "memberRolesSet", {
    touches: ["MEMBER", "SESSION"],
  });
  const isDone = intent.payload?.errors.length === 0;
  return (
    <form
      className="people-part"
      onSubmit={(event) => {
        event.preventDefault();
        void intent.run({ memberId: member.id, roleIds: [...ids] });
      }}
    >
      <IntentProblems intent={intent} />
      {isDone && <Notice kind="good">{t("member.roles.done")}</Notice>}
      <RolePicker
        ids={ids}
        onChange={(chosen) => {
          intent.reset();
          setIds(chosen);
        }}
      />
      <Button type="submit" kind="primary" isBusy={intent.isRunning}>
        {t("member.roles.save")}
      </Button>
    </form>
  );
}

function Access({ member }: Props) {
  const t = useTexts(peopleTexts);
  const { viewer } = useSession();
  const [isTold, setIsTold] = useState(false);
  const resetting = useIntent(PasswordResetIssueDocument, "passwordResetIssue", {
    onDone: () => setIsTold(true),
  });
  const deactivating = useIntent(MemberDeactivateDocument, "memberDeactivate", {
    touches: ["MEMBER"],
  });
  const isOneself = member.email === viewer.account?.email;
  const values = { name: member.name };
  return (
    <div className="people-part">
      <h3>{t("member.access")}</h3>
      <IntentProblems intent={resetting} />
      <IntentProblems intent={deactivating} />
      <div className="row-actions">
        {!isOneself && (
          <ConfirmButton
            title={t("reset.title", values)}
            text={t("reset.text")}
            isBusy={resetting.isRunning}
            onConfirm={() => void resetting.run({ memberId: member.id })}
          >
            {t("reset.do")}
          </ConfirmButton>
        )}
        <ConfirmButton
          kind="danger"
          title={t("deactivate.title", values)}
          text={t("deactivate.text")}
          confirmText={t("deactivate.do")}
          isBusy={deactivating.isRunning}
          onConfirm={() => void deactivating.run({ memberId: member.id })}
        >
          {t("deactivate.do")}
        </ConfirmButton>
      </div>
      {isTold && (
        <OneTime
          title={t("reset.link.title", values)}
          label={t("reset.link")}
          text={t("once.text")}
          lostText={t("once.lost")}
          value={addressOf("/password-reset", resetting.payload?.token)}
          until={resetting.payload?.expiresAt ?? null}
          onClose={() => setIsTold(false)}
        />
      )}
    </div>
  );
}
