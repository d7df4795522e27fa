// Loaded after the first paint: what changes is told over a WebSocket.

import { createClient } from "graphql-ws";

import { ChangesDocument, type ChangesSubscription } from "../../gql/graphql";
import { extensionsOf } from "./execute";

export type Change = ChangesSubscription["changes"];

const RETRY_MS_MIN = 500;
const RETRY_MS_MAX = 15_000;
const SILENCE_MS_MAX = 30_000;

/** Listen until the function that it returns is called. `onOver` tells that the server will not
 * have us any more; a connection that breaks is made anew by itself. */
export function listen(hear: {
  onChange(change: Change): void;
  onUp(): void;
  onDown(): void;
  onOver(): void;
}): () => void {
  const scheme = location.protocol === "https:" ? "wss:" : "ws:";
  const client = createClient({
    url: `${scheme}//${location.host}/graphql`,
    keepAlive: SILENCE_MS_MAX,
    retryAttempts: Number.POSITIVE_INFINITY,
    shouldRetry: (fault) => fault instanceof Event, // a socket that broke, and no fault of ours
    retryWait: async (retries) => {
      const longest = Math.min(RETRY_MS_MAX, RETRY_MS_MIN * 2 ** retries);
      // Not all browsers at once, when a server comes back.
      await new Promise((resolve) => setTimeout(resolve, longest * (0.5 + Math.random() / 2)));
    },
    on: { connected: hear.onUp, closed: hear.onDown },
  });
  // The hash stands for the text, which the protocol wants to be there.
  const asked = { query: "", extensions: extensionsOf(ChangesDocument) };
  let hasStopped = false;
  const onOver = () => {
    if (!hasStopped) hear.onOver();
  };
  const unsubscribe = client.subscribe<ChangesSubscription>(asked, {
    next: ({ data }) => data != null && hear.onChange(data.changes),
    error: onOver,
    complete: onOver,
  });
  return () => {
    hasStopped = true;
    unsubscribe(); // which closes the socket too, for want of others
  };
}
