// A list as a tool: sorted and its columns arranged, groups and formulas as filters, many records changed at once, views
// kept; with a mouse, by keys alone, on a telephone, and where lines run from the right.

import assert from "node:assert/strict";
import { assertAccessible, PHONE } from "./chromium.mjs";
import { finger, keyboard } from "./hands.mjs";
import { stage } from "./stage.mjs";
import { ask, change, choose, columnTexts, filterByText, firstRow, noted, signedIn, until } from "./steps.mjs";

const { walk: open, url, browser } = stage();

const walk = (name, steps) =>
  open(name, async (page) => {
    await page.goto("/o/deals?view=all");
    await firstRow(page, "Deals").waitFor();
    await steps(page);
  });

const HERS = { email: "ada@trellis.example", password: "browser-tests-of-a-rep-1" };

/** Makes somebody who sells and sets up nothing, who can sign in. */
async function makeRep(page) {
  const { data: users } = await ask(page, "/admin/v1/users");
  const ada = users.find(({ email }) => email === HERS.email);
  await change(page, "PATCH", `/admin/v1/users/${ada.id}`, { roles: ["sales_rep"], password: HERS.password });
}

const header = (page, name) => page.getByRole("columnheader", { name, exact: true });
const money = (text) => Number(text.replace(/[^\d.]/g, ""));

async function pull(page, box, by) {
  await page.mouse.move(box.x, box.y + box.height / 2);
  await page.mouse.down();
  await page.mouse.move(box.x + by, box.y + box.height / 2, { steps: 6 });
  await page.mouse.up();
}

walk("columns keep the width and the order that they were given", async (page) => {
  const before_ = await header(page, "Stage").boundingBox();
  await pull(page, { ...before_, x: before_.x + before_.width - 2 }, 70);
  const wide = await header(page, "Stage").boundingBox();
  assert.ok(Math.abs(wide.width - before_.width - 70) < 4, `${before_.width} became ${wide.width}`);
  const amount = await header(page, "Amount").boundingBox();
  await pull(page, { ...amount, x: amount.x + 50 }, -(amount.x - wide.x));

  await page.reload();
  await firstRow(page, "Deals").waitFor();
  const [stage, moved] = [await header(page, "Stage").boundingBox(), await header(page, "Amount").boundingBox()];
  assert.ok(Math.abs(stage.width - wide.width) < 2 && moved.x < stage.x, "the arrangement outlives the page");
  await page.getByRole("button", { name: "Save view" }).click();
  await page.getByRole("menuitem", { name: "Reset to the view" }).click();
  await until(async () => assert.ok((await header(page, "Amount").boundingBox()).x > (await header(page, "Stage").boundingBox()).x));
});

const sortPanel = (page) => page.getByRole("dialog", { name: "Sort", exact: true });

/** The names of the first deals on screen are those that the API tells in this order, or in none. */
async function inOrder(page, sort) {
  const { data } = await ask(page, `/api/v1/deals?fields=name&limit=6${sort ? `&sort=${sort}` : ""}`);
  const names = data.map(({ name }) => name);
  await until(async () => assert.deepEqual((await columnTexts(page, "Deals", "Deal name")).slice(0, 6), names));
}

