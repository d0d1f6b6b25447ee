// The work of a day as people do it: with a mouse, with a keyboard alone, and on a telephone 390 px wide. A lead becomes a
// customer, a deal is stopped on its way until it says why, a task comes again, and a file of five thousand rows comes in.

import assert from "node:assert/strict";
import { DESKTOP, PHONE } from "./chromium.mjs";
import { finger, keyboard, pointer } from "./hands.mjs";
import { stage } from "./stage.mjs";
import { ask, change, noted, until } from "./steps.mjs";

const { walk } = stage();

/** How it is done → the look of the page, the hands, and how a card of a board is sent to a column. */
const WAYS = {
  "with a mouse": { look: DESKTOP, hands: pointer, send: byMenu },
  "with a keyboard alone": { look: DESKTOP, hands: keyboard, send: byKeys },
  "on a telephone": { look: PHONE, hands: finger, send: byMenu },
};

const dialog = (page, name) => page.getByRole("dialog", { name });

async function byMenu(page, hands, card, column) {
  await hands.press(card.getByRole("button", { name: /^Actions for/ }));
  await hands.press(page.getByRole("menuitemradio", { name: column }));
}

/** Tab comes to the board's one card that it stops at; `m` opens its menu, in which the arrows go on. */
async function byKeys(page, hands, card, column) {
  await hands.reach(card.getByRole("link"));
  await page.keyboard.press("m");
  const wanted = page.getByRole("menuitemradio", { name: column });
  await wanted.waitFor();
  for (let steps = 0; steps < 20; steps++) {
    if (await wanted.evaluate((item) => item === document.activeElement)) return page.keyboard.press("Enter");
    await page.keyboard.press("ArrowDown");
  }
  throw new Error(`the arrows do not come to ${column}`);
}

async function convertLead({ page, hands, how }) {
  const company = `Engines ${how}`;
  const person = { first_name: "Ada", last_name: "Byron", status: "qualified", budget_amount: 1234.5, company };
  const { data: lead } = await change(page, "POST", "/api/v1/leads", person);
  await page.goto(`/o/leads/${lead.id}`);
  await hands.press(page.getByRole("button", { name: "Convert", exact: true }));
  const asking = dialog(page, /^Convert/);
  await hands.write(asking.getByLabel("Account name"), `${company} Ltd`);
  await hands.press(asking.getByRole("button", { name: "Convert", exact: true }));
  await hands.press(dialog(page, /has been converted/).getByRole("link", { name: `${company} Ltd`, exact: true }));
  await page.getByRole("heading", { level: 1, name: company }).waitFor();
  const { data } = await ask(page, `/api/v1/leads/${lead.id}?fields=status,converted_account.name`);
  assert.deepEqual([data.status, data.converted_account.name], ["converted", `${company} Ltd`]);
}

async function loseDeal({ page, hands, how, send }) {
  const name = `Boat ${how}`;
  const { data: pipelines } = await ask(page, "/api/v1/pipelines?filter[code][eq]=new_business&fields=id");
  const boat = { name, stage: "qualified", amount: 500, pipeline_id: pipelines[0].id };
  const { data: deal } = await change(page, "POST", "/api/v1/deals", boat);
  await page.goto(`/o/deals?view=board&q=${encodeURIComponent(name)}`);
  const card = (column) =>
    page.getByRole("region", { name: column, exact: true }).getByRole("listitem").filter({ hasText: name });
  await page.getByRole("region", { name: "Qualified", exact: true }).scrollIntoViewIfNeeded();
  await card("Qualified").waitFor();
  await send(page, hands, card("Qualified"), "Lost");
  const asking = dialog(page, `Before ${name} goes to Lost`);
  await hands.press(asking.getByRole("button", { name: "Lose", exact: true }));
  await asking.getByText("Reason lost is needed.").waitFor();
  assert.equal((await ask(page, `/api/v1/deals/${deal.id}?fields=stage`)).data.stage, "qualified", "it is stopped");
  await hands.pick(asking, /^Reason lost/, "Price");
  await hands.press(asking.getByRole("button", { name: "Lose", exact: true }));
  await noted(page, `Moved ${name} to Lost`);
  const { data } = await ask(page, `/api/v1/deals/${deal.id}?fields=stage,loss_reason`);
  assert.deepEqual([data.stage, data.loss_reason], ["lost", "price"]);
}

