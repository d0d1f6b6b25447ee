// A record as the place of work: its path, its neighbours in the list, related records in place, and the way back.

import assert from "node:assert/strict";
import { assertAccessible, assertNoSidewaysScroll, PHONE } from "./chromium.mjs";
import { stage } from "./stage.mjs";
import { ask, change, firstRow, noted, until } from "./steps.mjs";

const { walk } = stage();

const title = (page) => page.getByRole("heading", { level: 1 });
const path = (page) => page.getByRole("list", { name: "Stage" });

async function openDeal(page, filter) {
  const { data } = await ask(page, `/api/v1/deals?${filter}&limit=1&fields=id,name`);
  await page.goto(`/o/deals/${data[0].id}`);
  await title(page).getByText(data[0].name).waitFor();
  return data[0];
}

walk("a click on a step moves the record there, and undo brings it back", async (page) => {
  const { id } = await openDeal(page, "stage=qualified");
  await path(page).getByRole("button", { name: "Proposal" }).click();
  await path(page).locator("[aria-current=step]").getByText("Proposal").waitFor();
  const stage = async () => (await ask(page, `/api/v1/deals/${id}?fields=stage`)).data.stage;
  await until(async () => assert.equal(await stage(), "proposal"));
  await page.keyboard.press("Control+z");
  await path(page).locator("[aria-current=step]").getByText("Qualified").waitFor();
  await until(async () => assert.equal(await stage(), "qualified"));
});

walk("J and K go through the list that the record was opened from", async (page) => {
  await page.goto("/o/deals?view=all&sort=-amount");
  const rows = page.getByRole("grid", { name: "Deals" }).getByRole("row").filter({ has: page.getByRole("link") });
  await firstRow(page, "Deals").waitFor();
  const [first, second] = [await rows.nth(0).getByRole("link").innerText(), await rows.nth(1).getByRole("link").innerText()];
  await rows.nth(0).getByRole("link").click();
  await title(page).getByText(first).waitFor();
  await page.getByText(/^1 of \d+$/).waitFor();
  await page.keyboard.press("j");
  await title(page).getByText(second).waitFor();
  await page.keyboard.press("k");
  await title(page).getByText(first).waitFor();
  await page.getByRole("link", { name: "Deals", exact: true }).last().click();
  await page.waitForURL((url) => url.searchParams.get("sort") === "-amount");
});

walk("a related record is added in its list", async (page) => {
  const { id } = await openDeal(page, "stage=demo");
  const tasks = page.getByRole("region", { name: "Tasks" });
  await tasks.getByRole("button", { name: "New task" }).click();
  await tasks.getByRole("textbox", { name: "Name of the new task" }).fill("Send the lamp drawings");
  await page.keyboard.press("Enter");
  await tasks.getByRole("link", { name: /Send the lamp drawings/ }).waitFor();
  const { data } = await ask(page, `/api/v1/tasks?filter[title][eq]=Send%20the%20lamp%20drawings&fields=related_to_id,related_to_object`);
  assert.deepEqual([data[0].related_to_id, data[0].related_to_object], [id, "deal"]);
});

walk("an edited value is told with its way back, and stands in the history", async (page) => {
  const { id } = await openDeal(page, "stage=negotiation");
  const before_ = (await ask(page, `/api/v1/deals/${id}?fields=next_step`)).data.next_step;
  await page.getByRole("button", { name: "Edit Next step" }).press("Enter");
  await page.getByRole("textbox", { name: "Next step" }).fill("Call the harbour master");
  await page.keyboard.press("Enter");
  await noted(page, "Next step changed");
  await page.getByRole("tab", { name: "History" }).click();
  await page.getByText("Call the harbour master").first().waitFor();
  await page.getByRole("button", { name: "Undo" }).click();
  await until(async () => assert.equal((await ask(page, `/api/v1/deals/${id}?fields=next_step`)).data.next_step, before_));
});

