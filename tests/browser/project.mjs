// The whole way of somebody new who shapes the product: signed in, an object of one's own with eight kinds of field beside
// a formula, a rule and a layout, a role and a colleague who has it, records, a board by phase, the reason why she does not
// see one of them, and all of it in the audit log and the history. Nothing is asked of the API: what is done and what is
// seen is on the pages, and their addresses are never typed but for the first. `way` is how it is done: with
// which hands, on what screen, and how one goes about.

import assert from "node:assert/strict";
import { journey } from "./chromium.mjs";
import { noted, until } from "./steps.mjs";
import { ADMIN } from "./trellis.mjs";

/** With the choice of a phase they are eight. */
const KINDS = {
  Money: "Budget",
  Date: "Due",
  "Yes or no": "Billable",
  Email: "Contact mail",
  "Whole number": "People",
  Percent: "Progress",
  "Long text": "Scope",
};

/** `label` names the object and `colleague` who else works on it: her name, her address and her password. */
export async function shapeAndUse({ browser, url, way, label, colleague }) {
  const named = { label, small: label.toLowerCase(), many: `${label}s`, crew: `${label} crew`, colleague };
  /** What somebody does in a browser of their own, from the page where one signs in. */
  const as = (who, steps) =>
    journey(browser, url, `${label} ${who.email}`, way.look, async (page) => {
      const work = { ...named, page, ...way.of(page) };
      await signInOnPage(work, who);
      await steps(work);
    });
  await as(ADMIN, async (work) => {
    await makeObject(work);
    await makeFields(work);
    await makeRule(work);
    await makeLayout(work);
    await enterRecords(work);
    await makeRole(work);
    await bringColleague(work);
    await as(colleague, async (hers) => {
      await enterRecord(hers, { Name: "Boat", Phase: "Plan", Budget: "120" });
      await assertSeesHersAlone(hers);
    });
    await moveOnBoard(work);
    await explain(work);
    await lookBack(work);
  });
}

const dialog = (page, name) => page.getByRole("dialog", name ? { name } : {});

async function signInOnPage({ page, hands }, { email, password }) {
  await page.goto("/");
  await page.getByRole("heading", { name: "Sign in to Trellis" }).waitFor();
  await hands.write(page.getByLabel("Email"), email);
  await hands.write(page.getByLabel("Password"), password);
  await hands.press(page.getByRole("button", { name: "Sign in" }));
  await page.getByRole("navigation", { name: "Main" }).waitFor();
}

