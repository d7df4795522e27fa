import { renderHook } from "@testing-library/react";
import { afterEach, beforeEach, expect, test, vi } from "vitest";

import { DraftKeeper } from "../src/features/ordering/draft/keeper";
import type { BareRow } from "../src/features/ordering/draft/rows";
import { useHasSessionEnded } from "../src/shared/graph/sessionEnd";

const EDGE = "edge";
const HEADER = {
  buyerReference: "",
  note: "",
  shipToRegion: "",
  shipToAddress: "",
  requestedOn: null,
};

interface Save {
  readonly requestId: string;
  readonly version: number;
  readonly rows: readonly BareRow[];
}

/** A server with one draft, as far as the keeper can tell: versions rise, a request counts once. */
class Server {
  version = 0;
  rows: readonly BareRow[] = [];
  readonly saves: Save[] = [];
  readonly done = new Map<string, object>();
  /** How the next requests go: cut before or after the server acts, or with this answer. */
  readonly faults: ("cut" | "lost" | "signedOut" | "broken")[] = [];
  #gate: Promise<void> = Promise.resolve();

  /** Answers from now on wait for what it returns to be called. */
  hold(): () => void {
    let release = () => undefined as void;
    this.#gate = new Promise((done) => (release = done));
    return release;
  }

  /** Those from now on do not. */
  letPass(): void {
    this.#gate = Promise.resolve();
  }

  readonly answer = async (_address: string, request: RequestInit): Promise<Response> => {
    const { variables } = JSON.parse(String(request.body)) as {
      variables: { input?: Save; relationshipId?: string };
    };
    const fault = this.faults.shift();
    if (fault === "cut") throw new TypeError("Failed to fetch");
    if (fault === "signedOut") return refusal("UNAUTHENTICATED");
    if (fault === "broken") return refusal("INTERNAL");
    const { input } = variables;
    const data = input ? { orderDraftSave: this.#save(input) } : { orderDraft: this.draft() };
    await this.#gate;
    if (fault === "lost") throw new TypeError("Failed to fetch");
    return Response.json({ data });
  };

  /** As it is saved from elsewhere. */
  put(...rows: readonly BareRow[]): void {
    this.version += 1;
    this.rows = rows;
  }

  draft() {
    if (this.version === 0) return null;
    const rows = this.rows.map((row, position) => ({
      position,
      code: row.code,
      quantityText: row.quantityText,
      chosenSkuId: row.skuId,
      state: "READY",
      problems: [],
    }));
    return { id: "draft", version: this.version, ...HEADER, rows, problems: [] };
  }

  #save(input: Save): object {
    const former = this.done.get(input.requestId);
    if (former !== undefined) return former;
    this.saves.push(input);
    if (input.version !== this.version) {
      const problem = { __typename: "DraftChanged", version: this.version, message: "", path: [] };
      return { draft: null, errors: [problem] };
    }
    this.put(...input.rows);
    const payload = { draft: this.draft(), errors: [] };
    this.done.set(input.requestId, payload);
    return payload;
  }
}

function refusal(code: string): Response {
  return Response.json({ data: null, errors: [{ message: "No.", extensions: { code } }] });
}

let server: Server;
let store: Map<string, string>;

beforeEach(() => {
  vi.useFakeTimers();
  server = new Server();
  store = new Map();
  vi.stubGlobal("fetch", (...request: Parameters<Server["answer"]>) => server.answer(...request));
});

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

/** The page as it is opened, perhaps once more. */
function open(): DraftKeeper {
  return new DraftKeeper(EDGE, "draft", {
    getItem: (key) => store.get(key) ?? null,
    setItem: (key, value) => void store.set(key, value),
    removeItem: (key) => void store.delete(key),
  });
}

async function opened(): Promise<DraftKeeper> {
  const keeper = open();
  await keeper.refresh();
  return keeper;
}

const row = (code: string, quantityText = "1"): BareRow => ({ code, quantityText, skuId: null });
const codes = (rows: readonly { readonly code: string }[]) => rows.map(({ code }) => code);
const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);

test("what is typed is saved soon after the last key, in one request", async () => {
  const keeper = await opened();
  const { spareKey } = keeper.state();
  keeper.setRow(spareKey, { code: "A" });
  keeper.setRow(spareKey, { code: "A1" });
  keeper.setRow(spareKey, { quantityText: "2" });
  expect(keeper.state().status).toBe("unsaved");
  await pass(700);
  expect(keeper.state().status).toBe("saved");
  expect(server.saves.map((save) => save.rows)).toEqual([[row("A1", "2")]]);
  expect(keeper.state().resolved.get(spareKey)?.code).toBe("A1");
  expect(store.size).toBe(0);
});

