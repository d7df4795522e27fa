import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { act, renderHook, waitFor } from "@testing-library/react";
import type { ReactNode } from "react";
import { afterEach, expect, test, vi } from "vitest";

import type { TypedDocumentString } from "../src/gql/graphql";
import { Offline } from "../src/shared/graph/errors";
import { BUSY_RETRIES_MAX, type Problem, useIntent } from "../src/shared/graph/hooks";

interface Result {
  readonly orderPlace: { readonly errors: readonly Problem[] };
}
interface Input {
  readonly requestId: string;
  readonly note: string;
}

const document = { __meta__: { hash: "sha256:00" } } as unknown as TypedDocumentString<
  Result,
  { input: Input }
>;

afterEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

function begin(onDone = vi.fn()) {
  const client = new QueryClient();
  const wrapper = ({ children }: { readonly children: ReactNode }) => (
    <QueryClientProvider client={client}>{children}</QueryClientProvider>
  );
  const hook = renderHook(() => useIntent(document, "orderPlace", { onDone }), { wrapper });
  return { hook, onDone };
}

/** What is sent, answered in turn: null for a connection that breaks. */
function answers(...bodies: readonly (object | null)[]) {
  const sent: Input[] = [];
  const left = [...bodies];
  vi.stubGlobal("fetch", async (_address: string, request: RequestInit) => {
    sent.push((JSON.parse(String(request.body)) as { variables: { input: Input } }).variables.input);
    const body = left.shift();
    if (body == null) throw new TypeError("Failed to fetch");
    return Response.json(body);
  });
  return sent;
}

const DONE = { data: { orderPlace: { errors: [] } } };
const BUSY = {
  data: {
    orderPlace: {
      errors: [{ __typename: "Busy", message: "Later.", path: [], retryAfterSeconds: 2 }],
    },
  },
};
const REFUSED = { data: { orderPlace: { errors: [{ message: "No.", path: ["note"] }] } } };

test("what broke off is sent again as the same request, by the button and by retrying", async () => {
  const sent = answers(null, null, DONE);
  const { hook, onDone } = begin();
  await act(() => hook.result.current.run({ note: "a" }));
  await waitFor(() => expect(hook.result.current.error).toBeInstanceOf(Offline));
  await act(() => hook.result.current.run({ note: "a" }));
  act(() => hook.result.current.retry());
  await waitFor(() => expect(onDone).toHaveBeenCalledOnce());
  expect(sent).toHaveLength(3);
  expect(new Set(sent.map((input) => input.requestId)).size).toBe(1);
  expect(hook.result.current.error).toBeNull();
});

test("what is done is done: the same input is another request then", async () => {
  const sent = answers(DONE, DONE);
  const { hook } = begin();
  await act(() => hook.result.current.run({ note: "a" }));
  await act(() => hook.result.current.run({ note: "a" }));
  expect(new Set(sent.map((input) => input.requestId)).size).toBe(2);
});

test("another input after a broken connection is another request", async () => {
  const sent = answers(null, DONE);
  const { hook } = begin();
  await act(() => hook.result.current.run({ note: "a" }));
  await act(() => hook.result.current.run({ note: "b" }));
  expect(new Set(sent.map((input) => input.requestId)).size).toBe(2);
});

test("a refusal is told as problems and does nothing else", async () => {
  answers(REFUSED);
  const { hook, onDone } = begin();
  await act(() => hook.result.current.run({ note: "" }));
  await waitFor(() => expect(hook.result.current.problems).toHaveLength(1));
  expect(onDone).not.toHaveBeenCalled();
  expect(hook.result.current.error).toBeNull();
});

/** Time goes by in steps, so that what follows from one is there before the next. */
async function seconds(count: number) {
  for (let tenth = 0; tenth < count * 10; tenth++) {
    await act(() => vi.advanceTimersByTimeAsync(100));
  }
}

test("where the server is busy, the same request is sent again by itself after the time given", async () => {
  vi.useFakeTimers();
  const sent = answers(BUSY, BUSY, DONE);
  const { hook, onDone } = begin();
  void act(() => void hook.result.current.run({ note: "a" }));
  await seconds(0.5);
  expect(sent).toHaveLength(1);
  expect(hook.result.current.isRunning).toBe(true);
  expect(hook.result.current.busySeconds).toBe(2);
  await seconds(1);
  expect(hook.result.current.busySeconds).toBe(1);
  expect(sent).toHaveLength(1);
  await seconds(2);
  expect(sent).toHaveLength(2);
  await seconds(4);
  expect(sent).toHaveLength(3);
  expect(new Set(sent.map((input) => input.requestId)).size).toBe(1);
  expect(onDone).toHaveBeenCalledOnce();
  expect(hook.result.current.busySeconds).toBeNull();
  expect(hook.result.current.problems).toHaveLength(0);
});

test("after a few times it is left to the person, and is still the same request", async () => {
  vi.useFakeTimers();
  const sent = answers(BUSY, ...Array.from({ length: BUSY_RETRIES_MAX }, () => BUSY), DONE);
  const { hook, onDone } = begin();
  void act(() => void hook.result.current.run({ note: "a" }));
  await seconds(30);
  expect(sent).toHaveLength(BUSY_RETRIES_MAX + 1);
  expect(hook.result.current.isRunning).toBe(false);
  expect(hook.result.current.problems).toMatchObject([{ __typename: "Busy" }]);
  expect(onDone).not.toHaveBeenCalled();
  await act(() => hook.result.current.run({ note: "a" }));
  expect(onDone).toHaveBeenCalledOnce();
  expect(new Set(sent.map((input) => input.requestId)).size).toBe(1);
});

test("nothing is sent again once one has gone elsewhere", async () => {
  vi.useFakeTimers();
  const sent = answers(BUSY, DONE);
  const { hook } = begin();
  void act(() => void hook.result.current.run({ note: "a" }));
  await seconds(0.5);
  hook.unmount();
  await seconds(30);
  expect(sent).toHaveLength(1);
});
