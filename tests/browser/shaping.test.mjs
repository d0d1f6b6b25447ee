// The whole way of somebody new who shapes the product: an object of one's own with fields, a formula, a rule and a
// layout, its records on a board, a colleague who sees only theirs, the reason why, and all of it in the audit log.

import assert from "node:assert/strict";
import { stage } from "./stage.mjs";
import { ask, change, choose, firstRow, noted, signedIn, until } from "./steps.mjs";

const { walk, url, browser } = stage();
const COLLEAGUE = { email: "nia@example.com", password: "nia-builds-boats-all-d4y" };

const fields = (page) => page.getByRole("dialog");

async function newField(page, kind, label) {
  await page.getByRole("button", { name: "New field" }).click();
  await page.getByRole("searchbox", { name: "Find a kind of field" }).fill(kind);
  await fields(page).getByRole("button", { name: new RegExp(`^${kind}`) }).first().click();
  await fields(page).getByLabel("Label", { exact: false }).first().fill(label);
}

async function addField(page, kind, label) {
  await newField(page, kind, label);
  await page.getByRole("button", { name: "Add field" }).click();
  await noted(page, new RegExp(`^Added ${label} to`));
}

async function typeFormula(page, label, text) {
  await page.getByRole("textbox", { name: label }).click();
  await page.keyboard.type(text);
}