async function makeObject({ page, hands, to, label }) {
  await to.setup("Objects and fields");
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

/** Makes a record and leaves its form; `values` are by the labels of their fields. */
async function enterRecord(work, values) {
  const { page, hands, small } = work;
  const form = await openForm(work);
  await fill(work, form, values);
  await hands.press(form.getByRole("button", { name: `Create ${small}` }));
  await noted(page, `Created ${values.Name}`);
}

async function openForm({ page, to, small, many }) {
  await to.list(many);
  await page.getByRole("heading", { level: 1, name: many }).waitFor();
  await to.create(small);
  return dialog(page, `New ${small}`);
}

async function fill({ hands }, form, { Phase, ...texts }) {
  for (const [label, text] of Object.entries(texts)) await hands.write(form.getByLabel(label), text);
  await hands.pick(form, /^Phase/, Phase);
}

/** One that the rule refuses until it has a budget, whose share of a month is then reckoned; and one more. */
async function enterRecords(work) {
  const { page, hands, small } = work;
  const form = await openForm(work);
  await fill(work, form, { Name: "Pier", Phase: "Build" });
  await hands.press(form.getByRole("button", { name: `Create ${small}` }));
  await form.getByText("What is built needs a budget").waitFor();
  await hands.write(form.getByLabel("Budget"), "2400");
  await hands.press(form.getByRole("button", { name: `Create ${small}` }));
  await noted(page, "Created Pier");
  await hands.press(page.getByRole("region", { name: "Notifications" }).getByRole("button", { name: "Open" }));
  await page.getByRole("heading", { level: 1, name: "Pier" }).waitFor();
  await page.getByRole("definition").filter({ hasText: /^200(\.0+)?$/ }).first().waitFor();
  await enterRecord(work, { Name: "Quay", Phase: "Done", Budget: "12" });
}

/** A role that makes records and reaches one's own, and deletes none. */
async function makeRole({ page, hands, to, many, crew }) {
  await to.setup("Roles");
  await hands.press(page.getByRole("button", { name: "New role", exact: true }));
  await hands.write(dialog(page, "New role").getByRole("textbox", { name: /^Label/ }), crew);
  await hands.press(dialog(page, "New role").getByRole("button", { name: "Add role" }));
  await page.getByRole("heading", { level: 1, name: crew }).waitFor();
  await hands.write(page.getByRole("searchbox", { name: "Find an object" }), many);
  const reach = async (action, choice) => {
    await hands.press(page.getByRole("button", { name: new RegExp(` ${action} ${many},`) }));
    await hands.press(page.getByRole("listbox", { name: `${action} ${many}` }).getByRole("option", { name: choice }));
  };
  await reach("Create", /Given$/);
  await reach("Read", "Records one owns");
  await reach("Edit", "Records one owns");
  await reach("Delete", "Nothing");
  await hands.press(page.getByRole("button", { name: /^Publish/ }));
  await hands.press(dialog(page, `Publish ${crew}`).getByRole("button", { name: "Publish changes" }));
  await noted(page, `Published ${crew}`);
}

async function bringColleague({ page, hands, to, crew, colleague }) {
  await to.setup("Users");
  await hands.press(page.getByRole("button", { name: "New user" }));
  const form = dialog(page, "New user");
  await hands.write(form.getByRole("textbox", { name: /^Name/ }), colleague.name);
  await hands.write(form.getByRole("textbox", { name: /^Email/ }), colleague.email);
  await hands.write(form.getByRole("textbox", { name: /^Password/ }), colleague.password);
  await hands.pickSeveral(form, /^Roles/, [crew]);
  await hands.press(form.getByRole("button", { name: "Add user" }));
  await noted(page, `Added ${colleague.name}`);
  await page.getByRole("row").filter({ hasText: colleague.email }).getByText(crew, { exact: true }).waitFor();
}

async function assertSeesHersAlone({ page, many }) {
  const list = page.getByRole("region", { name: many, exact: true });
  await list.getByRole("link", { name: "Boat" }).waitFor();
  for (const name of ["Pier", "Quay"]) assert.equal(await list.getByRole("link", { name }).count(), 0, `she sees ${name}`);
}

async function moveOnBoard({ page, hands, to, many }) {
  await to.list(many);
  await hands.menu(page.getByRole("button", { name: /^Show as/ }), "Board");
  await hands.menu(page.getByRole("button", { name: /^Show as/ }), "By Phase");
  const column = (name) => page.getByRole("region", { name, exact: true });
  await column("Build").getByRole("link", { name: "Pier" }).waitFor();
  await to.move(column("Plan").getByRole("listitem").filter({ hasText: "Boat" }), "Build");
  await column("Build").getByRole("link", { name: "Boat" }).waitFor();
  await noted(page, "Moved Boat to Build");
}

async function explain({ page, hands, to, many, colleague }) {
  await to.setup("Explain access");
  const question = page.getByRole("main");
  await hands.find(question, "Person", colleague.name);
  await hands.pick(question, /^Object/, many);
  await page.getByText(`${colleague.name} may see ${many.toLowerCase()} at all`).waitFor();
  await hands.find(question, "Record", "Pier");
  await page.getByText(`${colleague.name} may not see Pier`).waitFor();
  await page.getByText(`${colleague.name} does not own it; Administrator does.`).waitFor();
}

async function lookBack({ page, hands, to, label, small, many, crew, colleague }) {
  await to.setup("Audit log");
  await hands.pick(page.getByRole("main"), /^To what/, many);
  const deeds = [["Administrator", "created", "Pier"], [colleague.name, "created", "Boat"], ["Administrator", "changed", "Boat"]];
  for (const [who, did, what] of deeds) {
    const line = new RegExp(`${who}\\s*${did}\\s*${label}\\s*${what}`);
    await page.getByRole("main").getByRole("listitem").filter({ hasText: line }).first().waitFor();
  }
  await to.setup("Change history");
  const history = page.getByRole("main").getByRole("button").filter({ hasText: "Administrator" });
  await history.filter({ hasText: `Add the role ${crew}` }).waitFor();
  await until(async () => assert.ok((await history.filter({ hasText: new RegExp(`\\b${small}\\b`) }).count()) >= 10));
}
