import { useNavigate, useSearchParams } from "react-router";

import { useSessionActions } from "../../app/session";
import { Notice, Page } from "../../shared/components";
import { useTexts } from "../../shared/i18n/i18n";
import SignInForm from "./SignInForm";
import { identityTexts } from "./texts";

export default function SignInPage() {
  const t = useTexts(identityTexts);
  const [parameters] = useSearchParams();
  const navigate = useNavigate();
  const { begin } = useSessionActions();
  return (
    <Page title={t("signIn.title")} subtitle={t("signIn.lead")}>
      {parameters.has("joined") && <Notice kind="good">{t("invitation.done")}</Notice>}
      {parameters.has("reset") && <Notice kind="good">{t("reset.done")}</Notice>}
      <SignInForm
        onSignedIn={(viewer) => {
          begin(viewer);
          void navigate(ownAddress(parameters.get("next")), { replace: true });
        }}
      />
    </Page>
  );
}

/** Where to go on: an address of ours, whatever a link to this page says. */
export function ownAddress(next: string | null): string {
  if (!next?.startsWith("/") || !URL.canParse(next, location.origin)) return "/";
  const { origin, pathname, search } = new URL(next, location.origin);
  // "/.//elsewhere" is ours, but what is left of it without its dots is not.
  return origin === location.origin && !pathname.startsWith("//") ? `${pathname}${search}` : "/";
}
