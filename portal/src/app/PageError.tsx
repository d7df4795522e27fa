import { useEffect, useRef } from "react";
import { Link, useRouteError } from "react-router";

import { Button, Page } from "../shared/components";
import { useIsReachable } from "../shared/graph/connection";
import { commonTexts } from "../shared/i18n/common";
import { useTexts } from "../shared/i18n/i18n";
import { appTexts } from "./texts";
import { isUnloaded } from "./unloaded";

/** A page that broke, with a way back. The others go on. */
export function PageError() {
  const t = useTexts(commonTexts);
  const error = useRouteError();
  const isMissing = isUnloaded(error);
  const isReachable = useIsReachable();
  const isCut = isMissing && !(isReachable && navigator.onLine);
  const wasUnreachable = useRef(false);
  // What could not be loaded because the network was down is loaded once it is back. React keeps
  // the refused import for as long as the document lives: only a new one asks again.
  useEffect(() => {
    if (!isReachable) wasUnreachable.current = true;
    else if (isMissing && wasUnreachable.current) location.reload();
  }, [isReachable, isMissing]);
  useEffect(() => {
    if (!isMissing) return;
    const reload = () => location.reload();
    window.addEventListener("online", reload);
    return () => window.removeEventListener("online", reload);
  }, [isMissing]);
  return (
    <div className="state state-error" role="alert">
      <h1>{t("error.title")}</h1>
      <p>{t(isCut ? "error.cut" : isMissing ? "error.chunk" : "error.page")}</p>
      <Button kind="primary" onClick={() => location.reload()}>
        {t("reload")}
      </Button>
      <a href="/">{t("goHome")}</a>
    </div>
  );
}

export function NotFoundPage() {
  const t = useTexts(appTexts);
  const common = useTexts(commonTexts);
  return (
    <Page title={t("notFound.title")}>
      <div className="state">
        <p>{t("notFound.text")}</p>
        <Link to="/">{common("goHome")}</Link>
      </div>
    </Page>
  );
}
