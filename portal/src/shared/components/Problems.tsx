import type { ReactNode } from "react";

import type { Problem } from "../graph/hooks";
import { commonTexts } from "../i18n/common";
import { useTexts } from "../i18n/i18n";
import { ErrorLine } from "./States";

/** All that the server refused for, in its own words, each with the action that clears it. */
export function ProblemList<P extends Problem>({
  problems,
  action,
}: {
  readonly problems: readonly P[];
  readonly action?: (problem: P) => ReactNode;
}) {
  const t = useTexts(commonTexts);
  if (problems.length === 0) return null;
  return (
    <div className="notice notice-error" role="alert">
      <ul className="problems" aria-label={t("problems")}>
        {problems.map((problem, index) => (
          <li key={index}>
            <span>{problem.message}</span> {action?.(problem)}
          </li>
        ))}
      </ul>
    </div>
  );
}

/** How an intent went wrong, if it did: refused, failed, or broken off and to be tried again. */
export function IntentProblems<P extends Problem>({
  intent,
  action,
}: {
  readonly intent: {
    readonly problems: readonly P[];
    readonly error: Error | null;
    retry(): void;
  };
  readonly action?: (problem: P) => ReactNode;
}) {
  return (
    <>
      <ErrorLine error={intent.error} onRetry={intent.retry} />
      <ProblemList problems={intent.problems} {...(action && { action })} />
    </>
  );
}

/** The message about one part of the input, such as "email" or "lines.3.quantity". */
export function problemAt(problems: readonly Problem[], path: string): string | undefined {
  return problems.find((problem) => problem.path.join(".") === path)?.message;
}

/** The message about one part of the input, or something in it, such as a sum's amount. */
export function problemIn(problems: readonly Problem[], field: string): string | undefined {
  return problems.find(({ path }) => path[0] === field)?.message;
}
