// Keeps an order in the making: what a person types is on the device at once and on the server
// soon after, and nothing of it is lost when the network, the session or the laptop goes away.

import {
  type DraftFragment,
  OrderDraftDocument,
  OrderDraftSaveDocument,
  type OrderDraftSaveMutation,
} from "../../../gql/graphql";
import { Offline, SessionEnded } from "../../../shared/graph/errors";
import { execute } from "../../../shared/graph/execute";
import { reportSessionEnded } from "../../../shared/graph/sessionEnd";
import {
  type Header,
  NO_HEADER,
  type NewRow,
  ROWS_MAX,
  type Row,
  bare,
  filled,
  headerOf,
  isBlank,
  isSameRow,
  rowsOf,
  saysTheSame,
} from "./rows";
import { type Attempt, type Store, UnsentPlace } from "./unsent";

export type ResolvedRow = DraftFragment["rows"][number];
type SaveProblem = OrderDraftSaveMutation["orderDraftSave"]["errors"][number];

/** `changed`: somebody, or another window, has saved the draft in between; choose one of both. */
export type DraftStatus =
  | "loading"
  | "saved"
  | "unsaved"
  | "saving"
  | "offline"
  | "changed"
  | "failed";

export interface DraftState {
  readonly status: DraftStatus;
  readonly rows: readonly Row[];
  /** The key that the next row will have: of the empty one at the end of a sheet. */
  readonly spareKey: number;
  readonly header: Header;
  /** What the server made of the draft as it was last sent. */
  readonly draft: DraftFragment | null;
  /** What it made of each row, by the row's key; none for a row typed or changed since. */
  readonly resolved: ReadonlyMap<number, ResolvedRow>;
  /** The keys of the rows as it counts them: `mergedInto` is a place in here. */
  readonly places: readonly number[];
  readonly problems: readonly SaveProblem[];
  readonly error: Error | null;
  /** With `changed`: what the server has now, once it is known. */
  readonly theirs: DraftFragment | null;
  /** Whether the last change of many rows can be taken back. */
  readonly canUndo: boolean;
}

type Content = Pick<DraftState, "rows" | "header">;

const PAUSE_MS = 600;
const RETRY_MS = 3000;

/** One person's draft on one relationship. Make it once and subscribe to it. */
export class DraftKeeper {
  #state: DraftState;
  #nextKey = 1;
  /** Of the server's draft that is typed over; null until it is known. */
  #version: number | null = null;
  /** With `changed`: of what the server has instead. */
  #theirVersion = 0;
  #hasLoaded = false;
  #loading: Promise<void> | null = null;
  #hasUnsent = false;
  #isSending = false;
  #isStopped = false;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #attempt: Attempt | null = null;
  /** What the attempt was made of; null for one of before the page was loaded. */
  #sent: Content | null = null;
  #former: readonly Row[] | null = null;
  readonly #place: UnsentPlace;
  readonly #listeners = new Set<() => void>();

