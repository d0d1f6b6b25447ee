// Other ways to see records: by day, over time, deleted ones; and files that become records.

import assert from "node:assert/strict";
import { assertAccessible, PHONE } from "./chromium.mjs";
import { stage } from "./stage.mjs";
import { ask, change, firstRow, noted, until } from "./steps.mjs";

const { walk } = stage();

const DAY = 24 * 60 * 60 * 1000;
/** Noon of a day that is so many days from today: no zone makes another day of it. */
const noon = (days) => new Date(new Date().setHours(12, 0, 0, 0) + days * DAY).toISOString();
const task = async (page, title, start, due) => {
  const body = { title, ...(start === null ? {} : { start_at: noon(start) }), due_at: noon(due) };
  return (await change(page, "POST", "/api/v1/tasks", body)).data.id;
};
/** From when to when a task goes, in days from today. */
async function stretch(page, id) {
  const { data } = await ask(page, `/api/v1/tasks/${id}?fields=start_at,due_at`);
  const days = (at) => at && Math.round((new Date(at) - new Date(noon(0))) / DAY);
  return [days(data.start_at), days(data.due_at)];
}
const goes = (page, id, from, to) => until(async () => assert.deepEqual(await stretch(page, id), [from, to]));
const bar = (page, title) => page.getByRole("region", { name: "Timeline" }).getByRole("button", { name: new RegExp(title) });
const timeline = (title) => `/o/tasks?view=all&as=timeline&q=${encodeURIComponent(title)}`;

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

walk("a bar of a timeline is moved and drawn out by keys alone, and taken back", async (page) => {
  const id = await task(page, "Paint the hull", 0, 3);
  await page.goto(timeline("Paint the hull"));
  await bar(page, "Paint the hull").focus();
  for (let n = 0; n < 4; n++) await page.keyboard.press("ArrowRight");
  await goes(page, id, 4, 7);
  await page.keyboard.press("ArrowLeft");
  await goes(page, id, 3, 6);
  await page.keyboard.press("Shift+ArrowRight");
  await goes(page, id, 3, 7);
  await page.keyboard.press("Alt+Shift+ArrowLeft");
  await goes(page, id, 2, 7);
  const [, when] = (await bar(page, "Paint the hull").getAttribute("title")).split(" · ");
  await noted(page, `Moved Paint the hull to ${when}`);
  await page.keyboard.press("Control+z");
  await goes(page, id, 3, 7);
  await bar(page, "Paint the hull").and(page.locator(":focus")).waitFor();
  await assertAccessible(page);
  await page.keyboard.press("Enter");
  await page.getByRole("complementary", { name: "Task preview" }).getByRole("heading", { level: 1 }).waitFor();
});

async function dragBy(page, target, px) {
  const box = await target.boundingBox();
  const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
  await page.mouse.move(x, y);
  await page.mouse.down();
  await page.mouse.move(x + px / 2, y, { steps: 3 });
  await page.mouse.move(x + px, y, { steps: 3 });
  await page.mouse.up();
}

walk("a bar is dragged, its ends are drawn, and what is refused goes back", async (page) => {
  const id = await task(page, "Caulk the deck", 1, 4);
  await page.goto(timeline("Caulk the deck"));
  const line = bar(page, "Caulk the deck");
  const [whole, track] = [line.locator("[data-bar]"), await line.locator("[data-track]").boundingBox()];
  const days = Math.round(track.width / ((await whole.boundingBox()).width / 4));
  const px = (n) => (n * track.width) / days;
  await dragBy(page, whole, px(6));
  await goes(page, id, 7, 10);
  await noted(page, /^Moved Caulk the deck to/);
  assert.ok(!page.url().includes("peek="), "the drop opened nothing");
  await dragBy(page, line.locator("[data-grip=end]"), px(5));
  await goes(page, id, 7, 15);
  await dragBy(page, line.locator("[data-grip=start]"), px(-3));
  await goes(page, id, 4, 15);

  await page.route("**/api/v1/tasks/*", (route) =>
    route.request().method() === "PATCH" ? route.fulfill({ status: 409, json: { detail: "This task is locked." } }) : route.continue(),
  );
  const before_ = await whole.boundingBox();
  await dragBy(page, whole, px(9));
  await noted(page, "This task is locked.");
  await until(async () => assert.deepEqual(await whole.boundingBox(), before_));
  assert.deepEqual(await stretch(page, id), [4, 15]);
});

