import { useQueryClient } from "@tanstack/react-query";
import { Suspense, lazy, useEffect, useRef, useState } from "react";
import { Link, Navigate, Outlet, ScrollRestoration, useLocation } from "react-router";

import {
  Button,
  Drawer,
  ErrorLine,
  ErrorState,
  Icon,
  Loading,
  Modal,
  NoAccess,
  Page,
  useName,
} from "../shared/components";
import { useIsReachable } from "../shared/graph/connection";
import { SessionEnded } from "../shared/graph/errors";
import { useHasSessionEnded } from "../shared/graph/sessionEnd";
import { chooseLocale, suggestLocale, useLocale, useTexts } from "../shared/i18n/i18n";
import { useLive } from "../shared/live";
import { BottomBar, Navigation } from "./Navigation";
import { mayOpen } from "./pages";
import {
  SessionProvider,
  type Viewer,
  onOtherWindow,
  useSession,
  useSessionActions,
  useSessionQuery,
} from "./session";
import { appTexts } from "./texts";

const SignInForm = lazy(() => import("../features/identity/SignInForm"));

/** What stands around every page of somebody who is signed in. */
export function Shell() {
  const session = useSessionQuery();
  const location = useLocation();
  const client = useQueryClient();
  const viewer = session.data?.viewer;
  const accountLocale = viewer?.account?.locale;
  useEffect(() => {
    if (accountLocale !== undefined) suggestLocale(accountLocale === "EN" ? "en" : "zh");
  }, [accountLocale]);
  useEffect(() => onOtherWindow(() => void client.resetQueries()), [client]);
  // Explanations and problems come from the graph, in the language in which it was asked.
  const locale = useLocale();
  const asked = useRef(locale);
  useEffect(() => {
    if (asked.current !== locale) void client.invalidateQueries();
    asked.current = locale;
  }, [client, locale]);

  if (viewer === undefined) {
    if (session.error instanceof SessionEnded) {
      const here = `${location.pathname}${location.search}`;
      const next = here === "/" ? "" : `?next=${encodeURIComponent(here)}`;
      return <Navigate to={`/sign-in${next}`} replace />;
    }
    return (
      <main className="bare">
        {session.error ? (
          <ErrorState error={session.error} onRetry={() => void session.refetch()} />
        ) : (
          <Loading onRetry={() => void session.refetch()} />
        )}
      </main>
    );
  }
  return (
    <SessionProvider viewer={viewer}>
      <Frame viewer={viewer} />
    </SessionProvider>
  );
}

function Frame({ viewer }: { readonly viewer: Viewer }) {
  const t = useTexts(appTexts);
  const { pathname } = useLocation();
  const { permissions } = useSession();
  const [isMenuOpen, setIsMenuOpen] = useState(false);
  useLive(viewer.organization?.id, !useHasSessionEnded());
  useEffect(() => setIsMenuOpen(false), [pathname]);
  return (
    <div className="shell">
      <a className="skip-link" href="#content">
        {t("skip")}
      </a>
      <Header viewer={viewer} />
      <div className="shell-body">
        <Navigation />
        <main id="content" className="content" tabIndex={-1}>
          <OfflineBanner />
          {/* For another organization or person, every page begins anew. */}
          <Suspense key={identityOf(viewer)} fallback={<Loading rows={8} />}>
            {mayOpen(pathname, permissions) ? (
              <Outlet />
            ) : (
              <Page title={t("noAccess.title")}>
                <NoAccess />
              </Page>
            )}
          </Suspense>
        </main>
      </div>
      <BottomBar onMore={() => setIsMenuOpen(true)} />
      <Drawer title={t("nav.label")} isOpen={isMenuOpen} onClose={() => setIsMenuOpen(false)}>
        <Navigation isInDrawer />
      </Drawer>
      <SessionEndDialog viewer={viewer} />
      <ScrollRestoration />
    </div>
  );
}

