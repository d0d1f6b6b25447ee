// What an administrator does in setup: shaping objects with the plan before each change, and the way back after it.

import assert from "node:assert/strict";
import { readdir, readFile } from "node:fs/promises";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { assertAccessible } from "./chromium.mjs";
import { stage } from "./stage.mjs";
import { ask, change, choose, noted, until } from "./steps.mjs";

const { walk, url, browser } = stage();

walk("a change is reviewed, made, found in the history and undone", async (page) => {
  await page.goto("/setup/objects/competitor?tab=settings");
  await page.getByLabel("Plural label").fill("Rivals");
  await page.getByRole("button", { name: "Review changes" }).click();
  const review = page.getByRole("dialog", { name: "Change Competitor" });
  await review.getByText("plural_label").waitFor();
  await review.getByRole("region", { name: "Plan" }).getByText("No data is lost").waitFor();
  await review.getByLabel("Note for the history").fill("We call them rivals");
  await review.getByRole("button", { name: "Publish changes" }).click();
  await noted(page, "Saved Competitor");
  await page.getByRole("navigation", { name: "Main" }).getByRole("link", { name: "Rivals" }).waitFor();

  await page.getByRole("navigation", { name: "Setup" }).getByRole("link", { name: "Change history" }).click();
  await page.getByRole("button", { name: /We call them rivals/ }).click();
  const revision = page.getByRole("dialog", { name: /^Revision/ });
  await revision.getByText("Competitors").waitFor();
  await revision.getByRole("button", { name: "Undo this change" }).click();
  const back = page.getByRole("dialog", { name: /^Go back/ });
  await back.getByText("plural_label").waitFor();
  await back.getByRole("button", { name: "Go back" }).click();
  await noted(page, /^Everything is as it was/);
  const { data } = await ask(page, "/metadata/v1/objects/competitor");
  assert.equal(data.plural_label, "Competitors");
});

walk("a field is not deleted before its name is typed, and comes back with its data", async (page) => {
  const where = "/api/v1/deals?filter[tags][is_null]=false&limit=1&include_total=true";
  const total = async () => (await ask(page, where)).pagination.total;
  const kept = await total();
  await page.goto("/setup/objects/deal");
  await page.getByRole("button", { name: "Edit Tags" }).click();
  await page.getByRole("button", { name: "Delete", exact: true }).click();
  const review = page.getByRole("dialog", { name: "Delete the field Tags?" });
  await review.getByText(/Hides the data of 1 column/).waitFor();
  const button = review.getByRole("button", { name: "Delete field" });
  assert.ok(await button.isDisabled());
  await review.getByLabel("Type tags to go on").fill("tags");
  await button.click();
  await noted(page, "Deleted Tags");
  assert.equal((await page.request.get(where)).status(), 400);

  await page.goto("/setup/changes");
  await page.getByRole("button", { name: /Delete the field Tags/ }).click();
  await page.getByRole("button", { name: "Undo this change" }).click();
  await page.getByRole("dialog", { name: /^Go back/ }).getByRole("button", { name: "Go back" }).click();
  await noted(page, /^Everything is as it was/);
  await until(async () => assert.equal(await total(), kept));
});

walk("uninstalling tells what it takes away, and refuses while others need it", async (page) => {
  await page.goto("/setup/packages");
  await page.getByRole("button", { name: "Uninstall Accounts and contacts" }).click();
  await page.getByRole("dialog").getByText("This cannot be done as it is.").waitFor();
  await page.getByRole("dialog").getByRole("button", { name: "Cancel" }).click();
  await page.getByRole("button", { name: "Uninstall Tasks" }).click();
  const review = page.getByRole("dialog", { name: "Uninstall Tasks?" });
  await review.getByLabel("Type tasks to go on").waitFor();
  await assertAccessible(page);
  await review.getByRole("button", { name: "Cancel" }).click();
});

