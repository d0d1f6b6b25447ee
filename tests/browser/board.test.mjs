// A board: cards are dragged, moved by keys and by menu, come back when the server refuses, and are added in place.

import assert from "node:assert/strict";
import { assertAccessible } from "./chromium.mjs";
import { stage } from "./stage.mjs";
import { ask, change, choose, noted, until } from "./steps.mjs";

const { walk: open } = stage();

const walk = (name, steps) =>
  open(name, async (page) => {
    await page.goto("/o/deals?view=board");
    await column(page, "New").getByRole("listitem").first().getByRole("link").waitFor();
    await steps(page);
  });

const column = (page, name) => page.getByRole("region", { name, exact: true });
const card = (page, name, where) => column(page, where).getByRole("link", { name, exact: true });

/** Its words as they stand in the page: `innerText` is empty until the browser has looked whether a column is in sight. */
async function firstCard(page, where) {
  return column(page, where).getByRole("listitem").first().getByRole("link").textContent();
}

async function stageOf(page, name) {
  const { data } = await ask(page, `/api/v1/deals?filter[name][eq]=${encodeURIComponent(name)}&fields=stage`);
  return data[0]?.stage;
}

async function drag(page, from, to) {
  const [a, b] = [await from.boundingBox(), await to.boundingBox()];
  await page.mouse.move(a.x + 30, a.y + 10);
  await page.mouse.down();
  await page.mouse.move(a.x + 60, a.y + 20, { steps: 3 });
  await page.mouse.move(b.x + 90, b.y + 260, { steps: 8 });
  await page.mouse.up();
}

walk("a card is dragged to another column, and undone", async (page) => {
  const name = await firstCard(page, "New");
  await drag(page, card(page, name, "New"), column(page, "Demo"));
  await card(page, name, "Demo").waitFor();
  await noted(page, `Moved ${name} to Demo`);
  assert.equal(await stageOf(page, name), "demo");
  assert.ok(page.url().includes("view=board"), "the drop opened nothing");

  await page.getByRole("button", { name: "Undo" }).click();
  await card(page, name, "New").waitFor();
  await until(async () => assert.equal(await stageOf(page, name), "new"));
});

walk("a card is moved by keys alone, and keeps the focus", async (page) => {
  const name = await firstCard(page, "Qualified");
  await card(page, name, "Qualified").focus();
  await page.keyboard.press("Alt+ArrowRight");
  await card(page, name, "Demo").and(page.locator(":focus")).waitFor();
  await until(async () => assert.equal(await stageOf(page, name), "demo"));
  await page.keyboard.press("Alt+ArrowLeft");
  await card(page, name, "Qualified").and(page.locator(":focus")).waitFor();
  await until(async () => assert.equal(await stageOf(page, name), "qualified"));
});

walk("a move that fails is taken back and told", async (page) => {
  const name = await firstCard(page, "Proposal");
  await page.route("**/api/v1/deals/*", (route) =>
    route.request().method() === "PATCH" ? route.fulfill({ status: 409, json: { detail: "This deal is locked." } }) : route.continue(),
  );
  await drag(page, card(page, name, "Proposal"), column(page, "New"));
  await noted(page, "This deal is locked.");
  await card(page, name, "Proposal").waitFor();
  assert.equal(await column(page, "New").getByRole("link", { name, exact: true }).count(), 0);
  assert.equal(await stageOf(page, name), "proposal");
});

walk("a card is added by its name in the column where it belongs", async (page) => {
  await column(page, "Demo").getByRole("button", { name: "Add to Demo" }).click();
  await page.getByRole("textbox", { name: "Name of the new deal" }).fill("Lighthouse lamp");
  await page.keyboard.press("Enter");
  await until(async () => assert.equal(await stageOf(page, "Lighthouse lamp"), "demo"));
});

walk("any list with a picklist is a board", async (page) => {
  await page.goto("/o/tasks?view=all");
  await page.getByRole("button", { name: "Show as: Table" }).click();
  await page.getByRole("menuitemradio", { name: "Board" }).click();
  await column(page, "In progress").waitFor();
  await page.getByRole("button", { name: "Show as: Board" }).click();
  await page.getByRole("menuitemradio", { name: "By Priority" }).click();
  await column(page, "Urgent").getByRole("listitem").first().waitFor();
});

/** A deal in a column whose transition asks for a reason. */
walk("a card dragged on asks for the fields that the transition needs, and goes back when they are not given", async (page) => {
  await page.setViewportSize({ width: 2200, height: 900 });
  const name = await firstCard(page, "Qualified");
  await drag(page, card(page, name, "Qualified"), column(page, "Lost"));
  const asking = page.getByRole("dialog", { name: `Before ${name} goes to Lost` });
  await asking.getByRole("button", { name: "Lose", exact: true }).click();
  await asking.getByText("Reason lost is needed.").waitFor();
  await assertAccessible(page);
  await asking.getByRole("button", { name: "Cancel" }).click();
  await card(page, name, "Qualified").waitFor();
  assert.equal(await stageOf(page, name), "qualified");

  await drag(page, card(page, name, "Qualified"), column(page, "Lost"));
  await choose(page, asking, /^Reason lost/, "Price");
  await asking.getByRole("button", { name: "Lose", exact: true }).click();
  await noted(page, `Moved ${name} to Lost`);
  await card(page, name, "Lost").waitFor();
  const { data } = await ask(page, `/api/v1/deals?filter[name][eq]=${encodeURIComponent(name)}&fields=stage,loss_reason`);
  assert.deepEqual([data[0].stage, data[0].loss_reason], ["lost", "price"]);
});

