// The app as something installed: its shell opens without a network, says that the server is away, and comes back; what
// it says to the browser about itself; and nothing that the server said is kept.

import assert from "node:assert/strict";
import { assertAccessible } from "./chromium.mjs";
import { stage } from "./stage.mjs";
import { ask, change, firstRow, noted } from "./steps.mjs";

const { walk } = stage();

const INSTALLED = { serviceWorkers: "allow" };

async function awaitWorker(page) {
  await page.evaluate(() => navigator.serviceWorker.ready.then(() => {}));
  await page.waitForFunction(() => navigator.serviceWorker.controller !== null);
}

walk(
  "the shell opens without a network, and the records come when there is one again",
  async (page) => {
    await page.goto("/o/deals?view=all");
    await firstRow(page, "Deals").waitFor();
    await awaitWorker(page);
    await page.context().setOffline(true);
    await page.reload();
    await page.getByText("Trellis could not be loaded.").waitFor();
    await page.context().setOffline(false);
    await page.getByRole("button", { name: "Try again" }).click();
    await firstRow(page, "Deals").waitFor();
  },
  INSTALLED,
);

walk(
  "the worker keeps files of the shell alone, and never an answer of the server",
  async (page) => {
    await page.goto("/o/deals?view=all");
    await firstRow(page, "Deals").waitFor();
    await awaitWorker(page);
    await page.reload();
    await firstRow(page, "Deals").waitFor();
    const kept = await page.evaluate(async () => {
      const caches_ = await Promise.all((await caches.keys()).map((name) => caches.open(name)));
      const requests = await Promise.all(caches_.map((cache) => cache.keys()));
      return requests.flat().map(({ url }) => new URL(url).pathname);
    });
    assert.ok(kept.includes("/") && kept.some((path) => path.startsWith("/assets/app-")), kept.join(" "));
    assert.deepEqual(kept.filter((path) => !/^\/(assets\/.+)?$/.test(path)), []);
  },
  INSTALLED,
);

walk("a browser is told enough to install it", async (page) => {
  await page.goto("/");
  const href = await page.locator("link[rel=manifest]").getAttribute("href");
  const manifest = await ask(page, href);
  assert.deepEqual([manifest.display, manifest.start_url, manifest.scope], ["standalone", "/", "/"]);
  for (const { src, type } of manifest.icons) {
    const icon = await page.request.get(src);
    assert.equal(icon.status(), 200);
    assert.ok(icon.headers()["content-type"].startsWith(type), src);
  }
});

for (const view of ["all", "board"])
  walk(`one is told that the server is away, and sees what was done meanwhile when it is back (${view})`, async (page) => {
    await page.goto(`/o/deals?view=${view}`);
    const list = page.getByRole("main");
    await list.getByRole("link", { name: /./ }).first().waitFor();
    const strip = page.getByRole("status").filter({ hasText: "The server cannot be reached." });
    assert.equal(await strip.count(), 0);
    await page.context().setOffline(true);
    await page.getByRole("searchbox", { name: /Search deals/ }).fill("Made meanwhile");
    await strip.waitFor();
    await assertAccessible(page);
    // By somebody else, whose network is there.
    const { data } = await change(page, "POST", "/api/v1/deals", { name: "Made meanwhile" });
    await page.context().setOffline(false);
    await noted(page, "Connected again");
    await strip.waitFor({ state: "detached" });
    await list.getByRole("link", { name: "Made meanwhile" }).waitFor();
    await change(page, "DELETE", `/api/v1/deals/${data.id}`);
  });
