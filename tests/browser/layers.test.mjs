// What a reseller makes of a package for all tenants: said part by part, looked at, brought to tenants, changed, taken back;
// where a tenant says something itself, and where it did not fit.

import assert from "node:assert/strict";
import { test } from "node:test";
import { DESKTOP, journey, PHONE } from "./chromium.mjs";
import { check, PASSWORD, part, resellerStage } from "./console.mjs";
import { change, choose, noted, until } from "./steps.mjs";

const { url, browser, open, asked, makeTenant } = resellerStage();

/** A tenant's administrator, who asks as a program does. */
async function inside(slug) {
  const context = await browser().newContext({ baseURL: url() });
  const page = await context.newPage();
  const answer = await context.request.post("/auth/v1/login", {
    data: { email: `ann@${slug}.example`, password: PASSWORD, tenant: slug },
  });
  assert.equal(answer.status(), 200);
  const component = async (place) => (await (await context.request.get(`/metadata/v1/${place}`)).json()).data;
  return { page, component, close: () => context.close() };
}

const parts = (page) => page.getByRole("navigation", { name: "Parts of the package" });

/** Opens a part of the package in the editor. */
async function choosePart(page, name, group) {
  await parts(page).getByRole("region", { name: group, exact: true }).getByRole("button", { name }).first().click();
}

const fate = (page, slug) => page.getByRole("row").filter({ hasText: slug });

test("a layer is said, reaches tenants, is changed and taken back", () =>
  journey(browser(), url(), "layers", DESKTOP, async (page) => {
    await makeTenant("acme", "Acme", ["deals"]);
    await makeTenant("beta", "Beta", ["deals"]);
    const [acme, beta] = [await inside("acme"), await inside("beta")];
    const { fields: _, ...deal } = await acme.component("objects/deal");
    await change(acme.page, "PUT", "/metadata/v1/objects/deal", { ...deal, label: "Auftrag" });

    await open(page);
    await part(page, "Layers");
    await page.getByText("No layers yet").waitFor();
    await check(page);
    await page.getByRole("button", { name: "New layer" }).click();
    await page.getByRole("dialog", { name: "Which package is it about?" }).getByRole("button", { name: /^Deals/ }).click();

    await write(page);
    await review(page);

    // It is on its way without anybody's doing; where a tenant says something itself, that stays.
    await fate(page, "beta").getByText("Has it", { exact: true }).waitFor({ timeout: 60_000 });
    await fate(page, "acme").getByText("Has it in part").waitFor({ timeout: 60_000 });
    await page.getByText("2 of 2 tenants have it").waitFor();
    await check(page);
    await fate(page, "acme").getByRole("button").click();
    const drawer = page.getByRole("dialog", { name: "acme" });
    await drawer.getByText("the tenant's own word stays").waitFor();
    await drawer.getByText("DELETE /metadata/v1/layers/objects/deal").waitFor();
    assert.ok(!(await drawer.innerText()).includes("Auftrag"), "what the tenant says is its own");
    await check(page);
    await drawer.getByRole("button", { name: "Close" }).last().click();
    assert.equal((await acme.component("objects/deal")).label, "Auftrag");
    const theirs = await beta.component("objects/deal");
    assert.deepEqual([theirs.label, theirs.plural_label], ["Opportunity", "Opportunities"]);
    assert.equal((await beta.component("option-sets/deal_stage")).options[0].color, "purple");

    await changeIt(page, beta);
    await rolledBack(page, beta);
    await takeBack(page, [acme, beta]);
    await Promise.all([acme.close(), beta.close()]);
  }));