function identityOf(viewer: Viewer): string {
  return `${viewer.account?.id} ${viewer.organization?.id}`;
}

function Header({ viewer }: { readonly viewer: Viewer }) {
  const t = useTexts(appTexts);
  const locale = useLocale();
  const { switchTo, end } = useSessionActions();
  const name = useName();
  const [error, setError] = useState<Error | null>(null);
  const person = `${t("nav.account")}: ${viewer.account?.name ?? "–"}`;
  const acting = viewer.memberships.find((membership) => membership.isActing);

  function attempt(action: Promise<void>): void {
    setError(null);
    action.catch((reason: unknown) => setError(reason as Error));
  }

  return (
    <header className="header">
      <Link className="brand" to="/" aria-label="Tradeline">
        <img src="/favicon.svg" alt="" width="24" height="24" />
        <span className="brand-name">Tradeline</span>
      </Link>
      {viewer.memberships.length > 1 ? (
        <select
          className="header-organization select"
          aria-label={t("actingFor")}
          value={acting?.id ?? ""}
          onChange={(event) => attempt(switchTo(event.target.value))}
        >
          {viewer.memberships.map((membership) => (
            <option key={membership.id} value={membership.id}>
              {name({ name: membership.organizationName, nameEn: membership.organizationNameEn })}
            </option>
          ))}
        </select>
      ) : (
        <span className="header-organization">{name(viewer.organization)}</span>
      )}
      <div className="header-end">
        <button
          type="button"
          className="header-button"
          lang={locale === "zh" ? "en" : "zh-CN"}
          onClick={() => chooseLocale(locale === "zh" ? "en" : "zh")}
        >
          <Icon name="globe" />
          {locale === "zh" ? "English" : "中文"}
        </button>
        <Link className="header-button" to="/account" aria-label={person}>
          <Icon name="user" />
          <span className="header-text">{viewer.account?.name ?? "–"}</span>
        </Link>
        <button
          type="button"
          className="header-button"
          aria-label={t("signOut")}
          title={t("signOut")}
          onClick={() => attempt(end())}
        >
          <Icon name="exit" />
        </button>
      </div>
      <ErrorLine error={error} />
    </header>
  );
}

function OfflineBanner() {
  const t = useTexts(appTexts);
  const isReachable = useIsReachable();
  const client = useQueryClient();
  return (
    <div role="status" className="offline-place">
      {!isReachable && (
        <div className="notice notice-warning">
          <span>{t("offline.text")}</span>
          <RetryButton onRetry={() => client.invalidateQueries()} />
        </div>
      )}
    </div>
  );
}

function RetryButton({ onRetry }: { readonly onRetry: () => Promise<void> }) {
  const t = useTexts(appTexts);
  const [isBusy, setIsBusy] = useState(false);
  return (
    <Button
      size="small"
      isBusy={isBusy}
      onClick={() => {
        setIsBusy(true);
        void onRetry().finally(() => setIsBusy(false));
      }}
    >
      {t("offline.retry")}
    </Button>
  );
}

/** Over the page, which stays as it is: whoever signs in again goes on where they were. */
function SessionEndDialog({ viewer }: { readonly viewer: Viewer }) {
  const t = useTexts(appTexts);
  const { begin, resume } = useSessionActions();
  const hasEnded = useHasSessionEnded();
  const membershipId = viewer.memberships.find((membership) => membership.isActing)?.id;
  if (!hasEnded) return null;
  return (
    <Modal title={t("session.title")} isOpen>
      <p>{t("session.text")}</p>
      <Suspense fallback={<Loading rows={2} />}>
        <SignInForm
          email={viewer.account?.email ?? ""}
          {...(membershipId !== undefined && { membershipId })}
          onSignedIn={(next) => {
            (identityOf(next) === identityOf(viewer) ? resume : begin)(next);
          }}
        />
      </Suspense>
    </Modal>
  );
}