walk("a package that goes tells what others bring less without it", async (page) => {
  await page.goto("/setup/packages");
  await page.getByRole("button", { name: "Uninstall Leads" }).click();
  const review = page.getByRole("dialog", { name: "Uninstall Leads?" });
  const others = review.getByRole("region", { name: "Other packages" });
  await others.getByText("What Tasks brought beside Leads is archived, and comes back with it.").waitFor();
  await others.getByText("What Deals brought beside Leads is archived, and comes back with it.").waitFor();
  await assertAccessible(page);
  await review.getByRole("button", { name: "Cancel" }).click();
});

walk("a part that does not come says so where it would stand, and comes on being asked again", async (page) => {
  await page.goto("/setup/objects/task");
  await page.getByRole("heading", { level: 1, name: "Task" }).waitFor();
  let away = true;
  await page.route(/\/assets\/(field-panel|object-parts)-/, (route) =>
    away ? route.abort("internetdisconnected") : route.continue(),
  );
  await page.getByRole("button", { name: "New field" }).click();
  const missing = page.getByRole("dialog", { name: "This part could not be loaded." });
  await missing.getByText("Check your connection, then try again.").waitFor();
  await assertAccessible(page);
  await page.keyboard.press("Escape");
  await missing.waitFor({ state: "detached" });
  await page.getByRole("button", { name: "New field" }).click();
  await missing.waitFor();
  away = false;
  await missing.getByRole("button", { name: "Try again" }).click();
  await page.getByRole("dialog", { name: "New field on Task" }).waitFor();
  await page.keyboard.press("Escape");

  // The page around a part stays; a newer version of the pages is told of.
  away = true;
  const newer = '<script type="module" src="/assets/index-newer.js"></script>';
  await page.route((url) => url.pathname === "/", (route) => route.fulfill({ contentType: "text/html", body: newer }));
  await page.getByRole("link", { name: /^Rules/ }).click();
  await page.getByText("This part could not be loaded.").waitFor();
  await page.getByText("There is a newer version of these pages.").waitFor();
  await page.getByRole("button", { name: "Load again" }).waitFor();
  await page.getByRole("heading", { level: 1, name: "Task" }).waitFor();
  await assertAccessible(page);
  away = false;
  await page.getByRole("button", { name: "Try again" }).click();
  await page.getByRole("heading", { name: "Processes" }).waitFor();
});

walk("a part that takes a while says that it is on its way", async (page) => {
  await page.goto("/setup/objects");
  await page.getByRole("button", { name: "New object" }).waitFor();
  let arrive;
  const held = new Promise((resolve) => {
    arrive = resolve;
  });
  await page.route(/\/assets\/new-object-dialog-/, async (route) => {
    await held;
    await route.continue();
  });
  await page.getByRole("button", { name: "New object" }).click();
  await page.getByRole("status").filter({ hasText: "Loading" }).waitFor();
  await assertAccessible(page);
  arrive();
  await page.getByRole("dialog", { name: "New object" }).waitFor();
  assert.equal(await page.getByRole("status").filter({ hasText: "Loading" }).count(), 0);
});

