// A page's chunk is fetched as soon as it is likely that it will be opened.

import { matchPath } from "react-router";

type Load = () => Promise<unknown>;

const loads = new Map<string, Load>();

/** Tell how the page at a path of the router is loaded. */
export function registerPage(path: string, load: Load): void {
  loads.set(path, load);
}

/** Fetch the page of an address now. To open it later costs nothing more. */
export function preload(pathname: string): void {
  for (const [path, load] of loads) {
    // Whoever opens the page is told of what fails here; until then it is nobody's trouble.
    if (matchPath(path, pathname) !== null) void load().catch(() => undefined);
  }
}

/** Fetch the pages of links that are pointed at, touched or focused. */
export function preloadOnHint(): void {
  const hint = ({ target }: Event) => {
    const link = target instanceof Element ? target.closest("a") : null;
    if (link !== null && link.origin === window.location.origin) preload(link.pathname);
  };
  for (const kind of ["pointerover", "touchstart", "focusin"]) {
    document.addEventListener(kind, hint, { passive: true });
  }
}
