// A record as the place of work: its path, its neighbours in the list, related records in place, and the way back.

import assert from "node:assert/strict";
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
