// A board: cards are dragged, moved by keys and by menu, come back when the server refuses, and are added in place.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { DESKTOP, journey, startChromium } from "./chromium.mjs";
import { ask, noted, signedIn, until } from "./steps.mjs";
import { startTrellis } from "./trellis.mjs";

let trellis;
let browser;
let storageState;

before(async () => {
  [trellis, browser] = await Promise.all([startTrellis(), startChromium()]);
  storageState = await signedIn(browser, trellis.url);
});

after(async () => {
  await browser?.close();
  await trellis?.stop();
});

function walk(name, steps) {
  test(name, () =>
    journey(browser, trellis.url, name, { ...DESKTOP, storageState }, async (page) => {
      await page.goto("/o/deals?view=board");
      await column(page, "New").getByRole("listitem").first().getByRole("link").waitFor();
      await steps(page);
    }),
  );
}

const column = (page, name) => page.getByRole("region", { name, exact: true });
const card = (page, name, where) => column(page, where).getByRole("link", { name, exact: true });

async function firstCard(page, where) {
  return column(page, where).getByRole("listitem").first().getByRole("link").innerText();
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