walk("a process that is enforced lets a card go by its transitions alone, and says why not", async (page) => {
  await change(page, "PUT", "/metadata/v1/processes/task.strict", {
    object: "task",
    field: "status",
    mode: "enforce",
    states: ["todo", "in_progress", "waiting", "done"],
    transitions: [
      { name: "begin", from: ["todo"], to: "in_progress" },
      { name: "finish", from: ["in_progress"], to: "done", before: "priority <> \"urgent\"", message: "Urgent tasks are finished by the manager" },
    ],
  });
  await page.goto("/o/tasks?view=all&as=board&group=status");
  const name = await firstCard(page, "To do");
  await drag(page, card(page, name, "To do"), column(page, "Waiting"));
  await noted(page, "No transition goes from To do to Waiting. From here: In progress.");
  await card(page, name, "To do").focus();
  await page.keyboard.press("Alt+ArrowRight");
  await card(page, name, "In progress").waitFor();
  await noted(page, `Moved ${name} to In progress`);

  const { data } = await ask(page, `/api/v1/tasks?filter[name][eq]=${encodeURIComponent(name)}&fields=id,status`);
  assert.equal(data[0].status, "in_progress");
  await change(page, "PATCH", `/api/v1/tasks/${data[0].id}`, { priority: "urgent" });
  await page.goto(`/o/tasks/${data[0].id}`);
  const path = page.getByRole("list", { name: "Status" });
  await path.getByRole("button", { name: "Waiting" }).and(page.locator(":disabled")).waitFor();
  assert.match(await page.getByRole("button", { name: "Finish", exact: true }).getAttribute("title"), /finished by the manager/);
  await path.getByRole("button", { name: "Done" }).click();
  await noted(page, "Urgent tasks are finished by the manager");
});

walk("columns say what they are worth, and how much of it is to be expected", async (page) => {
  const { data } = await ask(page, "/api/v1/deals?filter[stage][eq]=new&fields=amount,probability&limit=200");
  const whole = data.reduce((sum, deal) => sum + (deal.amount ?? 0), 0);
  const weighted = data.reduce((sum, deal) => sum + ((deal.amount ?? 0) * (deal.probability ?? 0)) / 100, 0);
  const style = { style: "currency", currency: "USD", maximumFractionDigits: 0 };
  const money = (amount) => new Intl.NumberFormat("en-GB", style).format(amount).replace(/^\D+/, "");
  const totals = column(page, "New").locator("p").first();
  await totals.getByText(money(Math.floor(whole))).waitFor();
  await totals.getByText(`${money(weighted)} weighted`).waitFor();
});

walk("what columns are weighted by is chosen, and nothing as well", async (page) => {
  const totals = column(page, "New").locator("p").first();
  await totals.getByText(/weighted$/).waitFor();
  const choose = async (name) => {
    await page.getByRole("button", { name: "Show as: Board" }).click();
    await page.getByRole("menuitemradio", { name, exact: true }).click();
  };
  await choose("Not weighted");
  await totals.getByText(/weighted$/).waitFor({ state: "detached" });
  await page.reload();
  await totals.waitFor();
  assert.equal(await totals.getByText(/weighted$/).count(), 0, "this browser remembers it");
  await choose("Weighted by Probability");
  await totals.getByText(/weighted$/).and(page.getByTitle("Weighted by Probability")).waitFor();
});

walk("cards of any object say for how long they have stood where they are, asked of the log of states at once", async (page) => {
  await change(page, "PUT", "/metadata/v1/processes/task.raising", {
    object: "task",
    field: "priority",
    mode: "guide",
    states: ["low", "medium", "high", "urgent"],
    transitions: [{ name: "raise", from: ["low"], to: "medium" }],
  });
  const { data } = await change(page, "POST", "/api/v1/tasks", { title: "Count the anchors", priority: "low" });
  await change(page, "PATCH", `/api/v1/tasks/${data.id}`, { priority: "high" });
  const asked = [];
  page.on("request", (request) => {
    const url = new URL(request.url());
    if (url.pathname.endsWith("/states")) asked.push(url.searchParams);
  });
  await page.clock.setFixedTime(Date.now() + 40 * 24 * 60 * 60 * 1000);
  await page.goto("/o/tasks?view=all&as=board&group=priority&q=Count%20the%20anchors");
  const here = column(page, "High").getByRole("listitem").filter({ hasText: "Count the anchors" });
  await here.getByText("Here for 40 days").waitFor();
  assert.deepEqual(asked.map((one) => [one.get("field"), one.get("filter")]), [["priority", JSON.stringify({ id: { in: [data.id] } })]]);

  // Nobody writes down when a category was chosen.
  await page.goto("/o/tasks?view=all&as=board&group=category&q=Count%20the%20anchors");
  await page.getByRole("listitem").filter({ hasText: "Count the anchors" }).getByText("Not changed for 40 days").waitFor();
  assert.equal(asked.length, 1);
});