walk("an upgrade shows where the package and the tenant differ, and does what is chosen", async (page) => {
  // An older version, of which a condition is changed here and which has a field that the newer one is without.
  const source = {};
  const folder = new URL("../../packages/tasks/", import.meta.url);
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath ?? entry.path, entry.name);
    const text = await readFile(path, "utf8");
    source[relative(fileURLToPath(folder), path)] = path.endsWith(".json") ? JSON.parse(text) : text;
  }
  const counted = source["with/accounts/fields/account.open_tasks.json"];
  const { where } = counted;
  source["manifest.json"].version = "0.9.0";
  source["with/accounts/fields/account.open_tasks.json"] = { ...counted, where: 'status <> "done"' };
  source["with/accounts/fields/account.old_tasks.json"] = { name: "old_tasks", kind: "text", label: "Old tasks" };
  await change(page, "POST", "/metadata/v1/packages", { source, approve: true, allow_downgrade: true });
  const address = "/metadata/v1/objects/account/fields/open_tasks";
  await change(page, "PUT", address, { ...counted, where: 'status = "todo"' });

  await page.goto("/setup/packages");
  await page.getByRole("button", { name: "Upgrade Tasks" }).click();
  const review = page.getByRole("dialog", { name: "Upgrade Tasks" });
  const open = review.getByRole("region", { name: "To be looked at" });
  await open.getByText('status = "todo"').waitFor();
  await open.getByText(where).waitFor();
  await open.getByText("The new version is without it. It stays, as your own.").waitFor();
  await assertAccessible(page);
  await open.getByRole("checkbox", { name: /^Take the package's value: .*open_tasks/ }).press("Space");
  await open.getByRole("checkbox", { name: "Archive it with its data: account.old_tasks" }).press("Space");
  await review.getByLabel("Type tasks to go on").fill("tasks");
  assert.ok(await open.getByRole("checkbox", { name: /^Take the package's value/ }).isChecked());
  await review.getByRole("button", { name: "Upgrade", exact: true }).click();
  await noted(page, "Upgraded Tasks");
  const { data } = await ask(page, "/metadata/v1/layers/fields/account.open_tasks");
  assert.deepEqual([data.base.where, data.changes], [where, []]);
  assert.equal((await page.request.get("/metadata/v1/objects/account/fields/old_tasks")).status(), 404);
});

walk("a layout is changed by keyboard and by pointer, and the page of a record follows", async (page) => {
  await page.goto("/setup/objects/account/layouts/default");
  await page.getByRole("heading", { level: 1, name: /Account layout/ }).waitFor();
  const about = page.getByRole("region", { name: "About" });
  await about.getByRole("button", { name: /^Rating/ }).focus();
  await page.keyboard.press("Alt+ArrowUp");
  await page.getByRole("status").getByText("Rating moved to About, place 3").waitFor();
  await page.keyboard.press("Alt+ArrowDown");
  await page.keyboard.press("Delete");
  await page.getByRole("button", { name: "Add Rating" }).waitFor();
  await page.keyboard.press("Control+z");
  await page.getByRole("button", { name: "Add Rating" }).waitFor({ state: "detached" });
  await about.getByRole("button", { name: /^Rating/ }).dragTo(page.getByRole("region", { name: "Size" }).getByRole("button", { name: /^Employees/ }));
  await page.getByRole("region", { name: "Size" }).getByRole("button", { name: /^Rating/ }).waitFor();
  // A heading is typed, and taken back by words and not by letters, from within it too.
  await about.getByRole("button", { name: "About", exact: true }).click();
  const heading = page.getByRole("textbox", { name: "Heading" });
  await heading.press("End");
  await heading.pressSequentially(" this firm");
  for (const left of ["About this ", "About ", "About"]) {
    await page.keyboard.press("Control+z");
    await until(async () => assert.equal(await heading.inputValue(), left));
  }
  await assertAccessible(page);
  await page.getByRole("button", { name: "Publish" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Publish layout" }).click();
  await noted(page, "Published the layout of Account");

  const { data } = await ask(page, "/metadata/v1/layouts/account.default");
  const size = data.sections.find((section) => section.label === "Size");
  assert.ok(size.items.some((item) => item.field === "rating"));
  const { data: [one] } = await ask(page, "/api/v1/accounts?limit=1&fields=id");
  await page.goto(`/o/accounts/${one.id}`);
  await page.getByRole("region", { name: "Size" }).getByText("Rating", { exact: true }).waitFor();
});

walk("a view is made with its preview, and is there in the list", async (page) => {
  await page.goto("/setup/objects/account?tab=views");
  await page.getByRole("link", { name: "New view" }).click();
  await page.getByLabel("Label").fill("Big ones");
  await page.getByRole("list", { name: "Columns" }).getByRole("button", { name: "Remove Type" }).click();
  await page.getByRole("button", { name: "Add sort key" }).click();
  await page.getByRole("option", { name: "Annual revenue" }).click();
  await page.getByRole("button", { name: "Annual revenue: ascending" }).click();
  await page.getByRole("textbox", { name: "Records that it shows" }).fill("annual_revenue > 1000000");
  await page.getByRole("region", { name: "Preview" }).getByText(/records$/).waitFor();
  await page.getByRole("button", { name: "Publish" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Publish view" }).click();
  await noted(page, "Published the view Big ones");
  await page.goto("/o/accounts");
  await page.getByRole("tab", { name: "Big ones" }).click();
  const { data } = await ask(page, "/metadata/v1/list-views/account.big_ones");
  const kept = [data.where, data.sort, data.columns.includes("type")];
  assert.deepEqual(kept, ["annual_revenue > 1000000", ["-annual_revenue"], false]);
});

walk("a view is a timeline between the days that one chooses for it", async (page) => {
  await page.goto("/setup/objects/task?tab=views");
  await page.getByRole("link", { name: "New view" }).click();
  await page.getByLabel("Label").fill("Between reminders");
  const main = page.getByRole("main");
  await choose(page, main, /^Displayed as/, "Timeline");
  await choose(page, main, /^Bars end with/, "Remind at");
  await choose(page, main, /^Bars begin with/, "Due");
  await assertAccessible(page);
  await page.getByRole("button", { name: "Publish" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Publish view" }).click();
  await noted(page, "Published the view Between reminders");
  const { data } = await ask(page, "/metadata/v1/list-views/task.between_reminders");
  assert.deepEqual([data.display, data.group_by, data.sort], ["timeline", "reminder_at", ["due_at"]]);
  await page.goto("/o/tasks?view=between_reminders");
  await page.getByText("From Due to Remind at").waitFor();
});

walk("a user is made, given a manager, deactivated and cannot sign in any more", async (page) => {
  await page.goto("/setup/users");
  await page.getByRole("button", { name: "New user" }).click();
  const form = page.getByRole("dialog", { name: "New user" });
  await form.getByLabel("Name", { exact: false }).first().fill("Grete Wandel");
  await form.getByRole("button", { name: "Add user" }).click();
  await form.getByText("This is needed.").waitFor();
  await form.getByLabel("Email", { exact: false }).fill("grete@example.com");
  await form.getByRole("button", { name: "Make up a password" }).click();
  const password = await form.getByLabel("Password", { exact: true }).inputValue();
  await form.getByRole("button", { name: /^Manager/ }).click();
  await page.getByRole("option", { name: "Ada Moreno" }).click();
  await assertAccessible(page);
  await form.getByRole("button", { name: "Add user" }).click();
  await noted(page, "Added Grete Wandel");
  const credentials = { data: { email: "grete@example.com", password } };
  const { data: people } = await ask(page, "/admin/v1/users?limit=1000");
  assert.equal(people.find((person) => person.name === "Grete Wandel").manager.name, "Ada Moreno");

  await page.getByRole("button", { name: /Grete Wandel/ }).click();
  await page.getByRole("button", { name: "Deactivate", exact: true }).click();
  await page.getByRole("button", { name: "Deactivate now" }).click();
  await noted(page, "Deactivated Grete Wandel");
  const anybody = await browser().newContext({ baseURL: url() });
  assert.equal((await anybody.request.post("/auth/v1/login", credentials)).status(), 401);
  await anybody.close();
});

walk("a key is shown once, works within its scopes and is refused when revoked", async (page) => {
  await page.goto("/setup/api-keys");
  await page.getByRole("button", { name: "New key" }).click();
  await page.getByLabel("What is it for?").fill("Nightly sync");
  await page.getByRole("button", { name: /^Scopes/ }).click();
  await page.getByRole("option", { name: /^deals:read/ }).click();
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: "Create key" }).click();
  const key = await page.getByRole("dialog").locator("code").innerText();
  const anybody = await browser().newContext({ baseURL: url(), extraHTTPHeaders: { authorization: `Bearer ${key}` } });
  const status = async (path) => (await anybody.request.get(path)).status();
  assert.deepEqual([await status("/api/v1/deals?limit=1"), await status("/api/v1/accounts?limit=1")], [200, 403]);
  await page.getByRole("button", { name: "Done" }).click();
  await page.getByText(key).waitFor({ state: "detached" });
  await page.getByRole("button", { name: "Revoke Nightly sync" }).click();
  await page.getByRole("button", { name: "Revoke key" }).click();
  await noted(page, "Revoked Nightly sync");
  assert.equal(await status("/api/v1/deals?limit=1"), 401);
  await anybody.close();
});

async function typeFormula(page, label, text) {
  await page.getByRole("textbox", { name: label }).click();
  await page.keyboard.type(text);
}

walk("a formula field is written with help, tried on a record and computed everywhere", async (page) => {
  await page.goto("/setup/objects/deal");
  await page.getByRole("button", { name: "New field" }).click();
  await page.getByRole("searchbox", { name: "Find a kind of field" }).fill("formula");
  await page.keyboard.press("Enter");
  const form = page.getByRole("dialog", { name: "New formula field" });
  await form.getByLabel("Label", { exact: false }).first().fill("Double amount");
  await typeFormula(page, "Formula", "amunt * 2");
  await form.getByText('There is no field "amunt".').first().waitFor();
  await page.keyboard.press("Control+a");
  await page.keyboard.type("account.annual_rev");
  await page.getByRole("option", { name: /annual_revenue/ }).click();
  await page.keyboard.press("Control+a");
  await page.keyboard.type("amount * 2");
  await form.getByText("Gives a number").waitFor();
  await until(async () => assert.match(await form.getByLabel("Result").innerText(), /^\d+/));
  await assertAccessible(page);
  await form.getByRole("button", { name: "Add field" }).click();
  await noted(page, /^Added Double amount/);
  const { data } = await ask(page, "/api/v1/deals?limit=1&fields=amount,double_amount&filter[amount][gt]=0");
  assert.equal(data[0].double_amount, 2 * data[0].amount);

  await page.getByRole("button", { name: "Edit Amount" }).click();
  await page.getByRole("dialog").getByText(/^Used in \d+ places/).click();
  await page.getByRole("dialog").getByText("deal.double_amount").waitFor();
});

walk("a validation rule refuses what it says, with its message at the field", async (page) => {
  await page.goto("/setup/objects/competitor?tab=rules");
  await page.getByRole("button", { name: "New validation rule" }).click();
  const form = page.getByRole("dialog", { name: "New rule" });
  await form.getByRole("button", { name: "Add rule" }).click();
  await form.getByText("Say when a record is wrong.").waitFor();
  await typeFormula(page, "A record is wrong when", "ISBLANK(website");
  await form.getByText("Gives yes or no").waitFor();
  await form.getByLabel("Message").fill("A rival needs a web address");
  await form.getByRole("button", { name: /^Told at the field/ }).click();
  await page.getByRole("option", { name: "Website" }).click();
  await form.getByRole("button", { name: "Add rule" }).click();
  await noted(page, "Added A rival needs a web address");
  await page.getByRole("button", { name: /A rival needs a web address/ }).waitFor();

  await page.goto("/o/competitors");
  await page.getByRole("button", { name: /^(New competitor|Create)$/ }).first().click();
  const record = page.getByRole("dialog", { name: "New competitor" });
  await record.getByLabel("Name", { exact: false }).first().fill("Nobody & Sons");
  await record.getByRole("button", { name: "Create competitor" }).click();
  await record.getByText("A rival needs a web address").waitFor();
});

/** Signs in as somebody else, in a profile of their own; answers what asks the API as them. */
async function asAnother(credentials) {
  const context = await browser().newContext({ baseURL: url() });
  assert.equal((await context.request.post("/auth/v1/login", { data: credentials })).status(), 200);
  return {
    count: async (path) => (await (await context.request.get(path)).json()).pagination?.total,
    status: async (path) => (await context.request.get(path)).status(),
    end: () => context.close(),
  };
}

walk("a role is made in the matrix by keyboard, and its holder sees just that", async (page) => {
  await page.goto("/setup/roles");
  await page.getByRole("button", { name: "New role" }).click();
  const form = page.getByRole("dialog", { name: "New role" });
  await form.getByLabel("Label", { exact: false }).fill("Scout");
  await form.getByRole("button", { name: "Builds on: User" }).waitFor();
  await form.getByRole("button", { name: "Add role" }).click();
  await page.getByRole("heading", { level: 1, name: "Scout" }).waitFor();

  await page.getByRole("button", { name: /Create Accounts/ }).focus();
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("a");
  await page.getByRole("button", { name: "All Read Accounts, said by this role" }).waitFor();
  await page.getByRole("button", { name: "Accounts", exact: true }).click();
  await page.getByRole("button", { name: /^Yes Read Account Annual revenue/ }).click();
  await page.getByRole("button", { name: /^No Read Account Annual revenue/ }).waitFor();
  await assertAccessible(page);
  await page.getByRole("button", { name: /^Publish \d+ change/ }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Publish changes" }).click();
  await noted(page, "Published Scout");

  const password = "scouts-see-far-4-and-w1de";
  const headers = { "x-csrf-token": (await ask(page, "/auth/v1/me")).data.csrf_token };
  const person = { name: "Sven Scout", email: "sven@example.com", password, roles: ["scout"] };
  assert.equal((await page.request.post("/admin/v1/users", { data: person, headers })).status(), 201);
  const sven = await asAnother({ email: person.email, password });
  const everybody = (await ask(page, "/api/v1/accounts?limit=1&include_total=true")).pagination.total;
  assert.equal(await sven.count("/api/v1/accounts?limit=1&include_total=true"), everybody);
  assert.equal(await sven.count("/api/v1/deals?limit=1&include_total=true"), 0);
  assert.equal(await sven.status("/api/v1/accounts?limit=1&fields=annual_revenue"), 400);
  await sven.end();
});

walk("a team and a sharing rule open records to somebody", async (page) => {
  const password = "bridges-are-0pen-at-night";
  const headers = { "x-csrf-token": (await ask(page, "/auth/v1/me")).data.csrf_token };
  const person = { name: "Tove Team", email: "tove@example.com", password, roles: ["user"] };
  assert.equal((await page.request.post("/admin/v1/users", { data: person, headers })).status(), 201);
  const tove = await asAnother({ email: person.email, password });
  const won = "/api/v1/deals?stage=won&limit=1&include_total=true";
  assert.equal(await tove.count(won), 0);

  await page.goto("/setup/teams");
  await page.getByRole("button", { name: "New team" }).first().click();
  const team = page.getByRole("dialog", { name: "New team" });
  await team.getByLabel("Label", { exact: false }).fill("Night shift");
  await team.getByRole("button", { name: /^Members/ }).click();
  await page.getByRole("option", { name: "Tove Team" }).click();
  await page.keyboard.press("Escape");
  await team.getByRole("button", { name: "Add team" }).click();
  await noted(page, "Saved Night shift");

  await page.goto("/setup/sharing");
  await page.getByRole("button", { name: "New rule for Deals" }).click();
  const rule = page.getByRole("dialog", { name: "New sharing rule" });
  await typeFormula(page, "Where", 'stage = "won"');
  await rule.getByText("Gives yes or no").waitFor();
  await rule.getByRole("button", { name: /^Are opened to/ }).click();
  await page.getByRole("option", { name: "Night shift" }).click();
  // What it opens, and to how many records, is told before it does.
  const total = (await ask(page, won)).pagination.total;
  const all = (await ask(page, "/api/v1/deals?limit=1&include_total=true")).pagination.total;
  await rule.getByText(`Meets ${total} of the ${all} records that you see.`).waitFor();
  const effect = rule.getByRole("region", { name: "Who gains and loses what" });
  await effect.getByRole("listitem").filter({ hasText: /gains.*deal\.shared_with_/ }).first().waitFor();
  await assertAccessible(page);
  await rule.getByRole("button", { name: "Add sharing rule" }).click();
  await page.getByText("opens to the team Night shift").waitFor();
  assert.ok(total > 0);
  assert.equal(await tove.count(won), total);
  await tove.end();

  await page.getByRole("button", { name: /opens to the team Night shift/ }).click();
  const again = page.getByRole("dialog");
  await again.getByText("Nobody: what the roles give stays the same.").waitFor();
  await again.getByRole("radio", { name: "They may edit them" }).click();
  await again.getByRole("listitem").filter({ hasText: /differs.*deal\.shared_with_/ }).first().waitFor();
});

walk("the explorer sends what it shows, and shows what comes back", async (page) => {
  await page.goto("/setup/api?object=task");
  await page.getByLabel("fields").fill("title");
  await page.getByLabel("limit").fill("1");
  await page.getByText("GET /api/v1/tasks?limit=1&fields=title").waitFor();
  await page.getByRole("button", { name: "Send" }).click();
  const answer = page.getByRole("region", { name: "Answer" });
  await answer.getByText("200", { exact: true }).waitFor();
  await answer.getByText('"title"').waitFor();
  await page.getByRole("button", { name: /^Request/ }).click();
  await page.getByRole("option", { name: /^Make a record/ }).click();
  await page.getByLabel("Body").fill('{"title": "Made by the explorer"');
  assert.ok(await page.getByRole("button", { name: "Send" }).isDisabled());
  await page.getByLabel("Body").fill('{"title": "Made by the explorer"}');
  await page.getByRole("button", { name: "Send" }).click();
  await answer.getByText("201", { exact: true }).waitFor();
  const { data } = await ask(page, "/api/v1/tasks?filter[title][eq]=Made by the explorer");
  assert.equal(data.length, 1);
});

walk("a process is drawn, ruled by, and its ways are the only ones open", async (page) => {
  await page.goto("/setup/objects/competitor?tab=rules");
  await page.getByRole("link", { name: "New process" }).click();
  await page.getByLabel("Label").fill("Watch");
  await page.getByRole("button", { name: /^How strict/ }).click();
  await page.getByRole("option", { name: /^It rules/ }).click();
  await page.getByRole("button", { name: "Add a way" }).click();
  const properties = page.getByRole("complementary", { name: "Properties" });
  await properties.getByLabel("Label").fill("Take seriously");
  await properties.getByRole("button", { name: "Add field" }).click();
  await page.getByRole("option", { name: "Website" }).click();
  await assertAccessible(page);
  await page.getByRole("button", { name: "Publish" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Publish process" }).click();
  await noted(page, "Published the process Watch");
  const { data } = await ask(page, "/metadata/v1/processes/competitor.watch");
  assert.equal(data.mode, "enforce");
  assert.deepEqual(data.transitions[0].during.fields, [{ field: "website", required: true }]);
  await page.getByRole("link", { name: /Watch/ }).click();
  await page.getByRole("group", { name: "Picture of the process" }).waitFor();
});

walk("a way is begun by a clock, another asks for words, and a state is locked", async (page) => {
  await page.goto("/setup/objects/competitor?tab=rules");
  await page.getByRole("link", { name: /Watch/ }).click();
  const ways = page.getByRole("region", { name: "Ways" });
  const properties = page.getByRole("complementary", { name: "Properties" });
  await ways.getByRole("button", { name: /^Take seriously/ }).click();
  await properties.getByRole("button", { name: "Add a point" }).click();
  await properties.getByLabel("Point 1", { exact: true }).fill("Prices are known");
  await choose(page, properties, /^A note on why/, "Must be given");
  await properties.getByRole("button", { name: "Tell an event" }).click();
  await properties.getByLabel("Tells the event").fill("competitor.serious");
  await assertAccessible(page);
  await ways.getByRole("button", { name: "Add a way" }).click();
  await properties.getByLabel("Label").fill("Forget");
  await choose(page, properties, /^It begins/, "By itself, after a time in the state");
  await properties.getByLabel("Hours in the state").fill("0.25");
  await page.getByRole("region", { name: "States" }).getByRole("button").last().click();
  await properties.getByText("Records are locked here").click();
  await assertAccessible(page);
  await page.getByRole("button", { name: "Publish" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Publish process" }).click();
  await noted(page, "Published the process Watch");
  const { data } = await ask(page, "/metadata/v1/processes/competitor.watch");
  assert.deepEqual(data.transitions[0].during, {
    fields: [{ field: "website", required: true }],
    checklist: ["Prices are known"],
    note: "required",
  });
  assert.deepEqual(data.transitions[0].after, [{ action: "emit", event: "competitor.serious" }]);
  assert.deepEqual(data.transitions[1].trigger, { automatic: { after_hours: 0.25 } });
  assert.equal(data.states.at(-1).lock, true);
});

walk("a field condition is written and found again", async (page) => {
  await page.goto("/setup/objects/deal?tab=rules");
  await page.getByRole("button", { name: "New field condition" }).click();
  const form = page.getByRole("dialog", { name: "New field condition" });
  await form.getByRole("button", { name: /^Field/ }).click();
  await page.getByRole("option", { name: "Next step" }).click();
  await typeFormula(page, "Shown when", 'stage <> "lost"');
  await form.getByText("Gives yes or no").first().waitFor();
  await form.getByRole("button", { name: "Add field condition" }).click();
  await noted(page, "Added Next step");
  await page.getByRole("button", { name: /Next step/ }).getByText('stage <> "lost"').waitFor();
});

walk("a second layout is for one record type, and the page of such a record follows it", async (page) => {
  await page.goto("/setup/objects/competitor?tab=types");
  await page.getByRole("button", { name: "New record type" }).click();
  const type = page.getByRole("dialog", { name: "New record type" });
  await type.getByLabel("Label").fill("Partner");
  await choose(page, type, /^Add a default/, "Website");
  await type.getByRole("textbox", { name: "Website" }).fill("https://partners.example");
  await type.getByRole("button", { name: "Add record type" }).click();
  await page.getByRole("button", { name: /Partner/ }).waitFor();

  await page.getByRole("link", { name: /^Layouts/ }).click();
  await page.getByRole("button", { name: "New layout" }).click();
  const naming = page.getByRole("dialog", { name: "New layout" });
  await naming.getByRole("button", { name: "Create layout" }).click();
  await naming.getByText("Give it a name with letters or digits.").waitFor();
  await naming.getByLabel("Name").fill("Partners");
  await naming.getByRole("button", { name: "Create layout" }).click();
  await page.getByRole("button", { name: "Assign", exact: true }).click();
  await choose(page, page.getByRole("complementary", { name: "Properties" }), /^Record type/, "Partner");
  await assertAccessible(page);
  await page.getByRole("button", { name: "Publish", exact: true }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Publish layout" }).click();
  await noted(page, /^Published the layout/);

  const { data } = await change(page, "POST", "/api/v1/competitors", { name: "Ally", record_type: "partner" });
  assert.match(data.website, /partners.example/);
  const { definition } = { definition: (await ask(page, "/metadata/v1/layouts/competitor.partners")).data };
  assert.deepEqual(definition.assign, [{ record_type: "partner" }]);
  const { name: _, ...layout } = definition;
  await change(page, "PUT", "/metadata/v1/layouts/competitor.partners", {
    ...layout,
    sections: [{ label: "How we work together", items: [{ field: "website" }] }],
  });
  await page.goto(`/o/competitors/${data.id}`);
  await page.getByRole("heading", { name: "How we work together" }).waitFor();
  const plain = (await ask(page, "/api/v1/competitors?filter[record_type][is_null]=true&limit=1&fields=id")).data[0];
  await page.goto(`/o/competitors/${plain.id}`);
  await page.getByRole("heading", { level: 2 }).first().waitFor();
  assert.equal(await page.getByRole("heading", { name: "How we work together" }).count(), 0);
});

walk("a restriction is written beside the sharing rules", async (page) => {
  await page.goto("/setup/sharing");
  await page.getByRole("button", { name: "New restriction for Competitors" }).click();
  const form = page.getByRole("dialog", { name: "New restriction" });
  await form.getByRole("button", { name: "Add restriction" }).click();
  await form.getByText("Say whom it holds back.").waitFor();
  await form.getByRole("button", { name: /^Holds back/ }).click();
  await page.getByRole("combobox", { name: "Holds back" }).fill("guest");
  await page.getByRole("option", { name: "Guest" }).click();
  await form.getByRole("textbox", { name: "They see only records where" }).fill('name = "Ally"');
  await form.getByRole("button", { name: "Add restriction" }).click();
  await page.getByRole("button", { name: /Only name = "Ally"\s*for everybody with the role Guest/ }).waitFor();
  const { data } = await ask(page, "/metadata/v1/restriction-rules");
  assert.deepEqual(data.map(({ object, when, applies_to }) => ({ object, when, applies_to })), [
    { object: "competitor", when: 'name = "Ally"', applies_to: { role: "guest" } },
  ]);
});
