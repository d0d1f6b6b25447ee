// Prints what the browser must load and fails when it is more than promised. Sizes are gzip -9, in kB of 1000 bytes.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { ASSETS, asked, closure, entries, later } from "./first-load.mjs";

const LIMITS = { initial: 200, route: 150, css: 16, font: 100 };

if (!existsSync("dist/index.html")) {
  console.error("budget: dist/index.html is missing; run `npm run build` first");
  process.exit(1);
}

const names = readdirSync(ASSETS);
const scripts = names.filter((n) => n.endsWith(".js"));
const sizes = new Map(scripts.map((n) => [n, gzipSync(readFileSync(join(ASSETS, n)), { level: 9 }).length / 1000]));
const size = (name) => sizes.get(name) ?? gzipSync(readFileSync(join(ASSETS, name)), { level: 9 }).length / 1000;
const initial = closure([...entries(), ...asked()]);

/** What comes with a chunk beyond `known`; with all that it may ask for later, or without. */
function more(chunk, known, all) {
  const whole = closure([chunk]);
  for (let before = 0; all && before < whole.size; ) {
    before = whole.size;
    const own = [...whole].filter((name) => !known.has(name));
    for (const name of closure(later(own))) whole.add(name);
  }
  return [...whole].filter((name) => !known.has(name)).reduce((sum, name) => sum + size(name), 0);
}

const kb = (n) => `${n.toFixed(1).padStart(7)} kB`;
let failed = false;
function line(label, value, limit) {
  const over = limit !== undefined && value > limit;
  failed ||= over;
  console.log(`${kb(value)}  ${label}${limit === undefined ? "" : `  (limit ${limit})`}${over ? "  TOO LARGE" : ""}`);
}

let total = 0;
for (const n of [...initial].sort()) {
  line(`  ${n}`, size(n));
  total += size(n);
}
line("initial JavaScript: sign-in, shell, list", total, LIMITS.initial);
line(
  "of it for signing in",
  [...closure(entries())].reduce((sum, name) => sum + size(name), 0),
);
const routes = [...later(initial)].map((n) => [n, more(n, initial, false), more(n, initial, true)]);
for (const [name, first] of routes.sort((a, b) => b[1] - a[1])) line(`  more for: ${name}`, first, LIMITS.route);
const [largest] = routes.toSorted((a, b) => b[2] - a[2]);
line(`the most that a route may ask for in the end: ${largest[0]}`, largest[2], LIMITS.route);
for (const n of names.filter((s) => s.endsWith(".css"))) line(n, size(n), LIMITS.css);
const first = names.find((n) => /inter-latin-opsz.*\.woff2$/.test(n));
if (first) line(`font on first paint: ${first}`, readFileSync(join(ASSETS, first)).length / 1000, LIMITS.font);
process.exit(failed ? 1 : 0);
