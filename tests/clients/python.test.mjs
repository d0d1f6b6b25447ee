// A Python client is made of the document, can be imported, and works against the real server.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { access, mkdir, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

import { loadDocument, startServer } from "./server.mjs";

const HERE = dirname(fileURLToPath(import.meta.url));
const MADE = join(HERE, "made");
const VENV = join(MADE, "venv", "bin");
const run = promisify(execFile);
/** Nobody reads the code, so it is not made pretty; files are sent as they are, whatever is in them. */
const SETTINGS = `post_hooks: []
content_type_overrides:
  text/csv: application/octet-stream
  application/x-ndjson: application/octet-stream
  application/vnd.openxmlformats-officedocument.spreadsheetml.sheet: application/octet-stream
`;
let server;

before(async () => {
  server = await startServer();
});
after(() => server?.stop());

/** The generator in an environment of its own, installed once. */
async function install() {
  const isThere = await access(join(VENV, "openapi-python-client")).then(() => true, () => false);
  if (isThere) return;
  await run("python3", ["-m", "venv", join(MADE, "venv")]);
  await run(join(VENV, "pip"), ["install", "--quiet", "--requirement", join(HERE, "python.txt")]);
}

test("the client of openapi-python-client makes a round trip", async () => {
  await mkdir(MADE, { recursive: true });
  await install();
  const [document, settings] = [join(MADE, "python.json"), join(MADE, "python.yaml")];
  await writeFile(document, await loadDocument(server));
  await writeFile(settings, SETTINGS);
  await rm(join(MADE, "python"), { recursive: true, force: true });
  const words = ["generate", "--path", document, "--config", settings, "--output-path", join(MADE, "python"), "--meta", "none"];
  const made = await run(join(VENV, "openapi-python-client"), [...words, "--fail-on-warning"]).catch((error) => error);
  assert.equal(made.code, undefined, made.stdout);
  const env = { ...process.env, PYTHONPATH: MADE };
  const { stdout } = await run(join(VENV, "python"), [join(HERE, "trip.py"), server.url, server.token], { env });
  assert.match(stdout, /the round trip is done/);
});