walk("a list is sorted by several fields with keys alone, and a view of one's own keeps the order", async (page) => {
  const keys = keyboard(page);
  const panel = sortPanel(page);
  await page.getByRole("grid", { name: "Deals" }).focus();
  await page.keyboard.press("s");
  for (const field of ["Stage", "Amount"]) {
    await keys.press(panel.getByRole("button", { name: "Add sort key" }));
    await keys.take(page, field);
    await panel.getByRole("button", { name: `${field}: ascending` }).waitFor();
  }
  await keys.press(panel.getByRole("button", { name: "Amount: ascending" }));
  await assertAccessible(page);
  await inOrder(page, "stage,-amount");
  await keys.press(panel.getByRole("button", { name: "Move Amount up" }));
  await inOrder(page, "-amount,stage");
  await keys.press(panel.getByRole("button", { name: "Remove Amount" }));
  await inOrder(page, "stage");
  const add = panel.getByRole("button", { name: "Add sort key" });
  assert.ok(await add.evaluate((button) => button === document.activeElement), "the focus is where another is added");
  await page.keyboard.press("Escape");
  await panel.waitFor({ state: "detached" });
  const focused = await page.evaluate(() => document.activeElement?.getAttribute("role"));
  assert.equal(focused, "grid", "the focus is back where it was");

  await page.getByRole("button", { name: "Save view" }).click();
  await page.getByRole("menuitem", { name: "Save as my view" }).click();
  const dialog = page.getByRole("dialog", { name: "Save as my view" });
  await dialog.getByLabel("Name").fill("By stage");
  await dialog.getByRole("button", { name: "Save view" }).click();
  await noted(page, "Saved By stage");
  const { data } = await ask(page, "/metadata/v1/bootstrap");
  const kept = data.own_views.find(({ label }) => label === "By stage");
  assert.deepEqual(kept.sort, ["stage"]);

  // It is shown in no order at all, also when one comes back, and then in its own again.
  await page.keyboard.press("s");
  await panel.getByRole("button", { name: "Remove Stage" }).click();
  await inOrder(page);
  await page.reload();
  await firstRow(page, "Deals").waitFor();
  await page.getByRole("button", { name: "Sort", exact: true }).click();
  await panel.getByRole("button", { name: "Reset to the view" }).click();
  await panel.getByRole("button", { name: "Stage: ascending" }).waitFor();
  await inOrder(page, "stage");
  await change(page, "DELETE", `/auth/v1/views/${kept.id}`);
});

open(
  "a list is sorted on a telephone, where it has no headers",
  async (page) => {
    const hand = finger(page);
    await page.goto("/o/deals?view=all");
    const first = page.getByRole("list", { name: "Deals" }).getByRole("link").first();
    await first.waitFor();
    await hand.press(page.getByRole("button", { name: "Sort", exact: true }));
    await hand.press(sortPanel(page).getByRole("button", { name: "Add sort key" }));
    await hand.take(page, "Amount");
    await hand.press(sortPanel(page).getByRole("button", { name: "Amount: ascending" }));
    await assertAccessible(page);
    const { data } = await ask(page, "/api/v1/deals?sort=-amount&limit=1&fields=name");
    await until(async () => assert.ok((await first.innerText()).includes(data[0].name)));
  },
  PHONE,
);

walk("a click on a header sorts by it alone, and with Shift after the others", async (page) => {
  const sorted = async (name) => header(page, name).getAttribute("aria-sort");
  await page.getByTitle("Sort by Stage").click();
  await page.getByTitle("Sort by Amount").click({ modifiers: ["Shift"] });
  await page.getByTitle("Sort by Amount").click({ modifiers: ["Shift"] });
  await inOrder(page, "stage,-amount");
  assert.deepEqual([await sorted("Stage"), await sorted("Amount")], ["ascending", "descending"]);
  await page.getByTitle("Sort by Amount").click();
  await inOrder(page, "amount");
  assert.deepEqual([await sorted("Stage"), await sorted("Amount")], [null, "ascending"]);
});

