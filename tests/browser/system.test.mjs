// What an administrator does for the workspace as a whole: a sandbox to try things in, and work that is left for later.

import assert from "node:assert/strict";
import { assertAccessible, assertNoSidewaysScroll, DESKTOP, journey, PHONE } from "./chromium.mjs";
import { stage } from "./stage.mjs";
import { ask, change, noted, settled, signedIn, signIn } from "./steps.mjs";

const { walk, url, browser } = stage();
const REP = { email: "ada@trellis.example", password: "browser-tests-of-a-rep-1", tenant: "demo" };

walk("a sandbox is asked for, made and signed in to", async (page) => {
  await page.goto("/setup");
  await page.getByRole("navigation", { name: "Setup" }).getByRole("link", { name: "Sandboxes" }).click();
  await page.getByText("No sandboxes yet").waitFor();
  await page.getByRole("button", { name: "New sandbox" }).click();

  // All that is wrong with a wish is said where it is.
  const wish = page.getByRole("dialog", { name: "New sandbox" });
  await wish.getByLabel("Short name").fill("admin");
  await wish.getByRole("radio", { name: "A sample" }).click();
  await wish.getByLabel("Records of each object").fill("20000");
  await wish.getByRole("button", { name: "Make the sandbox" }).click();
  await wish.getByText("This slug is reserved.").waitFor();
  await wish.getByText("Expected 1 to 10000 records of each object.").waitFor();
  await assertAccessible(page);
  await wish.getByLabel("Name", { exact: true }).fill("Demo, for trying");
  await wish.getByLabel("Short name").fill("demo-try");
  await wish.getByLabel("Records of each object").fill("5");
  await wish.getByRole("button", { name: "Make the sandbox" }).click();

  // The page follows it by itself.
  await noted(page, "Demo, for trying is being made");
  const row = page.getByRole("main").getByRole("listitem").filter({ hasText: "demo-try" });
  await row.getByText("A sample · 5").waitFor();
  const enter = row.getByRole("link", { name: "Sign in to Demo, for trying" });
  await enter.waitFor({ timeout: 120_000 });
  await row.getByText("Ready", { exact: true }).waitFor();
  await settled(page);
  await assertAccessible(page);

  // Whoever asked gets in with the password of here, and it says what it is.
  const address = await enter.getAttribute("href");
  await journey(browser(), url(), "in a sandbox", DESKTOP, async (there) => {
    await there.goto(address);
    await signIn(there);
    await there.getByText("Demo, for trying").first().waitFor();
    const { data: me } = await ask(there, "/auth/v1/me");
    assert.deepEqual([me.tenant.slug, me.tenant.sandbox, me.tenant.quiet], ["demo-try", "sample", true]);
    // A sandbox is not copied again, and the page says so before anybody tries.
    await there.goto("/setup/sandboxes");
    await there.getByText("This is a sandbox itself").waitFor();
    assert.equal(await there.getByRole("button", { name: "New sandbox" }).count(), 0);
  });
});

walk("what waits is told with its time, and is done now when somebody wants it so", async (page) => {
  await page.goto("/setup/jobs");
  const nightly = page.getByRole("main").getByRole("listitem").filter({ hasText: "Comparing roll-ups with their records" });
  await nightly.getByText(/its turn is in \d+ hours?/).waitFor();
  await assertAccessible(page);
  await nightly.getByRole("button", { name: /^Do it now: Comparing roll-ups/ }).click();
  await noted(page, "Comparing roll-ups with their records: tried again now");
  await page.getByRole("radio", { name: "Failed" }).click();
  await page.getByText("No job has failed").waitFor();
  assert.match(page.url(), /only=dead/);
});

const ago = (seconds) => new Date(Date.now() - seconds * 1000).toISOString();
const job = (kind, patch) => ({
  ...{ kind, subject: "", queued_at: ago(90_000), progress: null, attempts: 150, next_at: null, error: null },
  ...{ dead_at: ago(4000), ...patch },
});

/** What the server says of a job whose end something relies on. */
const RELIED_ON = {
  status: 409,
  json: { code: "conflict", status: 409, errors: [{ path: "kind", code: "relied-on", message: "what is stored relies on it" }] },
};

/** Half a day of failures takes half a day: the list is given, what is asked of the server is written down. */
async function withFailures(page, asked) {
  const jobs = [
    job("build_indexes", { error: "could not extend file \"base/16384/24576\": no space left on device" }),
    job("retype", { subject: "nobody-knows", error: "3 values are no numbers" }),
    job("build_rollup", { attempts: 0, dead_at: null, next_at: ago(5), progress: { done: 40, total: 120 } }),
  ];
  await page.route("**/admin/v1/jobs?*", (route) => route.fulfill({ json: { data: jobs } }));
  await page.route(/jobs\/(retry|drop)$/, async (route) => {
    const named = route.request().postDataJSON();
    if (route.request().url().endsWith("drop") && named.kind === "retype") return route.fulfill(RELIED_ON);
    asked.push([route.request().url().split("/").at(-1), named.kind, named.subject]);
    const at = jobs.findIndex((one) => one.kind === named.kind && one.dead_at);
    if (at >= 0) jobs.splice(at, 1);
    await route.fulfill({ status: 204 });
  });
  await page.goto("/setup/jobs");
}

