// Records that become others, and records that come again: on a screen, with the keyboard alone, and on a phone.

import assert from "node:assert/strict";
import { assertAccessible, assertNoSidewaysScroll, PHONE } from "./chromium.mjs";
import { stage } from "./stage.mjs";
import { ask, change, choose, until } from "./steps.mjs";

const { walk } = stage();

/** A click on the value, as a mouse or a finger does it; the button in it is the keyboard's. */
const editRepeats = (page) => page.getByRole("button", { name: "Edit Repeats" }).locator("..").click();

const title = (page) => page.getByRole("heading", { level: 1 });

async function newLead(page, more) {
  const lead = { first_name: "Ada", last_name: "Byron", status: "qualified", budget_amount: 1234.5, ...more };
  return (await change(page, "POST", "/api/v1/leads", lead)).data;
}

async function converted(page, id) {
  return until(async () => {
    const { data } = await ask(page, `/api/v1/leads/${id}?fields=*,converted_account.name,converted_contact.name`);
    assert.equal(data.status, "converted");
    return data;
  });
}

walk("a lead is converted: what it lacks is asked for, and the account that is there is taken", async (page) => {
  const account = (await change(page, "POST", "/api/v1/accounts", { name: "Analytical Engines" })).data;
  const lead = await newLead(page, { company: "analytical engines", email: "ada@engines.example", last_name: null });
  const task = { title: "Call Ada", related_to_object: "lead", related_to_id: lead.id };
  const { id: taskId } = (await change(page, "POST", "/api/v1/tasks", task)).data;
  const rule = { object: "deal", when: "ISBLANK(close_date)", message: "Say when you expect it", field: "close_date" };
  await change(page, "PUT", "/metadata/v1/validation-rules/deal.expected", rule);
  try {
    await page.goto(`/o/leads/${lead.id}`);
    await page.getByRole("button", { name: "Convert", exact: true }).click();
    const dialog = page.getByRole("dialog", { name: /^Convert/ });
    await dialog.getByRole("button", { name: "Take it: Analytical Engines" }).waitFor();
    await assertAccessible(page);
    await dialog.getByRole("button", { name: "Take it: Analytical Engines" }).click();
    const deal = dialog.getByRole("region", { name: "Deal" });
    await deal.getByRole("radio", { name: "New deal" }).click();
    await deal.getByLabel("Deal name").fill("");
    await dialog.getByRole("button", { name: "Convert", exact: true }).click();
    // What is required stops it here, what a rule asks for stops it at the server; both are told at their fields.
    await deal.getByText("required", { exact: false }).last().waitFor();
    await deal.getByLabel("Deal name").fill("The engine");
    await dialog.getByRole("button", { name: "Convert", exact: true }).click();
    await deal.getByText("Say when you expect it").waitFor();
    assert.equal((await ask(page, `/api/v1/leads/${lead.id}`)).data.status, "qualified");
    await deal.getByLabel("Expected close date").fill("2027-03-01");
    await dialog.getByRole("button", { name: "Convert", exact: true }).click();
    const done = page.getByRole("dialog", { name: /has been converted/ });
    await done.getByRole("link", { name: "The engine" }).waitFor();
    const after = await converted(page, lead.id);
    assert.equal(after.converted_account_id, account.id);
    assert.equal((await ask(page, `/api/v1/tasks/${taskId}`)).data.related_to_id, after.converted_contact_id);
    await done.getByRole("link", { name: "The engine" }).click();
    await title(page).getByText("The engine").waitFor();
    const { data } = await ask(page, `/api/v1/deals?filter[lead_id][eq]=${lead.id}`);
    assert.deepEqual([data.length, data[0].account_id, data[0].amount], [1, account.id, 1234.5]);
    // Not twice.
    await page.goto(`/o/leads/${lead.id}`);
    await title(page).getByText("Ada").waitFor();
    assert.equal(await page.getByRole("button", { name: "Convert", exact: true }).count(), 0);
  } finally {
    // Other journeys make deals too.
    await change(page, "DELETE", "/metadata/v1/validation-rules/deal.expected");
  }
});

