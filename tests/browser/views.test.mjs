// Other ways to see records: by day, over time, deleted ones; and files that become records.

import assert from "node:assert/strict";
import { assertAccessible } from "./chromium.mjs";
import { stage } from "./stage.mjs";
import { ask, change, firstRow, noted, until } from "./steps.mjs";

const { walk } = stage();

walk("a record is dragged to another day of the calendar and keeps its hour", async (page) => {
  await page.goto("/o/tasks?view=calendar");
  const days = page.getByRole("main").getByRole("list").first().locator("> li");
  await days.locator("[data-card]").first().waitFor();
  const at = await days.evaluateAll((all) => all.findIndex((day) => day.querySelectorAll("[data-card]").length === 1));
  const entry = days.nth(at).locator("[data-card]");
  const id = await entry.getAttribute("data-card");
  const due = async () => (await ask(page, `/api/v1/tasks/${id}?fields=due_at`)).data.due_at;
  const before_ = new Date(await due());
  const to = days.nth(at % 7 === 6 ? at - 1 : at + 1);
  const [a, b] = [await entry.boundingBox(), await to.boundingBox()];
  await page.mouse.move(a.x + 40, a.y + 8);
  await page.mouse.down();
  await page.mouse.move(b.x + 40, b.y + 60, { steps: 6 });
  await page.mouse.up();
  await page.getByRole("region", { name: "Notifications" }).getByText(/^Moved .+ to/).waitFor();
  const after_ = new Date(await due());
  assert.equal(Math.abs(after_ - before_), 24 * 60 * 60 * 1000);
});

walk("a timeline shows what is due in its time, and opens it beside", async (page) => {
  await page.goto("/o/deals?view=all&as=timeline");
  const lines = page.getByRole("region", { name: "Timeline" }).getByRole("listitem");
  await lines.first().waitFor();
  await page.getByRole("radio", { name: "Year" }).click();
  await lines.first().getByRole("button").click();
  await page.getByRole("complementary", { name: "Deal preview" }).getByRole("heading", { level: 1 }).waitFor();
});

walk("what was deleted waits in the recycle bin and comes back", async (page) => {
  await page.goto("/o/deals?view=all");
  const name = await firstRow(page, "Deals").getByRole("link").innerText();
  await firstRow(page, "Deals").getByRole("gridcell").first().click();
  await page.getByRole("toolbar", { name: "Selection" }).getByRole("button", { name: "Delete" }).click();
  await noted(page, "Deleted 1 deal");
  await page.getByRole("button", { name: "More", exact: true }).click();
  await page.getByRole("menuitem", { name: "Recycle bin" }).click();
  await page.getByRole("listitem").filter({ hasText: name }).getByRole("button", { name: "Restore" }).click();
  await noted(page, `${name} is back`);
  await page.getByText("The recycle bin is empty").waitFor();
});

/** Leads as a file; every 30th has no readable address. */
function file(rows) {
  const lines = Array.from({ length: rows }, (_, i) => `Ida ${i},Voss,"Kelp, ${i % 5} Ltd",${i % 30 === 7 ? "nowhere" : `ida${i}@kelp.example`},x`);
  return Buffer.from(["First name,Surname,Company,E-mail,Shoe size", ...lines].join("\n"));
}

walk("a file is checked, corrected by nobody's guess but one's own, and imported", async (page) => {
  await page.goto("/o/leads?view=all");
  await page.getByRole("button", { name: "More", exact: true }).click();
  await page.getByRole("menuitem", { name: "Import a file" }).click();
  await page.getByLabel("File to import").setInputFiles({ name: "kelp.csv", mimeType: "text/csv", buffer: file(120) });
  await page.getByRole("button", { name: "Import 116 leads" }).waitFor();
  const rejected = page.getByRole("region", { name: "Rejected rows" });
  assert.equal(await rejected.getByRole("row").count(), 5, "a head and four rows");
  await rejected.getByText(/E-mail: expected an address/).first().waitFor();
  const { pagination } = await ask(page, "/api/v1/leads?filter[company][starts_with]=Kelp&limit=1&include_total=true");
  assert.equal(pagination.total, 0, "a trial writes nothing");

  await page.getByRole("button", { name: /^Field for Shoe size/ }).click();
  await page.getByRole("option", { name: "Campaign" }).click();
  await page.getByRole("button", { name: "Check again" }).click();
  await page.getByRole("button", { name: "Import 116 leads" }).click();
  await page.getByText("116 leads imported").waitFor();
  await until(async () => {
    const found = await ask(page, "/api/v1/leads?filter[company][starts_with]=Kelp&campaign=x&limit=1&include_total=true");
    assert.equal(found.pagination.total, 116);
  });

  // One of them is changed, and then all of it was a mistake.
  const { data } = await ask(page, "/api/v1/leads?filter[company][starts_with]=Kelp&limit=1");
  await change(page, "PATCH", `/api/v1/leads/${data[0].id}`, { city: "Bergen" });
  await page.getByRole("button", { name: "Take the import back" }).click();
  await assertAccessible(page);
  await page.getByRole("dialog", { name: "Take the import back?" }).getByRole("button", { name: "Take back" }).click();
  await page.getByText("Taken back: 115 leads went to the recycle bin. 1 stay").waitFor();
  const left = await ask(page, "/api/v1/leads?filter[company][starts_with]=Kelp&fields=id");
  assert.deepEqual(left.data.map(({ id }) => id), [data[0].id]);
});

walk("a list is exported as a file with the columns that it shows", async (page) => {
  await page.goto("/o/deals?view=all&cols=name,stage");
  await firstRow(page, "Deals").waitFor();
  await page.getByRole("button", { name: "More", exact: true }).click();
  const coming = page.waitForEvent("download");
  await page.getByRole("menuitem", { name: "Export as CSV" }).click();
  const download = await coming;
  const chunks = [];
  for await (const chunk of await download.createReadStream()) chunks.push(chunk);
  const [head, ...rows] = Buffer.concat(chunks).toString().trim().split(/\r?\n/);
  assert.match(head, /name/i);
  assert.ok(rows.length > 50, `${rows.length} rows`);
});
