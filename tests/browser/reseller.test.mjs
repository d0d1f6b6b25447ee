// The console of who sells the product: a key opens it, a tenant is made, signed in to, suspended, opened and deleted;
// what one tenant has otherwise than its plan, its sandboxes, and what the reseller is told of it all.

import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { test } from "node:test";
import { DESKTOP, journey, PHONE } from "./chromium.mjs";
import { check, part, resellerStage } from "./console.mjs";
import { choose, noted, until } from "./steps.mjs";

const { url, browser, open, asked, makeTenant } = resellerStage();

test("a reseller makes a tenant and keeps it", () =>
  journey(browser(), url(), "reseller", DESKTOP, async (page) => {
    await page.goto("/tenants");
    await check(page);
    await page.getByLabel("Reseller key").fill("trr_nobody");
    await page.getByRole("button", { name: "Open" }).click();
    await page.getByText("This key is not known").waitFor();

    await open(page);
    await page.getByText("No tenants yet").waitFor();
    await check(page);

    // All that is wrong is said where it is; the second wish is right.
    await page.getByRole("button", { name: "New tenant" }).first().click();
    const wish = page.getByRole("dialog", { name: "New tenant" });
    await wish.getByLabel("Name").first().fill("Acme");
    await wish.getByLabel("Packages").fill("tasks, no-such-thing");
    await wish.getByLabel("Name of its administrator").fill("Ann");
    await wish.getByLabel("Email of its administrator").fill("no address");
    await wish.getByRole("button", { name: "Make the tenant" }).click();
    await wish.getByText(/no-such-thing/).waitFor();
    await check(page);
    await wish.getByLabel("Packages").fill("accounts, leads, deals, tasks");
    await wish.getByLabel("Email of its administrator").fill("ann@acme.example");
    await wish.getByRole("button", { name: "Make the tenant" }).click();

    const there = page.getByRole("dialog", { name: "The tenant is there" });
    const [address, email, password] = (await there.locator("pre").innerText({ timeout: 60_000 })).split("\n");
    await there.getByRole("button", { name: "Done" }).click();
    const row = page.getByRole("row").filter({ hasText: "acme" });
    await row.getByText("Open").waitFor();

    // Its administrator gets in with what was shown.
    const other = await browser().newContext({ baseURL: url() });
    const body = { email, password, tenant: new URL(address).searchParams.get("tenant") ?? "acme" };
    const signIn = () => other.request.post("/auth/v1/login", { data: body });
    assert.equal((await signIn()).status(), 200);

    await row.getByRole("button").click();
    const drawer = page.getByRole("dialog", { name: /^Acme/ });
    await drawer.getByRole("progressbar", { name: "Records" }).waitFor();
    await drawer.getByRole("img", { name: /requests from/ }).waitFor();
    await check(page);
    await drawer.getByRole("button", { name: "Suspend" }).click();
    await drawer.getByRole("button", { name: "Suspend now" }).click();
    await noted(page, "Acme is suspended");
    await row.getByText("Suspended").waitFor();
    assert.equal((await signIn()).status(), 403);

    await row.getByRole("button").click();
    await drawer.getByRole("button", { name: "Open again" }).click();
    await noted(page, "Acme is open again");
    assert.equal((await signIn()).status(), 200);

    // Deleted, it is shut and waits for its day; until then it comes back as it was.
    await row.getByRole("button").click();
    await drawer.getByRole("button", { name: "Delete", exact: true }).click();
    await check(page);
    await drawer.getByRole("button", { name: "Shut and delete it" }).click();
    await noted(page, /^Acme is shut now and deleted on \d+ \w+ \d{4}$/);
    await row.getByText("To be deleted").waitFor();
    await row.getByText(/^on \d+ \w+ \d{4}$/).waitFor();
    assert.equal((await signIn()).status(), 403);
    await row.getByRole("button").click();
    await drawer.getByText(/Acme is shut now and deleted on/).waitFor();
    await check(page);
    await drawer.getByRole("button", { name: "Restore" }).click();
    await noted(page, "Acme is back as it was");
    await row.getByText("Open").waitFor();
    assert.equal((await signIn()).status(), 200);
    await other.close();

    // Its end at once takes its short name, typed.
    await row.getByRole("button").click();
    await drawer.getByRole("button", { name: "Delete at once" }).click();
    assert.ok(await drawer.getByRole("button", { name: "Delete for good" }).isDisabled());
    await drawer.getByLabel("Type acme to go on").fill("acme");
    await drawer.getByRole("button", { name: "Delete for good" }).click();
    await page.getByText("No tenants yet").waitFor({ timeout: 60_000 });
  }));

