// The paper that lies open over the page; it stands in the address, so that a link leads to it.

import { useLocation, useSearchParams } from "react-router";

const PAPERS = ["payment", "adjustment"] as const;

export type PaperKind = (typeof PAPERS)[number];

export interface OpenPaper {
  readonly kind: PaperKind;
  readonly id: string;
}

export function usePaper() {
  const [parameters, setParameters] = useSearchParams();
  const { pathname } = useLocation();
  const kind = PAPERS.find((name) => parameters.has(name));
  const paper: OpenPaper | null =
    kind === undefined ? null : { kind, id: parameters.get(kind) ?? "" };

  /** Where a paper opens over this page. */
  function hrefOf(opened: OpenPaper): string {
    const next = without(parameters);
    next.set(opened.kind, opened.id);
    return `${pathname}?${String(next)}`;
  }

  return { paper, hrefOf, close: () => setParameters(without, { replace: true }) };
}

function without(parameters: URLSearchParams): URLSearchParams {
  const next = new URLSearchParams(parameters);
  for (const name of PAPERS) next.delete(name);
  return next;
}