walk("what has failed is shown with its reason, tried again or dropped", async (page) => {
  const asked = [];
  await withFailures(page, asked);
  const rows = page.getByRole("main").getByRole("listitem");
  await rows.filter({ hasText: "Making indexes" }).getByText(/no space left/).waitFor();
  await rows.filter({ hasText: "Computing a roll-up" }).getByText("40 of 120").waitFor();
  await assertAccessible(page);

  // What something relies on is not dropped, and the server says so.
  const retype = rows.filter({ hasText: "Changing the kind of a field" });
  await retype.getByRole("button", { name: /^Drop/ }).click();
  const dialog = page.getByRole("dialog", { name: "Drop this job?" });
  await dialog.getByRole("button", { name: "Drop job" }).click();
  await dialog.getByText("What is stored relies on it.").waitFor();
  await assertAccessible(page);
  await dialog.getByRole("button", { name: "Cancel" }).click();

  await page.getByRole("button", { name: "Drop Making indexes" }).click();
  await assertAccessible(page);
  await dialog.getByRole("button", { name: "Drop job" }).click();
  await noted(page, "Dropped: Making indexes");
  await retype.getByRole("button", { name: /^Retry/ }).click();
  await noted(page, "Changing the kind of a field: tried again now");
  assert.deepEqual(asked, [
    ["drop", "build_indexes", ""],
    ["retry", "retype", "nobody-knows"],
  ]);
});

walk(
  "all that has failed is tried again at once, on a phone too",
  async (page) => {
    const asked = [];
    await withFailures(page, asked);
    await page.getByRole("button", { name: "Retry all 2 that failed" }).click();
    await noted(page, "2 jobs are tried again now");
    assert.deepEqual(asked.map(([what, kind]) => `${what} ${kind}`), ["retry build_indexes", "retry retype"]);
    await assertAccessible(page);
    await assertNoSidewaysScroll(page);
  },
  PHONE,
);

walk("who may not shape the workspace is not shown these pages", async (page) => {
  const { data } = await ask(page, "/admin/v1/users");
  const { id } = data.find((user) => user.email === REP.email);
  await change(page, "PATCH", `/admin/v1/users/${id}`, { roles: ["sales_rep"], password: REP.password });
  const hers = { ...DESKTOP, storageState: await signedIn(browser(), url(), REP) };
  await journey(browser(), url(), "no sandboxes of hers", hers, async (her) => {
    await her.goto("/setup");
    const menu = her.getByRole("navigation", { name: "Setup" });
    await menu.getByRole("link", { name: "API keys" }).waitFor();
    assert.equal(await menu.getByRole("link", { name: /^(Sandboxes|Jobs)$/ }).count(), 0);
    await her.goto("/setup/sandboxes");
    await her.getByText("The sandboxes could not be loaded.").waitFor();
  });
});

walk("a program that still says a name of before is told of beside the keys", async (page) => {
  const weight = { name: "weight", kind: "integer" };
  const crate = { name: "crate", plural: "crates", label: "Crate", plural_label: "Crates", fields: [weight] };
  await change(page, "PUT", "/metadata/v1/objects/crate", crate);
  const [{ revision }] = (await ask(page, "/metadata/v1/revisions?limit=1")).data;
  const made = await change(page, "POST", "/auth/v1/api-keys", { name: "Old sync", version: String(revision) });
  await change(page, "PUT", "/metadata/v1/fields/crate.weight", { ...weight, name: "mass" });
  await page.goto("/setup/api-keys");
  await page.getByRole("listitem").filter({ hasText: "Old sync" }).getByText(`names of version ${revision}`).waitFor();
  assert.equal(await page.getByRole("region", { name: "Names of before" }).count(), 0);

  const headers = { authorization: `Bearer ${made.key}` };
  const answer = await fetch(`${url()}/api/v1/crates?filter[weight][gt]=1`, { headers });
  assert.equal(answer.status, 200);
  await page.reload();
  const names = page.getByRole("region", { name: "Names of before" });
  const row = names.getByRole("row").filter({ hasText: "crate.weight" });
  await row.getByText("is crate.mass now").waitFor();
  await row.getByText("with the key Old sync").waitFor();
  await assertAccessible(page);
});