/** Part by part: what the server refuses is said where it stands. */
async function write(page) {
  await page.getByRole("heading", { level: 1, name: "What Deals looks like" }).waitFor();
  await page.getByLabel("Find a part of the package").fill("deal");
  await choosePart(page, /^Deal\b/, "Objects");
  await page.getByLabel("Label", { exact: true }).fill("Opportunity");
  await page.getByLabel("Plural label").fill("Opportunities");
  await page.getByText("The package says: Deals").waitFor();
  await check(page);

  await choosePart(page, /^Deal stage/, "Option sets");
  await page.getByRole("button", { name: /^Colour of New/ }).click();
  await page.getByRole("button", { name: "purple", exact: true }).click();
  await check(page);

  await choosePart(page, /^Probability/, "Fields of Deal");
  const heading = page.getByRole("heading", { level: 2, name: "Probability" });
  await until(async () => assert.ok(await heading.evaluate((one) => one === document.activeElement)));
  const least = page.getByLabel("At least");
  await least.fill("");
  await least.pressSequentially("0.05");
  assert.equal(await least.inputValue(), "0.05");
  await page.getByRole("button", { name: "Put back At least" }).click();

  await choosePart(page, /^Next step/, "Fields of Deal");
  await page.getByRole("switch", { name: "Required" }).click();
  await page.getByLabel("At most so many characters").fill("20");
  await page.getByRole("button", { name: "Review" }).click();
  const narrow = page.getByRole("main").getByText(/a length may be made wider/);
  await narrow.nth(1).waitFor();
  await parts(page).getByRole("img", { name: "1 problem" }).waitFor();
  await check(page);
  await page.getByRole("button", { name: "Put back At most so many characters" }).click();

  await choosePart(page, /^All deals/, "List views");
  await page.getByRole("button", { name: "Remove Probability" }).click();
  const sort = page.getByRole("textbox", { name: "Sort" });
  await sort.click();
  await page.keyboard.type('["-amount"');
  await page.keyboard.press("Delete");
  await page.getByText("Something is missing at the end.").waitFor();
  assert.ok(await page.getByRole("button", { name: "Review" }).isDisabled());
  await choosePart(page, /^Next step/, "Fields of Deal");
  await page.getByText("Here is JSON that cannot be taken. Mend or discard it first.").waitFor();
  await page.getByRole("button", { name: "Dismiss" }).click();
  await sort.press("End");
  await page.keyboard.type("]");
  await page.getByText("Something is missing at the end.").waitFor({ state: "detached" });

  // The whole of it, as it is sent.
  await page.getByRole("radio", { name: "As JSON" }).click();
  const whole = page.getByRole("textbox", { name: "The layer as JSON" });
  await whole.getByText('"without"').waitFor();
  await check(page);
  await page.getByRole("radio", { name: "Part by part" }).click();
}

/** What it comes to, and what it would in a tenant. */
async function review(page) {
  await page.getByRole("button", { name: "Review" }).click();
  const look = page.getByRole("dialog", { name: "What tenants will have" });
  await look.getByText("Opportunities").waitFor();
  await choose(page, look, /^Look at it in one tenant/, /^Acme/);
  await look.getByText("It fits; here the tenant says something itself, which stays").waitFor();
  await check(page);
  assert.deepEqual(await asked("GET", "/layers"), []);
  await look.getByRole("button", { name: "Save for all tenants" }).click();
  await noted(page, "Saved; it is on its way to tenants");
  const { layer } = await asked("GET", "/layers/deals");
  assert.deepEqual(layer, {
    objects: { deal: { label: "Opportunity", plural_label: "Opportunities" } },
    "option-sets": { deal_stage: { options: [{ value: "new", color: "purple" }] } },
    fields: { "deal.next_step": { required: true } },
    "list-views": { "deal.all": { columns: { without: ["probability"] }, sort: ["-amount"] } },
  });
}

/** Another edition takes the place of the one before; who leaves without saving is asked. */
async function changeIt(page, beta) {
  const names = page.getByRole("navigation", { name: "Parts of the layer" });
  await names.getByRole("link", { name: "What it says" }).click();
  await page.getByRole("list", { name: "What is otherwise" }).getByText("Opportunities").waitFor();
  await check(page);
  await page.getByRole("button", { name: "Change", exact: true }).click();
  await choosePart(page, /^Opportunity|^Deal\b/, "Objects");
  await page.getByLabel("Plural label").fill("Chances");
  await part(page, "Plans");
  const ask = page.getByRole("dialog", { name: "Leave without saving?" });
  await ask.getByRole("button", { name: "Stay" }).click();
  await page.getByRole("button", { name: "Close", exact: true }).click();
  await ask.getByRole("button", { name: "Stay" }).click();
  await page.getByRole("button", { name: "Review" }).click();
  await page.getByRole("button", { name: "Save for all tenants" }).click();
  await until(async () => assert.equal((await beta.component("objects/deal")).plural_label, "Chances"), 60_000);
  await names.getByRole("link", { name: "Editions" }).click();
  await until(async () => assert.equal(await page.getByRole("listitem").filter({ hasText: "Said by you" }).count(), 2));
  await page.getByText("In force").waitFor();
  await check(page);
}

/** A tenant goes back: that is told, with the way out, and nobody argues with it. */
async function rolledBack(page, beta) {
  const [{ revision }] = await beta.component("revisions");
  await change(beta.page, "POST", `/metadata/v1/revisions/${revision - 1}/rollback`, {});
  await until(async () => {
    const told = await asked("GET", "/layers/deals/tenants");
    assert.deepEqual(told.map(({ slug, state }) => `${slug} ${state}`), ["acme applied", "beta refused"]);
  }, 60_000);
  await part(page, "Layers");
  await page.getByRole("link", { name: /^Deals/ }).getByText("1 did not fit").waitFor();
  await check(page);
  await page.getByRole("link", { name: /^Deals/ }).click();
  await page.getByRole("navigation", { name: "Parts of the layer" }).getByRole("link", { name: "Tenants" }).click();
  await choose(page, page.getByRole("main"), /^Shown/, /^Did not fit/);
  await until(async () => assert.equal(await page.getByRole("row").count(), 2));
  await fate(page, "beta").getByRole("button").click();
  const drawer = page.getByRole("dialog", { name: "beta" });
  await drawer.getByText(/does not go with what the tenant has made itself/i).waitFor();
  await check(page);
  await drawer.getByRole("button", { name: "Close" }).last().click();
}

