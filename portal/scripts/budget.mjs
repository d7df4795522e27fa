// The first load: all that is transferred, gzipped, until the order page is usable after signing
// in. Counts each chunk with what it imports, the styles, and what is fetched behind the first paint.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";

const BYTES_MAX = 250_000;
const ENTRY = "index.html";
const LOADED_LATER = [
  "src/features/identity/SignInPage.tsx",
  "src/features/ordering/OrderPage.tsx",
  "src/shared/graph/socket.ts",
];

const dist = process.env.PORTAL_DIST ?? fileURLToPath(new URL("../dist", import.meta.url));
const manifest = JSON.parse(readFileSync(join(dist, ".vite/manifest.json"), "utf8"));
const counted = new Map();

count("index.html");
for (const module of [ENTRY, ...LOADED_LATER]) visit(module);

const total = [...counted.values()].reduce((sum, bytes) => sum + bytes, 0);
for (const [file, bytes] of [...counted].sort((left, right) => right[1] - left[1])) {
  console.log(`${String(bytes).padStart(8)}  ${file}`);
}
console.log(`${String(total).padStart(8)}  first load, of ${BYTES_MAX} bytes`);
if (total > BYTES_MAX) {
  console.error("The first load is over its budget.");
  process.exit(1);
}

function visit(module) {
  const chunk = manifest[module];
  if (chunk === undefined) throw new Error(`${module} is not in the build`);
  if (counted.has(chunk.file)) return;
  count(chunk.file);
  for (const style of chunk.css ?? []) count(style);
  for (const imported of chunk.imports ?? []) visit(imported);
}

function count(file) {
  if (!counted.has(file)) {
    counted.set(file, gzipSync(readFileSync(join(dist, file)), { level: 9 }).length);
  }
}
