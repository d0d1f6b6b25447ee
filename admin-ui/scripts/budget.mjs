// Prints what the browser must load and fails when it is more than promised. Sizes are gzip -9, in kB of 1000 bytes.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";

const LIMITS = { initial: 200, route: 150, css: 16, font: 100 };
const ASSETS = "dist/assets";

if (!existsSync("dist/index.html")) {
  console.error("budget: dist/index.html is missing; run `npm run build` first");
  process.exit(1);
}

const size = (name) => gzipSync(readFileSync(join(ASSETS, name)), { level: 9 }).length / 1000;
const names = readdirSync(ASSETS);
const scripts = names.filter((n) => n.endsWith(".js"));
const text = Object.fromEntries(scripts.map((n) => [n, readFileSync(join(ASSETS, n), "utf8")]));

/** Static imports of a chunk, followed to the end. */
function closure(roots) {
  const seen = new Set();
  const queue = [...roots];
  while (queue.length) {
    const name = queue.pop();
    if (!name || seen.has(name) || !text[name]) continue;
    seen.add(name);
    for (const m of text[name].matchAll(/(?:from|import)\s*["']\.\/([\w.-]+\.js)["']/g)) queue.push(m[1]);
  }
  return seen;
}

const html = readFileSync("dist/index.html", "utf8");
const entries = [...html.matchAll(/\/assets\/([\w.-]+\.js)/g)].map((m) => m[1]);
const initial = closure(entries);

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
for (const n of scripts.filter((s) => !initial.has(s))) line(`  later: ${n}`, size(n), LIMITS.route);
for (const n of names.filter((s) => s.endsWith(".css"))) line(n, size(n), LIMITS.css);
const first = names.find((n) => /inter-latin-opsz.*\.woff2$/.test(n));
if (first) line(`font on first paint: ${first}`, readFileSync(join(ASSETS, first)).length / 1000, LIMITS.font);
process.exit(failed ? 1 : 0);
