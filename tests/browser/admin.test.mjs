// What an administrator does: an object and fields of one's own, live in the UI and the API with the next request.

import assert from "node:assert/strict";
import { stage } from "./stage.mjs";
import { ask, firstRow, noted } from "./steps.mjs";

const { walk } = stage();

async function addField(page, kind, label) {
  await page.getByRole("button", { name: "New field" }).click();
  await page.getByRole("searchbox", { name: "Find a kind of field" }).fill(kind);
  await page.getByRole("dialog").getByRole("button", { name: new RegExp(`^${kind}`) }).first().click();
  await page.getByRole("dialog").getByLabel("Label", { exact: false }).first().fill(label);
  await page.getByRole("button", { name: "Add field" }).click();
  await noted(page, new RegExp(`^Added ${label} to`));
}

walk("an object with fields is made and used at once", async (page) => {
  await page.goto("/setup/objects");
  await page.getByRole("button", { name: "New object" }).click();
  const form = page.getByRole("dialog", { name: "New object" });
  await form.getByLabel("Label", { exact: false }).first().fill("Expedition");
  await form.getByRole("button", { name: "Create object" }).click();
  await page.getByRole("heading", { level: 1, name: "Expedition" }).waitFor();

  await addField(page, "Money", "Budget");
  await addField(page, "Date", "Departure");

  await page.getByRole("navigation", { name: "Main" }).getByRole("link", { name: "Expeditions" }).click();
  await page.getByText("No expeditions yet").waitFor();
  await page.getByRole("button", { name: "New expedition" }).click();
  const record = page.getByRole("dialog", { name: "New expedition" });
  await record.getByLabel("Name").fill("Apollo");
  await record.getByLabel("Budget").fill("1250.50");
  await record.getByRole("button", { name: "Create expedition" }).click();
  await noted(page, "Created Apollo");
  await firstRow(page, "Expeditions").getByRole("link", { name: "Apollo" }).waitFor();

  const { data } = await ask(page, "/api/v1/expeditions?filter[budget][gte]=1250.5&fields=name,budget,departure");
  assert.deepEqual(data.map(({ name, budget, departure }) => ({ name, budget, departure })), [
    { name: "Apollo", budget: 1250.5, departure: null },
  ]);
});

walk("a field on a packaged object is filterable by the next request", async (page) => {
  await page.goto("/setup/objects/deal");
  await addField(page, "Text", "Rail line");
  const { data } = await ask(page, "/api/v1/deals?filter[rail_line][is_null]=true&limit=1&fields=name,rail_line");
  assert.equal(data.length, 1);
  await page.getByRole("table").first().getByRole("button", { name: "Edit Rail line" }).waitFor();
});

walk("a definition that cannot be is refused with words, and nothing changes", async (page) => {
  await page.goto("/setup/objects");
  const { data: before_ } = await ask(page, "/metadata/v1/objects");
  await page.getByRole("button", { name: "New object" }).click();
  const form = page.getByRole("dialog", { name: "New object" });
  await form.getByLabel("Label", { exact: false }).first().fill("Deal");
  await form.getByText("There is already an object deal.").waitFor();
  await form.getByRole("button", { name: "Cancel" }).click();
  const { data: after_ } = await ask(page, "/metadata/v1/objects");
  assert.equal(after_.length, before_.length);
});
