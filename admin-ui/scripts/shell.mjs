// Writes dist/sw.js: the service worker with the files of the shell that it keeps, which are those of the first load.
import { createHash } from "node:crypto";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { asked, closure, entries } from "./first-load.mjs";

const files = readdirSync("dist/assets").filter((name) => /\.css$|inter-latin-opsz.*\.woff2$/.test(name));
const all = [...closure([...entries(), ...asked()]), ...files].map((name) => `/assets/${name}`).sort();
const source = readFileSync("src/app/service-worker.js", "utf8")
  .replace(/^\s*\/\/.*\n/gm, "")
  .trim();
const kept = JSON.stringify(["/", ...all]);
const page = readFileSync("dist/index.html", "utf8");
const version = createHash("sha256").update(source).update(kept).update(page).digest("hex").slice(0, 12);
writeFileSync("dist/sw.js", `${source.replace("__FILES__", kept).replace("__VERSION__", version)}\n`);
console.log(`the shell is ${all.length} files`);
