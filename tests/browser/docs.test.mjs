// The API for people at /docs: read and tried as whoever is signed in or with a key, told as curl, and nothing is changed
// without one more word.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { test } from "node:test";
import { assertAccessible, assertNoSidewaysScroll, journey, PHONE } from "./chromium.mjs";
import { keyboard } from "./hands.mjs";
import { stage } from "./stage.mjs";
import { ask, change, enter, until } from "./steps.mjs";

const { walk, url, browser, storageState } = stage();

/** Goes to the page and narrows it to what is asked for; a debug build takes its time to make the whole document. */
async function find(page, text) {
  await page.goto("/docs");
  await page.getByRole("heading", { level: 2, name: "deals", exact: true }).waitFor({ timeout: 60_000 });
  await page.getByLabel("Find").fill(text);
}

/** Opens an operation, and answers the form in which it is tried. */
async function open(page, method, path) {
  await find(page, `${method} ${path}`);
  const line = page.locator("summary").filter({ hasText: new RegExp(`^${method}`) });
  await line.filter({ has: page.getByText(path, { exact: true }) }).click();
  const form = page.getByRole("form", { name: `Try ${method} ${path}`, exact: true });
  await form.waitFor();
  return form;
}

/** The words of the line for a shell, as a shell reads them; its first block is that line. */
async function words(form) {
  const line = await form.locator("pre").first().innerText();
  assert.match(line, /^curl /);
  const read = execFileSync("sh", ["-c", `printf '%s\\0' ${line.slice("curl ".length)}`], { env: { ...process.env, TOKEN: "mine" } });
  return read.toString().split("\0").slice(0, -1);
}

const answer = (form) => form.locator(".answer");

async function check(page) {
  await assertAccessible(page);
  await assertNoSidewaysScroll(page);
  await page.emulateMedia({ colorScheme: "dark" });
  await assertAccessible(page);
  await page.emulateMedia({ colorScheme: "light" });
}

walk("one's own objects are told, and open to what is within them", async (page) => {
  const said = page.waitForResponse((response) => new URL(response.url()).pathname === "/docs");
  await find(page, "deals");
  assert.match((await said).headers()["content-security-policy"], /^default-src 'none'; script-src 'self'; style-src 'self'/);
  await check(page);
  await open(page, "GET", "/api/v1/deals/{id}");
  const answers = page.locator(".operation[open]").getByRole("row", { name: /^200/ });
  const account = answers.getByRole("row").filter({ has: page.getByText("account", { exact: true }) });
  await account.getByText("Account or null").click();
  await account.getByText("industry", { exact: true }).first().waitFor();
  await check(page);
});

walk("what is typed is told as curl and sent at once where it only reads", async (page) => {
  const form = await open(page, "GET", "/api/v1/deals");
  await form.getByText(/^\d+ that may be left out$/).click();
  await form.getByLabel("limit", { exact: true }).fill("2");
  await form.getByLabel("fields", { exact: true }).fill("name,amount");
  await form.getByLabel("where", { exact: true }).fill("name != \"it's\"");
  await form.getByLabel("include_total", { exact: true }).selectOption("true");
  await form.getByLabel("Trellis-Version", { exact: true }).fill("2026-01-01");
  const told = await words(form);
  const address = new URL(told.at(-1));
  assert.deepEqual(told.slice(0, -1), ["-H", "Authorization: Bearer mine", "-H", "trellis-version: 2026-01-01"]);
  const asked = { limit: "2", fields: "name,amount", where: "name != \"it's\"", include_total: "true" };
  assert.deepEqual(Object.fromEntries(address.searchParams), asked);

  await form.getByLabel("Trellis-Version", { exact: true }).fill("");
  await form.getByRole("button", { name: "Send GET" }).click();
  await answer(form).getByText(/^200/).waitFor();
  assert.match(await answer(form).getByRole("status").innerText(), /^200.* · \d+ ms · [\d,]+ bytes · application\/json$/);
  const shown = JSON.parse(await answer(form).locator("pre").last().innerText());
  assert.deepEqual(shown, await ask(page, address.pathname + address.search));
  await answer(form).getByText("Headers").click();
  await answer(form).getByText(/^content-type: application\/json/m).waitFor();
  await check(page);
});

walk("what must be there is asked for before anything is sent", async (page) => {
  const form = await open(page, "GET", "/api/v1/deals/{id}");
  const sent = [];
  page.on("request", (request) => sent.push(request.url()));
  await form.getByRole("button", { name: "Send GET" }).click();
  assert.equal(await form.getByLabel("id", { exact: true }).evaluate((field) => field.matches(":focus:invalid")), true);
  assert.deepEqual(sent, []);
  await form.getByLabel("id", { exact: true }).fill("01990000-0000-7000-8000-000000000000");
  await form.getByRole("button", { name: "Send GET" }).click();
  await answer(form).getByText(/^404/).waitFor();
  await answer(form).getByText('"code": "not-found"').waitFor();
});

