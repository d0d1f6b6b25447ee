// A list as a tool: columns arranged, groups and formulas as filters, many records changed at once, views kept.

import assert from "node:assert/strict";
import { assertAccessible } from "./chromium.mjs";
import { stage } from "./stage.mjs";
import { ask, change, choose, columnTexts, filterByText, firstRow, noted, signedIn, until } from "./steps.mjs";

const { walk: open, url, browser } = stage();

const walk = (name, steps) =>
  open(name, async (page) => {
    await page.goto("/o/deals?view=all");
    await firstRow(page, "Deals").waitFor();
    await steps(page);
  });

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

walk("groups of conditions and a formula narrow the list as the API does", async (page) => {
  await page.getByRole("button", { name: "Filter", exact: true }).click();
  await page.getByRole("button", { name: "Groups and formulas" }).click();
  const dialog = page.getByRole("dialog", { name: "Filter deals" });
  await dialog.getByLabel("Deal name contains").fill("Renewal");
  await dialog.getByRole("button", { name: "Condition", exact: true }).click();
  await dialog.getByRole("button", { name: "and", exact: true }).click();
  await dialog.getByLabel("Deal name contains").last().fill("Starter");
  await dialog.getByRole("tab", { name: "Formula" }).click();
  await dialog.getByRole("textbox", { name: "Formula" }).fill("amont > 1");
  await dialog.getByRole("button", { name: "Apply filter" }).click();
  await dialog.getByRole("alert").waitFor();
  await dialog.getByRole("textbox", { name: "Formula" }).fill("amount > 10000");
  await dialog.getByRole("button", { name: "Apply filter" }).click();

  const filter = JSON.stringify({ or: [{ name: { contains: "Renewal" } }, { name: { contains: "Starter" } }] });
  const { pagination } = await ask(
    page,
    `/api/v1/deals?filter=${encodeURIComponent(filter)}&where=${encodeURIComponent("amount > 10000")}&include_total=true&limit=1`,
  );
  await page.getByText(new RegExp(`^${pagination.total} deals?$`)).waitFor();
  assert.ok((await columnTexts(page, "Deals", "Amount")).filter(Boolean).every((text) => money(text) > 10_000));
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
  const { data: users } = await ask(page, "/admin/v1/users");
  const hers = { email: "ada@trellis.example", password: "browser-tests-of-a-rep-1" };
  const ada = users.find(({ email }) => email === hers.email);
  await change(page, "PATCH", `/admin/v1/users/${ada.id}`, { roles: ["sales_rep"], password: hers.password });
  const sees = async () => {
    const context = await browser().newContext({ baseURL: url(), storageState: await signedIn(browser(), url(), hers) });
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