walk("the days that bars begin and end with are chosen, kept in a view, and only drawn out where one may", async (page) => {
  const id = await task(page, "Splice the ropes", null, 2);
  await page.goto(timeline("Splice the ropes"));
  await bar(page, "Splice the ropes").waitFor();
  const choose = async (name) => {
    await page.getByRole("button", { name: "Show as: Timeline" }).click();
    await page.getByRole("menuitemradio", { name }).click();
  };
  await page.getByText("From Start to Due").waitFor();
  await choose(/^Begins with Created/);
  await page.getByText(/^From Created.* to Due$/).waitFor();
  const line = bar(page, "Splice the ropes");
  await line.locator("[data-grip=end]").waitFor();
  assert.equal(await line.locator("[data-grip=start]").count(), 0, "nobody says when it was made");
  await line.focus();
  await page.keyboard.press("Shift+ArrowRight");
  await goes(page, id, null, 3);
  await choose("Begins and ends on one day");
  await page.getByText("By Due").waitFor();
  await choose("Ends with Remind at");
  await page.getByText(/^No tasks in this time/).waitFor();
  await choose("Begins with Due");
  await page.getByText("From Due to Remind at").waitFor();

  await page.getByRole("button", { name: "Save view" }).click();
  await page.getByRole("menuitem", { name: "Save as my view" }).click();
  const naming = page.getByRole("dialog", { name: "Save as my view" });
  await naming.getByLabel("Name").fill("From due on");
  await naming.getByRole("button", { name: "Save view" }).click();
  await noted(page, "Saved From due on");
  await page.goto("/o/tasks");
  await page.getByRole("tab", { name: /From due on/ }).click();
  await page.getByText("From Due to Remind at").waitFor();
  assert.ok(!page.url().includes("start="), "the view says it, not the address");
});

walk("an entry of the calendar is moved by keys and by its menu, and keeps the focus", async (page) => {
  const id = await task(page, "Tar the seams", null, 0);
  await page.goto("/o/tasks?view=calendar&q=Tar%20the%20seams");
  const entry = page.getByRole("main").getByRole("link", { name: /Tar the seams/ });
  await entry.focus();
  const focused = entry.and(page.locator(":focus"));
  await page.keyboard.press("ArrowRight");
  await goes(page, id, null, 1);
  await focused.waitFor();
  for (let n = 0; n < 6; n++) await page.keyboard.press("ArrowDown");
  await goes(page, id, null, 43);
  await focused.waitFor();
  await noted(page, /^Moved Tar the seams to/);
  await page.keyboard.press("m");
  await assertAccessible(page);
  await page.getByRole("menuitem", { name: "A week earlier" }).press("Enter");
  await goes(page, id, null, 36);
  await focused.waitFor();
  const day = await page.getByRole("listitem").filter({ has: page.getByRole("link", { name: /Tar the seams/ }) }).getAttribute("aria-label");
  await noted(page, `Moved Tar the seams to ${day}`);
  await page.keyboard.press("Control+z");
  await goes(page, id, null, 43);
});

walk("a calendar shows a week with all that is in it, and a move there is by days as well", async (page) => {
  const ids = [];
  for (let n = 0; n < 5; n++) ids.push(await task(page, `Scrub plank ${n}`, null, 0));
  await page.goto("/o/tasks?view=calendar&q=Scrub%20plank");
  const main = page.getByRole("main");
  await main.getByRole("button", { name: "3 more" }).waitFor();
  await page.getByRole("radio", { name: "Week" }).click();
  const days = main.getByRole("list").first().locator("> li");
  await until(async () => assert.equal(await days.count(), 7));
  assert.equal(await days.locator("[data-card]").count(), 5);
  await main.getByRole("link", { name: /Scrub plank 4/ }).focus();
  await page.keyboard.press("ArrowLeft");
  await goes(page, ids[4], null, -1);
});

walk("an entry is moved by its menu on a phone", async (page) => {
  const id = await task(page, "Oil the winch", null, 0);
  await page.goto("/o/tasks?view=calendar&q=Oil%20the%20winch");
  await page.getByRole("button", { name: "Move Oil the winch" }).tap();
  await page.getByRole("menuitem", { name: "A day later" }).tap();
  await goes(page, id, null, 1);
}, PHONE);

walk("a list without records offers to make one and to bring a file", async (page) => {
  const buoy = { plural: "buoys", label: "Buoy", plural_label: "Buoys", name_field: { label: "Name" }, fields: [] };
  await change(page, "PUT", "/metadata/v1/objects/buoy", buoy);
  await page.goto("/o/buoys");
  await page.getByRole("button", { name: "Create the first one" }).waitFor();
  await page.getByRole("button", { name: "Import a file" }).press("Enter");
  await page.waitForURL("**/o/buoys/import");
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
