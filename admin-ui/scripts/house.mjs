// Holds the house rules of the UI: who may import whom, file names and sizes, and that no object is special in code.
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join, relative } from "node:path";

const LAYERS = { lib: 0, components: 1, api: 2, catalog: 3, fields: 4, changes: 4, formulas: 4, features: 5, app: 6 };
const MAX_LINES = 350;
const SPECIAL = /\b(deals?|leads?|accounts?|contacts?|opportunit(y|ies)|pipelines?|competitors?)\b/i;
/** Sides of the window, where those of the line are meant: they stand wrong in a language that runs from the right. */
const SIDED =
  /(?<![\w-])(-?([mp][lr]|left|right)-(\d|\[|auto|px|full)|(border|rounded)-[lr]\b|rounded-[tb][lr]\b|text-(left|right)\b)/;
const problems = [];

function* files(dir) {
  for (const name of readdirSync(dir)) {
    const path = join(dir, name);
    if (statSync(path).isDirectory()) yield* files(path);
    else if (/\.(ts|tsx|css|js)$/.test(name)) yield path;
  }
}

for (const path of files("src")) {
  const here = relative("src", path).split("/");
  const text = readFileSync(path, "utf8");
  const lines = text.split("\n");
  const dictionary = here[0] === "lib" && here[1] === "words";
  // What is made of the document of the API is as long as that.
  const made = here.join("/") === "api/document.d.ts";
  if (lines.length > MAX_LINES && !dictionary && !made)
    problems.push(`${path}: ${lines.length} lines, at most ${MAX_LINES}`);
  if (!/^[a-z0-9_-]+(\.test)?(\.d)?\.(ts|tsx|css|js)$/.test(here.at(-1)))
    problems.push(`${path}: name is not kebab-case`);
  const pictures = /^catalog\/(more-)?icons\.ts$/.test(here.join("/"));
  lines.forEach((line, i) => {
    if (!pictures && SPECIAL.test(line)) problems.push(`${path}:${i + 1}: names an object: ${line.trim()}`);
    if (SIDED.test(line) && /\.tsx?$/.test(path))
      problems.push(`${path}:${i + 1}: use logical sides (ms, me, ps, pe, start, end)`);
  });
  for (const m of text.matchAll(/(?:from|import\()\s*["']@\/([^"']+)["']/g)) {
    const there = m[1].split("/");
    const from = LAYERS[here[0]];
    const to = LAYERS[there[0]];
    if (to === undefined || to > from) problems.push(`${path}: ${here[0]} may not import ${m[1]}`);
    if (here[0] === "features" && there[0] === "features" && here[1] !== there[1])
      problems.push(`${path}: a feature may not import another: ${m[1]}`);
  }
}

if (problems.length) {
  console.error(problems.join("\n"));
  process.exit(1);
}
console.log("house: in order");