walk("⌘K finds a record by words that are not in its name, and goes there", async (page) => {
  await page.goto("/o/tasks?view=all");
  await firstRow(page, "Tasks").waitFor();
  const { data } = await ask(page, "/api/v1/contacts?filter[email][is_null]=false&limit=1&fields=id,name,email");
  await page.keyboard.press("Control+k");
  await page.getByRole("combobox", { name: "Search and commands" }).fill(data[0].email);
  await page.getByRole("option", { name: data[0].name }).first().click();
  await title(page).getByText(data[0].name).waitFor();
});

walk("a section of the layout is there while its condition holds", async (page) => {
  const { data } = await ask(page, "/metadata/v1/layouts/deal.default");
  const { name: _, package: __, custom: ___, id: ____, ...layout } = data.definition ?? data;
  const section = { label: "For the board of directors", visible: "amount > 5000000", items: [{ field: "next_step" }] };
  const sections = layout.sections.map((one) => ({ ...one, items: one.items.filter(({ field }) => field !== "next_step") }));
  await change(page, "PUT", "/metadata/v1/layouts/deal.default", { ...layout, sections: [section, ...sections] });
  await openDeal(page, "stage=proposal");
  const large = page.getByRole("region", { name: section.label });
  assert.equal(await large.count(), 0);
  await page.getByRole("button", { name: "Edit Amount" }).first().press("Enter");
  await page.getByRole("textbox", { name: "Amount" }).fill("6000000");
  await page.keyboard.press("Enter");
  await large.waitFor();
  await noted(page, "Amount changed");
  await page.getByRole("button", { name: "Undo" }).click();
  await large.waitFor({ state: "detached" });
});

/** Two of one name; answers their ids, the one that is open first. */
async function twins(page, name) {
  const ids = [];
  for (const amount of [100, 250]) {
    const { data } = await change(page, "POST", "/api/v1/deals", { name, amount, next_step: `Of ${amount}` });
    ids.push(data.id);
  }
  await page.goto(`/o/deals/${ids[0]}`);
  await title(page).getByText(name).waitFor();
  return ids;
}

walk("a record that is there twice is told on its page, compared and made one by keys alone", async (page) => {
  const name = "Dredger for the north basin";
  const [open, other] = await twins(page, name);
  const line = page.getByRole("region", { name: "Similar deals" });
  await line.getByText("1 similar deal").waitFor();
  assert.equal(await line.getByRole("link", { name }).getAttribute("href"), `/o/deals/${other}`);
  await assertAccessible(page);
  await line.getByRole("button", { name: "Compare and merge" }).press("Enter");
  const dialog = page.getByRole("dialog", { name: "Merge 2 deals" });
  await dialog.getByRole("radiogroup", { name: "Amount" }).getByRole("radio").nth(1).press("Space");
  await dialog.getByRole("button", { name: "Merge", exact: true }).press("Enter");
  await noted(page, `Merged 1 deal into ${name}`);
  await line.waitFor({ state: "detached" });
  const { data } = await ask(page, `/api/v1/deals?filter[name][eq]=${encodeURIComponent(name)}&fields=id,amount`);
  assert.deepEqual(data, [{ id: open, amount: 250 }]);
});

walk("on a phone as well, and the page goes on with the one that stays", async (page) => {
  const name = "Dredger for the south basin";
  const [, other] = await twins(page, name);
  await page.getByRole("button", { name: "Compare and merge" }).tap();
  const dialog = page.getByRole("dialog", { name: "Merge 2 deals" });
  await dialog.getByRole("radiogroup", { name: "Stays" }).getByRole("radio").nth(1).tap();
  await assertNoSidewaysScroll(page);
  await assertAccessible(page);
  await dialog.getByRole("button", { name: "Merge", exact: true }).tap();
  await noted(page, `Merged 1 deal into ${name}`);
  await page.waitForURL(`**/o/deals/${other}`);
  await title(page).getByText(name).waitFor();
}, PHONE);

