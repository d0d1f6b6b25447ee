// The whole way of somebody new who shapes the product: an object of one's own with eight kinds of field, a formula, a
// rule and a layout, its records on a board, a colleague who sees only theirs, the reason why, and all of it in the
// audit log. `hands` are how it is done, `to` how one goes about; `label` names the object.

import assert from "node:assert/strict";
import { ask, change, noted, signedIn, until } from "./steps.mjs";

const KINDS = { Money: "Budget", Date: "Due", "Yes or no": "Billable", Email: "Contact mail", "Whole number": "People", Percent: "Progress" };

export async function shapeAndUse({ page, hands, to, label, stage }) {
  const work = { page, hands, to, label, small: label.toLowerCase(), plural: `${label.toLowerCase()}s`, stage };
  await makeObject(work);
  await makeFields(work);
  await makeRule(work);
  await makeLayout(work);
  await enterRecords(work);
  const her = await bringColleague(work);
  await moveOnBoard(work);
  await assertSeesHersAlone(work);
  await explain(work, her);
  await lookBack(work);
}

const dialog = (page, name) => page.getByRole("dialog", name ? { name } : {});

async function makeObject({ page, hands, label }) {
  await page.goto("/setup/objects");
  await hands.press(page.getByRole("button", { name: "New object" }));
  const form = dialog(page, "New object");
  await hands.write(form.getByLabel("Label", { exact: false }).first(), label);
  await hands.press(form.getByRole("button", { name: "Create object" }));
  await page.getByRole("heading", { level: 1, name: label }).waitFor();
}

async function newField({ page, hands }, kind, label) {
  await hands.press(page.getByRole("button", { name: "New field" }));
  await hands.write(page.getByRole("searchbox", { name: "Find a kind of field" }), kind);
  await hands.press(dialog(page).getByRole("button", { name: new RegExp(`^${kind}`) }).first());
  await hands.write(dialog(page).getByLabel("Label", { exact: false }).first(), label);
}

async function addIt({ page, hands }, label) {
  await hands.press(page.getByRole("button", { name: "Add field" }));
  await noted(page, new RegExp(`^Added ${label} to`));
}

async function makeFields(work) {
  const { page, hands } = work;
  for (const [kind, label] of Object.entries(KINDS)) {
    await newField(work, kind, label);
    await addIt(work, label);
  }
  await newField(work, "Choice", "Phase");
  const options = dialog(page).getByRole("textbox", { name: "Option label" });
  for (const [at, label] of ["Plan", "Build", "Done"].entries()) {
    if ((await options.count()) <= at) await hands.press(dialog(page).getByRole("button", { name: "Add option" }));
    await hands.write(options.nth(at), label);
  }
  await addIt(work, "Phase");
  await newField(work, "Formula", "Monthly");
  await hands.type(page.getByRole("textbox", { name: "Formula" }), "budget / 12");
  await dialog(page).getByText("Gives a number").waitFor();
  await addIt(work, "Monthly");
}

async function makeRule({ page, hands }) {
  await hands.press(page.getByRole("link", { name: "Rules", exact: true }));
  await hands.press(page.getByRole("button", { name: "New validation rule" }));
  const rule = dialog(page, "New rule");
  await hands.type(page.getByRole("textbox", { name: "A record is wrong when" }), 'phase = "build" AND ISBLANK(budget)');
  await rule.getByText("Gives yes or no").waitFor();
  await hands.write(rule.getByLabel("Message"), "What is built needs a budget");
  await hands.press(rule.getByRole("button", { name: "Add rule" }));
  await noted(page, "Added What is built needs a budget");
}

async function makeLayout({ page, hands, label }) {
  await hands.press(page.getByRole("link", { name: /^Layouts/ }));
  await hands.press(page.getByRole("button", { name: "New layout" }));
  await page.getByRole("heading", { level: 1, name: `${label} layout` }).waitFor();
  await hands.press(page.getByRole("region", { name: "Details" }).getByRole("button", { name: /^Budget/ }));
  await hands.press(page.getByRole("button", { name: "Highlight", exact: true }));
  await hands.press(page.getByRole("button", { name: "Publish", exact: true }));
  await hands.press(dialog(page).getByRole("button", { name: "Publish layout" }));
  await noted(page, `Published the layout of ${label}`);
}

