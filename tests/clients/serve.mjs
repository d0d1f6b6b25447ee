// Runs a command beside a Trellis of its own. It finds URL, TOKEN (an administrator's key without a limit that matters),
// RESELLER_TOKEN (which makes other tenants) and made/openapi.json.

import { spawn } from "node:child_process";
import { mkdir, rm, writeFile } from "node:fs/promises";

import { makeFolder, runTrellis } from "../browser/trellis.mjs";
import { loadDocument, startServer } from "./server.mjs";

/** A subcommand of `trellis`; what it printed. */
async function run(folder, words) {
  const { code, text } = await runTrellis(folder, words);
  if (code !== 0) throw new Error(`trellis ${words.join(" ")} failed\n${text}`);
  return text;
}

/** A key without a limit that is reached. */
async function makeKey(url, token) {
  const answer = await fetch(`${url}/auth/v1/api-keys`, {
    method: "POST",
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
    body: JSON.stringify({ name: "checks", rate_limit: 1_000_000_000 }),
  });
  return (await answer.json()).key;
}

const folder = await makeFolder();
const server = await startServer({ keep: folder });
let code = 1;
try {
  const token = await makeKey(server.url, server.token);
  const env = {
    ...process.env,
    URL: server.url,
    TOKEN: token,
    RESELLER_TOKEN: (await run(folder, ["reseller", "create", "checks"])).match(/trr_\S+/)?.[0],
  };
  await mkdir("made", { recursive: true });
  await writeFile("made/openapi.json", await loadDocument({ url: server.url, token }));
  const [command, ...words] = process.argv.slice(2);
  const child = spawn(command, words, { stdio: "inherit", env });
  code = await new Promise((resolve) => child.once("exit", (status) => resolve(status ?? 1)));
} finally {
  await server.stop();
  await rm(folder, { recursive: true, force: true });
}
process.exit(code);
