// A round trip with the client that openapi-typescript makes of the document: what compiles here is what the
// document promises. Run by typescript.test.mjs.

import assert from "node:assert/strict";

import createClient from "openapi-fetch";

import type { components, paths } from "./made/schema.js";

type Deal = components["schemas"]["Deal"];
type Filter = components["schemas"]["DealFilter"];

const [, , baseUrl = "", token = ""] = process.argv;

// Lists are separated by commas; everything else is as it is.
const api = createClient<paths, "application/json" | "application/problem+json">({
  baseUrl,
  headers: { authorization: `Bearer ${token}` },
  querySerializer: { array: { style: "form", explode: false } },
});

const account = await api.POST("/api/v1/accounts", { body: { name: "Zephyr Works", industry: "energy" } });
assert.equal(account.response.status, 201);
const made = account.data?.data;
assert.ok(made && !Array.isArray(made));

const deal = await api.POST("/api/v1/deals", {
  body: { name: "Array", amount: "1250.50", account_id: made.id, stage: "proposal" },
});
assert.equal(deal.response.status, 201, JSON.stringify(deal.error));
const first = deal.data?.data as Deal;

const filter: Filter = { amount: { gte: 1000 }, account: { name: { starts_with: "zephyr w" } } };
const page = await api.GET("/api/v1/deals", {
  params: {
    query: {
      fields: ["name", "amount", "account.name"],
      filter: JSON.stringify(filter),
      sort: ["-amount"],
      limit: 5,
      include_total: true,
    },
  },
});
assert.equal(page.response.status, 200, JSON.stringify(page.error));
assert.equal(page.data?.pagination.total, 1);
const found = page.data?.data[0];
assert.deepEqual([found?.amount, found?.account?.name], [1250.5, "Zephyr Works"]);

const changed = await api.PATCH("/api/v1/deals/{id}", {
  params: { path: { id: first.id }, header: { "If-Match": '"1"' } },
  body: { amount: 1300 },
});
assert.equal(changed.data?.data.amount, 1300);
const stale = await api.PATCH("/api/v1/deals/{id}", {
  params: { path: { id: first.id }, header: { "If-Match": '"1"' } },
  body: { amount: 1 },
});
assert.equal(stale.error?.code, "stale");

// What the document forbids does not compile, and is refused.
const wrong = await api.POST("/api/v1/deals", {
  // @ts-expect-error there is no such stage
  body: { name: "Wrong", stage: "nowhere" },
});
assert.equal(wrong.response.status, 422);
assert.equal(wrong.error?.errors[0]?.path, "stage");

const rule = await api.PUT("/metadata/v1/option-sets/{name}", {
  params: { path: { name: "region" }, query: { dry_run: true } },
  body: { label: "Region", options: [{ value: "emea" }] },
});
assert.equal(rule.response.status, 200, JSON.stringify(rule.error));

const gone = await api.DELETE("/api/v1/deals/{id}", { params: { path: { id: first.id } } });
assert.equal(gone.response.status, 204);
console.log("the round trip is done");