test("what one tenant has otherwise than its plan, its hosts and a sandbox of it", () =>
  journey(browser(), url(), "a tenant's own", DESKTOP, async (page) => {
    await makeTenant("north", "North");
    await open(page);
    const row = page.getByRole("row").filter({ hasText: "north" }).first();
    await row.getByRole("button").click();
    const drawer = page.getByRole("dialog", { name: /^North/ });

    // The plan has no tools for language models; this tenant does, until it is as the plan says again.
    await drawer.getByRole("button", { name: "Language models: As the plan: off" }).waitFor();
    await choose(page, drawer, /^Language models/, "On");
    await drawer.getByRole("button", { name: "Language models: On" }).waitFor();
    assert.equal((await asked("GET", "/tenants/north")).features.mcp, true);
    await choose(page, drawer, /^Language models/, "As the plan: off");
    await drawer.getByRole("button", { name: "Language models: As the plan: off" }).waitFor();
    assert.equal((await asked("GET", "/tenants/north")).features.mcp, false);

    await drawer.getByRole("switch", { name: "Sends and acts by itself" }).click();
    await until(async () => assert.equal((await asked("GET", "/tenants/north")).quiet, true));

    // A host that cannot be is refused beside it.
    await drawer.getByLabel("Another host").fill("no host");
    await drawer.getByRole("button", { name: "Add", exact: true }).click();
    await drawer.getByText(/^Expected the name of a host/).waitFor();
    await drawer.getByLabel("Another host").fill("crm.north.example");
    await drawer.getByLabel("Another host").press("Enter");
    await drawer.getByRole("button", { name: "Remove crm.north.example" }).waitFor();
    await check(page);
    await drawer.getByRole("button", { name: "Remove crm.north.example" }).click();
    await noted(page, "Removed crm.north.example");
    assert.deepEqual((await asked("GET", "/tenants/north")).domains, []);

    await drawer.getByRole("button", { name: "Make a sandbox" }).click();
    const wish = page.getByRole("dialog", { name: "Sandbox of North" });
    await wish.getByLabel("Email", { exact: true }).fill("no address");
    await wish.getByLabel("Password", { exact: true }).fill("short");
    await wish.getByRole("button", { name: "Make the sandbox" }).click();
    await wish.getByRole("alert").first().waitFor();
    await check(page);
    await wish.getByLabel("Email", { exact: true }).fill("dev@north.example");
    await wish.getByLabel("Password", { exact: true }).fill("browser-tests-of-a-copy-1");
    await wish.getByRole("button", { name: "Make the sandbox" }).click();
    await page.getByRole("heading", { level: 1, name: "Sandboxes" }).waitFor();
    const copy = page.getByRole("listitem").filter({ hasText: "north-try" });
    await copy.getByText("Ready", { exact: true }).waitFor({ timeout: 120_000 });
    await check(page);
    const signIn = await page.request.post("/auth/v1/login", {
      data: { email: "dev@north.example", password: "browser-tests-of-a-copy-1", tenant: "north-try" },
    });
    assert.equal(signIn.status(), 200);

    // Its plan has room for one.
    await part(page, "Tenants");
    await page.getByRole("row").filter({ hasText: "north-try" }).getByText("Sandbox", { exact: true }).waitFor();
    await row.getByRole("button").click();
    await drawer.getByRole("button", { name: "Make a sandbox" }).click();
    await wish.getByLabel("Short name").fill("north-two");
    await wish.getByRole("button", { name: "Make the sandbox" }).click();
    await wish.getByText("The sandbox could not be made.").waitFor();
    await page.keyboard.press("Escape");
  }));

