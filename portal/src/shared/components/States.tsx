import { type ReactNode, useEffect, useState } from "react";
import { Link } from "react-router";

import { Fault, NoPermission, Offline, SessionEnded } from "../graph/errors";
import { commonTexts } from "../i18n/common";
import { useTexts } from "../i18n/i18n";
import { Button } from "./Button";

const SLOW_AFTER_MS = 8_000;

/** Grey lines where the content will be; says so when it takes long. */
export function Loading({
  rows = 4,
  onRetry,
}: {
  readonly rows?: number;
  readonly onRetry?: () => void;
}) {
  const t = useTexts(commonTexts);
  const [isSlow, setIsSlow] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setIsSlow(true), SLOW_AFTER_MS);
    return () => clearTimeout(timer);
  }, []);
  return (
    <div className="loading" role="status">
      <span className="visually-hidden">{t("loading")}</span>
      {Array.from({ length: rows }, (_, row) => (
        <div key={row} className="skeleton" aria-hidden="true" />
      ))}
      {isSlow && (
        <p className="loading-slow">
          {t("slow")}{" "}
          <Button size="small" onClick={onRetry ?? (() => location.reload())}>
            {t("retry")}
          </Button>
        </p>
      )}
    </div>
  );
}

/** Nothing there: what it means, and what to do about it. */
export function Empty({
  children,
  action,
}: {
  readonly children?: ReactNode;
  readonly action?: ReactNode;
}) {
  const t = useTexts(commonTexts);
  return (
    <div className="state">
      <p>{children ?? t("empty")}</p>
      {action}
    </div>
  );
}

/** What went wrong, in the person's words, and a way on. */
export function ErrorState({
  error,
  onRetry,
}: {
  readonly error: Error;
  readonly onRetry?: () => void;
}) {
  const t = useTexts(commonTexts);
  const message = useErrorMessage();
  if (error instanceof NoPermission) return <NoAccess />;
  return (
    <div className="state state-error" role="alert">
      <p>{message(error)}</p>
      {onRetry && <Button onClick={onRetry}>{t("retry")}</Button>}
    </div>
  );
}

/** In a line: for an action that failed, where the page stays as it is. */
export function ErrorLine({
  error,
  onRetry,
}: {
  readonly error: Error | null;
  readonly onRetry?: () => void;
}) {
  const t = useTexts(commonTexts);
  const message = useErrorMessage();
  if (error === null || error instanceof SessionEnded) return null;
  const isRetryable = onRetry !== undefined && error instanceof Offline;
  return (
    <div className="notice notice-error" role="alert">
      <span>{message(error)}</span>
      {isRetryable && (
        <Button size="small" onClick={onRetry}>
          {t("retry")}
        </Button>
      )}
    </div>
  );
}

export function NoAccess() {
  const t = useTexts(commonTexts);
  return (
    <div className="state">
      <p>{t("error.permission")}</p>
      <Link to="/">{t("goHome")}</Link>
    </div>
  );
}

/** A remark of the page: `kind` is by what it is marked, beside its words. */
export function Notice({
  kind = "info",
  children,
}: {
  readonly kind?: "info" | "good" | "warning" | "error";
  readonly children: ReactNode;
}) {
  return (
    <div className={`notice notice-${kind}`} role={kind === "error" ? "alert" : "status"}>
      <span>{children}</span>
    </div>
  );
}

function useErrorMessage(): (error: Error) => string {
  const t = useTexts(commonTexts);
  return (error) => {
    if (error instanceof Offline) {
      if (error.reason === "timeout") return t("error.timeout");
      return t(error.reason === "server" ? "error.server" : "error.offline");
    }
    if (error instanceof SessionEnded) return t("error.session");
    if (error instanceof NoPermission) return t("error.permission");
    if (!(error instanceof Fault)) return t("error.title");
    // A fault's own message names its reference already.
    return error.message || t("error.reference", { reference: error.reference ?? error.code });
  };
}
