import { type ReactNode, createContext, use, useCallback, useMemo } from "react";

import { useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "react-router";

import {
  MembershipSwitchDocument,
  type Permission,
  SessionDocument,
  type SessionQuery,
  SidesDocument,
  SignOutDocument,
} from "../gql/graphql";
import { Fault } from "../shared/graph/errors";
import { execute } from "../shared/graph/execute";
import { keyOf, useGraph } from "../shared/graph/hooks";
import { reportSessionBegun } from "../shared/graph/sessionEnd";
import { forgetHeld, sendHeld } from "../shared/leaving";
import type { Sides } from "./pages";

export type Viewer = SessionQuery["viewer"];

export interface Session {
  readonly viewer: Viewer;
  readonly permissions: ReadonlySet<Permission>;
  readonly sides: Sides;
  /** Whether one of these is held; the server decides anew on every request. */
  may(...oneOf: readonly Permission[]): boolean;
}

const SESSION = ["SESSION"] as const;
const sessionKey = keyOf(SESSION, SessionDocument, {});
const SessionContext = createContext<Session | null>(null);

// Other windows of this browser share the cookie: they learn who it now stands for.
const otherWindows =
  typeof BroadcastChannel === "undefined" ? null : new BroadcastChannel("tradeline.session");
// Before any page hears of it, and before it could send something as somebody else.
otherWindows?.addEventListener("message", forgetHeld);

export function useSessionQuery() {
  return useGraph({ kinds: SESSION, document: SessionDocument, variables: {} });
}

export function SessionProvider({
  viewer,
  children,
}: {
  readonly viewer: Viewer;
  readonly children: ReactNode;
}) {
  const permissions = useMemo(() => new Set(viewer.permissions), [viewer.permissions]);
  const sides = useGraph({
    kinds: ["RELATIONSHIP"],
    document: SidesDocument,
    variables: {},
    enabled: permissions.has("RELATIONSHIP_READ"),
  });
  const session = useMemo<Session>(
    () => ({
      viewer,
      permissions,
      // Who cannot know the sides gets both links rather than none.
      sides: {
        buys: sides.data ? sides.data.buying.edges.length > 0 : !sides.isLoading,
        sells: sides.data ? sides.data.selling.edges.length > 0 : !sides.isLoading,
      },
      may: (...oneOf) => oneOf.some((permission) => permissions.has(permission)),
    }),
    [viewer, permissions, sides.data, sides.isLoading],
  );
  return <SessionContext value={session}>{children}</SessionContext>;
}

/** Who is signed in, for whom they act, and what they may do. */
export function useSession(): Session {
  const session = use(SessionContext);
  if (session === null) throw new Error("There is no session outside of the shell.");
  return session;
}

/** To show only what can be done: `const may = usePermissions(); may("ORDER_CONFIRM")`. */
export function usePermissions(): Session["may"] {
  return useSession().may;
}

/** What changes who one is. */
export function useSessionActions() {
  const client = useQueryClient();
  const navigate = useNavigate();

  const begin = useCallback(
    (viewer: Viewer) => {
      forgetHeld();
      client.setQueryData(sessionKey, { viewer });
      // What another organization was shown is not for this one.
      client.removeQueries({ predicate: (query) => query.queryKey[0] !== "SESSION" });
      reportSessionBegun();
    },
    [client],
  );

  const resume = useCallback(
    (viewer: Viewer) => {
      client.setQueryData(sessionKey, { viewer });
      reportSessionBegun();
      void client.invalidateQueries();
    },
    [client],
  );

  const switchTo = useCallback(
    async (membershipId: string) => {
      await sendHeld();
      const { membershipSwitch } = await execute(MembershipSwitchDocument, {
        input: { membershipId },
      });
      if (!membershipSwitch.viewer) {
        throw new Fault(membershipSwitch.errors[0]?.message ?? "", "REFUSED");
      }
      forgetHeld();
      await navigate("/");
      begin(membershipSwitch.viewer);
      otherWindows?.postMessage("changed");
    },
    [begin, navigate],
  );

  const end = useCallback(async () => {
    await sendHeld();
    await execute(SignOutDocument, {});
    forgetHeld();
    otherWindows?.postMessage("changed");
    await navigate("/sign-in");
    client.clear();
  }, [client, navigate]);

  return { begin, resume, switchTo, end };
}

/** Call `onChange` when another window of this browser signs in or out, or acts for another. */
export function onOtherWindow(onChange: () => void): () => void {
  otherWindows?.addEventListener("message", onChange);
  return () => otherWindows?.removeEventListener("message", onChange);
}

export function announceSession(): void {
  otherWindows?.postMessage("changed");
}