walk("a lead is converted with the keyboard alone", async (page) => {
  const lead = await newLead(page, { company: "Difference Works" });
  await page.goto(`/o/leads/${lead.id}`);
  await page.getByRole("button", { name: "Convert", exact: true }).press("Enter");
  const dialog = page.getByRole("dialog", { name: /^Convert/ });
  const choices = dialog.getByRole("region", { name: "Deal" }).getByRole("radio");
  await choices.last().focus();
  await page.keyboard.press("ArrowRight");
  await dialog.getByRole("region", { name: "Deal" }).getByLabel("Deal name").waitFor();
  await dialog.getByLabel("Account name").press("Enter");
  await page.getByRole("dialog", { name: /has been converted/ }).getByRole("link", { name: "Difference Works", exact: true }).waitFor();
  await page.keyboard.press("Enter");
  await page.getByRole("dialog").waitFor({ state: "detached" });
  assert.equal((await converted(page, lead.id)).converted_account.name, "Difference Works");
});

for (const colorScheme of ["light", "dark"]) {
  walk(`both dialogs can be read by everybody, ${colorScheme}`, async (page) => {
    const lead = await newLead(page, { company: "Shade and Sons" });
    await page.goto(`/o/leads/${lead.id}`);
    await page.getByRole("button", { name: "Convert", exact: true }).click();
    await page.getByRole("dialog", { name: /^Convert/ }).getByLabel("Account name").waitFor();
    await assertAccessible(page);
    const task = await newTask(page, "Look at it");
    await page.goto(`/o/tasks/${task.id}`);
    await editRepeats(page);
    await page.getByRole("dialog", { name: "Repeats" }).getByRole("listitem").first().waitFor();
    await assertAccessible(page);
  }, { colorScheme });
}

walk("a lead is converted on a phone", async (page) => {
  const lead = await newLead(page, { company: "Pocket Engines" });
  await page.goto(`/o/leads/${lead.id}`);
  await page.getByRole("button", { name: "Convert", exact: true }).click();
  const dialog = page.getByRole("dialog", { name: /^Convert/ });
  await dialog.getByRole("button", { name: "Convert", exact: true }).click();
  await page.getByRole("dialog", { name: /has been converted/ }).getByRole("link", { name: "Pocket Engines", exact: true }).waitFor();
  await assertNoSidewaysScroll(page);
  await assertAccessible(page);
}, PHONE);

const iso = (days, hour = 9) => {
  const at = new Date(Date.now() + days * 86_400_000);
  at.setUTCHours(hour, 0, 0, 0);
  return at.toISOString().replace(/\.\d+Z$/, "Z");
};

/** The first Monday or Thursday after a day. */
function following(text) {
  const at = new Date(text);
  do at.setUTCDate(at.getUTCDate() + 1);
  while (![1, 4].includes(at.getUTCDay()));
  return at.getTime();
}

async function newTask(page, title) {
  const task = { title, due_at: iso(1), start_at: iso(1, 8) };
  return (await change(page, "POST", "/api/v1/tasks", task)).data;
}

const nexts = async (page, id) =>
  (await ask(page, `/api/v1/tasks?filter[previous_task_id][eq]=${id}&fields=*`)).data;

walk("a task comes again: its rule is chosen, it is done, and the next one is there", async (page) => {
  const task = await newTask(page, "Water the plants");
  await page.goto(`/o/tasks/${task.id}`);
  await editRepeats(page);
  const builder = page.getByRole("dialog", { name: "Repeats" });
  await builder.getByRole("button", { name: "Monday" }).click();
  await builder.getByRole("button", { name: "Thursday" }).click();
  await builder.getByRole("radio", { name: "After a number of times" }).click();
  await builder.getByLabel("How many times").fill("3");
  await builder.getByText("Every week on Monday and Thursday, 3 times").waitFor();
  await until(async () => assert.equal(await builder.getByRole("listitem").count(), 2));
  await assertAccessible(page);
  await builder.getByRole("button", { name: "Use this rule" }).click();
  await page.getByText("Every week on Monday and Thursday, 3 times").first().waitFor();
  await until(async () => {
    const { data } = await ask(page, `/api/v1/tasks/${task.id}`);
    assert.equal(data.recurrence_rule, "FREQ=WEEKLY;BYDAY=MO,TH;COUNT=3");
  });
  await page.getByRole("button", { name: "Edit Status" }).first().press("Enter");
  await page.getByRole("option", { name: "Done" }).click();
  const [next, ...more] = await until(async () => {
    const found = await nexts(page, task.id);
    assert.ok(found.length > 0);
    return found;
  });
  assert.equal(more.length, 0);
  assert.deepEqual(
    [next.title, next.status, new Date(next.due_at).getTime(), next.recurrence_rule],
    ["Water the plants", "todo", following(task.due_at), "FREQ=WEEKLY;BYDAY=MO,TH;COUNT=2"],
  );
  await page.goto(`/o/tasks/${next.id}`);
  await page.getByText("Every week on Monday and Thursday, 2 times").first().waitFor();
});