test("tenants look as their reseller says where they say nothing", () =>
  journey(browser(), url(), "looks of tenants", DESKTOP, async (page) => {
    await makeTenant("west", "West");
    const look = async () => (await (await fetch(`${url()}/auth/v1/branding?tenant=west`)).json()).data;
    await open(page);
    await part(page, "Branding");
    await page.getByLabel("Name").fill("Crm for all");
    await page.getByRole("radio", { name: "Teal" }).click();
    await page.getByRole("region", { name: "Dark" }).getByText("Crm for all").waitFor();
    await check(page);
    await page.getByRole("button", { name: "Save", exact: true }).click();
    await noted(page, "Saved the branding");
    assert.deepEqual(await look(), { name: "Crm for all", accent: "#0f766e", logo: null });

    // Who signs in to a tenant sees it; its own people see in setup what holds without a word of theirs.
    const theirs = await (await browser().newContext({ ...DESKTOP, baseURL: url(), locale: "en-GB" })).newPage();
    await theirs.goto("/sign-in?tenant=west");
    await theirs.getByRole("heading", { name: "Sign in to Crm for all" }).waitFor();
    await theirs.getByLabel("Email").fill("ann@west.example");
    await theirs.getByLabel("Password", { exact: true }).fill("browser-tests-of-a-tenant-1");
    await theirs.getByRole("button", { name: "Sign in", exact: true }).click();
    await theirs.getByRole("complementary").getByText("Crm for all").waitFor();
    await theirs.goto("/setup/branding");
    assert.equal(await theirs.getByLabel("Colour", { exact: true }).getAttribute("placeholder"), "#0f766e");
    await theirs.getByLabel("Name").fill("West");
    await theirs.getByRole("button", { name: "Save", exact: true }).click();
    await theirs.getByRole("complementary").getByText("West", { exact: true }).waitFor();
    assert.deepEqual(await look(), { name: "West", accent: "#0f766e", logo: null });
    await theirs.context().close();

    await page.getByLabel("Name").fill("");
    await page.getByLabel("Colour", { exact: true }).fill("");
    await page.getByRole("button", { name: "Save", exact: true }).click();
    await until(async () => assert.deepEqual(await look(), { name: "West", accent: null, logo: null }));
    await part(page, "Activity");
    await page.getByRole("listitem").filter({ hasText: "Branding taken back by you" }).waitFor();
  }));

/** Somebody who is told: keeps what came in, and answers with what is said here. */
async function listener() {
  const came = [];
  const said = { status: 503 };
  const server = createServer((request, response) => {
    let body = "";
    request.setEncoding("utf8").on("data", (piece) => (body += piece));
    request.on("end", () => {
      came.push({ body, headers: request.headers });
      response.writeHead(said.status).end(said.status === 200 ? "thank you" : "not today");
    });
  });
  await new Promise((ready) => server.listen(0, "127.0.0.1", ready));
  return { came, said, url: `http://127.0.0.1:${server.address().port}/trellis`, close: () => server.close() };
}

test("a webhook is made, tried, sent to again and given another secret", async () => {
  const there = await listener();
  try {
    await journey(browser(), url(), "webhooks", DESKTOP, (page) => walkWebhooks(page, there));
  } finally {
    there.close();
  }
});

async function walkWebhooks(page, there) {
  await open(page);
  await part(page, "Webhooks");
  await page.getByText("No webhooks yet").waitFor();
  await check(page);
  await page.getByRole("button", { name: "New webhook" }).click();
  const wish = page.getByRole("dialog", { name: "New webhook" });
  await wish.getByLabel("Address").fill("ftp://shop.example");
  await wish.getByRole("radio", { name: "Some things happen" }).click();
  await wish.getByRole("button", { name: "Add webhook" }).click();
  await wish.getByText("Choose one at least.").waitFor();
  await wish.getByRole("checkbox", { name: /tenant\.created/ }).check();
  await wish.getByRole("button", { name: "Add webhook" }).click();
  await wish.getByRole("alert").first().waitFor();
  await check(page);
  await wish.getByLabel("Address").fill(there.url);
  await wish.getByRole("button", { name: "Add webhook" }).click();

  // The secret is shown this once.
  const made = page.getByRole("dialog", { name: "The webhook is there" });
  const secret = await made.locator("code").innerText();
  assert.match(secret, /^whsec_/);
  await check(page);
  await made.getByRole("button", { name: "Done" }).click();
  await page.getByRole("link", { name: new RegExp(there.url) }).click();
  await page.getByText("Nothing here").waitFor();

  // What fails is shown with what came back, and is signed with that secret.
  await page.getByRole("button", { name: "Send a ping" }).click();
  const row = page.getByRole("row").filter({ hasText: "ping" });
  await row.getByText("Trying again").waitFor({ timeout: 30_000 });
  await row.getByText("503").waitFor();
  const [, t, v1] = there.came[0].headers["trellis-signature"].match(/^t=(\d+),v1=([0-9a-f]+)$/);
  assert.equal(createHmac("sha256", secret).update(`${t}.${there.came[0].body}`).digest("hex"), v1);
  await row.getByRole("button").click();
  const drawer = page.getByRole("dialog", { name: "ping" });
  await drawer.getByText("not today").waitFor();
  await check(page);
  there.said.status = 200;
  await drawer.getByRole("button", { name: "Send again" }).click();
  await drawer.getByText("Delivered").waitFor({ timeout: 30_000 });
  await drawer.getByText("thank you").waitFor();
  await drawer.getByRole("button", { name: "Close" }).last().click();
  await page.getByRole("radio", { name: "Failed" }).click();
  await page.getByText("Nothing here").waitFor();
  await page.getByRole("radio", { name: "Delivered" }).click();
  await row.getByText("200").waitFor();

  await page.getByRole("button", { name: "More for this webhook" }).click();
  await page.getByRole("menuitem", { name: "New secret" }).click();
  const ask = page.getByRole("dialog", { name: "Give it a new secret?" });
  await ask.getByRole("button", { name: "Make a new secret" }).click();
  const told = page.getByRole("dialog", { name: "The new secret" });
  assert.notEqual(await told.locator("code").innerText(), secret);
  await told.getByRole("button", { name: "Done" }).click();
  await page.getByText(/^The secret before signs too until/).waitFor();

  await page.getByRole("button", { name: "More for this webhook" }).click();
  await page.getByRole("menuitem", { name: "Delete" }).click();
  await page.getByRole("dialog", { name: "Delete this webhook?" }).getByRole("button", { name: "Delete webhook" }).click();
  await page.getByText("No webhooks yet").waitFor();
}

