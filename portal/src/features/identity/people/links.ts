/** A link to pass on, with the token that was told once; null where it was not told. */
export function addressOf(path: string, token: string | null | undefined): string | null {
  if (token == null) return null;
  return `${location.origin}${path}?token=${encodeURIComponent(token)}`;
}