  constructor(
    readonly relationshipId: string,
    storeKey: string,
    store: Store,
  ) {
    this.#place = new UnsentPlace(store, storeKey);
    const unsent = this.#place.read();
    if (unsent !== null) {
      this.#hasUnsent = true;
      this.#version = unsent.version;
      this.#attempt = unsent.attempt;
    }
    this.#state = {
      status: "loading",
      rows: (unsent?.rows ?? []).map(this.#keyed),
      spareKey: this.#nextKey++,
      header: unsent?.header ?? NO_HEADER,
      draft: null,
      resolved: new Map(),
      places: [],
      problems: [],
      error: null,
      theirs: null,
      canUndo: false,
    };
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  readonly state = (): DraftState => this.#state;

  /** Send what is not sent, then see what the rows come to now. */
  readonly refresh = async (): Promise<void> => {
    const isFirst = !this.#hasLoaded;
    await this.flush();
    if (!isFirst) await this.#load();
  };

  /** Send now what is not sent. True when the server has everything. */
  readonly flush = async (): Promise<boolean> => {
    clearTimeout(this.#timer);
    if (this.#isStopped) return false;
    while (this.#isSending) await new Promise((done) => setTimeout(done, 50));
    if (!this.#hasLoaded) await this.#loadFirst();
    let former: number | null = null;
    // Once more for what was typed while it was under way, as long as it gets through.
    while (this.#hasUnsent && (former === null || former !== this.#version)) {
      former = this.#version;
      await this.#send();
    }
    return !this.#hasUnsent && this.#state.status === "saved";
  };

  /** Ask and send nothing from now on: it would count for whoever is signed in by then. What is not
   * sent waits on the device for its person. */
  readonly stop = (): void => {
    this.#isStopped = true;
    clearTimeout(this.#timer);
  };

  /** Put rows below the others. False, and nothing changes, if there would be too many. */
  readonly addRows = (rows: readonly NewRow[]): boolean =>
    this.#replace([...filled(this.#state.rows), ...rows.map(this.#keyed)]);

  /** Put rows in the place of an empty row, or below one that is not. */
  readonly insertRows = (key: number, rows: readonly NewRow[]): boolean => {
    const present = this.#state.rows;
    const found = present.findIndex((row) => row.key === key);
    const target = present[found];
    const before = target === undefined ? present.length : found + (isBlank(target) ? 0 : 1);
    const after = target !== undefined && isBlank(target) ? before + 1 : before;
    const keyed = rows.map(this.#keyed);
    return this.#replace([...present.slice(0, before), ...keyed, ...present.slice(after)]);
  };

  /** What is typed into one row; into the spare one, it becomes a row. */
  readonly setRow = (key: number, values: Partial<NewRow>): void => {
    const { rows, spareKey, resolved } = this.#state;
    if (key === spareKey) {
      if (filled(rows).length >= ROWS_MAX) return;
      const added = { ...this.#keyed({ code: "", quantityText: "" }), ...values, key };
      this.#put({ spareKey: this.#nextKey++ });
      return this.#edit({ rows: [...rows, added] });
    }
    const unresolved = new Map(resolved);
    unresolved.delete(key);
    const changed = rows.map((row) => (row.key === key ? { ...row, ...values } : row));
    this.#edit({ rows: changed, resolved: unresolved });
  };

  /** Change some rows and take others away, as one change. */
  readonly amend = (
    values: ReadonlyMap<number, Partial<NewRow>>,
    removed: ReadonlySet<number> = new Set(),
  ): void => {
    const kept = this.#state.rows.filter((row) => !removed.has(row.key));
    // A row that stays as it is stays the same object, by which answers find it again.
    this.#replace(kept.map((row) => (values.has(row.key) ? { ...row, ...values.get(row.key) } : row)));
  };

  readonly removeRows = (keys: ReadonlySet<number>): void => this.amend(new Map(), keys);

  readonly replaceAll = (rows: readonly NewRow[]): boolean => this.#replace(rows.map(this.#keyed));

  /** Take back the last change of many rows, while nothing was typed since. */
  readonly undo = (): void => {
    if (this.#former !== null) this.#edit({ rows: this.#former });
  };

  readonly setHeader = (values: Partial<Header>): void => {
    this.#edit({ header: { ...this.#state.header, ...values } });
  };

  /** Of two versions, this device's: it replaces the one on the server. */
  readonly keepMine = async (): Promise<void> => {
    if (this.#state.status !== "changed") return;
    this.#version = this.#theirVersion;
    this.#put({ status: "unsaved", theirs: null, problems: [] });
    await this.flush();
  };

  /** Of two versions, the server's. */
  readonly takeTheirs = async (): Promise<void> => {
    try {
      this.take(await this.#read());
    } catch (error) {
      this.#failed(error as Error, "changed");
    }
  };

  /** What the server answered to something else that changed the draft, such as placing it. */
  readonly take = (draft: DraftFragment | null): void => {
    clearTimeout(this.#timer);
    this.#hasLoaded = true;
    this.#attempt = null;
    this.#allSent();
    this.#version = draft?.version ?? 0;
    const present = this.#state.rows;
    const isAsTyped = saysTheSame(draft, present, this.#state.header);
    // Rows that are as they were keep their keys, so that nobody loses the place.
    const rows = isAsTyped
      ? present
      : rowsOf(draft).map((row, position) => {
          const former = present[position];
          return former !== undefined && isSameRow(former, row) ? former : this.#keyed(row);
        });
    if (!isAsTyped) this.#former = null;
    const places = filled(rows).map((row) => row.key);
    const resolved = new Map<number, ResolvedRow>();
    for (const [position, key] of places.entries()) {
      const result = draft?.rows[position];
      if (result !== undefined) resolved.set(key, result);
    }
    this.#put({
      status: "saved",
      rows,
      header: headerOf(draft),
      draft,
      resolved,
      places,
      problems: [],
      error: null,
      theirs: null,
      canUndo: this.#former !== null,
    });
  };

  /** Whoever wants the draft to be known waits for the same answer. */
  #loadFirst(): Promise<void> {
    this.#loading ??= this.#load().finally(() => (this.#loading = null));
    return this.#loading;
  }

  /** See what the server has, and take up again what this device could not send. */
  async #load(): Promise<void> {
    if (this.#isBusy() || this.#isStopped) return;
    let draft: DraftFragment | null;
    try {
      draft = await this.#read();
    } catch (error) {
      return this.#failed(error as Error);
    }
    // Typed or saved while the answer was under way: it is out of date.
    if (this.#isBusy() || (this.#hasLoaded && (draft?.version ?? 0) < (this.#version ?? 0))) return;
    if (this.#hasUnsent) this.#rejoin(draft);
    else this.take(draft);
  }

  #isBusy(): boolean {
    return this.#isSending || (this.#hasLoaded && this.#hasUnsent);
  }

  async #read(): Promise<DraftFragment | null> {
    const { relationshipId } = this;
    return (await execute(OrderDraftDocument, { relationshipId })).orderDraft ?? null;
  }

  /** What this device could not send, beside what the server has. */
  #rejoin(draft: DraftFragment | null): void {
    const { rows, header } = this.#state;
    const version = draft?.version ?? 0;
    this.#hasLoaded = true;
    this.#put({ draft, error: null });
    if (this.#attempt !== null) return this.#schedule(0); // perhaps it has arrived: it will tell
    if (this.#version === null) {
      // Typed before the draft was there to be seen: it belongs below.
      this.#version = version;
      const above = rowsOf(draft).map(this.#keyed);
      const isUntold = JSON.stringify(header) === JSON.stringify(NO_HEADER);
      return this.#edit({
        rows: [...above, ...rows],
        header: isUntold ? headerOf(draft) : header,
      });
    }
    if (saysTheSame(draft, rows, header)) return this.take(draft);
    if (version === this.#version) return this.#changed();
    this.#theirVersion = version;
    this.#put({ status: "changed", theirs: draft });
  }

  #replace(rows: readonly Row[]): boolean {
    const former = this.#state.rows;
    if (filled(rows).length > Math.max(ROWS_MAX, filled(former).length)) return false;
    const present = new Map(former.map((row) => [row.key, row]));
    const resolved = new Map(this.#state.resolved);
    for (const row of rows) {
      const before = present.get(row.key);
      if (before !== undefined && !isSameRow(before, row)) resolved.delete(row.key);
    }
    this.#edit({ rows, resolved }, former);
    // Nobody is in the midst of a word: many rows are looked up at once.
    if (this.#state.status === "unsaved") this.#schedule(0);
    return true;
  }

  /** `former`: the rows to go back to, if this can be undone. */
  #edit(
    values: Partial<Pick<DraftState, "rows" | "header" | "resolved">>,
    former: readonly Row[] | null = null,
  ): void {
    if (values.rows !== undefined) this.#former = former;
    this.#put({ ...values, canUndo: this.#former !== null });
    this.#changed();
  }

  #changed(): void {
    this.#hasUnsent = true;
    this.#keep();
    const { status } = this.#state;
    // The server's draft is to be seen first, or the person is to choose.
    if (!this.#hasLoaded || status === "changed") return;
    this.#put({ status: this.#isSending ? "saving" : "unsaved" });
    this.#schedule(PAUSE_MS);
  }

  #keep(): void {
    const { rows, header } = this.#state;
    const kept = filled(rows).map(bare);
    this.#place.write({ version: this.#version, rows: kept, header, attempt: this.#attempt });
  }

  #allSent(): void {
    this.#hasUnsent = false;
    this.#place.clear();
  }

  #schedule(pause: number): void {
    clearTimeout(this.#timer);
    if (this.#isStopped) return;
    this.#timer = setTimeout(() => void (this.#hasLoaded ? this.#send() : this.#load()), pause);
  }

  async #send(): Promise<void> {
    if (this.#isStopped || this.#isSending || !this.#hasLoaded) return;
    if (this.#state.status === "changed") return;
    if (this.#attempt === null) this.#begin();
    const attempt = this.#attempt;
    if (attempt === null) return;
    clearTimeout(this.#timer);
    this.#isSending = true;
    this.#put({ status: "saving", error: null });
    this.#keep();
    try {
      const answer = await execute(OrderDraftSaveDocument, { input: attempt });
      this.#isSending = false;
      this.#attempt = null;
      this.#answered(answer.orderDraftSave);
    } catch (error) {
      this.#isSending = false;
      // Not known whether it arrived: it goes first, as it was, when the server is back.
      const isOpen = error instanceof Offline || error instanceof SessionEnded;
      if (!isOpen) this.#attempt = null;
      this.#failed(error as Error);
    }
  }

  #begin(): void {
    const { rows, header } = this.#state;
    this.#sent = { rows, header };
    this.#attempt = {
      requestId: crypto.randomUUID(),
      relationshipId: this.relationshipId,
      version: this.#version ?? 0,
      rows: filled(rows).map(bare),
      ...header,
    };
  }

  #failed(error: Error, status?: DraftStatus): void {
    const isOffline = error instanceof Offline;
    if (error instanceof SessionEnded) reportSessionEnded();
    this.#put({ status: status ?? (isOffline ? "offline" : "failed"), error });
    if (isOffline && status === undefined) this.#schedule(RETRY_MS);
  }

  #answered(payload: OrderDraftSaveMutation["orderDraftSave"]): void {
    const { draft, errors } = payload;
    if (errors.length > 0 || !draft) {
      const change = errors.find((problem) => problem.__typename === "DraftChanged");
      if (change?.__typename === "DraftChanged") return void this.#compare(change.version);
      this.#put({ status: "failed", problems: errors });
      return;
    }
    const sent = this.#sent;
    this.#sent = null;
    this.#version = draft.version;
    const { rows, header } = this.#state;
    this.#put({ draft, problems: [], error: null, ...resolve(draft, sent, rows) });
    if (sent === null || sent.rows !== rows || sent.header !== header) return this.#changed();
    this.#allSent();
    this.#put({ status: "saved" });
  }

  /** Somebody else saved: or was it we, with an answer that never came? */
  async #compare(version: number): Promise<void> {
    this.#put({ status: "changed" });
    this.#theirVersion = version;
    this.#keep();
    const draft = await this.#read().catch(() => null);
    if (this.#state.status !== "changed" || draft === null) return;
    this.#theirVersion = draft.version;
    const { rows, header } = this.#state;
    if (saysTheSame(draft, rows, header)) this.take(draft);
    else this.#put({ theirs: draft });
  }

  readonly #keyed = (row: NewRow): Row => ({ key: this.#nextKey++, ...bare(row) });

  #put(values: Partial<DraftState>): void {
    this.#state = { ...this.#state, ...values };
    for (const listener of this.#listeners) listener();
  }
}

/** What the rows came to, but for those typed or changed while the answer was under way. */
function resolve(draft: DraftFragment, sent: Content | null, rows: readonly Row[]) {
  const asked = sent === null ? [] : filled(sent.rows);
  const now = new Map(rows.map((row) => [row.key, row]));
  const resolved = new Map<number, ResolvedRow>();
  for (const [position, row] of asked.entries()) {
    const result = draft.rows[position];
    if (result !== undefined && now.get(row.key) === row) resolved.set(row.key, result);
  }
  return { resolved, places: asked.map((row) => row.key) };
}
