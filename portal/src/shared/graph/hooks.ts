import {
  type UseQueryResult,
  keepPreviousData,
  useInfiniteQuery,
  useMutation,
  useQuery,
  useQueryClient,
} from "@tanstack/react-query";
import { useCallback, useEffect, useMemo, useRef, useState } from "react";

import type { TypedDocumentString } from "../../gql/graphql";
import { Offline } from "./errors";
import { execute, extensionsOf } from "./execute";
import { type Kind, refresh } from "./kinds";

/** So often a request is sent again by itself when the server is too busy for it. */
export const BUSY_RETRIES_MAX = 3;
/** Those who were told the same need not come again in the same moment. */
const SPREAD_MS = 1000;

interface Asked<Result, Variables> {
  /** What the answer shows: when any of it changes, the query is asked again. */
  readonly kinds: readonly Kind[];
  readonly document: TypedDocumentString<Result, Variables>;
  readonly variables: Variables;
  readonly enabled?: boolean;
  /** Show the former answer while one for other variables is under way. */
  readonly keepsFormer?: boolean;
}

/** Ask the graph, and again when something of `kinds` changes. */
export function useGraph<Result, Variables>(
  asked: Asked<Result, Variables>,
): UseQueryResult<Result> {
  const { document, variables, kinds, enabled = true, keepsFormer = false } = asked;
  return useQuery({
    queryKey: keyOf(kinds, document, variables),
    queryFn: ({ signal }) => execute(document, variables, signal),
    meta: { kinds },
    enabled,
    ...(keepsFormer && { placeholderData: keepPreviousData }),
  });
}

/** The first of the key is what it shows, the rest what was asked. */
export function keyOf(
  kinds: readonly Kind[],
  document: { readonly __meta__?: Record<string, unknown> | undefined },
  variables: unknown,
): readonly unknown[] {
  return [kinds[0], extensionsOf(document).persistedQuery.sha256Hash, variables];
}

interface Connection<Node> {
  readonly edges: readonly { readonly node: Node }[];
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor?: string | null };
}

/** A list that grows by pages: what a `DataTable` shows. */
export interface Pages<Node> {
  readonly rows: readonly Node[];
  readonly isLoading: boolean;
  readonly isRefreshing: boolean;
  readonly error: Error | null;
  readonly hasMore: boolean;
  readonly isLoadingMore: boolean;
  loadMore(): void;
  retry(): void;
}

/** A connection, page by page. Leave `after` out of `variables`. */
export function usePages<Result, Variables extends { after?: unknown }, Node>(
  asked: Omit<Asked<Result, Variables>, "variables"> & {
    readonly variables: Omit<Variables, "after">;
    connection(result: Result): Connection<Node>;
  },
): Pages<Node> {
  const { document, variables, kinds, enabled = true, keepsFormer = false, connection } = asked;
  const query = useInfiniteQuery({
    queryKey: ["pages", ...keyOf(kinds, document, variables)],
    queryFn: ({ signal, pageParam }) =>
      execute(document, { ...variables, after: pageParam } as unknown as Variables, signal),
    initialPageParam: null as string | null,
    getNextPageParam: (last) => {
      const { hasNextPage, endCursor } = connection(last).pageInfo;
      return hasNextPage ? (endCursor ?? null) : null;
    },
    meta: { kinds },
    enabled,
    ...(keepsFormer && { placeholderData: keepPreviousData }),
  });
  const { data, fetchNextPage, refetch } = query;
  // Pages that shift while one reads on may hold a row twice; keys must stay unique.
  const rows = (data?.pages ?? []).flatMap((page) => connection(page).edges.map(nodeOf));
  return {
    rows: unique(rows),
    isLoading: query.isPending && enabled,
    isRefreshing: query.isFetching && !query.isPending && !query.isFetchingNextPage,
    error: query.error,
    hasMore: query.hasNextPage,
    isLoadingMore: query.isFetchingNextPage,
    loadMore: () => void fetchNextPage(),
    retry: () => void (query.isFetchNextPageError ? fetchNextPage() : refetch()),
  };
}

/** A problem of a payload, in the person's language. */
export interface Problem {
  readonly __typename?: string;
  readonly message: string;
  readonly path: readonly string[];
  /** Of `Busy`: nothing was done, and after so long the same request may be sent again. */
  readonly retryAfterSeconds?: number;
}

type PayloadOf<Result, Field extends keyof Result> = Result[Field];
type ProblemsOf<Payload> = Payload extends { readonly errors: readonly (infer P)[] } ? P : never;

