// What can go wrong with a request, as far as a page has to tell it apart.

/** The server was not reached, or gave no answer: whether it acted is not known. */
export class Offline extends Error {
  override readonly name = "Offline";

  constructor(readonly reason: "network" | "timeout" | "server") {
    super(`The server was not reached (${reason}).`);
  }
}

/** Nobody is signed in, or no longer. */
export class SessionEnded extends Error {
  override readonly name = "SessionEnded";
}

/** Who is signed in may not do this. */
export class NoPermission extends Error {
  override readonly name = "NoPermission";
}

/** The server refused or failed; the message is for the person to read. */
export class Fault extends Error {
  override readonly name = "Fault";

  constructor(
    message: string,
    readonly code: string,
    readonly reference: string | null = null,
    /** What was refused, part by part. */
    readonly problems: readonly GraphProblem[] = [],
  ) {
    super(message);
  }
}

export interface GraphProblem {
  readonly message: string;
  readonly path: readonly string[];
}

export interface GraphError {
  readonly message: string;
  readonly path?: readonly (string | number)[];
  readonly extensions?: {
    readonly code?: string;
    readonly reference?: string;
    readonly problems?: readonly GraphProblem[];
  };
}

/** What the errors of an answer come to; null when the data beside them is whole but for fields
 * that the person may not see, which are null. */
export function errorOf(errors: readonly GraphError[], hasData: boolean): Error | null {
  const codes = errors.map((error) => error.extensions?.code);
  if (codes.includes("UNAUTHENTICATED")) return new SessionEnded();
  // Its database is away for a moment: what was wanted may be sent again, and is done once.
  if (codes.includes("UNAVAILABLE")) return new Offline("server");
  const serious = errors.find((error) => error.extensions?.code !== "FORBIDDEN");
  if (serious !== undefined) {
    const { code = "INTERNAL", reference = null, problems = [] } = serious.extensions ?? {};
    return new Fault(serious.message, code, reference, problems);
  }
  const isNested = errors.every((error) => (error.path?.length ?? 0) > 1);
  return hasData && isNested ? null : new NoPermission(errors[0]?.message);
}
