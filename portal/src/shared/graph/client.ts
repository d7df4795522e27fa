import { MutationCache, QueryCache, QueryClient } from "@tanstack/react-query";

import { Offline, SessionEnded } from "./errors";
import { reportSessionEnded } from "./sessionEnd";

const RETRIES_MAX = 2;
const FRESH_MS = 5_000;

export const queryClient = new QueryClient({
  queryCache: new QueryCache({ onError: noticeSessionEnd }),
  mutationCache: new MutationCache({ onError: noticeSessionEnd }),
  defaultOptions: {
    queries: {
      // Never paused: without a network a query fails, and says so, instead of waiting unseen.
      networkMode: "always",
      refetchOnReconnect: true,
      staleTime: FRESH_MS,
      retry: (failures, error) => failures < RETRIES_MAX && isWorthRetrying(error),
      retryDelay: (failures) => 400 * 3 ** failures,
    },
    mutations: { networkMode: "always", retry: false },
  },
});

/** A time-out has already cost the person long enough; anything else has the same answer again. */
function isWorthRetrying(error: Error): boolean {
  return error instanceof Offline && error.reason !== "timeout";
}

function noticeSessionEnd(error: Error): void {
  if (error instanceof SessionEnded) reportSessionEnded();
}
