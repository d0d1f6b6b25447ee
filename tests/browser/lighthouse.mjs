// What Lighthouse thinks of the running product, as a desktop and as a telephone, and whether that is what is promised:
//
//     npm ci --prefix tests/browser/lighthouse && node tests/browser/lighthouse.mjs [page…]
//
// It is no part of `make test`: its speeds mean something on a machine at rest alone, and it takes minutes. Each page is
// loaded RUNS times (3) in each look; the speed told is the median, of everything else the worst.

import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";
import { startChromium } from "./chromium.mjs";
import { ask, signedIn } from "./steps.mjs";
import { freePort, startTrellis } from "./trellis.mjs";

const RUNS = Number(process.env.RUNS ?? 3);
const PROMISED = {
  desktop: { performance: 95, accessibility: 100, "best-practices": 100 },
  mobile: { performance: 85, accessibility: 100, "best-practices": 100 },
};

/** Name → the address, found with the API where it is that of a record; `out` is seen by who is not signed in. */
const PAGES = {
  "sign-in": { path: () => "/sign-in", out: true },
  list: { path: () => "/o/deals?view=all" },
  board: { path: () => "/o/deals?view=board" },
  record: { path: async (page) => `/o/deals/${(await ask(page, "/api/v1/deals?limit=1&fields=id")).data[0].id}` },
  objects: { path: () => "/setup/objects" },
  object: { path: () => "/setup/objects/deal" },
  roles: { path: () => "/setup/access/roles/sales_rep" },
};

const { default: lighthouse, desktopConfig } = await loadLighthouse();
const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !(name in PAGES));
if (unknown.length > 0) throw new Error(`no page called ${unknown.join(", ")}; there are ${Object.keys(PAGES).join(", ")}`);

const port = await freePort();
const [trellis, browser] = await Promise.all([startTrellis(), startChromium([`--remote-debugging-port=${port}`])]);
let kept = true;
try {
  const storageState = await signedIn(browser, trellis.url);
  const context = await browser.newContext({ baseURL: trellis.url, storageState });
  const page = await context.newPage();
  for (const name of wanted.length > 0 ? wanted : Object.keys(PAGES)) {
    const { path, out } = PAGES[name];
    const url = `${trellis.url}${await path(page)}`;
    for (const look of Object.keys(PROMISED)) kept = (await judge(name, look, { url, out, storageState })) && kept;
  }
  await context.close();
} finally {
  await browser.close();
  await trellis.stop();
}
process.exit(kept ? 0 : 1);

async function loadLighthouse() {
  try {
    const own = createRequire(new URL("lighthouse/package.json", import.meta.url));
    return await import(pathToFileURL(own.resolve("lighthouse")));
  } catch {
    throw new Error("Lighthouse is not here yet: npm ci --prefix tests/browser/lighthouse");
  }
}

/** One line for a page in a look; whether it is as promised. */
async function judge(name, look, { url, out, storageState }) {
  const results = [];
  for (let run = 0; run < RUNS; run++) {
    const cookie = out ? {} : { Cookie: storageState.cookies.map((one) => `${one.name}=${one.value}`).join("; ") };
    const flags = { port, logLevel: "error", onlyCategories: Object.keys(PROMISED[look]), extraHeaders: cookie };
    results.push(await visit(name, url, flags, look));
  }
  const scores = Object.fromEntries(Object.keys(PROMISED[look]).map((category) => [category, scoreOf(results, category)]));
  const fallen = Object.entries(scores).filter(([category, score]) => score < PROMISED[look][category]);
  const paint = median(results.map((lhr) => lhr.audits["largest-contentful-paint"].numericValue));
  const blocked = median(results.map((lhr) => lhr.audits["total-blocking-time"].numericValue));
  const said = Object.entries(scores).map(([category, score]) => `${category} ${score}`);
  console.log(
    `${name.padEnd(8)} ${look.padEnd(8)} ${said.join("  ")}  largest paint ${Math.round(paint)} ms  blocked ${Math.round(blocked)} ms` +
      (fallen.length > 0 ? "  BELOW THE PROMISE" : ""),
  );
  for (const [category] of fallen) tellWhy(results, category);
  return fallen.length === 0;
}

/** One run. A trace without its beginning, which a browser on a busy machine leaves now and then, is taken again. */
async function visit(name, url, flags, look) {
  for (let again = 2; ; again--) {
    const { lhr } = await lighthouse(url, flags, look === "desktop" ? desktopConfig : undefined);
    if (!lhr.runtimeError) return lhr;
    if (again === 0) throw new Error(`${name}: ${lhr.runtimeError.message}`);
  }
}

function scoreOf(results, category) {
  const scores = results.map((lhr) => Math.round(lhr.categories[category].score * 100));
  return category === "performance" ? median(scores) : Math.min(...scores);
}

function median(numbers) {
  return numbers.toSorted((a, b) => a - b)[Math.floor((numbers.length - 1) / 2)];
}

/** What cost a category its points, and where. */
function tellWhy(results, category) {
  const worst = results.toSorted((a, b) => a.categories[category].score - b.categories[category].score)[0];
  for (const { id, weight } of worst.categories[category].auditRefs) {
    const { title, score, displayValue = "", details } = worst.audits[id];
    if (weight === 0 || score === null || score === 1) continue;
    console.log(`    ${title} ${displayValue}`);
    for (const item of details?.items?.slice(0, 3) ?? []) {
      const where = item.node?.snippet ?? item.source ?? item.url ?? "";
      console.log(`        ${where} ${item.description ?? ""}`.trimEnd().slice(0, 200));
    }
  }
}
