import { afterEach, expect, test, vi } from "vitest";

import { SessionDocument } from "../src/gql/graphql";
import { Fault, NoPermission, Offline, SessionEnded } from "../src/shared/graph/errors";
import { execute } from "../src/shared/graph/execute";

afterEach(() => vi.unstubAllGlobals());

function answer(body: unknown, status = 200) {
  const fetched = vi.fn(async (_address: string, _request: RequestInit) =>
    Response.json(body, { status }),
  );
  vi.stubGlobal("fetch", fetched);
  return fetched;
}

async function failure(): Promise<unknown> {
  return execute(SessionDocument, {}).then(
    () => null,
    (error: unknown) => error,
  );
}

const code = (value: string, path?: string[]) => ({
  message: "words",
  extensions: { code: value },
  ...(path && { path }),
});

test("a document is asked for by its hash, never by its text", async () => {
  const fetched = answer({ data: { viewer: null } });
  await execute(SessionDocument, {});
  const [address, request] = fetched.mock.calls[0] ?? [];
  const body = JSON.parse(String(request?.body)) as Record<string, unknown>;
  expect(address).toBe("/graphql");
  expect(Object.keys(body).sort()).toEqual(["extensions", "variables"]);
  expect(JSON.stringify(body)).toMatch(/"sha256Hash":"[0-9a-f]{64}"/);
});

test("a broken network, and a server that is not there, are told from refusals", async () => {
  vi.stubGlobal("fetch", async () => {
    throw new TypeError("Failed to fetch");
  });
  expect(await failure()).toMatchObject({ name: "Offline", reason: "network" });
  answer({}, 503);
  expect(await failure()).toMatchObject({ name: "Offline", reason: "server" });
});

test("a server without its database can be asked again, as one that is not there", async () => {
  answer({ data: null, errors: [code("UNAVAILABLE", ["viewer"])] });
  expect(await failure()).toMatchObject({ name: "Offline", reason: "server" });
});

test("an answer that breaks off is one that did not come", async () => {
  vi.stubGlobal("fetch", async () => new Response('{"data": {"vi', { status: 200 }));
  expect(await failure()).toBeInstanceOf(Offline);
});

test("an ended session is one, whatever else is wrong", async () => {
  answer({ data: null, errors: [code("FORBIDDEN", ["viewer"]), code("UNAUTHENTICATED")] });
  expect(await failure()).toBeInstanceOf(SessionEnded);
});

test("a field that one may not see is null beside the others", async () => {
  answer({ data: { viewer: null }, errors: [code("FORBIDDEN", ["viewer", "network"])] });
  expect(await execute(SessionDocument, {})).toEqual({ viewer: null });
});

test("a query that one may not ask is no empty answer", async () => {
  answer({ data: { viewer: null }, errors: [code("FORBIDDEN", ["viewer"])] });
  expect(await failure()).toBeInstanceOf(NoPermission);
});

test("a bug is told with the server's words and reference", async () => {
  const extensions = { code: "INTERNAL", reference: "abc123" };
  answer({ data: null, errors: [{ message: "Quote abc123.", extensions }] });
  const error = await failure();
  expect(error).toBeInstanceOf(Fault);
  expect(error).toMatchObject({ message: "Quote abc123.", reference: "abc123" });
});

test("whoever stops waiting is told nothing", async () => {
  const controller = new AbortController();
  vi.stubGlobal("fetch", async () => {
    controller.abort();
    throw controller.signal.reason;
  });
  const error = await execute(SessionDocument, {}, controller.signal).catch((e: unknown) => e);
  expect(error).not.toBeInstanceOf(Offline);
});