export interface Intent<Input, Payload> {
  /** Do it. The payload, also when it holds problems; null when it is not known what happened.
   * The same input after a broken connection is the same request: it is never done twice.
   * Where the server is too busy, it is sent again by itself, a few times, while one stays. */
  run(input: Omit<Input, "requestId">): Promise<Payload | null>;
  /** The same once more, after `error`. */
  retry(): void;
  /** Forget problems, error and outcome. */
  reset(): void;
  readonly isRunning: boolean;
  /** So many seconds are left until it is sent again by itself, else null. */
  readonly busySeconds: number | null;
  readonly problems: readonly ProblemsOf<Payload>[];
  readonly error: Error | null;
  readonly payload: Payload | null;
}

/** What somebody wants done: a mutation whose input has a `requestId`, made once per intent.
 *
 * `field` names the mutation's payload in the result, `touches` what it changes.
 */
export function useIntent<Result, Input, Field extends keyof Result & string>(
  document: TypedDocumentString<Result, { input: Input }>,
  field: Field,
  options: {
    readonly touches?: readonly Kind[];
    onDone?(payload: PayloadOf<Result, Field>): void;
  } = {},
): Intent<Input, PayloadOf<Result, Field>> {
  type Payload = PayloadOf<Result, Field>;
  type Attempt = { readonly requestId: string; readonly input: Omit<Input, "requestId"> };
  const client = useQueryClient();
  const unsettled = useRef<Attempt | null>(null);
  const latest = useRef(options);
  latest.current = options;
  const isHere = useRef(true);
  const [busySeconds, setBusySeconds] = useState<number | null>(null);
  useEffect(() => {
    isHere.current = true;
    return () => {
      isHere.current = false;
    };
  }, []);

  const mutation = useMutation({
    mutationFn: async ({ requestId, input }: Attempt) => {
      for (let tries = 0; ; tries++) {
        const result = await execute(document, { input: { ...input, requestId } as Input });
        const payload = result[field];
        const seconds = retryAfter(payload);
        if (seconds === null || tries === BUSY_RETRIES_MAX) return payload;
        for (let left = seconds; left > 0 && isHere.current; left--) {
          setBusySeconds(left);
          await pause(left > 1 ? 1000 : 1000 + SPREAD_MS * Math.random());
        }
        setBusySeconds(null);
        if (!isHere.current) return payload; // nobody places an order behind one's back
      }
    },
    onSuccess: (payload) => {
      if (retryAfter(payload) !== null) return; // the same again is the same request
      unsettled.current = null;
      if (problemsOf(payload).length > 0) return;
      void refresh(client, latest.current.touches ?? []);
      latest.current.onDone?.(payload);
    },
    onError: (error) => {
      if (!(error instanceof Offline)) unsettled.current = null;
    },
  });
  const { mutateAsync, reset } = mutation;

  const run = useCallback(
    async (input: Omit<Input, "requestId">): Promise<Payload | null> => {
      const former = unsettled.current;
      const isSame = former !== null && JSON.stringify(former.input) === JSON.stringify(input);
      const attempt = isSame ? former : { requestId: crypto.randomUUID(), input };
      unsettled.current = attempt;
      return mutateAsync(attempt).catch(() => null); // it is in `error`
    },
    [mutateAsync],
  );
  const retry = useCallback(() => {
    if (unsettled.current !== null) void run(unsettled.current.input);
  }, [run]);

  return useMemo(
    () => ({
      run,
      retry,
      reset,
      isRunning: mutation.isPending,
      busySeconds,
      problems: problemsOf<Payload>(mutation.data),
      error: mutation.error,
      payload: mutation.data ?? null,
    }),
    [run, retry, reset, mutation.isPending, busySeconds, mutation.data, mutation.error],
  );
}

function problemsOf<Payload>(payload: Payload | undefined): readonly ProblemsOf<Payload>[] {
  const { errors = [] } = (payload ?? {}) as { errors?: readonly ProblemsOf<Payload>[] };
  return errors;
}

function retryAfter(payload: unknown): number | null {
  const problems: readonly Problem[] = problemsOf(payload);
  return problems.find(({ __typename }) => __typename === "Busy")?.retryAfterSeconds ?? null;
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

function nodeOf<Node>(edge: { readonly node: Node }): Node {
  return edge.node;
}

function unique<Node>(nodes: readonly Node[]): readonly Node[] {
  const seen = new Set<unknown>();
  return nodes.filter((node) => {
    const id = (node as { id?: unknown }).id;
    if (id === undefined) return true;
    return !seen.has(id) && seen.add(id);
  });
}
