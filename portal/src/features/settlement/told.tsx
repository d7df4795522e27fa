// What was done, told in one place of the page: the row where it was done may be gone by then.

import { type ReactNode, createContext, use, useState } from "react";

const ToldContext = createContext<(text: string) => void>(() => undefined);

/** Around what can be done; says the last of what was. */
export function ToldPlace({ children }: { readonly children: ReactNode }) {
  const [text, tell] = useState("");
  return (
    <ToldContext value={tell}>
      <p role="status" className={text === "" ? "visually-hidden" : "notice notice-good"}>
        {text}
      </p>
      {children}
    </ToldContext>
  );
}

export function useTell(): (text: string) => void {
  return use(ToldContext);
}
