// Keeps an order in the making: what a person types is on the device at once and on the server
// soon after, and nothing of it is lost when the network, the session or the laptop goes away.

import {
  type DraftFragment,
  OrderDraftDocument,
  OrderDraftSaveDocument,
  type OrderDraftSaveMutation,
} from "../../../gql/graphql";
import { Offline } from "../../../shared/graph/errors";
import { execute } from "../../../shared/graph/execute";

/** What is typed into one row; `key` names the row for as long as it is on the page. */
export interface Row {
  readonly key: number;
  readonly code: string;
  readonly quantityText: string;
  /** Which of several SKUs is meant. */
  readonly skuId: string | null;
}

export type NewRow = Pick<Row, "code" | "quantityText"> & Partial<Pick<Row, "skuId">>;

/** What is said of the order as a whole. */
export interface Header {
  readonly buyerReference: string;
  readonly note: string;
  readonly shipToRegion: string;
  readonly shipToAddress: string;
  readonly requestedOn: string | null;
}

export type ResolvedRow = DraftFragment["rows"][number];
type SaveProblem = OrderDraftSaveMutation["orderDraftSave"]["errors"][number];

/** `changed`: somebody, or another window, has saved the draft in between; choose one of both. */
export type DraftStatus = "loading" | "saved" | "unsaved" | "saving" | "offline" | "changed" | "failed";

export interface DraftState {
  readonly status: DraftStatus;
  readonly rows: readonly Row[];
  readonly header: Header;
  /** What the server made of the draft as it was last sent. */
  readonly draft: DraftFragment | null;
  /** What it made of each row, by the row's key; none for a row typed or changed since. */
  readonly resolved: ReadonlyMap<number, ResolvedRow>;
  readonly problems: readonly SaveProblem[];
  readonly error: Error | null;
}

/** Where unsent rows wait: `localStorage`, or anything like it. */
export type Store = Pick<Storage, "getItem" | "setItem" | "removeItem">;

interface Unsent {
  readonly version: number;
  readonly rows: readonly NewRow[];
  readonly header: Header;
}

export const ROWS_MAX = 1000;
const PAUSE_MS = 600;
const RETRY_MS = 3000;
const NO_HEADER: Header = {
  buyerReference: "",
  note: "",
  shipToRegion: "",
  shipToAddress: "",
  requestedOn: null,
};