walk("columns are pinned and made wider with keys alone, and stay so", async (page) => {
  const keys = keyboard(page);
  const grid = page.getByRole("grid", { name: "Deals" });
  const box = (name) => header(page, name).boundingBox();
  const before_ = await box("Amount");
  await keys.press(page.getByRole("button", { name: "Columns", exact: true }));
  const chooser = page.getByRole("dialog", { name: "Columns" });
  await keys.press(chooser.getByRole("button", { name: "Make Amount wider" }));
  await page.keyboard.press("Enter");
  await chooser.getByText(/^Amount is \d+ px wide$/).waitFor({ state: "attached" });
  await keys.press(chooser.getByRole("button", { name: "Pin Amount" }));
  await chooser.getByRole("button", { name: "Unpin Amount" }).waitFor();
  await assertAccessible(page);
  await page.keyboard.press("Escape");

  await page.setViewportSize({ width: 1000, height: 800 });
  await page.reload();
  await firstRow(page, "Deals").waitFor();
  const [name, pinned] = [await box("Deal name"), await box("Amount")];
  assert.equal(Math.round(pinned.width), Math.round(before_.width) + 40);
  assert.equal(Math.round(pinned.x), Math.round(name.x + name.width), "it stands beside the name");
  await grid.focus();
  await page.keyboard.press("End");
  assert.ok(await grid.evaluate((el) => el.scrollLeft > 0), "the others are gone through");
  assert.deepEqual(
    [Math.round((await box("Amount")).x), Math.round((await box("Deal name")).x)],
    [pinned.x, name.x].map(Math.round),
  );
  // What one comes to on the way back stands beside what is pinned, never below it.
  for (let col = 0; col < 4; col++) {
    await page.keyboard.press("ArrowLeft");
    const active = await page.locator(`[id="${await grid.getAttribute("aria-activedescendant")}"]`).boundingBox();
    assert.ok(active.x >= pinned.x + pinned.width - 1, `column ${col} from the end is hidden at ${active.x}`);
  }
  const cell = await page.locator('[data-row="0"] [role=gridcell]').nth(2).boundingBox();
  assert.equal(Math.round(cell.x), Math.round(pinned.x), "cells stand below their header");

  await page.setViewportSize({ width: 1440, height: 900 });
  await page.getByRole("button", { name: "Columns", exact: true }).click();
  await chooser.getByRole("button", { name: "Reset to the view" }).click();
  await until(async () => assert.ok((await box("Amount")).x > (await box("Stage")).x));
  assert.equal(Math.round((await box("Amount")).width), Math.round(before_.width));
});

walk("where lines run from the right the arrows go along them, and the names stay at their side", async (page) => {
  await page.setViewportSize({ width: 800, height: 800 });
  await page.evaluate(() => document.documentElement.setAttribute("dir", "rtl"));
  const grid = page.getByRole("grid", { name: "Deals" });
  const active = () => page.locator(`[id$="-active"]`);
  const column = async () => Number(await active().getAttribute("aria-colindex"));
  const name = await header(page, "Deal name").boundingBox();
  await grid.focus();
  await until(async () => assert.equal(await column(), 2));
  for (let col = 3; col <= 8; col++) {
    await page.keyboard.press("ArrowLeft");
    await until(async () => assert.equal(await column(), col));
    const [cell, whole] = [await active().boundingBox(), await grid.boundingBox()];
    assert.ok(cell.x >= whole.x - 1 && cell.x + cell.width <= name.x + 1, `column ${col} is seen whole, at ${cell.x}`);
  }
  assert.ok(await grid.evaluate((el) => el.scrollLeft < 0), "the grid is scrolled");
  assert.equal(Math.round((await header(page, "Deal name").boundingBox()).x), Math.round(name.x), "the names stay");
  await page.keyboard.press("ArrowRight");
  await until(async () => assert.equal(await column(), 7));
});

