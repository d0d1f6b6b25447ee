// Runs a command beside a Trellis of its own: URL, TOKEN (an administrator's key without a limit that matters) and
// made/openapi.json are there for it.

import { spawn } from "node:child_process";
import { mkdir, writeFile } from "node:fs/promises";

import { loadDocument, startServer } from "./server.mjs";

const server = await startServer();
let code = 1;
try {
  const answer = await fetch(`${server.url}/auth/v1/api-keys`, {
    method: "POST",
    headers: { authorization: `Bearer ${server.token}`, "content-type": "application/json" },
    body: JSON.stringify({ name: "checks", rate_limit: 1_000_000_000 }),
  });
  const { key } = await answer.json();
  await mkdir("made", { recursive: true });
  await writeFile("made/openapi.json", await loadDocument({ url: server.url, token: key }));
  const [command, ...words] = process.argv.slice(2);
  const env = { ...process.env, URL: server.url, TOKEN: key };
  const child = spawn(command, words, { stdio: "inherit", env });
  code = await new Promise((resolve) => child.once("exit", (status) => resolve(status ?? 1)));
} finally {
  await server.stop();
}
process.exit(code);