test("what the tenants cost, what happened to them, and what is left of one that is gone", () =>
  journey(browser(), url(), "reports", DESKTOP, async (page) => {
    await makeTenant("gone", "Gone Ltd");
    await asked("DELETE", "/tenants/gone?permanent=true");
    await makeTenant("south", "South");
    await open(page);

    await part(page, "Plans");
    await page.getByRole("rowheader", { name: "Requests a day" }).waitFor();
    await check(page);

    await part(page, "Commission");
    await page.getByRole("rowheader", { name: /South/ }).waitFor();
    await check(page);
    const saving = page.waitForEvent("download");
    await page.getByRole("button", { name: "Download CSV" }).click();
    const file = await saving;
    assert.match(file.suggestedFilename(), /^commission-\d{4}-\d\d\.csv$/);
    const text = await readFile(await file.path(), "utf8");
    assert.match(text, /^tenant_id,slug,/);
    assert.match(text, /,south,South,/);
    await choose(page, page.getByRole("main"), /^Month/, await quietMonth(page));
    await page.getByText(/^No tenants in /).waitFor();

    await part(page, "Activity");
    const lines = page.getByRole("listitem");
    await lines.filter({ hasText: "south Made by you" }).waitFor();
    await lines.filter({ hasText: "gone Deleted for good by you" }).waitFor();
    await check(page);

    await part(page, "Deleted");
    const left = page.getByRole("listitem").filter({ hasText: "Gone Ltd" });
    await left.getByText("Signature is right").waitFor();
    await check(page);
    const proof = page.waitForEvent("download");
    await left.getByRole("button", { name: "Download the certificate of Gone Ltd" }).click();
    const certificate = JSON.parse(await readFile(await (await proof).path(), "utf8"));
    assert.equal(JSON.parse(certificate.statement).tenant.slug, "gone");
  }));

/** How the page calls a month in which there was nobody. */
const quietMonth = (page) =>
  page.evaluate(() => {
    const long = new Intl.DateTimeFormat(navigator.language, { year: "numeric", month: "long", timeZone: "UTC" });
    const now = new Date();
    return long.format(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() - 2, 1));
  });

test("the key is forgotten with the page, and a phone has room for it all", () =>
  journey(browser(), url(), "reseller on a phone", PHONE, async (page) => {
    await open(page);
    await check(page);
    for (const name of ["Sandboxes", "Branding", "Layers", "Webhooks", "Commission", "Plans", "Activity", "Deleted"]) {
      await part(page, name);
      await page.getByRole("heading", { level: 1, name: new RegExp(`^${name}`) }).waitFor();
      await check(page);
    }
    await page.reload();
    await page.getByLabel("Reseller key").waitFor();
  }));
