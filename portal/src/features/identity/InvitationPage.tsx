import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { useNavigate, useSearchParams } from "react-router";

import { InvitationAcceptDocument } from "../../gql/graphql";
import {
  Button,
  ErrorLine,
  Notice,
  Page,
  ProblemList,
  SelectField,
  TextField,
} from "../../shared/components";
import { execute } from "../../shared/graph/execute";
import { useLocale, useTexts } from "../../shared/i18n/i18n";
import { identityTexts } from "./texts";

/** Where an invitation's link leads: `/invitation?token=…`. */
export default function InvitationPage() {
  const t = useTexts(identityTexts);
  const locale = useLocale();
  const navigate = useNavigate();
  const [parameters] = useSearchParams();
  const token = parameters.get("token") ?? "";
  const [isNew, setIsNew] = useState(true);
  const [name, setName] = useState("");
  const [password, setPassword] = useState("");
  const accept = useMutation({
    mutationFn: async () => {
      const input = {
        token,
        name: isNew ? name.trim() : "",
        password,
        locale: locale === "zh" ? ("ZH" as const) : ("EN" as const),
      };
      return (await execute(InvitationAcceptDocument, { input })).invitationAccept;
    },
    onSuccess: ({ errors }) => {
      if (errors.length === 0) void navigate("/sign-in?joined");
    },
  });
  if (token === "") {
    return (
      <Page title={t("invitation.title")}>
        <Notice kind="error">{t("invitation.missing")}</Notice>
      </Page>
    );
  }
  return (
    <Page title={t("invitation.title")} subtitle={t("invitation.lead")}>
      <form
        className="form"
        onSubmit={(event) => {
          event.preventDefault();
          accept.mutate();
        }}
      >
        <ErrorLine error={accept.error} onRetry={() => accept.mutate()} />
        <ProblemList problems={accept.data?.errors ?? []} />
        <SelectField
          label={t("invitation.kind")}
          value={isNew ? "new" : "existing"}
          options={[
            { value: "new", text: t("invitation.new") },
            { value: "existing", text: t("invitation.existing") },
          ]}
          onText={(value) => setIsNew(value === "new")}
        />
        {isNew && (
          <TextField
            label={t("name")}
            autoComplete="name"
            isRequired
            value={name}
            onText={setName}
          />
        )}
        <TextField
          label={t("password")}
          type="password"
          autoComplete={isNew ? "new-password" : "current-password"}
          isRequired
          value={password}
          onText={setPassword}
        />
        <Button kind="primary" type="submit" isBusy={accept.isPending}>
          {t("invitation.do")}
        </Button>
      </form>
    </Page>
  );
}
