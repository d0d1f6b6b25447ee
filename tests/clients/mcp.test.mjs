// The official client of the Model Context Protocol, against the real server.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";

import { startServer } from "./server.mjs";

let server;
let client;

before(async () => {
  server = await startServer();
  client = await connect(server.token);
});
after(async () => {
  await client?.close();
  await server?.stop();
});

async function connect(token) {
  const made = new Client({ name: "trellis-tests", version: "1.0.0" });
  const transport = new StreamableHTTPClientTransport(new URL(`${server.url}/mcp`), {
    requestInit: { headers: { authorization: `Bearer ${token}` } },
  });
  await made.connect(transport);
  return made;
}

/** What a tool answers, as JSON; both forms of it are the same. */
async function use(name, args = {}) {
  const result = await client.callTool({ name, arguments: args });
  assert.deepEqual(JSON.parse(result.content[0].text), result.structuredContent);
  return { wrong: result.isError === true, ...result.structuredContent };
}

test("a model finds its way from nothing to a changed record", async () => {
  assert.equal(client.getServerVersion().name, "trellis");
  const { tools } = await client.listTools();
  const names = ["list_objects", "describe_object", "query", "aggregate", "create", "update", "plan_metadata_change"];
  assert.deepEqual(tools.map((tool) => tool.name), names);

  const objects = (await use("list_objects")).data.map((object) => object.name);
  assert.ok(objects.includes("deal") && objects.includes("account"));
  const deal = (await use("describe_object", { object: "deal" })).data;
  const stage = deal.fields.find((field) => field.name === "stage");
  assert.ok(stage.options.some((option) => option.value === "proposal"));

  const made = await use("create", { object: "deal", records: [{ name: "Model", amount: 41, stage: "proposal" }] });
  const [{ id, version }] = made.data;
  const changed = await use("update", { object: "deal", id, data: { amount: 42 }, version });
  assert.equal(changed.data[0].amount, 42);
  const stale = await use("update", { object: "deal", id, data: { amount: 43 }, version });
  assert.deepEqual([stale.wrong, stale.code], [true, "stale"]);

  const found = await use("query", { object: "deal", fields: ["name", "amount"], where: 'name = "Model"', include_total: true });
  assert.deepEqual([found.data[0].amount, found.pagination.total], [42, 1]);
  const groups = await use("aggregate", { object: "deal", metrics: ["count", "sum(amount)"], group_by: ["stage"] });
  assert.ok(groups.data.length > 1 && groups.data[0].sum);
});

test("what is wrong is told in words that help", async () => {
  const unknown = await use("query", { object: "deal", fields: ["nam"], filter: { amount: { above: 1 } } });
  assert.ok(unknown.wrong && unknown.status === 400, JSON.stringify(unknown));
  const refused = await use("create", { object: "deal", records: [{ name: "X", stage: "nowhere" }] });
  assert.ok(refused.wrong && refused.errors.some((error) => error.path.endsWith("stage")));
  await assert.rejects(client.callTool({ name: "drop_everything", arguments: {} }), /there is no tool/);
});

test("a change of metadata is planned and not made", async () => {
  const field = { kind: "currency", name: "margin", label: "Margin" };
  const plan = await use("plan_metadata_change", {
    changes: [{ kind: "fields", name: "deal.margin", definition: field }],
  });
  assert.ok(plan.data.steps.some((step) => step.sql.includes("margin")));
  const deal = (await use("describe_object", { object: "deal" })).data;
  assert.ok(!deal.fields.some((one) => one.name === "margin"));
});
