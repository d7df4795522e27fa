import { expect, test } from "vitest";

import type { Texts } from "../src/shared/i18n/i18n";

/** As written, by path; generated code aside. */
const sources: Record<string, string> = import.meta.glob(
  ["../src/**/*.{ts,tsx}", "!../src/gql/**"],
  { query: "?raw", import: "default", eager: true },
);

const texts = Object.entries(
  import.meta.glob<Record<string, Texts<string>>>(
    ["../src/**/*exts.ts", "../src/**/common.ts", "../src/**/permissions.ts"],
    { eager: true },
  ),
).flatMap(([path, module]) =>
  Object.entries(module)
    .filter(([, value]) => value.namespace !== undefined && value.zh !== undefined)
    .map(([name, { namespace, zh, en }]) => ({ path, name, namespace, zh, en })),
);

/** Words of the server that are looked up as they come: of these, none stands in a source. */
const FROM_SERVER: Record<string, RegExp> = {
  "identity.audit": /^(action|field|value)\./,
  "identity.permissions": /^[A-Z_]+$/,
};

test("all texts are looked at", () => {
  const defined = Object.entries(sources).filter(
    ([path, source]) => /\bdefineTexts\("/.test(source) && !path.endsWith("/i18n.ts"),
  );
  expect(texts.map(({ path }) => path).toSorted()).toEqual(
    defined.map(([path]) => path).toSorted(),
  );
  expect(new Set(texts.map(({ namespace }) => namespace)).size).toBe(texts.length);
});

test.each(texts)("every text of $namespace is said somewhere", ({ path, name, namespace, zh }) => {
  const said = Object.entries(sources)
    .filter(([other, source]) => other !== path && new RegExp(`\\b${name}\\b`).test(source))
    .flatMap(([, source]) => saidIn(source));
  const unsaid = Object.keys(zh).filter(
    (key) => !FROM_SERVER[namespace]?.test(key) && !said.some((pattern) => pattern.test(key)),
  );
  expect(unsaid).toEqual([]);
});

test.each(texts)("$namespace says the same values in both languages", ({ zh, en }) => {
  expect(Object.keys(en).toSorted()).toEqual(Object.keys(zh).toSorted());
  for (const [key, text] of Object.entries(zh)) {
    expect(`${key}: ${valuesOf(en[key] ?? "")}`).toBe(`${key}: ${valuesOf(text)}`);
  }
});

/** What a source's literals can be: "a.b", or `a.${x}` as a pattern. */
function saidIn(source: string): RegExp[] {
  const plain = source.matchAll(/"([\w.]+)"/g);
  const filled = source.matchAll(/`([\w.]*(?:\$\{[^`{}]*\}[\w.]*)+)`/g);
  return [...plain, ...filled]
    .map(([, literal = ""]) => literal.split(/\$\{[^}]*\}/))
    .filter((parts) => parts.join("") !== "")
    .map((parts) => parts.map((part) => part.replaceAll(".", "\\.")))
    .map((parts) => new RegExp(`^${parts.join("[\\w.]+")}$`));
}

function valuesOf(text: string): string {
  const names = [...text.matchAll(/\{\{(\w+)\}\}/g)].map(([, name]) => name);
  return [...new Set(names)].toSorted().join(" ");
}