async function takeBack(page, [acme, beta]) {
  await page.getByRole("button", { name: "More for this layer" }).click();
  await page.getByRole("menuitem", { name: "Take it back" }).click();
  const ask = page.getByRole("dialog", { name: "Take back what is said of Deals?" });
  await check(page);
  await ask.getByRole("button", { name: "Take it back" }).click();
  await noted(page, "Taken back; it is leaving tenants");
  await page.getByText("Nothing is said of this package").waitFor();
  await until(async () => assert.equal((await beta.component("objects/deal")).label, "Deal"), 60_000);
  await until(async () => assert.equal((await acme.component("objects/deal")).plural_label, "Deals"), 60_000);
  assert.equal((await acme.component("objects/deal")).label, "Auftrag");
  await page.getByRole("navigation", { name: "Parts of the layer" }).getByRole("link", { name: "Tenants" }).click();
  await page.getByText("No tenant has it any more").waitFor({ timeout: 30_000 });
}

test("a layer that does not fit says where, and a phone has room for it", () =>
  journey(browser(), url(), "layers on a phone", PHONE, async (page) => {
    await asked("PUT", "/layers/tasks", { objects: { task: { label: "To-do", plural_label: "To-dos" } } });
    await open(page);
    await part(page, "Layers");
    await page.getByRole("link", { name: /^Tasks/ }).click();
    await page.getByText("To-dos").waitFor();
    await check(page);
    await page.getByRole("button", { name: "Change", exact: true }).click();
    await choosePart(page, /^Task\b/, "Objects");
    await page.getByLabel("Label", { exact: true }).fill("Thing to do");
    await check(page);
    await reachable(page);
    await page.getByRole("button", { name: "All parts" }).click();
    const chosen = parts(page).getByRole("button", { name: /^Thing to do|^Task\b/ }).first();
    await until(async () => assert.ok(await chosen.evaluate((one) => one === document.activeElement)));
    await check(page);
    await page.getByRole("radio", { name: "As JSON" }).click();
    const whole = page.getByRole("textbox", { name: "The layer as JSON" });
    await keptAsTyped(page, whole);
    await whole.fill('{"objects": {"task": {"label": "Thing", "plural": "things"}}, "rolls": {}}');
    await page.getByRole("button", { name: "Review" }).click();
    const main = page.getByRole("main");
    await main.getByText(/^Line 1: There is no kind rolls/).waitFor();
    await main.getByText(/^Line 1: What it is called, what type it has/).waitFor();
    await check(page);
    await page.getByRole("button", { name: "Discard" }).click();
    await part(page, "Plans");
    await page.getByRole("heading", { level: 1, name: "Plans" }).waitFor();
    assert.deepEqual((await asked("GET", "/layers/tasks")).layer.objects.task.label, "To-do");
  }));

/** What is JSON and yet no layer stays as it was typed, and says what it lacks; so does nothing at all. */
async function keptAsTyped(page, whole) {
  const lacks = page.getByText("Line 1: Braces belong here", { exact: false });
  await whole.fill("");
  await whole.pressSequentially('{"objects": ""');
  await page.getByText("Something is missing at the end.").waitFor();
  await whole.pressSequentially("}");
  await lacks.waitFor();
  await check(page);
  assert.equal(await whole.innerText(), '{"objects": ""}');
  assert.ok(await page.getByRole("button", { name: "Review" }).isDisabled());
  await whole.fill("");
  await lacks.waitFor({ state: "detached" });
  await page.getByText("0 parts changed").waitFor();
  assert.equal((await whole.innerText()).trim(), "");
}

/** The keyboard goes to a part that is chosen, and nothing that it comes to lies beneath the bar at the foot. */
async function reachable(page) {
  const seen = () =>
    page.evaluate(() => {
      const here = document.activeElement;
      const bar = document.querySelector("footer.fixed");
      if (bar.contains(here)) return "bar";
      return here.getBoundingClientRect().bottom <= bar.getBoundingClientRect().top ? "free" : `hidden: ${here.outerHTML}`;
    });
  await page.getByLabel("Label", { exact: true }).focus();
  for (let pressed = 0, where = "free"; where !== "bar" && pressed < 40; pressed += 1) {
    await page.keyboard.press("Tab");
    where = await seen();
    assert.ok(!where.startsWith("hidden"), where);
  }
}