walk("groups of conditions and a formula narrow the list as the API does", async (page) => {
  await page.getByRole("button", { name: "Filter", exact: true }).click();
  await page.getByRole("button", { name: "Groups and formulas" }).click();
  const dialog = page.getByRole("dialog", { name: "Filter deals" });
  await dialog.getByLabel("Deal name contains").fill("Renewal");
  await dialog.getByRole("button", { name: "Condition", exact: true }).click();
  await dialog.getByRole("button", { name: "and", exact: true }).click();
  await dialog.getByLabel("Deal name contains").last().fill("Starter");
  await dialog.getByRole("tab", { name: "Formula" }).click();
  await dialog.getByRole("textbox", { name: "Formula" }).fill("probability > 5 AND amont > 1");
  await until(async () => assert.deepEqual(await dialog.locator(".cm-wrong-error").allInnerTexts(), ["amont"]));
  await dialog.getByText(/There is no field "?amont/).waitFor();
  await assertAccessible(page);
  await dialog.getByRole("button", { name: "Apply filter" }).click();
  await dialog.getByRole("alert").waitFor();
  await dialog.getByRole("textbox", { name: "Formula" }).fill("amount > 10000");
  await dialog.getByText("Gives yes or no").waitFor();
  await dialog.getByRole("button", { name: "Apply filter" }).click();

  const filter = JSON.stringify({ or: [{ name: { contains: "Renewal" } }, { name: { contains: "Starter" } }] });
  const { pagination } = await ask(
    page,
    `/api/v1/deals?filter=${encodeURIComponent(filter)}&where=${encodeURIComponent("amount > 10000")}&include_total=true&limit=1`,
  );
  await page.getByText(new RegExp(`^${pagination.total} deals?$`)).waitFor();
  assert.ok((await columnTexts(page, "Deals", "Amount")).filter(Boolean).every((text) => money(text) > 10_000));
});

walk("who sets up nothing writes a formula with the same help, by keys alone", async (admin) => {
  await makeRep(admin);
  const storageState = await signedIn(browser(), url(), HERS);
  const context = await browser().newContext({
    baseURL: url(),
    storageState,
    locale: "en-GB",
    serviceWorkers: "block",
  });
  const page = await context.newPage();
  await page.goto("/o/deals?view=all");
  const keys = keyboard(page);
  await page.getByRole("grid", { name: "Deals" }).waitFor();
  await keys.press(page.getByRole("button", { name: "Filter", exact: true }));
  await keys.press(page.getByRole("button", { name: "Groups and formulas" }));
  const dialog = page.getByRole("dialog", { name: "Filter deals" });
  await keys.press(dialog.getByRole("tab", { name: "Formula" }));
  await keys.reach(dialog.getByRole("textbox", { name: "Formula" }));
  await page.keyboard.type("amount > 1 + stage");
  await dialog.locator(".cm-wrong-error").first().waitFor();
  await page.keyboard.press("Control+a");
  await page.keyboard.type("proba");
  await page.getByRole("option", { name: /^probability/ }).waitFor();
  await page.keyboard.type("bility >= 90");
  await dialog.getByText("Gives yes or no").waitFor();
  await page.keyboard.press("Control+Enter");
  await page.getByRole("button", { name: "probability >= 90", exact: true }).waitFor();
  await context.close();
});

walk("many records are changed at once, and back", async (page) => {
  await page.goto(`/o/deals?view=all&cols=name,stage,forecast_category&sort=name`);
  await firstRow(page, "Deals").waitFor();
  const column = async () => (await columnTexts(page, "Deals", "Forecast category")).slice(0, 3);
  const before_ = await column();
  for (const row of [1, 2, 3]) await page.getByRole("row").nth(row).getByRole("gridcell").first().click();
  await page.getByRole("toolbar", { name: "Selection" }).getByRole("button", { name: "Edit" }).click();
  const dialog = page.getByRole("dialog", { name: "Change 3 deals" });
  await choose(page, dialog, /^Field:/, "Forecast category");
  await choose(page, dialog, /^Forecast category:/, "Omitted");
  await dialog.getByRole("button", { name: "Change 3 deals" }).click();
  await noted(page, "Changed Forecast category of 3 deals");
  await until(async () => assert.deepEqual(await column(), ["Omitted", "Omitted", "Omitted"]));
  await page.getByRole("button", { name: "Undo" }).click();
  await until(async () => assert.deepEqual(await column(), before_));
});

walk("rows stand in groups with their sums, and fold", async (page) => {
  await page.getByRole("button", { name: "Show as: Table" }).click();
  await page.getByRole("menuitemradio", { name: "By Stage" }).click();
  const head = page.getByRole("gridcell", { name: /^Qualified \d+ Amount \$/ });
  await head.waitFor();
  const { data } = await ask(page, "/api/v1/deals/aggregate?metrics=count,sum(amount)&stage=qualified");
  const [, count, sum] = (await head.innerText()).match(/Qualified\s+(\d+)\s+Amount \$([\d,.]+)/);
  assert.deepEqual([Number(count), money(sum)], [data[0].count, Number(data[0].sum.amount)]);
  await page.getByRole("gridcell", { name: /^New \d+/ }).click();
  await page.getByRole("button", { name: "New", expanded: false }).waitFor();
});

walk("rows stand in groups of the records that they name, as a view of setup says", async (page) => {
  const by = (path) =>
    ask(page, `/api/v1/deals/aggregate?metrics=count&group_by=${path}_id,${path}.name&sort=${path}.name`);
  const head = (name, count) =>
    page.getByRole("gridcell", { name: new RegExp(`^${RegExp.escape?.(name) ?? name} ${count}( |$)`) });
  await page.getByRole("button", { name: "Show as: Table" }).click();
  await page.getByRole("menuitemradio", { name: "By Owner" }).click();
  const { data: owners } = await by("owner");
  const [owner] = owners.filter(({ group }) => group.owner_id);
  await head(owner.group["owner.name"], owner.count).waitFor();
  const all = owners.reduce((sum, { count }) => sum + count, 0);
  await page.getByText(new RegExp(`^${all} deals$`)).waitFor();
  await assertAccessible(page);
  await head(owner.group["owner.name"], owner.count).click();
  await page.getByRole("button", { name: owner.group["owner.name"], expanded: false }).waitFor();

  const view = {
    object: "deal",
    label: "By account",
    columns: ["name", "amount"],
    sort: ["name"],
    group_by: "account",
  };
  await change(page, "PUT", "/metadata/v1/list-views/deal.by_account", view);
  const { data: accounts } = await by("account");
  const [account] = accounts.filter(({ group }) => group.account_id);
  const asked = [];
  page.on("request", (request) => request.url().includes("/api/v1/deals?") && asked.push(request.url()));
  await page.goto("/o/deals?view=by_account");
  await head(account.group["account.name"], account.count).waitFor();
  await firstRow(page, "Deals").waitFor();
  assert.ok(asked.length < accounts.length, `${asked.length} requests for ${accounts.length} groups`);

  // What a display cannot be grouped by is not offered for it.
  await page.goto("/setup/objects/deal/views/by_account");
  const grouped = page.getByRole("button", { name: /^Grouped by/ });
  assert.match(await grouped.getAttribute("aria-label"), /Account$/);
  await choose(page, page, /^Displayed as/, "Board");
  await page.getByText("A board needs a field for its columns.").waitFor();
  await grouped.click();
  await page.getByRole("option", { name: "Stage" }).waitFor();
  assert.equal(await page.getByRole("option", { name: "Account", exact: true }).count(), 0);
  await change(page, "DELETE", "/metadata/v1/list-views/deal.by_account");
});

walk("what was changed about a view is kept as a new one", async (page) => {
  await page.getByTitle("Sort by Amount").click();
  await page.getByRole("button", { name: "Save view" }).click();
  await page.getByRole("menuitem", { name: "Save as a new view" }).click();
  const dialog = page.getByRole("dialog", { name: "Save as a new view" });
  await dialog.getByLabel("Name").fill("Smallest first");
  await dialog.getByRole("button", { name: "Save view" }).click();
  await noted(page, "Saved Smallest first");
  await page.getByRole("tab", { name: "Smallest first", selected: true }).waitFor();
  const { data } = await ask(page, "/metadata/v1/list-views/deal.smallest_first");
  assert.deepEqual((data.definition ?? data).sort, ["amount"]);
});

walk("a view is kept for oneself alone, then shared with a role, whose people see it", async (page) => {
  await makeRep(page);
  const sees = async () => {
    const context = await browser().newContext({
      baseURL: url(),
      storageState: await signedIn(browser(), url(), HERS),
    });
    const { data } = await (await context.request.get("/metadata/v1/bootstrap")).json();
    await context.close();
    return data.list_views.some(({ name }) => name === "deal.for_the_fleet");
  };
  const sharedWith = async () => (await ask(page, "/metadata/v1/list-views/deal.for_the_fleet")).data.shared_with;

  await page.getByTitle("Sort by Amount").click();
  await page.getByRole("button", { name: "Save view" }).click();
  await page.getByRole("menuitem", { name: "Save as a new view" }).click();
  const naming = page.getByRole("dialog", { name: "Save as a new view" });
  await naming.getByLabel("Name").fill("For the fleet");
  await naming.getByRole("radio", { name: "Only me" }).click();
  await assertAccessible(page);
  await naming.getByRole("button", { name: "Save view" }).click();
  await noted(page, "Saved For the fleet");
  assert.deepEqual((await sharedWith()).map(Object.keys), [["user"]]);
  assert.equal(await sees(), false);

  await page.getByRole("button", { name: "View", exact: true }).click();
  await page.getByRole("menuitem", { name: "Who sees this view" }).click();
  const sharing = page.getByRole("dialog", { name: "Who sees For the fleet" });
  await sharing.getByRole("radio", { name: "Some" }).click();
  await sharing.getByRole("button", { name: "Share" }).click();
  await sharing.getByText("Say with whom.").waitFor();
  await sharing.getByRole("button", { name: /^Add who sees it/ }).click();
  await page.getByRole("option", { name: "Sales representative", exact: true }).click();
  await sharing.getByRole("listitem").filter({ hasText: "Sales rep" }).waitFor();
  await sharing.getByRole("button", { name: "Share" }).click();
  await noted(page, "Shared For the fleet");
  assert.deepEqual(await sharedWith(), [{ role: "sales_rep" }]);
  assert.equal(await sees(), true);
});

walk("two records that mean the same become one, with the values that were chosen", async (page) => {
  const twin = { name: "Harbour cranes", amount: 100 };
  const { data: a } = await change(page, "POST", "/api/v1/deals", { ...twin, next_step: "Call them" });
  const { data: b } = await change(page, "POST", "/api/v1/deals", { ...twin, amount: 250 });
  await change(page, "POST", "/api/v1/tasks", { title: "Weigh the crane", related_to_object: "deal", related_to_id: b.id });
  await page.goto("/o/deals?view=all&q=Harbour%20cranes&sort=amount");
  const rows = page.getByRole("grid", { name: "Deals" });
  await firstRow(page, "Deals").waitFor();
  for (const row of [1, 2]) await rows.getByLabel(`Select row ${row}`, { exact: true }).click({ force: true });
  await page.getByRole("toolbar", { name: "Selection" }).getByRole("button", { name: "Merge" }).click();
  const dialog = page.getByRole("dialog", { name: "Merge 2 deals" });
  await dialog.getByRole("radiogroup", { name: "Amount" }).getByRole("radio").nth(1).check();
  await assertAccessible(page);
  await dialog.getByRole("button", { name: "Merge", exact: true }).click();
  await noted(page, "Merged 1 deal into Harbour cranes");
  const { data } = await ask(page, "/api/v1/deals?filter[name][eq]=Harbour%20cranes&fields=id,amount,next_step");
  assert.deepEqual(data, [{ id: a.id, amount: 250, next_step: "Call them" }]);
  const tasks = await ask(page, "/api/v1/tasks?filter[title][eq]=Weigh%20the%20crane&fields=related_to_id");
  assert.equal(tasks.data[0].related_to_id, a.id);
});

walk("one types from cell to cell without waiting, and what is refused opens again with what was typed", async (page) => {
  const rule = { object: "deal", when: "amount > 900000", message: "That is too much", field: "amount" };
  await change(page, "PUT", "/metadata/v1/validation-rules/deal.too_much", rule);
  const names = ["Quick one", "Quick two"];
  const made = await change(page, "POST", "/api/v1/deals", names.map((name) => ({ name, stage: "new", amount: 5 })));
  const amounts = async () => {
    const { data } = await ask(page, "/api/v1/deals?filter[name][starts_with]=Quick&sort=name&fields=amount");
    return data.map((one) => one.amount);
  };
  try {
    // An answer that takes its time.
    await page.route("**/api/v1/deals/*", async (route) => {
      if (route.request().method() === "PATCH") await new Promise((later) => setTimeout(later, 700));
      await route.continue();
    });
    await page.goto("/o/deals?view=all&q=Quick&sort=name");
    const grid = page.getByRole("grid", { name: "Deals" });
    await grid.getByRole("link", { name: "Quick two" }).waitFor();
    const at = await grid.getByRole("columnheader", { name: "Amount" }).getAttribute("aria-colindex");
    const cell = (row) => grid.locator(`[data-row="${row}"] [aria-colindex="${at}"]`);
    await cell(0).click();
    for (const typed of ["11", "22"]) {
      await page.keyboard.press("F2");
      await grid.getByRole("textbox").fill(typed);
      await page.keyboard.press("Enter");
      await grid.getByRole("textbox").waitFor({ state: "detached", timeout: 400 });
    }
    await until(async () => assert.deepEqual(await amounts(), [11, 22]));
    await cell(0).click();
    await page.keyboard.press("F2");
    await grid.getByRole("textbox").fill("950000");
    await page.keyboard.press("Enter");
    await page.getByText("That is too much").waitFor();
    assert.match(await grid.getByRole("textbox").inputValue(), /950.?000/);
    await assertAccessible(page);
    await grid.getByRole("textbox").fill("33");
    await page.keyboard.press("Enter");
    await until(async () => assert.deepEqual(await amounts(), [33, 22]));
  } finally {
    await page.unrouteAll({ behavior: "wait" });
    await change(page, "DELETE", "/metadata/v1/validation-rules/deal.too_much");
    for (const { id } of made.data) await change(page, "DELETE", `/api/v1/deals/${id}`);
  }
});

walk("many records are given to somebody at once, and back", async (page) => {
  await page.goto("/o/deals?view=all&cols=name,owner&sort=name");
  await firstRow(page, "Deals").waitFor();
  const owners = async () => (await columnTexts(page, "Deals", "Owner")).slice(0, 2).map((text) => text.split("\n").pop());
  await until(async () => assert.ok((await owners()).every(Boolean)));
  const before_ = await owners();
  const [heir] = ["Ada Moreno", "Administrator"].filter((name) => !before_.includes(name));
  for (const row of [1, 2]) await page.getByRole("row").nth(row).getByRole("gridcell").first().click();
  const bar = page.getByRole("toolbar", { name: "Selection" });
  await bar.getByText("2 selected").waitFor();
  await bar.getByRole("button", { name: "Assign" }).click();
  const dialog = page.getByRole("dialog", { name: "Change 2 deals" });
  await dialog.getByRole("button", { name: "Change 2 deals" }).click();
  await dialog.getByRole("alert").waitFor();
  await dialog.getByRole("button", { name: /^Owner:/ }).click();
  await page.getByRole("combobox", { name: "Owner" }).fill(heir);
  await page.getByRole("option", { name: heir, exact: true }).click();
  await assertAccessible(page);
  await dialog.getByRole("button", { name: "Change 2 deals" }).click();
  await noted(page, "Changed Owner of 2 deals");
  await bar.waitFor({ state: "detached" });
  await until(async () => assert.deepEqual(await owners(), [heir, heir]));
  const { data } = await ask(page, "/api/v1/deals?sort=name&limit=2&fields=owner.name");
  assert.deepEqual(data.map(({ owner }) => owner.name), [heir, heir]);
  await page.getByRole("button", { name: "Undo" }).click();
  await until(async () => assert.deepEqual(await owners(), before_));
});

walk("the last line has the totals of all that match", async (page) => {
  const grid = page.getByRole("grid", { name: "Deals" });
  const total = async (column) => {
    const at = await header(page, column).getAttribute("aria-colindex");
    const line = grid.getByRole("row").filter({ has: page.getByText("Total", { exact: true }) });
    return (await line.locator(`[aria-colindex="${at}"]`).innerText()).replace(/\s+/g, " ");
  };
  const assertTotals = async (condition) => {
    const { data } = await ask(page, `/api/v1/deals/aggregate?metrics=sum(amount),avg(probability)${condition}`);
    await until(async () => {
      const [amount, probability] = [await total("Amount"), await total("Probability")];
      assert.match(amount, /^Σ Sum \$/);
      assert.match(probability, /^⌀ Average .*%$/);
      assert.equal(money(amount), Number(data[0].sum.amount));
      assert.ok(Math.abs(money(probability) - Number(data[0].avg.probability)) < 0.051, `${probability}, ${data[0].avg.probability}`);
    });
  };
  await assertTotals("");
  await filterByText(page, "Deal name", "Renewal");
  await assertTotals("&filter[name][contains]=Renewal");
});

walk("sums are not asked for while somebody works with keys, and then they are right", async (page) => {
  const made = await change(page, "POST", "/api/v1/deals", { name: "Restless", stage: "new", amount: 11 });
  try {
    await page.goto("/o/deals?view=all&q=Restless");
    const grid = page.getByRole("grid", { name: "Deals" });
    await grid.getByRole("link", { name: "Restless" }).waitFor();
    const at = await grid.getByRole("columnheader", { name: "Amount" }).getAttribute("aria-colindex");
    const total = grid.getByRole("row").filter({ has: page.getByText("Total", { exact: true }) }).locator(`[aria-colindex="${at}"]`);
    await total.getByText("$11").waitFor();
    let asked = 0;
    page.on("request", (request) => {
      if (new URL(request.url()).pathname.endsWith("/aggregate")) asked += 1;
    });
    await grid.locator(`[data-row="0"] [aria-colindex="${at}"]`).click();
    await page.keyboard.press("F2");
    await grid.getByRole("textbox").fill("77");
    await page.keyboard.press("Enter");
    // As long as sums take to be asked for, twice, and never a second without a key.
    await page.keyboard.type("kjkjkjkjkjkj", { delay: 90 });
    assert.equal(asked, 0);
    await total.getByText("$77").waitFor();
    assert.ok(asked > 0);
  } finally {
    await change(page, "DELETE", `/api/v1/deals/${made.data.id}`);
  }
});

walk("columns are chosen and put in order, stay when one comes back, and are given back", async (page) => {
  const order = async () => (await page.getByRole("columnheader").allInnerTexts()).map((text) => text.trim()).filter(Boolean);
  const given = await order();
  const chooser = page.getByRole("dialog", { name: "Columns" });
  await page.getByRole("button", { name: "Columns", exact: true }).click();
  assert.ok(await chooser.getByRole("checkbox", { name: "Deal name" }).isDisabled(), "the name stays");
  await chooser.getByRole("checkbox", { name: "Probability" }).uncheck();
  await chooser.getByLabel("Find a field").fill("next");
  await chooser.getByRole("checkbox", { name: "Next step" }).check();
  await chooser.getByLabel("Find a field").fill("");
  await assertAccessible(page);
  await chooser.getByRole("button", { name: "Move Next step up" }).click();
  const chosen = given.filter((name) => name !== "Probability");
  chosen.splice(-1, 0, "Next step");
  await until(async () => assert.deepEqual(await order(), chosen));

  await page.keyboard.press("Escape");
  await chooser.waitFor({ state: "detached" });
  await page.reload();
  await firstRow(page, "Deals").waitFor();
  assert.deepEqual(await order(), chosen);
  await page.getByRole("button", { name: "Columns", exact: true }).click();
  await chooser.getByRole("button", { name: "Reset to the view" }).click();
  await until(async () => assert.deepEqual(await order(), given));
});
