import { useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";

const POLL_MS = 30_000;

/** Keep what is on the screen current: ask again from time to time. */
export function useLive(): void {
  const client = useQueryClient();
  useEffect(() => {
    const timer = setInterval(() => void client.invalidateQueries(), POLL_MS);
    return () => clearInterval(timer);
  }, [client]);
}
