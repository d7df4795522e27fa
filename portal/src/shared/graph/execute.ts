import type { TypedDocumentString } from "../../gql/graphql";
import { currentLocale } from "../i18n/i18n";
import { reportReached, reportUnreachable } from "./connection";
import { type GraphError, Fault, Offline, errorOf } from "./errors";

/** After so long without an answer, the person is told and may try again. */
export const ANSWER_MS_MAX = 20_000;

interface Answer<Result> {
  readonly data?: Result | null;
  readonly errors?: readonly GraphError[];
}

/** Ask the graph for a document that it knows by its hash: the text never leaves the build.
 *
 * Throws `Offline`, `SessionEnded`, `NoPermission` or `Fault`.
 */
export async function execute<Result, Variables>(
  document: TypedDocumentString<Result, Variables>,
  variables: Variables,
  signal?: AbortSignal,
): Promise<Result> {
  const response = await send(
    "/graphql",
    {
      method: "POST",
      headers: { "content-type": "application/json", accept: "application/json" },
      body: JSON.stringify({ variables, extensions: extensionsOf(document) }),
    },
    signal,
  );
  const answer = await read<Result>(response);
  const error = answer.errors?.length ? errorOf(answer.errors, answer.data != null) : null;
  if (error !== null) throw error;
  if (answer.data == null) throw new Fault(response.statusText, String(response.status));
  return answer.data;
}

/** Fetch from our own server, as the person and in the language they chose here. */
export async function send(
  address: string,
  request: RequestInit,
  signal?: AbortSignal,
): Promise<Response> {
  const timeout = AbortSignal.timeout(ANSWER_MS_MAX);
  const headers = new Headers(request.headers);
  headers.set("accept-language", currentLocale() === "zh" ? "zh-CN" : "en");
  let response: Response;
  try {
    response = await fetch(address, {
      ...request,
      headers,
      credentials: "same-origin",
      signal: signal === undefined ? timeout : AbortSignal.any([signal, timeout]),
    });
  } catch (error) {
    if (signal?.aborted) throw error;
    reportUnreachable();
    throw new Offline(timeout.aborted ? "timeout" : "network");
  }
  if (response.status === 502 || response.status === 503 || response.status === 504) {
    reportUnreachable();
    throw new Offline("server");
  }
  reportReached();
  return response;
}

export function extensionsOf(document: { readonly __meta__?: Record<string, unknown> | undefined }) {
  const hash = String(document.__meta__?.["hash"]).replace("sha256:", "");
  return { persistedQuery: { version: 1, sha256Hash: hash } };
}

async function read<Result>(response: Response): Promise<Answer<Result>> {
  try {
    return (await response.json()) as Answer<Result>;
  } catch {
    // The connection broke while the answer came, or something in between answered for the server.
    throw response.ok
      ? new Offline("network")
      : new Fault(response.statusText, String(response.status));
  }
}