walk("a rule is chosen with the keyboard alone", async (page) => {
  const task = await newTask(page, "Back up");
  await page.goto(`/o/tasks/${task.id}`);
  await page.getByRole("button", { name: "Edit Repeats" }).press("Enter");
  const builder = page.getByRole("dialog", { name: "Repeats" });
  await builder.getByRole("radio", { name: "Weekly" }).focus();
  await page.keyboard.press("ArrowLeft");
  await builder.getByText("Every day", { exact: true }).waitFor();
  await builder.getByLabel("Every").fill("2");
  await page.keyboard.press("Enter");
  await until(async () => {
    assert.equal((await ask(page, `/api/v1/tasks/${task.id}`)).data.recurrence_rule, "FREQ=DAILY;INTERVAL=2");
  });
  // Esc leaves it as it is.
  await page.getByRole("button", { name: "Edit Repeats" }).press("Enter");
  await builder.getByRole("radio", { name: "Never" }).first().click();
  await page.keyboard.press("Escape");
  await builder.waitFor({ state: "detached" });
  assert.equal((await ask(page, `/api/v1/tasks/${task.id}`)).data.recurrence_rule, "FREQ=DAILY;INTERVAL=2");
});

walk("a rule is chosen on a phone", async (page) => {
  const task = await newTask(page, "Stock take");
  await page.goto(`/o/tasks/${task.id}`);
  await editRepeats(page);
  const builder = page.getByRole("dialog", { name: "Repeats" });
  await builder.getByRole("radio", { name: "Monthly" }).click();
  await choose(page, builder, /^On day/, "Day of the month");
  await choose(page, builder, /^Day of the month/, "Last day");
  await builder.getByText("Every month on the last day").waitFor();
  await assertNoSidewaysScroll(page);
  await assertAccessible(page);
  await builder.getByRole("button", { name: "Use this rule" }).click();
  await until(async () => {
    assert.equal((await ask(page, `/api/v1/tasks/${task.id}`)).data.recurrence_rule, "FREQ=MONTHLY;BYMONTHDAY=-1");
  });
}, PHONE);

walk("a rule is chosen in the form of a new task, which stays open for the rest", async (page) => {
  await page.goto("/o/tasks");
  await page.getByRole("button", { name: "New task" }).first().click();
  const drawer = page.getByRole("dialog", { name: "New task" });
  await drawer.getByLabel("Title").fill("Read the meters");
  const more = drawer.getByRole("button", { name: /more fields/ });
  if (await more.count()) await more.click();
  await drawer.getByRole("button", { name: /^Repeats/ }).click();
  const builder = page.getByRole("dialog", { name: "Repeats" });
  const use = builder.getByRole("button", { name: "Use this rule" });
  // A rule that ends on no day is none.
  await builder.getByRole("radio", { name: "At a day" }).click();
  assert.ok(await use.isDisabled());
  await builder.getByLabel("Last day it may come").fill("2031-12-31");
  await use.click();
  await builder.waitFor({ state: "detached" });
  await drawer.getByRole("button", { name: /Every week, until/ }).waitFor();
  const made = async () => (await ask(page, "/api/v1/tasks?filter[title][eq]=Read the meters&fields=*")).data;
  assert.deepEqual(await made(), []);
  await drawer.getByRole("button", { name: /^Create/ }).click();
  await until(async () => {
    assert.deepEqual((await made()).map((task) => task.recurrence_rule), ["FREQ=WEEKLY;UNTIL=20311231"]);
  });
});
