// Steps that several journeys take: what a person does, found by role, label and visible text.

import { ADMIN } from "./trellis.mjs";

/** Signs in on the page that asks for it. */
export async function enter(page, { email, password } = ADMIN) {
  await page.getByLabel("Email").fill(email);
  await page.getByLabel("Password").fill(password);
  await page.getByRole("button", { name: "Sign in" }).click();
}

/** Signs in on whatever page asks for it, and waits for the shell. */
export async function signIn(page, credentials) {
  await enter(page, credentials);
  await page.getByRole("navigation", { name: "Main" }).waitFor();
}

/** Signs in once, without a page; every journey that starts with the answer as its `storageState` is signed in. */
export async function signedIn(browser, url, credentials = ADMIN) {
  const context = await browser.newContext({ baseURL: url });
  const answer = await context.request.post("/auth/v1/login", { data: credentials });
  if (!answer.ok()) throw new Error(`signing in: ${answer.status()} ${await answer.text()}`);
  const state = await context.storageState();
  await context.close();
  return state;
}

/** Tries `assertion` again until it holds, as a person looks again; its last failure is the one to tell. */
export async function until(assertion, limit = 10_000) {
  const end = Date.now() + limit;
  for (;;) {
    try {
      return await assertion();
    } catch (error) {
      if (Date.now() > end) throw error;
      await new Promise((again) => setTimeout(again, 50));
    }
  }
}

/** Waits until the page asks the server for nothing more. */
export async function settled(page) {
  await page.waitForLoadState("networkidle");
}

/** The list of all records of an object, as its package has it. */
export async function openList(page, plural, view) {
  await page.getByRole("navigation", { name: "Main" }).getByRole("link", { name: plural, exact: true }).click();
  await page.getByRole("heading", { level: 1, name: plural }).waitFor();
  if (view) await page.getByRole("tab", { name: view }).click();
  await firstRow(page, plural).waitFor();
}

/** The first record's row in the grid of a list; the row before it has the headers. */
export function firstRow(page, plural) {
  return page.getByRole("grid", { name: plural }).getByRole("row").filter({ has: page.getByRole("link") }).first();
}

/** Texts of one column, top to bottom, as far as rows are drawn. */
export async function columnTexts(page, plural, column) {
  const grid = page.getByRole("grid", { name: plural });
  const at = await grid.getByRole("columnheader", { name: column }).getAttribute("aria-colindex");
  const rows = grid.getByRole("row").filter({ has: page.getByRole("link") });
  return rows.locator(`[role=gridcell][aria-colindex="${at}"]`).allInnerTexts();
}

/** Adds a condition on a field by the filter button and types its operand. */
export async function filterByText(page, field, text) {
  await page.getByRole("button", { name: "Filter", exact: true }).click();
  await page.getByRole("option", { name: field, exact: true }).click();
  const chip = page.getByRole("dialog", { name: `Filter by ${field}` });
  await chip.getByPlaceholder("Value").fill(text);
  await page.waitForURL((url) => url.searchParams.get("f")?.includes(text));
  await page.keyboard.press("Escape");
}

/** Picks an option of a select that stands in a form. */
export async function choose(page, scope, label, option) {
  await scope.getByRole("button", { name: label }).click();
  await page.getByRole("option", { name: option, exact: true }).click();
}

/** What the API says, asked with the page's own session. */
export async function ask(page, path) {
  const answer = await page.request.get(path);
  if (!answer.ok()) throw new Error(`GET ${path}: ${answer.status()} ${await answer.text()}`);
  return answer.json();
}

/** Waits for a note at the foot of the page. */
export async function noted(page, text) {
  await page.getByRole("region", { name: "Notifications" }).getByText(text).waitFor();
}

/** Changes something over the API with the page's own session, and answers what came back. */
export async function change(page, method, path, data) {
  const { data: me } = await ask(page, "/auth/v1/me");
  const headers = { "x-csrf-token": me.csrf_token };
  const answer = await page.request.fetch(path, { method, headers, ...(data === undefined ? {} : { data }) });
  if (!answer.ok()) throw new Error(`${method} ${path}: ${answer.status()} ${await answer.text()}`);
  return answer.status() === 204 ? null : answer.json();
}
