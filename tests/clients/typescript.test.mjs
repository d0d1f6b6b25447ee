// A TypeScript client is made of the document, compiles, and works against the real server.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

import openapiTS, { astToString } from "openapi-typescript";

import { loadDocument, startServer } from "./server.mjs";

const HERE = dirname(fileURLToPath(import.meta.url));
const run = promisify(execFile);
let server;

before(async () => {
  server = await startServer();
});
after(() => server?.stop());

test("the client of openapi-typescript compiles and makes a round trip", async () => {
  const made = join(HERE, "made");
  await mkdir(made, { recursive: true });
  // What has a default need not be sent.
  const types = await openapiTS(JSON.parse(await loadDocument(server)), { defaultNonNullable: false });
  await writeFile(join(made, "schema.d.ts"), astToString(types));
  const compiled = await run(join(HERE, "node_modules/.bin/tsc"), ["-p", HERE]).catch((error) => error);
  assert.equal(compiled.stdout, "", compiled.stdout);
  const { stdout } = await run(process.execPath, [join(made, "out/trip.js"), server.url, server.token]);
  assert.match(stdout, /the round trip is done/);
});
