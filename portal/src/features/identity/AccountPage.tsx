import { useMutation } from "@tanstack/react-query";
import { useState } from "react";

import { useSession } from "../../app/session";
import { PasswordChangeDocument } from "../../gql/graphql";
import {
  Button,
  ErrorLine,
  Facts,
  Notice,
  Page,
  ProblemList,
  Section,
  TextField,
  useName,
} from "../../shared/components";
import { execute } from "../../shared/graph/execute";
import { useTexts } from "../../shared/i18n/i18n";
import { identityTexts } from "./texts";

export default function AccountPage() {
  const t = useTexts(identityTexts);
  const { viewer } = useSession();
  const nameOf = useName();
  const organizations = viewer.memberships.map((membership) =>
    nameOf({ name: membership.organizationName, nameEn: membership.organizationNameEn }),
  );
  return (
    <Page title={t("account.title")}>
      <Section title={t("account.facts")}>
        <Facts
          items={[
            { term: t("name"), value: viewer.account?.name },
            { term: t("email"), value: viewer.account?.email },
            { term: t("account.organizations"), value: organizations.join(" · ") },
          ]}
        />
      </Section>
      <Section title={t("password.title")}>
        <PasswordForm />
      </Section>
    </Page>
  );
}

function PasswordForm() {
  const t = useTexts(identityTexts);
  const [current, setCurrent] = useState("");
  const [wanted, setWanted] = useState("");
  const [repeated, setRepeated] = useState("");
  const differs = repeated !== "" && repeated !== wanted;
  const change = useMutation({
    mutationFn: async () => {
      const input = { current, new: wanted };
      return (await execute(PasswordChangeDocument, { input })).passwordChange;
    },
    onSuccess: ({ errors }) => {
      if (errors.length > 0) return;
      setCurrent("");
      setWanted("");
      setRepeated("");
    },
  });
  return (
    <form
      className="form"
      onSubmit={(event) => {
        event.preventDefault();
        if (wanted === repeated) change.mutate();
      }}
    >
      {change.data?.errors.length === 0 && <Notice kind="good">{t("password.done")}</Notice>}
      <ErrorLine error={change.error} />
      <ProblemList problems={change.data?.errors ?? []} />
      <TextField
        label={t("password.current")}
        type="password"
        autoComplete="current-password"
        isRequired
        value={current}
        onText={setCurrent}
      />
      <TextField
        label={t("password.new")}
        hint={t("password.hint")}
        type="password"
        autoComplete="new-password"
        isRequired
        value={wanted}
        onText={setWanted}
      />
      <TextField
        label={t("password.repeat")}
        {...(differs && { error: t("password.differs") })}
        type="password"
        autoComplete="new-password"
        isRequired
        value={repeated}
        onText={setRepeated}
      />
      <Button kind="primary" type="submit" isBusy={change.isPending}>
        {t("password.do")}
      </Button>
    </form>
  );
}