async function enterRecords({ page, hands, to, label, small }) {
  await to.list(`${label}s`);
  await to.create(small);
  const record = dialog(page, `New ${small}`);
  await hands.write(record.getByLabel("Name"), "Pier");
  await hands.pick(record, /^Phase/, "Build");
  await hands.press(record.getByRole("button", { name: `Create ${small}` }));
  await record.getByText("What is built needs a budget").waitFor();
  await hands.write(record.getByLabel("Budget"), "2400");
  await hands.press(record.getByRole("button", { name: `Create ${small}` }));
  await noted(page, "Created Pier");
}

/** Nia, who may make and see her own; one record is hers, and one more is not. */
async function bringColleague({ page, small, plural, stage }) {
  const { data: known } = await ask(page, "/admin/v1/users");
  const found = known.find(({ email }) => email === stage.colleague.email);
  const made = found ? { data: found } : await change(page, "POST", "/admin/v1/users", { name: "Nia Boat", roles: ["member"], ...stage.colleague });
  const her = made.data?.id ?? made.id;
  const { data: role } = await ask(page, "/metadata/v1/roles/member");
  const { name: _, package: __, built_in: ___, custom: ____, id: _____, ...member } = role;
  const own = { create: true, read: "own", edit: "own" };
  await change(page, "PUT", "/metadata/v1/roles/member", { ...member, objects: { ...member.objects, [small]: own } });
  await change(page, "POST", `/api/v1/${plural}`, [
    { name: "Boat", phase: "plan", budget: 120, owner_id: her },
    { name: "Quay", phase: "done", budget: 12 },
  ]);
  return her;
}

async function moveOnBoard({ page, to, plural }) {
  await page.goto(`/o/${plural}?as=board&group=phase`);
  const column = (name) => page.getByRole("region", { name, exact: true });
  await column("Build").getByRole("link", { name: "Pier" }).waitFor();
  await to.move(column("Plan").getByRole("listitem").filter({ hasText: "Boat" }), "Build");
  await column("Build").getByRole("link", { name: "Boat" }).waitFor();
  await noted(page, "Moved Boat to Build");
}

async function assertSeesHersAlone({ plural, label, stage }) {
  const { browser, url, colleague } = stage;
  const hers = await browser.newContext({ baseURL: url, storageState: await signedIn(browser, url, colleague) });
  const desk = await hers.newPage();
  await desk.goto(`/o/${plural}`);
  await desk.getByRole("grid", { name: `${label}s` }).getByRole("link", { name: "Boat" }).waitFor();
  assert.equal(await desk.getByRole("link", { name: "Pier" }).count(), 0, "she sees her own alone");
  await hers.close();
}

async function explain({ page, plural, small }, her) {
  const { data } = await ask(page, `/api/v1/${plural}?filter[name][eq]=Pier&fields=id,monthly`);
  assert.equal(data[0].monthly, 200);
  await page.goto(`/setup/explain?user=${her}&object=${small}&record=${data[0].id}&action=read`);
  await page.getByText("Nia Boat may not see Pier").waitFor();
  await page.getByText("Nia Boat does not own it; Administrator does.").waitFor();
}

async function lookBack({ page, label, small }) {
  await page.goto(`/setup/audit?object=${small}`);
  for (const line of [`Administrator\\s*changed\\s*${label}\\s*Boat`, `Administrator\\s*created\\s*${label}\\s*Pier`])
    await page.getByRole("main").getByRole("listitem").filter({ hasText: new RegExp(line) }).first().waitFor();
  await page.goto("/setup/changes");
  const history = page.getByRole("main").getByRole("button");
  await until(async () => assert.ok((await history.filter({ hasText: "Administrator" }).count()) >= 10));
}
