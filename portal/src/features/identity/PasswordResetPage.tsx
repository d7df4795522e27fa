import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { useNavigate, useSearchParams } from "react-router";

import { PasswordResetDocument } from "../../gql/graphql";
import { Button, ErrorLine, Notice, Page, ProblemList, TextField } from "../../shared/components";
import { execute } from "../../shared/graph/execute";
import { useTexts } from "../../shared/i18n/i18n";
import { identityTexts } from "./texts";

/** Where the link leads that somebody's administrator hands out: `/password-reset?token=…`. */
export default function PasswordResetPage() {
  const t = useTexts(identityTexts);
  const navigate = useNavigate();
  const [parameters] = useSearchParams();
  const token = parameters.get("token") ?? "";
  const [wanted, setWanted] = useState("");
  const [repeated, setRepeated] = useState("");
  const differs = repeated !== "" && repeated !== wanted;
  const reset = useMutation({
    mutationFn: async () => {
      const input = { token, password: wanted };
      return (await execute(PasswordResetDocument, { input })).passwordReset;
    },
    onSuccess: ({ errors }) => {
      if (errors.length === 0) void navigate("/sign-in?reset");
    },
  });
  if (token === "") {
    return (
      <Page title={t("reset.title")}>
        <Notice kind="error">{t("reset.missing")}</Notice>
      </Page>
    );
  }
  return (
    <Page title={t("reset.title")} subtitle={t("reset.lead")}>
      <form
        className="form"
        onSubmit={(event) => {
          event.preventDefault();
          if (wanted === repeated) reset.mutate();
        }}
      >
        <ErrorLine error={reset.error} onRetry={() => reset.mutate()} />
        <ProblemList problems={reset.data?.errors ?? []} />
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
        <Button kind="primary" type="submit" isBusy={reset.isPending}>
          {t("reset.do")}
        </Button>
      </form>
    </Page>
  );
}