/** One person's draft on one relationship. Make it once and subscribe to it. */
export class DraftKeeper {
  #state: DraftState = {
    status: "loading",
    rows: [],
    header: NO_HEADER,
    draft: null,
    resolved: new Map(),
    problems: [],
    error: null,
  };
  #nextKey = 1;
  #version = 0;
  #isSending = false;
  #timer: ReturnType<typeof setTimeout> | undefined;
  // The same content after a lost answer is the same request, so that it is saved once.
  #attempt: { readonly body: string; readonly requestId: string } | null = null;
  readonly #listeners = new Set<() => void>();

  constructor(
    readonly relationshipId: string,
    readonly storeKey: string,
    readonly store: Store,
  ) {}

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  readonly state = (): DraftState => this.#state;

  /** Ask the server for the draft, and take up again what this device could not send. */
  readonly load = async (): Promise<void> => {
    if (this.#hasUnsent() || this.#isSending) return;
    try {
      const { orderDraft } = await execute(OrderDraftDocument, {
        relationshipId: this.relationshipId,
      });
      if (this.#hasUnsent() || this.#isSending) return; // typed while the answer was under way
      const unsent = this.#readUnsent();
      this.#take(orderDraft ?? null);
      if (unsent === null) return;
      this.#put({ rows: unsent.rows.map(this.#keyed), header: unsent.header, resolved: new Map() });
      if (unsent.version === this.#version) this.#changed();
      else this.#put({ status: "changed" });
    } catch (error) {
      this.#put({ status: error instanceof Offline ? "offline" : "failed", error: error as Error });
    }
  };

  readonly addRows = (rows: readonly NewRow[]): void => {
    const filled = this.#state.rows.filter((row) => !isBlank(row));
    this.#edit({ rows: [...filled, ...rows.map(this.#keyed)] });
  };

  readonly insertRows = (position: number, rows: readonly NewRow[]): void => {
    const before = this.#state.rows;
    const keyed = rows.map(this.#keyed);
    this.#edit({ rows: [...before.slice(0, position), ...keyed, ...before.slice(position)] });
  };

  readonly setRow = (key: number, values: Partial<NewRow>): void => {
    const rows = this.#state.rows.map((row) => (row.key === key ? { ...row, ...values } : row));
    const resolved = new Map(this.#state.resolved);
    resolved.delete(key);
    this.#edit({ rows, resolved });
  };

  readonly removeRows = (keys: ReadonlySet<number>): void => {
    this.#edit({ rows: this.#state.rows.filter((row) => !keys.has(row.key)) });
  };

  readonly replaceAll = (rows: readonly NewRow[]): void => {
    this.#edit({ rows: rows.map(this.#keyed), resolved: new Map() });
  };

  readonly setHeader = (values: Partial<Header>): void => {
    this.#edit({ header: { ...this.#state.header, ...values } });
  };

  /** Of two versions, this device's: it replaces the one on the server. */
  readonly keepMine = async (): Promise<void> => {
    const { orderDraft } = await execute(OrderDraftDocument, {
      relationshipId: this.relationshipId,
    });
    this.#version = orderDraft?.version ?? 0;
    this.#changed();
    await this.flush();
  };

  /** Of two versions, the server's. */
  readonly takeTheirs = async (): Promise<void> => {
    this.store.removeItem(this.storeKey);
    this.#put({ status: "loading" });
    await this.load();
  };

  /** What the server answered to something else that changed the draft, such as placing it. */
  readonly take = (draft: DraftFragment | null): void => {
    this.store.removeItem(this.storeKey);
    this.#take(draft);
  };

  /** Send now what is not sent. True when the server has everything. */
  readonly flush = async (): Promise<boolean> => {
    clearTimeout(this.#timer);
    while (this.#isSending) await new Promise((done) => setTimeout(done, 50));
    if (this.#hasUnsent() && this.#state.status !== "changed") await this.#send();
    return this.#state.status === "saved";
  };

  #edit(values: Partial<Pick<DraftState, "rows" | "header" | "resolved">>): void {
    this.#put(values);
    this.#changed();
  }

  #changed(): void {
    const { rows, header, status } = this.#state;
    const unsent: Unsent = { version: this.#version, rows: rows.map(bare), header };
    this.store.setItem(this.storeKey, JSON.stringify(unsent));
    if (status === "changed") return; // the person chooses first
    this.#put({ status: this.#isSending ? "saving" : "unsaved" });
    this.#schedule(PAUSE_MS);
  }

  #schedule(pause: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#send(), pause);
  }

  async #send(): Promise<void> {
    if (this.#isSending) return; // it sends again when it is through, if there is more
    const sent = this.#state;
    const input = {
      relationshipId: this.relationshipId,
      version: this.#version,
      rows: sent.rows.map(bare),
      ...sent.header,
    };
    const body = JSON.stringify(input);
    if (this.#attempt?.body !== body) this.#attempt = { body, requestId: crypto.randomUUID() };
    const { requestId } = this.#attempt;
    this.#isSending = true;
    this.#put({ status: "saving", error: null });
    try {
      const answer = await execute(OrderDraftSaveDocument, { input: { ...input, requestId } });
      this.#attempt = null;
      this.#isSending = false;
      this.#answered(sent, answer.orderDraftSave);
    } catch (error) {
      this.#isSending = false;
      const isOffline = error instanceof Offline;
      this.#put({ status: isOffline ? "offline" : "failed", error: error as Error });
      if (isOffline) this.#schedule(RETRY_MS);
    }
  }

  #answered(sent: DraftState, payload: OrderDraftSaveMutation["orderDraftSave"]): void {
    const { draft, errors } = payload;
    if (errors.length > 0 || !draft) {
      const isChanged = errors.some((problem) => problem.__typename === "DraftChanged");
      this.#put({ status: isChanged ? "changed" : "failed", problems: errors });
      return;
    }
    this.#version = draft.version;
    const { rows, header } = this.#state;
    const isCurrent = rows === sent.rows && header === sent.header;
    // Rows typed or changed while the answer was under way are not what was resolved.
    const now = new Map(rows.map((row) => [row.key, row]));
    const resolved = new Map<number, ResolvedRow>();
    for (const result of draft.rows) {
      const row = sent.rows[result.position];
      if (row !== undefined && now.get(row.key) === row) resolved.set(row.key, result);
    }
    this.#put({ draft, resolved, problems: [], error: null });
    if (!isCurrent) return this.#changed();
    this.store.removeItem(this.storeKey);
    this.#put({ status: "saved" });
  }

  #take(draft: DraftFragment | null): void {
    const { status, rows: former } = this.#state;
    // Looked at again and unchanged: rows keep their keys, so that nobody loses the place.
    const isSame = status === "saved" && draft !== null && draft.version === this.#version;
    this.#version = draft?.version ?? 0;
    const rows = isSame
      ? former
      : (draft?.rows ?? []).map((row) => this.#keyed({ ...row, skuId: row.chosenSkuId ?? null }));
    const resolved = new Map<number, ResolvedRow>();
    for (const [index, row] of rows.entries()) {
      const result = draft?.rows[index];
      if (result !== undefined) resolved.set(row.key, result);
    }
    const header = draft === null ? NO_HEADER : headerOf(draft);
    this.#put({ status: "saved", rows, header, draft, resolved, problems: [], error: null });
  }

  readonly #keyed = (row: NewRow): Row => ({
    key: this.#nextKey++,
    code: row.code,
    quantityText: row.quantityText,
    skuId: row.skuId ?? null,
  });

  #hasUnsent(): boolean {
    const { status } = this.#state;
    return status !== "loading" && status !== "saved" && this.#readUnsent() !== null;
  }

  #readUnsent(): Unsent | null {
    const text = this.store.getItem(this.storeKey);
    if (text === null) return null;
    try {
      return JSON.parse(text) as Unsent;
    } catch {
      this.store.removeItem(this.storeKey);
      return null;
    }
  }

  #put(values: Partial<DraftState>): void {
    this.#state = { ...this.#state, ...values };
    for (const listener of this.#listeners) listener();
  }
}

export function isBlank(row: NewRow): boolean {
  return row.code.trim() === "" && row.quantityText.trim() === "";
}

function bare({ code, quantityText, skuId }: Row) {
  return { code, quantityText, skuId };
}

function headerOf(draft: DraftFragment): Header {
  const { buyerReference, note, shipToRegion, shipToAddress, requestedOn } = draft;
  return { buyerReference, note, shipToRegion, shipToAddress, requestedOn: requestedOn ?? null };
}
