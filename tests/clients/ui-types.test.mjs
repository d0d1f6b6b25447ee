// The types that the UI reads the API with are those of the document. `UPDATE=1 node --test ui-types.test.mjs` writes them anew.

import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import { after, before, test } from "node:test";
import { loadDocument, startServer } from "./server.mjs";
import { uiTypes } from "./ui-types.mjs";

const FILE = new URL("../../admin-ui/src/api/document.d.ts", import.meta.url);
let server;

before(async () => {
  server = await startServer();
});
after(() => server?.stop());

test("the UI's types are those of the document", async () => {
  const made = await uiTypes(JSON.parse(await loadDocument(server)));
  if (process.env.UPDATE) await writeFile(FILE, made);
  assert.equal(await readFile(FILE, "utf8"), made, "UPDATE=1 node --test tests/clients/ui-types.test.mjs writes them anew");
});
