// Starts the real binary with demo data, on a free port, in a data directory of its own, and stops it again.
// It knows no page of the UI.

import { spawn } from "node:child_process";
import { chmod, mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const BINARY = process.env.TRELLIS_BIN ?? join(ROOT, process.env.CARGO_TARGET_DIR ?? "target", "debug/trellis");

const FIRST_START_MS = 120_000;
const STOP_MS = 30_000;

export const ADMIN = { email: "admin@example.com", password: "browser-tests-7h3-l0ng-0ne" };

/** A folder for a data directory. */
export async function makeFolder() {
  const folder = await mkdtemp(join(tmpdir(), "trellis-browser-"));
  await chmod(folder, 0o755); // started as root, the database runs as someone else and must get there
  return folder;
}

/** A subcommand beside or without a server: `{ code, text }`. */
export function runTrellis(folder, words) {
  const process_ = spawn(BINARY, [...words, "--data-dir", join(folder, "data")], { cwd: ROOT, env: environment() });
  const lines = collectLines(process_);
  return new Promise((resolve) => process_.once("exit", (code) => resolve({ code, text: lines.text() })));
}

/** A running Trellis: `{ url, log(), stop(), kill() }`. `stop` fails when the process did not end well; `kill` is kill -9. */
export async function startTrellis({ keep, demo = true, flags = [] } = {}) {
  const folder = keep ?? (await makeFolder());
  const listen = `127.0.0.1:${await freePort()}`;
  const words = ["serve", ...(demo ? ["--demo"] : []), "--listen", listen, "--data-dir", join(folder, "data"), ...flags];
  const process_ = spawn(BINARY, words, {
    cwd: ROOT,
    env: { ...environment(), TRELLIS_ADMIN_EMAIL: ADMIN.email, TRELLIS_ADMIN_PASSWORD: ADMIN.password },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const lines = collectLines(process_);
  const ended = new Promise((resolve) => process_.once("exit", (code, signal) => resolve(signal ?? code)));
  const url = await lines.until(/^trellis: listening on (http:\S+)/m, ended, FIRST_START_MS);

  async function stop() {
    process_.kill("SIGTERM");
    const timer = setTimeout(() => process_.kill("SIGKILL"), STOP_MS);
    const result = await ended;
    clearTimeout(timer);
    if (!keep) await rm(folder, { recursive: true, force: true });
    if (result !== 0) throw new Error(`trellis ended with ${result}\n${lines.text()}`);
  }
  async function kill() {
    process_.kill("SIGKILL");
    await ended;
  }
  return { url, log: lines.text, stop, kill };
}

/** The environment without settings of a Trellis that the developer runs beside this one. */
function environment() {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith("TRELLIS_")));
}

function collectLines(process_) {
  let text = "";
  const waiting = new Set();
  for (const stream of [process_.stdout, process_.stderr]) {
    stream.setEncoding("utf8").on("data", (part) => {
      text += part;
      for (const look of waiting) look();
    });
  }
  process_.on("error", (error) => {
    text += `\n${error.message} (is the binary built? TRELLIS_BIN names it)`;
  });

  /** The first group of `pattern`, as soon as it is printed. */
  function until(pattern, ended, limit) {
    return new Promise((resolve, reject) => {
      const fail = (why) => reject(new Error(`trellis ${why} before ${pattern}\n${text}`));
      const timer = setTimeout(() => fail(`took over ${limit} ms`), limit);
      const look = () => {
        const found = text.match(pattern);
        if (!found) return;
        clearTimeout(timer);
        waiting.delete(look);
        resolve(found[1]);
      };
      waiting.add(look);
      process_.on("error", () => fail("did not start"));
      ended.then((result) => fail(`ended with ${result}`));
      look();
    });
  }
  return { text: () => text, until };
}

/** A port that nobody has now. */
export function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer().once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}
