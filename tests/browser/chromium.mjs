// The machine's own Chromium, driven by playwright-core: one browser per test file, one fresh profile per journey.
// Every journey also fails on a script error, on a request that leaves the server, and on a broken accessibility rule
// where it asks for that check.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";

const RESULTS = fileURLToPath(new URL("results/", import.meta.url));
const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const AXE_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];

export const DESKTOP = { viewport: { width: 1440, height: 900 } };
export const PHONE = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true };

const FLAGS = [
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** A headless browser; `close()` ends it. `flags` are more of Chromium's own. */
export function startChromium(flags = []) {
  // As root Chromium has no sandbox to offer; as anyone else it keeps it where the machine allows it.
  const sandboxed = process.getuid?.() !== 0 && !process.env.CI;
  return chromium.launch({ executablePath: findChromium(), chromiumSandbox: sandboxed, args: [...FLAGS, ...flags] });
}

function findChromium() {
  const names = [process.env.CHROMIUM, "chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];
  for (const name of names.filter(Boolean)) {
    try {
      return execFileSync("sh", ["-c", `command -v "$1"`, "sh", name], { encoding: "utf8" }).trim();
    } catch {
      // not this one
    }
  }
  throw new Error("no Chromium here: `make test` installs it, CHROMIUM=/path/to/it names one");
}

/**
 * Runs `steps(page)` in a fresh profile. `options` are Playwright's context options (DESKTOP, PHONE, colorScheme…).
 * A failure leaves a picture in results/.
 */
export async function journey(browser, url, name, options, steps) {
  const context = await browser.newContext({ baseURL: url, reducedMotion: "reduce", locale: "en-GB", serviceWorkers: "block", ...options });
  context.setDefaultTimeout(15_000);
  const page = await context.newPage();
  const faults = watch(page, url);
  try {
    await steps(page);
    assert.deepEqual(faults, [], "the page had faults of its own");
  } catch (error) {
    mkdirSync(RESULTS, { recursive: true });
    const picture = `${RESULTS}${name.replaceAll(/\W+/g, "-")}.png`;
    await page.screenshot({ path: picture }).catch(() => {});
    error.message += `\nat ${page.url().slice(0, 200)}, see ${picture}${faults.map((fault) => `\n  ${fault}`).join("")}`;
    throw error;
  } finally {
    await context.close();
  }
}

/** Collects uncaught errors, console errors that are no HTTP status, and requests to anywhere else. */
function watch(page, url) {
  const faults = [];
  page.on("pageerror", (error) => faults.push(`uncaught: ${error.message}`));
  page.on("console", (message) => {
    // What the server answers, and a network that a journey has taken away, are no faults of the page.
    const isStatus = /^Failed to load resource: (the server responded|net::ERR_INTERNET_DISCONNECTED)/.test(message.text());
    if (message.type() === "error" && !isStatus) faults.push(`console: ${message.text()}`);
  });
  page.on("request", (request) => {
    const target = request.url();
    if (/^(https?|wss?):/.test(target) && new URL(target).host !== new URL(url).host) faults.push(`left for ${target}`);
  });
  return faults;
}

/** Fails with one line per broken rule of WCAG A and AA on what the page shows now; of all rules, or of those named. */
export async function assertAccessible(page, rules) {
  if (!(await page.evaluate(() => "axe" in window))) await page.evaluate(AXE);
  const broken = await page.evaluate(async (runOnly) => {
    // Colours are judged where they end, not on their way.
    await Promise.all(document.getAnimations().map((animation) => animation.finished.catch(() => {})));
    const { violations } = await window.axe.run(document, { runOnly });
    return violations.map(({ id, help, nodes }) => ({ id, help, where: nodes.map((node) => node.html.slice(0, 160)) }));
  }, rules ? { type: "rule", values: rules } : { type: "tag", values: AXE_TAGS });
  const lines = broken.map(({ id, help, where }) => `${id}: ${help}\n    ${where.join("\n    ")}`);
  assert.equal(lines.length, 0, `${page.url().slice(0, 200)} breaks accessibility rules:\n  ${lines.join("\n  ")}`);
}

/** Fails when the page is wider than the window: then it scrolls sideways. */
export async function assertNoSidewaysScroll(page) {
  const [wide, window_] = await page.evaluate(() => [document.documentElement.scrollWidth, window.innerWidth]);
  assert.ok(wide <= window_, `${page.url()} is ${wide} px wide in a window of ${window_} px`);
}

/** Fails when the page itself can be scrolled up and down: in the frame, only what is within it scrolls. */
export async function assertStill(page) {
  const [high, window_] = await page.evaluate(() => [document.documentElement.scrollHeight, window.innerHeight]);
  assert.ok(high <= window_, `${page.url()} is ${high} px high in a window of ${window_} px`);
}
