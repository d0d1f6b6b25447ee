// Views that one keeps for oneself, and the log of what programs asked with one's keys.

import assert from "node:assert/strict";
import { assertAccessible, PHONE } from "./chromium.mjs";
import { stage } from "./stage.mjs";
import { ask, change, firstRow, noted, signedIn, until } from "./steps.mjs";

const { walk, url, browser } = stage();

const HERS = { email: "ada@trellis.example", password: "browser-tests-of-a-rep-1" };

/** A page of somebody who sells and may change no metadata. */
async function asRep(page) {
  const { data: users } = await ask(page, "/admin/v1/users");
  const ada = users.find(({ email }) => email === HERS.email);
  await change(page, "PATCH", `/admin/v1/users/${ada.id}`, { roles: ["sales_rep"], password: HERS.password });
  const context = await browser().newContext({
    baseURL: url(),
    locale: "en-GB",
    reducedMotion: "reduce",
    storageState: await signedIn(browser(), url(), HERS),
  });
  return context.newPage();
}

const menu = (page, name) => page.getByRole("button", { name, exact: true }).click();
const pick = (page, name) => page.getByRole("menuitem", { name }).or(page.getByRole("menuitemradio", { name })).click();

async function keep(page, name) {
  await page.getByRole("button", { name: /^(Save view|View)$/ }).click();
  await pick(page, "Save as my view");
  const dialog = page.getByRole("dialog", { name: "Save as my view" });
  await dialog.getByLabel("Name").fill(name);
  await dialog.getByRole("button", { name: "Save view" }).click();
  await noted(page, `Saved ${name}`);
  await page.getByRole("tab", { name, selected: true }).waitFor();
}

walk("somebody who shapes nothing keeps views of their own, and nobody else sees them", async (page) => {
  const hers = await asRep(page);
  await hers.goto("/o/deals?view=all");
  await firstRow(hers, "Deals").waitFor();
  await hers.getByTitle("Sort by Amount").click();
  await keep(hers, "Smallest of mine");
  await keep(hers, "The same again");
  await assertAccessible(hers);

  // Renamed, moved to the front, and chosen as what the list opens with.
  await menu(hers, "View");
  await pick(hers, "My views");
  const own = hers.getByRole("dialog", { name: "My views of deals" });
  await own.getByLabel("Name of The same again").fill("Once more");
  await hers.keyboard.press("Enter");
  await noted(hers, "Renamed to Once more");
  await own.getByRole("button", { name: "Move Once more up" }).click();
  await until(async () => assert.equal(await own.getByRole("textbox").first().inputValue(), "Once more"));
  await assertAccessible(hers);

  // What it is called elsewhere is what it is called here, once that is known.
  const names = async (...expected) => {
    const inputs = await own.getByRole("textbox").all();
    assert.deepEqual(await Promise.all(inputs.map((input) => input.inputValue())), expected);
  };
  const { data: kept } = await ask(hers, "/auth/v1/views");
  for (const [label, former, way, expected] of [
    ["Twice", "Once more", "down", ["Smallest of mine", "Twice"]],
    ["Once more", "Twice", "up", ["Once more", "Smallest of mine"]],
  ]) {
    await change(hers, "PATCH", `/auth/v1/views/${kept[0].id}`, { label });
    await own.getByRole("button", { name: `Move ${former} ${way}` }).click();
    await until(() => names(...expected));
  }
  await own.getByRole("button", { name: "Done" }).click();
  await menu(hers, "View");
  await pick(hers, "Open the list with this view");
  await noted(hers, "The list opens with Once more now");
  await hers.goto("/o/deals");
  await hers.getByRole("tab", { name: "Once more", selected: true }).waitFor();
  assert.equal(new URL(hers.url()).searchParams.get("view"), null);

  // What is changed about it is kept in it.
  await hers.getByTitle("Sort by Deal name").click();
  await menu(hers, "Save view");
  await pick(hers, "Save in my view");
  await noted(hers, "Saved Once more");
  const { data: views } = await ask(hers, "/auth/v1/views");
  assert.deepEqual(views.map(({ label, sort }) => [label, sort]), [
    ["Once more", ["name"]],
    ["Smallest of mine", ["amount"]],
  ]);

  // The administrator sees none of it, and neither does anybody's metadata.
  await page.goto("/o/deals");
  await firstRow(page, "Deals").waitFor();
  assert.equal(await page.getByRole("tab", { name: "Once more" }).count(), 0);
  const { data } = await ask(page, "/metadata/v1/bootstrap");
  assert.ok(!JSON.stringify(data).includes("Once more"));
  assert.equal((await page.request.get(`/o/deals?view=${views[0].id}`)).status(), 200);

  // Another one of them goes, and the list stops opening with this one: what is changed about it stays as it is.
  await hers.getByTitle("Sort by Amount").click();
  await menu(hers, "Save view");
  await pick(hers, "My views");
  await own.getByRole("button", { name: "Remove Smallest of mine" }).click();
  await noted(hers, "Deleted Smallest of mine");
  await until(() => names("Once more"));
  await own.getByRole("button", { name: "Done" }).click();
  const opensWith = async (expected) => assert.deepEqual((await ask(hers, "/auth/v1/default-views")).data, expected);
  for (const [checked, expected] of [
    [true, {}],
    [false, { deal: views[0].id }],
  ]) {
    await menu(hers, "Save view");
    await hers.getByRole("menuitemradio", { name: "Open the list with this view", checked }).click();
    await until(() => opensWith(expected));
    await hers.waitForURL(({ searchParams }) => searchParams.get("view") === views[0].id && searchParams.has("sort"));
    await hers.getByRole("tab", { name: "Once more", selected: true }).waitFor();
  }
  await noted(hers, "The list opens with Once more now");
  await menu(hers, "Save view");
  await pick(hers, "Reset to the view");

  // Deleted, and back again as what the list opens with.
  await menu(hers, "View");
  await pick(hers, "Delete my view");
  await noted(hers, "Deleted Once more");
  await hers.getByRole("button", { name: "Undo" }).last().click();
  await hers.getByRole("tab", { name: "Once more" }).waitFor();
  const { data: again } = await ask(hers, "/auth/v1/views");
  await opensWith({ deal: again[0].id });
  await hers.context().close();
});

