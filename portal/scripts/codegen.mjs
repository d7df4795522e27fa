// Writes src/gql (types and hashes) and graphql/operations/portal.json, the manifest of the
// documents that the server runs. `--check` fails when the committed manifest is another one.
// `--skip-broken` leaves out, loudly, what the schema does not know yet: for work in progress.

import { createHash } from "node:crypto";
import { existsSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";

import { generate } from "@graphql-codegen/cli";
import { Source, buildSchema, parse, validate } from "graphql";

const portal = fileURLToPath(new URL("..", import.meta.url));
const schemaFile = join(portal, "../graphql/schema.graphql");
const folder = join(portal, "../graphql/operations/portal");
const manifestFile = `${folder}.json`;
const generated = join(portal, "src/gql");

const files = readdirSync(folder)
  .filter((name) => name.endsWith(".graphql"))
  .sort()
  .map((name) => join(folder, name));
const schema = buildSchema(readFileSync(schemaFile, "utf8"));

const documents = [];
for (const file of files) {
  const faults = faultsOf(file);
  if (faults.length === 0) {
    documents.push(file);
    continue;
  }
  for (const fault of faults) console.error(`${relative(portal, file)}: ${fault}`);
  if (!process.argv.includes("--skip-broken")) process.exit(1);
  console.error(`${relative(portal, file)} is left out`);
}

await generate(
  {
    cwd: portal,
    schema: schemaFile,
    documents,
    silent: true,
    errorsOnly: true,
    generates: {
      [`${generated}/`]: {
        preset: "client",
        presetConfig: {
          fragmentMasking: false,
          persistedDocuments: { mode: "replaceDocumentWithHash", hashAlgorithm: "sha256" },
        },
        config: {
          documentMode: "string",
          useTypeImports: true,
          enumsAsTypes: true,
          strictScalars: true,
          scalars: { Date: "string", DateTime: "string", Decimal: "string", PositiveInt: "number" },
        },
      },
    },
  },
  true,
);

// What nobody imports shall not be loaded either: the text of a fragment is only for the server.
const typesFile = join(generated, "graphql.ts");
const types = readFileSync(typesFile, "utf8");
writeFileSync(typesFile, types.replaceAll("= new Typed", "= /*#__PURE__*/ new Typed"));

const texts = Object.values(
  JSON.parse(readFileSync(join(generated, "persisted-documents.json"), "utf8")),
);
const manifest = `${JSON.stringify(
  Object.fromEntries(texts.map((text) => [sha256(text), text]).sort(byKey)),
  null,
  2,
)}\n`;
const committed = existsSync(manifestFile) ? readFileSync(manifestFile, "utf8") : "";
if (manifest !== committed && process.argv.includes("--check")) {
  console.error("graphql/operations/portal.json is not current: run `npm run codegen`");
  process.exit(1);
}
if (manifest !== committed) writeFileSync(manifestFile, manifest);

function faultsOf(file) {
  try {
    const document = parse(new Source(readFileSync(file, "utf8"), file));
    return validate(schema, document)
      .filter((fault) => !fault.message.startsWith("Unknown fragment"))
      .filter((fault) => !/^Fragment ".*" is never used/.test(fault.message))
      .map((fault) => `${fault.locations?.[0]?.line}: ${fault.message}`);
  } catch (fault) {
    return [fault.message];
  }
}

function sha256(text) {
  return createHash("sha256").update(text).digest("hex");
}

function byKey([left], [right]) {
  return left < right ? -1 : 1;
}
