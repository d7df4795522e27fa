// What Vite, Chromium, Firefox and Safari, in this order, say of a part that they could not load.
const UNLOADED =
  /unable to preload css|failed to fetch dynamically imported module|error loading dynamically imported module|importing a module script failed/i;

/** Whether an error says that a part of the portal did not arrive, and not that it broke. */
export function isUnloaded(error: unknown): boolean {
  return error instanceof Error && UNLOADED.test(error.message);
}
