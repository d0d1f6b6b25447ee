// What of a build the browser loads first: the scripts that the page names, and what they import at once.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

export const ASSETS = "dist/assets";

/** The scripts that the page itself names: enough to sign in. */
export function entries() {
  return [...readFileSync("dist/index.html", "utf8").matchAll(/\/assets\/([\w.-]+\.js)/g)].map((m) => m[1]);
}

/** Those that the early script asks for beside them, for who is signed in: the shell and the list. */
export function asked() {
  return entries().flatMap((name) => named(name, /const app = "([^"]+)"/g).flatMap((names) => names.split(" ")));
}

const AT_ONCE = /(?:from|import)\s*["'`]\.\/([\w.-]+\.js)["'`]/g;
const LATER = /import\(\s*["'`]\.\/([\w.-]+\.js)["'`]\s*\)/g;

function named(name, pattern) {
  return [...readFileSync(join(ASSETS, name), "utf8").matchAll(pattern)].map((m) => m[1]);
}

/** Chunks that these ask for when they are needed. */
export function later(names) {
  return new Set([...names].flatMap((name) => named(name, LATER)));
}

/** Static imports of chunks, followed to the end. */
export function closure(roots) {
  const seen = new Set();
  const queue = [...roots];
  while (queue.length) {
    const name = queue.pop();
    if (!name || seen.has(name) || !existsSync(join(ASSETS, name))) continue;
    seen.add(name);
    queue.push(...named(name, AT_ONCE));
  }
  return seen;
}