walk("a change is sent when one says so once more, with the keyboard alone", async (page) => {
  const form = await open(page, "POST", "/api/v1/deals");
  const hands = keyboard(page);
  const body = form.getByLabel("Body: application/json");
  assert.equal(typeof JSON.parse(await body.inputValue()).name, "string", "it begins with the example of the document");
  const typed = { name: "Tried at the pier's end", amount: 12.5 };
  await hands.write(body, JSON.stringify(typed));
  const told = await words(form);
  assert.deepEqual(JSON.parse(told[told.indexOf("--data-raw") + 1]), typed);
  const named = `/api/v1/deals?filter[name][eq]=${encodeURIComponent(typed.name)}&fields=name,amount`;
  const kept = async () => (await ask(page, named)).data.map(({ name, amount }) => ({ name, amount }));

  await hands.press(form.getByRole("button", { name: "Send POST", exact: true }));
  await form.getByRole("alert").getByText("This may change what is kept here.").waitFor();
  await check(page);
  await hands.press(form.getByRole("button", { name: "No", exact: true }));
  await form.getByRole("button", { name: "Yes, send POST" }).waitFor({ state: "hidden" });
  assert.deepEqual(await kept(), []);

  await hands.press(form.getByRole("button", { name: "Send POST", exact: true }));
  await hands.press(form.getByRole("button", { name: "Yes, send POST" }));
  await answer(form).getByText(/^201/).waitFor();
  assert.deepEqual(await kept(), [typed]);

  // What was agreed to is not what is typed after it.
  await hands.press(form.getByRole("button", { name: "Send POST", exact: true }));
  await hands.write(body, '{ "amount": "much" }');
  await form.getByRole("button", { name: "Yes, send POST" }).waitFor({ state: "hidden" });
  await hands.press(form.getByRole("button", { name: "Send POST", exact: true }));
  await hands.press(form.getByRole("button", { name: "Yes, send POST" }));
  await answer(form).getByText(/^422/).waitFor();
  await answer(form).getByText('"path": "amount"').waitFor();
  assert.deepEqual(await kept(), [typed]);
});

walk("every operation opens, and what it begins with is JSON", async (page) => {
  await find(page, "");
  const operations = page.locator(".operation");
  const count = await operations.count();
  assert.ok(count > 200, `${count} operations`);
  await operations.evaluateAll((all) => {
    for (const one of all) one.open = true;
  });
  await until(async () => assert.equal(await page.getByRole("form", { name: /^Try / }).count(), count));
  const bodies = await page.locator("textarea[id$=-body]").evaluateAll((all) => all.map((one) => [one.id, one.value]));
  for (const [id, text] of bodies) assert.doesNotThrow(() => JSON.parse(text), `${id}: ${text}`);
  await page.locator("pre", { hasText: "--data-binary '@FILE'" }).first().waitFor();
});

test("a key takes the place of a session", async () => {
  const maker = await browser().newContext({ baseURL: url(), storageState: storageState() });
  const { key } = await change(await maker.newPage(), "POST", "/auth/v1/api-keys", { name: "For the docs" });
  await maker.close();
  await journey(browser(), url(), "docs with a key", PHONE, async (page) => {
    await page.goto("/docs");
    await page.getByRole("status").filter({ hasText: "Sign in, or give a token." }).waitFor();
    await check(page);
    await page.getByLabel("Token or API key").fill(key);
    await page.getByRole("button", { name: "Show" }).tap();
    await page.getByRole("heading", { level: 2, name: "auth", exact: true }).waitFor({ timeout: 60_000 });
    await page.getByLabel("Find").fill("get /auth/v1/me");
    await page.locator("summary").filter({ has: page.getByText("/auth/v1/me", { exact: true }) }).filter({ hasText: /^GET/ }).tap();
    const form = page.getByRole("form", { name: "Try GET /auth/v1/me", exact: true });
    await form.getByRole("button", { name: "Send GET" }).tap();
    await answer(form).getByText(/^200/).waitFor();
    await check(page);
  });
});

test("whoever is not signed in is led through the sign-in and back", () =>
  journey(browser(), url(), "docs signed out", PHONE, async (page) => {
    await page.goto("/docs");
    await page.getByRole("link", { name: "Sign in" }).tap();
    await enter(page);
    await page.getByRole("heading", { level: 2, name: "deals", exact: true }).waitFor({ timeout: 60_000 });
  }));

test("the page has room on a telephone", () =>
  journey(browser(), url(), "docs on a phone", { ...PHONE, storageState: storageState() }, async (page) => {
    const form = await open(page, "PATCH", "/api/v1/deals/{id}");
    const { data } = await ask(page, "/api/v1/deals?limit=1&fields=id");
    await form.getByLabel("id", { exact: true }).fill(data[0].id);
    await form.getByLabel("Body: application/json").fill('{ "next_step": "Say it from the docs" }');
    await form.getByText("What it may hold").tap();
    await form.getByRole("button", { name: "Send PATCH", exact: true }).tap();
    await form.getByRole("button", { name: "Yes, send PATCH" }).tap();
    await answer(form).getByText(/^200/).waitFor();
    await check(page);
  }));