walk("somebody new shapes Project, works in it, and knows who sees what and why", async (page) => {
  await page.goto("/setup/objects");
  await page.getByRole("button", { name: "New object" }).click();
  const form = page.getByRole("dialog", { name: "New object" });
  await form.getByLabel("Label", { exact: false }).first().fill("Project");
  await form.getByRole("button", { name: "Create object" }).click();
  await page.getByRole("heading", { level: 1, name: "Project" }).waitFor();

  const kinds = { Money: "Budget", Date: "Due", "Yes or no": "Billable", Email: "Contact mail", "Whole number": "People", Percent: "Progress" };
  for (const [kind, label] of Object.entries(kinds)) await addField(page, kind, label);
  await newField(page, "Choice", "Phase");
  const options = fields(page).getByRole("textbox", { name: "Option label" });
  for (const [at, label] of ["Plan", "Build", "Done"].entries()) {
    if ((await options.count()) <= at) await fields(page).getByRole("button", { name: "Add option" }).click();
    await options.nth(at).fill(label);
  }
  await page.getByRole("button", { name: "Add field" }).click();
  await noted(page, /^Added Phase to/);
  await newField(page, "Formula", "Monthly");
  await typeFormula(page, "Formula", "budget / 12");
  await fields(page).getByText("Gives a number").waitFor();
  await page.getByRole("button", { name: "Add field" }).click();
  await noted(page, /^Added Monthly to/);

  await page.getByRole("link", { name: "Rules", exact: true }).click();
  await page.getByRole("button", { name: "New validation rule" }).click();
  const rule = page.getByRole("dialog", { name: "New rule" });
  await typeFormula(page, "A record is wrong when", 'phase = "build" AND ISBLANK(budget)');
  await rule.getByText("Gives yes or no").waitFor();
  await rule.getByLabel("Message").fill("What is built needs a budget");
  await rule.getByRole("button", { name: "Add rule" }).click();
  await noted(page, "Added What is built needs a budget");

  await page.getByRole("link", { name: /^Layouts/ }).click();
  await page.getByRole("button", { name: "New layout" }).click();
  await page.getByRole("heading", { level: 1, name: /Project layout/ }).waitFor();
  await page.getByRole("region", { name: "Details" }).getByRole("button", { name: /^Budget/ }).click();
  await page.getByRole("button", { name: "Highlight", exact: true }).click();
  await page.getByRole("button", { name: "Publish", exact: true }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Publish layout" }).click();
  await noted(page, "Published the layout of Project");

  await page.getByRole("navigation", { name: "Main" }).getByRole("link", { name: "Projects" }).click();
  await page.getByRole("button", { name: "New project" }).first().click();
  const record = page.getByRole("dialog", { name: "New project" });
  await record.getByLabel("Name").fill("Pier");
  await choose(page, record, /^Phase/, "Build");
  await record.getByRole("button", { name: "Create project" }).click();
  await record.getByText("What is built needs a budget").waitFor();
  await record.getByLabel("Budget").fill("2400");
  await record.getByRole("button", { name: "Create project" }).click();
  await noted(page, "Created Pier");

  const nia = await change(page, "POST", "/admin/v1/users", { name: "Nia Boat", roles: ["member"], ...COLLEAGUE });
  const her = nia.data?.id ?? nia.id;
  const { data: role } = await ask(page, "/metadata/v1/roles/member");
  const { name: _, package: __, built_in: ___, custom: ____, id: _____, ...member } = role;
  const own = { create: true, read: "own", edit: "own" };
  await change(page, "PUT", "/metadata/v1/roles/member", { ...member, objects: { ...member.objects, project: own } });
  await change(page, "POST", "/api/v1/projects", [
    { name: "Boat", phase: "plan", budget: 120, owner_id: her },
    { name: "Quay", phase: "done", budget: 12 },
  ]);

  await page.goto("/o/projects?as=board&group=phase");
  const column = (name) => page.getByRole("region", { name, exact: true });
  await column("Build").getByRole("link", { name: "Pier" }).waitFor();
  await column("Plan").getByRole("link", { name: "Boat" }).focus();
  await page.keyboard.press("Alt+ArrowRight");
  await column("Build").getByRole("link", { name: "Boat" }).waitFor();
  await noted(page, "Moved Boat to Build");

  const hers = await browser().newContext({ baseURL: url(), storageState: await signedIn(browser(), url(), COLLEAGUE) });
  const desk = await hers.newPage();
  await desk.goto("/o/projects");
  await firstRow(desk, "Projects").getByRole("link", { name: "Boat" }).waitFor();
  assert.equal(await desk.getByRole("link", { name: "Pier" }).count(), 0, "she sees her own alone");
  await hers.close();

  const { data } = await ask(page, "/api/v1/projects?filter[name][eq]=Pier&fields=id,monthly");
  assert.equal(data[0].monthly, 200);
  await page.goto(`/setup/explain?user=${her}&object=project&record=${data[0].id}&action=read`);
  await page.getByText("Nia Boat may not see Pier").waitFor();
  await page.getByText("Nia Boat does not own it; Administrator does.").waitFor();

  await page.goto(`/setup/audit?object=project`);
  for (const line of [/Administrator\s*changed\s*Project\s*Boat/, /Administrator\s*created\s*Project\s*Pier/])
    await page.getByRole("main").getByRole("listitem").filter({ hasText: line }).first().waitFor();
  await page.goto("/setup/changes");
  const history = page.getByRole("main").getByRole("button");
  await until(async () => assert.ok((await history.filter({ hasText: "Administrator" }).count()) >= 10));
});

/** `rows` lines, `bad` of them without an address that can be one. */
function file(rows, bad) {
  const every = rows / bad;
  const mail = (i) => (i % every === 3 ? "nowhere" : `ula${i}@reef.example`);
  const lines = Array.from({ length: rows }, (_, i) => `Ula ${i},Holm,Reef ${i % 50} Ltd,${mail(i)}`);
  return Buffer.from(["First name,Surname,Company,E-mail", ...lines].join("\n"));
}

walk("five thousand rows come in, and the twenty bad ones are told", async (page) => {
  await page.goto("/o/leads/import");
  await page.getByLabel("File to import").setInputFiles({ name: "reef.csv", mimeType: "text/csv", buffer: file(5000, 20) });
  await page.getByRole("button", { name: /^Import 4,?980 leads$/ }).click({ timeout: 60_000 });
  await page.getByText(/^4,?980 leads imported/).waitFor({ timeout: 60_000 });
  const { pagination } = await ask(page, "/api/v1/leads?filter[company][starts_with]=Reef&limit=1&include_total=true");
  assert.equal(pagination.total, 4980);
});
