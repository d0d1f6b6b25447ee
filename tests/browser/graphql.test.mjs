// GraphQL as other people's tools see it: the audits of graphql-http, and a typed client that graphql-codegen writes from
// the schema, that compiles, and that makes a round trip. No browser.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath, pathToFileURL } from "node:url";
import { codegen } from "@graphql-codegen/core";
import * as typedDocumentNode from "@graphql-codegen/typed-document-node";
import * as typescriptOperations from "@graphql-codegen/typescript-operations";
import { buildClientSchema, getIntrospectionQuery, parse, printSchema, validateSchema } from "graphql";
import { serverAudits } from "graphql-http";
import { ADMIN, startTrellis } from "./trellis.mjs";

const HERE = fileURLToPath(new URL(".", import.meta.url));

let trellis;
let token;

before(async () => {
  trellis = await startTrellis();
  const answer = await fetch(`${trellis.url}/auth/v1/login`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ email: ADMIN.email, password: ADMIN.password }),
  });
  ({ access_token: token } = await answer.json());
});
after(() => trellis?.stop());

/** `fetch` as the administrator. */
function asAdmin(url, options = {}) {
  const headers = new Headers(options.headers);
  headers.set("authorization", `Bearer ${token}`);
  return fetch(url, { ...options, headers });
}

async function ask(query, variables) {
  const answer = await asAdmin(`${trellis.url}/graphql`, {
    method: "POST",
    headers: { "content-type": "application/json", accept: "application/graphql-response+json" },
    body: JSON.stringify({ query, variables }),
  });
  const { data, errors } = await answer.json();
  assert.equal(errors, undefined, JSON.stringify(errors));
  return data;
}

test("every audit of GraphQL over HTTP is kept", async () => {
  const audits = serverAudits({ url: () => `${trellis.url}/graphql`, fetchFn: asAdmin });
  assert.ok(audits.length > 50);
  const missed = [];
  for (const audit of audits) {
    const result = await audit.fn();
    if (result.status !== "ok") missed.push(`${result.status} ${result.name}: ${result.reason}`);
  }
  assert.deepEqual(missed, []);
});

test("the schema is one that other tools read", async () => {
  const schema = buildClientSchema(await ask(getIntrospectionQuery()));
  assert.deepEqual(validateSchema(schema), []);
  assert.match(printSchema(schema), /type Deal implements Node/);
});

const OPERATIONS = `
  fragment Line on Deal { id name amount stage account { name industry } }
  query Deals($first: Int!, $filter: DealFilter) {
    deals(first: $first, filter: $filter, sort: ["-amount"]) {
      total_count
      edges { cursor node { ...Line tasks(first: 2) { nodes { name } } } }
      pageInfo { hasNextPage endCursor }
    }
    deals_aggregate(group_by: ["stage"]) { group count sum { amount } }
  }
  query Anything($id: ID!) { node(id: $id) { __typename id ... on Deal { ...Line } } }
  mutation Make($data: DealInput!) { create_deal(data: $data) { ...Line version } }
  mutation Rename($id: ID!, $data: DealInput!, $version: BigInt) { update_deal(id: $id, data: $data, version: $version) { ...Line version } }
  mutation Drop($id: ID!) { delete_deal(id: $id) }
`;

const PROGRAM = `
  import type { TypedDocumentNode } from "@graphql-typed-document-node/core";
  import { print } from "graphql";
  import { AnythingDocument, DealsDocument, DropDocument, MakeDocument, RenameDocument } from "./client.ts";

  export async function trip(url: string, token: string): Promise<string[]> {
    async function ask<R, V>(document: TypedDocumentNode<R, V>, variables: V): Promise<R> {
      const headers = { "content-type": "application/json", authorization: "Bearer " + token };
      const body = JSON.stringify({ query: print(document), variables });
      const answer = await fetch(url, { method: "POST", headers, body });
      const { data, errors } = (await answer.json()) as { data: R; errors?: { message: string }[] };
      if (errors) throw new Error(errors.map((error) => error.message).join());
      return data;
    }
    const { create_deal: made } = await ask(MakeDocument, { data: { name: "Made by a client", amount: 12.5, account: { create: { name: "Client's" } } } });
    if (!made) throw new Error("nothing was made");
    const { update_deal: renamed } = await ask(RenameDocument, { id: made.id, data: { name: "Renamed" }, version: made.version });
    const { deals } = await ask(DealsDocument, { first: 5, filter: { name: { eq: "Renamed" } } });
    const { node } = await ask(AnythingDocument, { id: made.id });
    const { delete_deal: dropped } = await ask(DropDocument, { id: made.id });
    const found = deals?.edges.map((edge) => edge.node.account?.name ?? "") ?? [];
    return [made.name ?? "", renamed?.name ?? "", ...found, node?.__typename ?? "", dropped === made.id ? "dropped" : ""];
  }
`;

// What the scalars are to a program; a decimal may be written as either.
const SCALARS = { Decimal: "number | string", BigInt: "number | string", Date: "string", DateTime: "string", Time: "string", JSON: "unknown" };

test("a generated client compiles and makes a round trip", async () => {
  await mkdir(join(HERE, "results"), { recursive: true });
  const folder = await mkdtemp(join(HERE, "results/graphql-"));
  try {
    const schema = parse(printSchema(buildClientSchema(await ask(getIntrospectionQuery()))));
    const config = { scalars: SCALARS, useTypeImports: true, enumsAsTypes: true };
    const client = await codegen({
      schema,
      config,
      documents: [{ location: "operations.graphql", document: parse(OPERATIONS) }],
      filename: join(folder, "client.ts"),
      plugins: [{ typescriptOperations: {} }, { typedDocumentNode: {} }],
      pluginMap: { typescriptOperations, typedDocumentNode },
    });
    const options = { strict: true, target: "es2022", module: "nodenext", rewriteRelativeImportExtensions: true, outDir: "out", skipLibCheck: true };
    await writeFile(join(folder, "client.ts"), client);
    await writeFile(join(folder, "trip.ts"), PROGRAM);
    await writeFile(join(folder, "package.json"), JSON.stringify({ type: "module" }));
    await writeFile(join(folder, "tsconfig.json"), JSON.stringify({ compilerOptions: options }));
    const compiled = spawnSync(join(HERE, "node_modules/.bin/tsc"), ["-p", folder], { encoding: "utf8" });
    assert.equal(compiled.status, 0, compiled.stdout);
    const { trip } = await import(pathToFileURL(join(folder, "out/trip.js")));
    assert.deepEqual(await trip(`${trellis.url}/graphql`, token), ["Made by a client", "Renamed", "Client's", "Deal", "dropped"]);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
