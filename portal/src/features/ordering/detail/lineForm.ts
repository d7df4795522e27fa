// What is typed into the lines of a step: quantities, days and reasons, by line.

import { useState } from "react";

import type { Problem } from "../../../shared/graph/hooks";

export interface LineInput {
  readonly quantity: string;
  readonly promisedOn: string;
  readonly reason: string;
}

const WHOLE = /^\d{1,9}$/;

/** A typed quantity; null for what is no whole number. */
export function wholeNumber(text: string): number | null {
  const trimmed = text.trim();
  return WHOLE.test(trimmed) ? Number(trimmed) : null;
}

export interface LineForm {
  get(lineId: string): LineInput;
  set(lineId: string, values: Partial<LineInput>): void;
  /** All quantities are whole numbers. */
  readonly isComplete: boolean;
}

/** One input per line, each begun with what is expected. */
export function useLineForm(initial: ReadonlyMap<string, LineInput>): LineForm {
  const [inputs, setInputs] = useState(initial);
  return {
    get: (lineId) => inputs.get(lineId) ?? { quantity: "", promisedOn: "", reason: "" },
    set: (lineId, values) =>
      setInputs((former) => {
        const input = former.get(lineId);
        return input === undefined ? former : new Map(former).set(lineId, { ...input, ...values });
      }),
    isComplete: [...inputs.values()].every(({ quantity }) => wholeNumber(quantity) !== null),
  };
}

/** The problem of one line of what was sent: `["lines", "3", "quantity"]` is about the fourth. */
export function problemOfLine(
  problems: readonly Problem[],
  sentIds: readonly string[],
  lineId: string,
): string | undefined {
  const position = sentIds.indexOf(lineId);
  if (position < 0) return undefined;
  const own = problems.filter(
    ({ path }) => path[0] === "lines" && path[1] === String(position),
  );
  return own.length > 0 ? own.map(({ message }) => message).join(" ") : undefined;
}