test("what is typed while an answer is under way stays, and is sent after it", async () => {
  const keeper = await opened();
  keeper.addRows([row("A"), row("B")]);
  const release = server.hold();
  await pass(700);
  const [first, second] = keeper.state().rows.map(({ key }) => key);
  keeper.setRow(Number(second), { code: "B2" });
  release();
  await pass(10);
  expect(codes(keeper.state().rows)).toEqual(["A", "B2"]);
  expect(keeper.state().resolved.has(Number(first))).toBe(true);
  expect(keeper.state().resolved.has(Number(second))).toBe(false);
  await pass(700);
  expect(codes(server.rows)).toEqual(["A", "B2"]);
  expect(keeper.state().status).toBe("saved");
});

test("typing without a network is kept on the device and sent when it is back", async () => {
  const keeper = await opened();
  server.faults.push("cut", "cut");
  keeper.addRows([row("A")]);
  await pass(700);
  expect(keeper.state().status).toBe("offline");
  expect(store.size).toBe(1);
  keeper.addRows([row("B")]);
  await pass(10_000);
  expect(codes(server.rows)).toEqual(["A", "B"]);
  expect(keeper.state().status).toBe("saved");
});

test("rows typed without a network are there again after the page was closed and opened", async () => {
  const before = await opened();
  server.faults.push("cut");
  before.addRows([row("A")]);
  await pass(700);
  const keeper = open();
  expect(codes(keeper.state().rows)).toEqual(["A"]);
  await keeper.refresh();
  expect(keeper.state().status).toBe("saved");
  expect(codes(server.rows)).toEqual(["A"]);
});

test("what was not sent waits for its person, and is not sent as the next one signs in", async () => {
  const keeper = await opened();
  server.faults.push("cut");
  keeper.addRows([row("A")]);
  await pass(700);
  keeper.stop();
  expect(await keeper.flush()).toBe(false);
  await keeper.refresh();
  keeper.addRows([row("B")]);
  await pass(10_000);
  expect(server.saves).toEqual([]);
  expect(codes((await opened()).state().rows)).toEqual(["A", "B"]);
});

test("a page that opens while the server is away shows the unsent rows, and goes on with them", async () => {
  const before = await opened();
  server.faults.push("cut", "cut");
  before.addRows([row("A")]);
  await pass(700);
  const keeper = open();
  await keeper.refresh();
  expect(keeper.state().status).toBe("offline");
  keeper.addRows([row("B")]);
  await pass(4000);
  expect(codes(server.rows)).toEqual(["A", "B"]);
  expect(keeper.state().status).toBe("saved");
});

test("a save whose answer was lost counts once, and what was typed since follows it", async () => {
  const keeper = await opened();
  server.faults.push("lost");
  keeper.addRows([row("A")]);
  await pass(700);
  expect(server.version).toBe(1);
  keeper.addRows([row("B")]);
  await pass(10_000);
  expect(keeper.state().status).toBe("saved");
  expect(codes(server.rows)).toEqual(["A", "B"]);
  expect(server.version).toBe(2);
});

test("a lost answer is known again after the page was closed, with what was typed since", async () => {
  const before = await opened();
  server.faults.push("lost", "cut", "cut", "cut", "cut");
  before.addRows([row("A")]);
  await pass(700);
  before.addRows([row("B")]);
  server.faults.length = 0;
  const keeper = await opened();
  await pass(2000);
  expect(keeper.state().status).toBe("saved");
  expect(codes(server.rows)).toEqual(["A", "B"]);
});

test("of a draft that was changed elsewhere, mine replaces it when I say so", async () => {
  const keeper = await opened();
  server.put(row("THEIRS"));
  keeper.addRows([row("MINE")]);
  await pass(700);
  expect(keeper.state().status).toBe("changed");
  expect(codes(keeper.state().rows)).toEqual(["MINE"]);
  expect(codes(keeper.state().theirs?.rows ?? [])).toEqual(["THEIRS"]);
  await pass(60_000);
  expect(codes(server.rows)).toEqual(["THEIRS"]);
  await keeper.keepMine();
  expect(keeper.state().status).toBe("saved");
  expect(codes(server.rows)).toEqual(["MINE"]);
});

test("of a draft that was changed elsewhere, theirs replaces mine when I say so", async () => {
  const keeper = await opened();
  server.put(row("THEIRS"));
  keeper.addRows([row("MINE")]);
  await pass(700);
  server.faults.push("cut");
  await keeper.takeTheirs();
  expect(codes(keeper.state().rows)).toEqual(["MINE"]);
  expect(store.size).toBe(1);
  await keeper.takeTheirs();
  expect(codes(keeper.state().rows)).toEqual(["THEIRS"]);
  expect(keeper.state().status).toBe("saved");
  expect(store.size).toBe(0);
});

test("what is typed before one has chosen is kept too, also over closing the page", async () => {
  const before = await opened();
  server.put(row("THEIRS"));
  before.addRows([row("MINE")]);
  await pass(700);
  before.addRows([row("MORE")]);
  expect(before.state().status).toBe("changed");
  const keeper = await opened();
  expect(keeper.state().status).toBe("changed");
  expect(codes(keeper.state().rows)).toEqual(["MINE", "MORE"]);
  expect(server.version).toBe(1);
});