walk("⌘K shows all results on a page of their own, where keys go through them", async (page) => {
  for (const n of [1, 2, 3]) await change(page, "POST", "/api/v1/tasks", { title: `Sextant ${n}`, description: "Brass, sextant" });
  await change(page, "POST", "/api/v1/deals", { name: "Sextants for the fleet" });
  await page.goto("/o/tasks?view=all");
  await firstRow(page, "Tasks").waitFor();
  await page.keyboard.press("Control+k");
  await page.getByRole("combobox", { name: "Search and commands" }).fill("sextant");
  const option = page.getByRole("option", { name: /Sextant 1/ });
  await option.locator("mark", { hasText: "Sextant" }).first().waitFor();
  await page.getByRole("option", { name: "Show all results for “sextant”" }).click();
  await page.waitForURL("**/search?q=sextant");
  const said = (hasText) => page.getByRole("status").filter({ hasText });
  const found = page.getByRole("list", { name: "What was found" }).getByRole("listitem");
  await said("4 results").waitFor();
  assert.equal(await found.count(), 4);
  await assertAccessible(page);
  await page.getByRole("button", { name: "Deals", exact: true }).click();
  await said("1 result").waitFor();
  await page.getByRole("button", { name: "Everything", exact: true }).click();
  await said("4 results").waitFor();
  await page.getByRole("searchbox", { name: "Search all records" }).fill("sextant 2");
  await said("1 result").waitFor();
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  await title(page).getByText("Sextant 2").waitFor();
});

walk("⌘K does with a record what its page does, and goes back to the one before", async (page) => {
  const first = await openDeal(page, "stage=qualified");
  const { data } = await change(page, "POST", "/api/v1/deals", { name: "Windlass for the pilot boat" });
  const menu = page.getByRole("combobox", { name: "Search and commands" });
  const option = (name) => page.getByRole("option", { name });
  await page.keyboard.press("Control+k");
  await menu.fill("windlass pilot");
  await option(/^Windlass for the pilot boat/).click();
  await title(page).getByText(data.name).waitFor();
  await page.keyboard.press("Control+k");
  // What is offered before anything is typed: this record's own actions, then those seen before.
  await option("Delete deal").waitFor();
  await option(first.name).first().click();
  await title(page).getByText(first.name).waitFor();
  await page.keyboard.press("Control+k");
  await menu.fill("move to prop");
  await page.keyboard.press("Enter");
  await path(page).locator("[aria-current=step]").getByText("Proposal").waitFor();
  await noted(page, `Moved ${first.name} to Proposal`);
  await page.keyboard.press("Control+z");
  await path(page).locator("[aria-current=step]").getByText("Qualified").waitFor();
});

walk("who dictates turns single keys off, and everything else goes on", async (page) => {
  await page.goto("/o/deals?view=all");
  await firstRow(page, "Deals").waitFor();
  const form = page.getByRole("dialog", { name: "New deal" });
  const single = page.getByRole("switch", { name: "Shortcuts of a single key" });
  await page.keyboard.press("?");
  await single.click();
  await page.keyboard.press("Escape");
  await page.reload();
  await firstRow(page, "Deals").waitFor();
  await page.keyboard.press("c");
  await page.keyboard.press("Control+k");
  await page.getByRole("combobox", { name: "Search and commands" }).fill("keyboard shortcuts");
  assert.equal(await form.count(), 0);
  await page.keyboard.press("Enter");
  assert.equal(await single.getAttribute("aria-checked"), "false");
  await single.click();
  await page.keyboard.press("Escape");
  await page.keyboard.press("c");
  await form.waitFor();
});

