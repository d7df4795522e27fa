import { useMutation } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";

import { type Viewer, announceSession } from "../../app/session";
import { SignInDocument } from "../../gql/graphql";
import { Button, ErrorLine, ProblemList, TextField } from "../../shared/components";
import { execute } from "../../shared/graph/execute";
import { useTexts } from "../../shared/i18n/i18n";
import { identityTexts } from "./texts";

/** Also what signs somebody in again, as they were: by `email`, for the same membership. */
export default function SignInForm({
  email: knownEmail = "",
  membershipId,
  onSignedIn,
}: {
  readonly email?: string;
  readonly membershipId?: string;
  readonly onSignedIn: (viewer: Viewer) => void;
}) {
  const t = useTexts(identityTexts);
  const [email, setEmail] = useState(knownEmail);
  const [password, setPassword] = useState("");
  const form = useRef<HTMLFormElement>(null);
  useEffect(() => {
    const wanted = knownEmail === "" ? "email" : "password";
    form.current?.querySelector<HTMLElement>(`[name=${wanted}]`)?.focus();
  }, [knownEmail]);
  const signIn = useMutation({
    mutationFn: async () => {
      const isKnown = membershipId !== undefined && email.trim() === knownEmail;
      const input = { email: email.trim(), password, ...(isKnown && { membershipId }) };
      return (await execute(SignInDocument, { input })).signIn;
    },
    onSuccess: ({ viewer }) => {
      if (!viewer) return;
      announceSession();
      onSignedIn(viewer);
    },
  });
  return (
    <form
      ref={form}
      className="form"
      onSubmit={(event) => {
        event.preventDefault();
        signIn.mutate();
      }}
    >
      <ErrorLine error={signIn.error} onRetry={() => signIn.mutate()} />
      <ProblemList problems={signIn.data?.errors ?? []} />
      <TextField
        label={t("email")}
        type="email"
        name="email"
        autoComplete="username"
        isRequired
        value={email}
        onText={setEmail}
      />
      <TextField
        label={t("password")}
        type="password"
        name="password"
        autoComplete="current-password"
        isRequired
        value={password}
        onText={setPassword}
      />
      <Button kind="primary" type="submit" isBusy={signIn.isPending}>
        {t("signIn.do")}
      </Button>
    </form>
  );
}
