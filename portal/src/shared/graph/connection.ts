// Whether the server can be reached, as far as the last request tells.

import { useSyncExternalStore } from "react";

let isReachable = true;
const listeners = new Set<() => void>();

export function reportReached(): void {
  put(true);
}

export function reportUnreachable(): void {
  put(false);
}

export function useIsReachable(): boolean {
  return useSyncExternalStore(subscribe, () => isReachable);
}

function put(value: boolean): void {
  if (value === isReachable) return;
  isReachable = value;
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

if (typeof window !== "undefined") {
  window.addEventListener("offline", reportUnreachable);
}