walk("what is pinned and what amounts are weighted by goes along with a view, into every browser", async (page) => {
  // What this browser kept of it before views did is taken over: it is something to be saved.
  const arranged = { widths: {}, pinned: ["amount"], weight: "none" };
  await page.addInitScript((kept) => {
    if (!sessionStorage.getItem("begun")) localStorage.setItem("trellis.columns.deal.all", kept);
    sessionStorage.setItem("begun", "1");
  }, JSON.stringify(arranged));
  await page.goto("/o/deals?view=all");
  await firstRow(page, "Deals").waitFor();
  const second = async () => (await page.getByRole("columnheader").nth(2).textContent()) ?? "";
  assert.match(await second(), /Amount/);
  await keep(page, "Amounts in sight");
  const { data: kept } = await ask(page, "/auth/v1/views");
  const view = kept.find(({ label }) => label === "Amounts in sight");
  assert.deepEqual([view.pinned, view.weight_by], [["amount"], "none"]);

  // Another browser knows of nothing but the view.
  await page.evaluate(() => localStorage.clear());
  await page.goto(`/o/deals?view=${view.id}`);
  await firstRow(page, "Deals").waitFor();
  assert.match(await second(), /Amount/);
  await page.getByRole("button", { name: "View", exact: true }).waitFor();
  await page.goto(`/o/deals?view=${view.id}&as=board`);
  const column = page.getByRole("region", { name: "One-time", exact: true });
  await column.getByRole("link").first().waitFor();
  assert.equal(await column.getByText(/weighted$/).count(), 0);
  await menu(page, "Show as: Board");
  await pick(page, "Weighted by Probability");
  await column.getByText(/weighted$/).waitFor();
  await menu(page, "Save view");
  await pick(page, "Save in my view");
  await noted(page, "Saved Amounts in sight");
  await menu(page, "View");
  await page.getByRole("menuitem", { name: "Delete my view" }).waitFor();
  await page.keyboard.press("Escape");
  const { data: again } = await ask(page, "/auth/v1/views");
  assert.equal(again.find(({ id }) => id === view.id).weight_by, "probability");
  await page.evaluate(() => localStorage.clear());
  await page.reload();
  await column.getByText(/weighted$/).waitFor();
});

walk("a view of one's own is chosen on a phone too", async (page) => {
  const definition = { object: "deal", label: "On the road", columns: ["name", "stage"] };
  const { data } = await change(page, "POST", "/auth/v1/views", definition);
  await page.goto("/o/deals");
  await page.getByRole("tab", { name: "On the road" }).click();
  await page.waitForURL((address) => address.searchParams.get("view") === data.id);
  await assertAccessible(page);
}, PHONE);

walk("what a program asked with a key stands in the log of its maker", async (page) => {
  const made = await change(page, "POST", "/auth/v1/api-keys", { name: "Night shift" });
  const headers = { authorization: `Bearer ${made.key}`, cookie: "" };
  const asked = async (path) => fetch(new URL(path, url()), { headers });
  assert.equal((await asked("/api/v1/deals?limit=1")).status, 200);
  const refused = await asked("/api/v1/deals?nonsense=top-secret");
  const { request_id } = await refused.json();

  await page.goto("/setup/api-keys");
  await page.getByRole("link", { name: "Requests of Night shift" }).click();
  await page.getByRole("heading", { level: 1, name: "Requests" }).waitFor();
  const rows = page.getByRole("row").filter({ hasText: "/api/v1/{plural}" });
  await until(async () => assert.equal(await rows.count(), 2));
  await assertAccessible(page);
  await page.getByRole("button", { name: /^Status/ }).click();
  await page.getByRole("option", { name: "Refused (4xx)" }).click();
  await until(async () => assert.equal(await rows.count(), 1));
  await rows.first().getByText("invalid-request").waitFor();
  assert.ok(!(await page.getByRole("main").innerText()).includes("top-secret"));
  await page.goto("/setup/requests");
  await page.getByLabel("Request id").fill(request_id);
  await until(async () => assert.equal(await rows.count(), 1));
  await page.getByRole("radio", { name: "Everybody's keys" }).click();
  await rows.first().getByText("Night shift").waitFor();
});