async function repeatTask({ page, hands, how }) {
  const due = new Date(Date.now() + 86_400_000).toISOString();
  const { data: task } = await change(page, "POST", "/api/v1/tasks", { title: `Water ${how}`, due_at: due, start_at: due });
  await page.goto(`/o/tasks/${task.id}`);
  await hands.edit(page.getByRole("button", { name: "Edit Repeats" }));
  const builder = dialog(page, "Repeats");
  await hands.press(builder.getByRole("button", { name: "Monday" }));
  await hands.press(builder.getByRole("button", { name: "Thursday" }));
  await builder.getByText("Every week on Monday and Thursday").waitFor();
  await hands.press(builder.getByRole("button", { name: "Use this rule" }));
  const rule = async () => (await ask(page, `/api/v1/tasks/${task.id}?fields=recurrence_rule`)).data.recurrence_rule;
  await until(async () => assert.equal(await rule(), "FREQ=WEEKLY;BYDAY=MO,TH"));
  await hands.edit(page.getByRole("button", { name: "Edit Status" }).first());
  await hands.take(page, "Done");
  await until(async () => {
    const { data } = await ask(page, `/api/v1/tasks?filter[previous_task_id][eq]=${task.id}&fields=title,status`);
    assert.deepEqual(data.map((next) => [next.title, next.status]), [[`Water ${how}`, "todo"]]);
  });
}

/** `rows` lines, `bad` of them without an address that can be one. */
function file(rows, bad, company) {
  const every = rows / bad;
  const mail = (i) => (i % every === 3 ? "nowhere" : `ula${i}@reef.example`);
  const lines = Array.from({ length: rows }, (_, i) => `Ula ${i},Holm,${company} ${i % 50},${mail(i)}`);
  return Buffer.from(["First name,Surname,Company,E-mail", ...lines].join("\n"));
}

async function importFile({ page, hands, how }) {
  const company = `Reef ${how}`;
  await page.goto("/o/leads/import");
  const choosing = page.waitForEvent("filechooser");
  await hands.press(page.getByRole("button", { name: "Choose a file" }));
  const buffer = file(5000, 20, company);
  await (await choosing).setFiles({ name: "reef.csv", mimeType: "text/csv", buffer });
  const go = page.getByRole("button", { name: /^Import 4,?980 leads$/ });
  await go.waitFor({ timeout: 60_000 });
  const reasons = page.getByRole("region", { name: "Rejected rows" }).getByRole("row");
  assert.equal(await reasons.count(), 1 + 20, "each bad row is told, below the line of headers");
  assert.match(await reasons.nth(1).innerText(), /^5\s.*mail/is, "the first with its line in the file and what is wrong");
  await hands.press(go);
  await page.getByText(/^4,?980 leads imported/).waitFor({ timeout: 60_000 });
  const { pagination } = await ask(
    page,
    `/api/v1/leads?filter[company][starts_with]=${encodeURIComponent(company)}&limit=1&include_total=true`,
  );
  assert.equal(pagination.total, 4980);
}

for (const [how, { look, hands, send }] of Object.entries(WAYS)) {
  const by = (steps) => (page) => steps({ page, hands: hands(page), how, send });
  walk(`a lead is converted ${how}`, by(convertLead), look);
  walk(`a deal is not lost before it is said why, ${how}`, by(loseDeal), look);
  walk(`a task is made to come again ${how}`, by(repeatTask), look);
  walk(`five thousand rows come in, and the twenty bad ones are told, ${how}`, by(importFile), look);
}
