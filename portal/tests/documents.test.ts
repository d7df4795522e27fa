import { readFileSync, readdirSync } from "node:fs";

import { expect, test } from "vitest";

const sources = Object.values(
  import.meta.glob<string>(["../src/**/*.{ts,tsx}", "!../src/gql/**"], {
    query: "?raw",
    import: "default",
    eager: true,
  }),
).join("\n");

const folder = "../graphql/operations/portal";
const documents = readdirSync(folder)
  .map((name) => readFileSync(`${folder}/${name}`, "utf8"))
  .join("\n");

test("every document is asked for by some page", () => {
  const names = namesOf("query|mutation|subscription");
  expect(names.length).toBeGreaterThan(0);
  expect(names.filter((name) => !new RegExp(`\\b${name}Document\\b`).test(sources))).toEqual([]);
});

test("every fragment is part of a document", () => {
  const names = namesOf("fragment");
  expect(names.filter((name) => !new RegExp(`\\.\\.\\.\\s*${name}\\b`).test(documents))).toEqual([]);
});

function namesOf(kinds: string): string[] {
  const found = documents.matchAll(new RegExp(`^(?:${kinds}) (\\w+)`, "gm"));
  return [...found].map(([, name = ""]) => name);
}
