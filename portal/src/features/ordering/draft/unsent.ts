// What could not be sent yet waits on the device, from the moment that it is typed.

import type { OrderDraftSaveInput } from "../../../gql/graphql";
import type { BareRow, Header } from "./rows";

/** `localStorage`, or anything like it; any use of it may throw. */
export type Store = Pick<Storage, "getItem" | "setItem" | "removeItem">;

/** Where a browser forbids it, to name it throws already: so only within its uses. */
export const deviceStore: Store = {
  getItem: (key) => localStorage.getItem(key),
  setItem: (key, text) => localStorage.setItem(key, text),
  removeItem: (key) => localStorage.removeItem(key),
};

/** A save whose answer has not come: it is sent again as it was, and counts once. */
export type Attempt = OrderDraftSaveInput;

export interface Unsent {
  /** Of the server's draft that this was typed over; null if that was not known yet. */
  readonly version: number | null;
  readonly rows: readonly BareRow[];
  readonly header: Header;
  readonly attempt: Attempt | null;
}

/** The place on the device for one draft. A browser that keeps nothing loses nothing but this. */
export class UnsentPlace {
  #written: string | null = null;

  constructor(
    readonly store: Store,
    readonly key: string,
  ) {}

  read(): Unsent | null {
    try {
      const text = this.store.getItem(this.key);
      this.#written = text;
      return text === null ? null : (JSON.parse(text) as Unsent);
    } catch {
      return null;
    }
  }

  write(unsent: Unsent): void {
    try {
      this.#written = JSON.stringify(unsent);
      this.store.setItem(this.key, this.#written);
    } catch {
      // It is full or forbidden: what is typed still goes to the server.
    }
  }

  /** Forget what was written here; not what another window has written since. */
  clear(): void {
    try {
      if (this.store.getItem(this.key) === this.#written) this.store.removeItem(this.key);
    } catch {
      // Then nothing was kept.
    }
  }
}
