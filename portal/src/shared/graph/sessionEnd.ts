// That the session has ended is known here first, and shown by the shell, over the page: whatever
// somebody has typed there stays.

import { useSyncExternalStore } from "react";

let hasEnded = false;
const listeners = new Set<() => void>();

export function reportSessionEnded(): void {
  put(true);
}

export function reportSessionBegun(): void {
  put(false);
}

export function useHasSessionEnded(): boolean {
  return useSyncExternalStore(subscribe, () => hasEnded);
}

function put(value: boolean): void {
  hasEnded = value;
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
