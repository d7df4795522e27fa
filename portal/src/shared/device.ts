// Small things that this device remembers. A browser may be told to keep nothing: then it forgets.

export function recall(key: string): string | null {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}

export function remember(key: string, text: string): void {
  try {
    localStorage.setItem(key, text);
  } catch {
    // It is as if nothing had been chosen here before.
  }
}