test("rows added before the draft was read are put below what it holds", async () => {
  server.put(row("THERE"));
  const release = server.hold();
  const keeper = open();
  const opening = keeper.refresh();
  keeper.addRows([row("NEW")]);
  release();
  await opening;
  await pass(1000);
  expect(codes(server.rows)).toEqual(["THERE", "NEW"]);
  expect(keeper.state().status).toBe("saved");
});

test("an answer that was overtaken by a save does not bring old rows back", async () => {
  const keeper = await opened();
  keeper.addRows([row("OLD")]);
  await pass(700);
  const release = server.hold();
  const looking = keeper.refresh();
  await pass(10);
  server.letPass();
  keeper.replaceAll([row("NEW")]);
  await pass(700);
  expect(codes(server.rows)).toEqual(["NEW"]);
  release();
  await looking;
  expect(codes(keeper.state().rows)).toEqual(["NEW"]);
});

test("looking again leaves rows that are as they were in their places", async () => {
  const keeper = await opened();
  keeper.addRows([row("A"), row("B")]);
  await pass(700);
  const keys = keeper.state().rows.map(({ key }) => key);
  server.put(row("A"), row("C"));
  await keeper.refresh();
  const now = keeper.state().rows;
  expect(codes(now)).toEqual(["A", "C"]);
  expect(now[0]?.key).toBe(keys[0]);
  expect(now[1]?.key).not.toBe(keys[1]);
});

test("a session that ends is told of, and the rows are sent once it is renewed", async () => {
  const keeper = await opened();
  server.faults.push("signedOut");
  keeper.addRows([row("A")]);
  await pass(700);
  const { result } = renderHook(() => useHasSessionEnded());
  expect(result.current).toBe(true);
  expect(store.size).toBe(1);
  await keeper.refresh();
  expect(codes(server.rows)).toEqual(["A"]);
});

test("a fault of the server is shown, and trying again saves", async () => {
  const keeper = await opened();
  server.faults.push("broken");
  keeper.addRows([row("A")]);
  await pass(700);
  expect(keeper.state().status).toBe("failed");
  expect(codes(keeper.state().rows)).toEqual(["A"]);
  expect(await keeper.flush()).toBe(true);
  expect(codes(server.rows)).toEqual(["A"]);
});

test("a change of many rows can be taken back until something is typed", async () => {
  const keeper = await opened();
  keeper.addRows([row("A"), row("B")]);
  keeper.replaceAll([]);
  keeper.undo();
  expect(codes(keeper.state().rows)).toEqual(["A", "B"]);
  keeper.removeRows(new Set(keeper.state().rows.slice(0, 1).map(({ key }) => key)));
  expect(keeper.state().canUndo).toBe(true);
  keeper.setRow(Number(keeper.state().rows[0]?.key), { quantityText: "9" });
  expect(keeper.state().canUndo).toBe(false);
  await pass(700);
  expect(server.rows).toEqual([row("B", "9")]);
});

test("more rows than a draft holds are refused as a whole", async () => {
  const keeper = await opened();
  keeper.addRows([row("A")]);
  const many = Array.from({ length: 1000 }, (_, n) => row(`X${n}`));
  expect(keeper.addRows(many)).toBe(false);
  expect(codes(keeper.state().rows)).toEqual(["A"]);
  expect(keeper.replaceAll(many)).toBe(true);
});

test("rows are put in the place of an empty row, and below one that is not", async () => {
  const keeper = await opened();
  keeper.addRows([row("A"), row("B")]);
  const [first] = keeper.state().rows;
  keeper.insertRows(Number(first?.key), [row("A2")]);
  keeper.insertRows(keeper.state().spareKey, [row("C")]);
  keeper.setRow(Number(first?.key), { code: "", quantityText: "" });
  keeper.insertRows(Number(first?.key), [row("A0"), row("A1")]);
  expect(codes(keeper.state().rows)).toEqual(["A0", "A1", "A2", "B", "C"]);
});

test("another window's unsent rows are not forgotten when ours are saved", async () => {
  const keeper = await opened();
  keeper.addRows([row("A")]);
  const release = server.hold();
  await pass(650);
  store.set("draft", "of another window");
  release();
  await pass(10);
  expect(keeper.state().status).toBe("saved");
  expect(store.get("draft")).toBe("of another window");
});

test("a draft is asked for once, whoever waits for it at first", async () => {
  const answer = vi.fn(server.answer);
  vi.stubGlobal("fetch", answer);
  const keeper = open();
  await Promise.all([keeper.refresh(), keeper.flush(), keeper.refresh()]);
  expect(keeper.state().status).toBe("saved");
  expect(answer).toHaveBeenCalledTimes(1);
  await keeper.refresh();
  expect(answer).toHaveBeenCalledTimes(2);
});
