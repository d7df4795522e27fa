import { useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";

import { type Kind, refresh } from "./graph/kinds";
import type { Change } from "./graph/socket";

/** The first paint comes first. */
const BEGIN_AFTER_MS = 400;
const BEGIN_MS_MAX = 5_000;
/** Changes come in flocks: what they touch is asked for once. */
const GATHER_MS = 150;
/** While nothing is told, we ask. */
const POLL_MS = 30_000;

/** Keep what is on the screen as it is on the server, for one who acts for `organizationId`. */
export function useLive(organizationId: string | undefined, isSignedIn: boolean): void {
  const client = useQueryClient();
  useEffect(() => {
    if (!isSignedIn) return;
    let isUp = false;
    let isOver = false;
    let gathering: ReturnType<typeof setTimeout> | undefined;
    let stop = () => undefined as void;
    const touched = new Set<Change["kind"]>();

    function flush(): void {
      gathering = undefined;
      const kinds = [...touched];
      touched.clear();
      const isAll = kinds.includes("EVERYTHING");
      void (isAll ? client.invalidateQueries() : refresh(client, kinds as Kind[]));
    }

    async function begin(): Promise<void> {
      const { listen } = await import("./graph/socket");
      // Its first word is to ask for all again: not before the page is there for the first time.
      const latest = performance.now() + BEGIN_MS_MAX;
      while (client.isFetching() > 0 && performance.now() < latest) await pause(BEGIN_AFTER_MS / 4);
      if (isOver) return;
      stop = listen({
        onChange({ kind }) {
          touched.add(kind);
          gathering ??= setTimeout(flush, GATHER_MS);
        },
        onUp: () => void (isUp = true),
        onDown: () => void (isUp = false),
        // Perhaps nobody is signed in any more: the next answer tells.
        onOver: () => void refresh(client, ["SESSION"]),
      });
    }

    const beginning = setTimeout(() => void begin().catch(() => undefined), BEGIN_AFTER_MS);
    const polling = setInterval(() => {
      if (!isUp) void client.invalidateQueries();
    }, POLL_MS);
    return () => {
      isOver = true;
      clearTimeout(beginning);
      clearTimeout(gathering);
      clearInterval(polling);
      stop();
    };
  }, [client, organizationId, isSignedIn]);
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((done) => setTimeout(done, milliseconds));
}