walk("what a lookup does not find is made from within the form", async (page) => {
  await page.goto("/o/contacts?view=all");
  await firstRow(page, "Contacts").waitFor();
  await page.keyboard.press("c");
  const form = page.getByRole("dialog", { name: "New contact" });
  await form.getByLabel("Last name").fill("Bowline");
  await form.getByRole("button", { name: /^Account:/ }).click();
  await page.getByRole("combobox", { name: "Account" }).fill("Halyard Lofts");
  const make = page.getByRole("option", { name: "Create account “Halyard Lofts”" });
  await make.click();
  await form.getByRole("button", { name: "Account: Halyard Lofts" }).waitFor();
  await noted(page, "Created Halyard Lofts");
  // What is there is not offered a second time.
  await form.getByRole("button", { name: /^Account:/ }).click();
  await page.getByRole("combobox", { name: "Account" }).fill("halyard lofts");
  await page.getByRole("option", { name: "Halyard Lofts", exact: true }).waitFor();
  assert.equal(await make.count(), 0);
  await page.keyboard.press("Enter");
  await form.getByRole("button", { name: "Create contact" }).click();
  await form.waitFor({ state: "detached" });
  const { data } = await ask(page, "/api/v1/contacts?filter[last_name][eq]=Bowline&fields=account.name");
  assert.equal(data[0].account.name, "Halyard Lofts");
});

walk("a press beside a form closes it, unless something was typed", async (page) => {
  await page.goto("/o/deals?view=all");
  await firstRow(page, "Deals").waitFor();
  const form = page.getByRole("dialog", { name: "New deal" });
  await page.keyboard.press("c");
  await form.waitFor();
  await page.mouse.click(300, 400);
  await form.waitFor({ state: "detached" });
  await page.keyboard.press("c");
  const name = form.getByRole("textbox").first();
  await name.fill("Halyards");
  await page.mouse.click(300, 400);
  assert.equal(await name.inputValue(), "Halyards");
  await page.keyboard.press("Escape");
  await form.waitFor({ state: "detached" });
});

walk("the buttons of a formatted text are reached by keys, one stop for all of them", async (page) => {
  const { data } = await change(page, "POST", "/api/v1/competitors", { name: "Gull & Sons", battlecard: "<p>cheap ropes</p>" });
  const card = async () => (await ask(page, `/api/v1/competitors/${data.id}?fields=battlecard`)).data.battlecard;
  await page.goto(`/o/competitors/${data.id}`);
  await page.getByRole("button", { name: "Edit Battle card" }).press("Enter");
  const text = page.getByRole("textbox", { name: "Battle card" });
  const button = (name) => page.getByRole("toolbar", { name: "Formatting" }).getByRole("button", { name, exact: true });
  await text.press("Control+a");
  await page.keyboard.press("Shift+Tab");
  await button("Bold").and(page.locator(":focus")).waitFor();
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("Enter");
  await button("Italic").and(page.locator(":focus")).and(page.locator("[aria-pressed=true]")).waitFor();
  await page.keyboard.press("End");
  await button("Make the selected address a link").and(page.locator(":focus")).waitFor();
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("Space");
  await button("Bold").and(page.locator("[aria-pressed=true]")).waitFor();
  await assertAccessible(page);
  await page.keyboard.press("Tab");
  await text.and(page.locator(":focus")).waitFor();
  await page.keyboard.press("Control+Enter");
  await until(async () => assert.match(await card(), /<(b|strong)>.*<(i|em)>cheap ropes|<(i|em)>.*<(b|strong)>cheap ropes/));
});

walk("the sidebar folds to its icons, by key and by button, and stays so", async (page) => {
  await page.goto("/o/deals?view=all");
  await firstRow(page, "Deals").waitFor();
  const main = page.getByRole("navigation", { name: "Main" });
  const wide = async () => (await page.locator("aside").first().boundingBox()).width;
  const open = await wide();
  await page.keyboard.press("[");
  await until(async () => assert.ok((await wide()) < 60));
  await assertAccessible(page);
  await page.reload();
  await firstRow(page, "Deals").waitFor();
  assert.ok((await wide()) < 60);
  // What the icons are for is said all the same.
  await main.getByRole("link", { name: "Contacts", exact: true }).click();
  await firstRow(page, "Contacts").waitFor();
  await page.getByRole("button", { name: /^Unfold the sidebar/ }).click();
  await until(async () => assert.equal(await wide(), open));
});
