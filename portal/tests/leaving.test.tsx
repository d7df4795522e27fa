import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { act, cleanup, renderHook } from "@testing-library/react";
import type { ReactNode } from "react";
import { MemoryRouter } from "react-router";
import { afterEach, beforeEach, expect, test, vi } from "vitest";

import { SessionProvider, type Viewer, useSessionActions } from "../src/app/session";
import { useOrderDraft } from "../src/features/ordering/draft/useOrderDraft";
import { recall, remember } from "../src/shared/device";

/** What came in, and by whom the cookie was held then. */
const saves: string[] = [];
let signedIn: string;
/** Whether saves do not get through. */
let isAway: boolean;

beforeEach(() => {
  vi.useFakeTimers({ shouldAdvanceTime: true });
  saves.length = 0;
  isAway = false;
  vi.stubGlobal("fetch", (_address: string, request: RequestInit) => {
    const { variables } = JSON.parse(String(request.body)) as {
      variables: { input?: { rows: { code: string }[] }; relationshipId?: string };
    };
    if (variables.relationshipId !== undefined) return answer({ orderDraft: null });
    if (variables.input === undefined) {
      signedIn = "nobody";
      return answer({ signOut: true });
    }
    saves.push(`${signedIn}: ${variables.input.rows.map(({ code }) => code).join(" ")}`);
    return isAway ? Promise.reject(new TypeError("Failed to fetch")) : saved(variables.input.rows);
  });
});

afterEach(() => {
  cleanup();
  vi.useRealTimers();
  vi.unstubAllGlobals();
  localStorage.clear();
});

test("what is typed just before one signs out is saved first", async () => {
  const { result } = page("ann");
  await act(() => vi.advanceTimersByTimeAsync(10));
  act(() => void result.current.draft.keeper.addRows([{ code: "A1", quantityText: "1" }]));
  await act(() => result.current.actions.end());
  expect(saves).toEqual(["ann: A1"]);
});

test("the next person neither sees nor sends what the former could not", async () => {
  const ann = page("ann");
  await act(() => vi.advanceTimersByTimeAsync(10));
  isAway = true;
  act(() => void ann.result.current.draft.keeper.addRows([{ code: "A1", quantityText: "1" }]));
  await act(() => vi.advanceTimersByTimeAsync(1_000));
  await act(() => ann.result.current.actions.end());
  ann.unmount();
  isAway = false;
  saves.length = 0;

  const bob = page("bob");
  await act(() => vi.advanceTimersByTimeAsync(10_000));
  expect(bob.result.current.draft.rows).toEqual([]);
  expect(saves).toEqual([]);
  bob.unmount();

  const again = page("ann");
  await act(() => vi.advanceTimersByTimeAsync(2_000));
  expect(again.result.current.draft.rows.map(({ code }) => code)).toEqual(["A1"]);
});

test("a browser that keeps nothing forgets, and goes on", () => {
  vi.stubGlobal("localStorage", undefined);
  remember("place", "here");
  expect(recall("place")).toBe(null);
});

function page(person: string) {
  signedIn = person;
  const viewer = {
    account: { id: person },
    organization: { id: "ours" },
    permissions: [],
    memberships: [],
  } as unknown as Viewer;
  const client = new QueryClient();
  const wrapper = ({ children }: { readonly children: ReactNode }) => (
    <QueryClientProvider client={client}>
      <MemoryRouter>
        <SessionProvider viewer={viewer}>{children}</SessionProvider>
      </MemoryRouter>
    </QueryClientProvider>
  );
  return renderHook(() => ({ draft: useOrderDraft("edge"), actions: useSessionActions() }), {
    wrapper,
  });
}

function answer(data: object): Promise<Response> {
  return Promise.resolve(Response.json({ data }));
}

function saved(rows: readonly { readonly code: string }[]): Promise<Response> {
  const header = { buyerReference: "", note: "", shipToRegion: "", shipToAddress: "" };
  const draft = { version: 1, rows, requestedOn: null, ...header };
  return answer({ orderDraftSave: { draft, errors: [] } });
}
