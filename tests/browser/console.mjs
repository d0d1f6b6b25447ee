// The console of resellers in a running product: who shows a key sees its tenants. For the files of journeys there.

import assert from "node:assert/strict";
import { rm } from "node:fs/promises";
import { after, before } from "node:test";
import { assertAccessible, assertNoSidewaysScroll, startChromium } from "./chromium.mjs";
import { settled } from "./steps.mjs";
import { makeFolder, runTrellis, startTrellis } from "./trellis.mjs";

/** It has a name of its own, so that it can tell which hosts are others', and may send to this machine. */
const NAMED = ["--base-domain", "trellis.test", "--allow-private-targets"];

export const PASSWORD = "browser-tests-of-a-tenant-1";

/** One product with one reseller, and one browser. What it answers is there from the first journey on. */
export function resellerStage(flags = NAMED) {
  let folder;
  let trellis;
  let browser;
  let key;
  before(async () => {
    folder = await makeFolder();
    [trellis, browser] = await Promise.all([startTrellis({ keep: folder, flags }), startChromium()]);
    const made = await runTrellis(folder, ["reseller", "create", "Crm for all"]);
    key = made.text.match(/trr_\S+/)?.[0];
    assert.ok(key, made.text);
  });
  after(async () => {
    await browser?.close();
    await trellis?.stop();
    await rm(folder, { recursive: true, force: true });
  });

  async function open(page) {
    await page.goto("/tenants");
    await page.getByLabel("Reseller key").fill(key);
    await page.getByRole("button", { name: "Open" }).click();
    await page.getByRole("heading", { level: 1, name: "Tenants" }).waitFor();
  }

  /** What a program asks under the reseller's key. */
  async function asked(method, path, body) {
    const headers = { authorization: `Bearer ${key}`, ...(body ? { "content-type": "application/json" } : {}) };
    const answer = await fetch(`${trellis.url}/reseller/v1${path}`, { method, headers, body: body && JSON.stringify(body) });
    const told = await answer.json().catch(() => null);
    assert.ok(answer.ok, `${method} ${path}: ${answer.status} ${JSON.stringify(told)}`);
    return told?.data;
  }

  const makeTenant = (slug, name, packages = ["accounts", "leads", "deals", "tasks"]) =>
    asked("POST", "/tenants", {
      ...{ slug, name, plan: "starter", packages },
      admin: { email: `ann@${slug}.example`, name: "Ann", password: PASSWORD },
    });

  return { url: () => trellis.url, browser: () => browser, open, asked, makeTenant };
}

export const part = (page, name) =>
  page.getByRole("navigation", { name: "Parts of the console" }).getByRole("link", { name }).click();

export async function check(page) {
  await settled(page);
  await assertAccessible(page);
  await assertNoSidewaysScroll(page);
  await page.emulateMedia({ colorScheme: "dark" });
  await page.waitForFunction(() => document.documentElement.dataset.theme === "dark");
  await assertAccessible(page, ["color-contrast"]);
  await page.emulateMedia({ colorScheme: "light" });
  await page.waitForFunction(() => document.documentElement.dataset.theme === "light");
}
