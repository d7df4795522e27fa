import { useEffect, useState } from "react";

const TYPING_MS = 250;

/** What was typed, once the typing pauses; until it has for the first time, `initially`. */
export function useSettled(text: string, initially = text): string {
  const [settled, setSettled] = useState(initially);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(text), TYPING_MS);
    return () => clearTimeout(timer);
  }, [text]);
  return settled;
}
