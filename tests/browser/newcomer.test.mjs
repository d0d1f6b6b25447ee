// The first hour of someone new: signing in, finding, sorting, filtering, opening, changing and adding a record.

import assert from "node:assert/strict";
import { test } from "node:test";
import { assertAccessible, DESKTOP, journey } from "./chromium.mjs";
import { stage } from "./stage.mjs";
import { ask, columnTexts, filterByText, firstRow, noted, openList, signIn, until } from "./steps.mjs";
import { ADMIN } from "./trellis.mjs";

const { walk: open, url, browser } = stage();

/** A journey from the list of leads, signed in. */
const walk = (name, steps) =>
  open(name, async (page) => {
    await page.goto("/");
    await openList(page, "Leads", "All leads");
    await steps(page);
  });

test("a wrong password is refused, the right one signs in, signing out ends it", () =>
  journey(browser(), url(), "sign in and out", DESKTOP, async (page) => {
    await page.goto("/");
    await page.getByLabel("Email").fill(ADMIN.email);
    await page.getByLabel("Password").fill("not the password");
    await page.getByRole("button", { name: "Sign in" }).click();
    await page.getByRole("alert").getByText("The email or password is wrong.").waitFor();

    await signIn(page);
    await page.getByRole("button", { name: /Admin/i }).last().click();
    await page.getByRole("menuitem", { name: "Sign out" }).click();
    await page.getByRole("heading", { name: "Sign in to Trellis" }).waitFor();
    const me = await page.request.get("/auth/v1/me");
    assert.equal(me.status(), 401, "the session has ended on the server too");
  }));

walk("a list is sorted by its header, both ways", async (page) => {
  for (const [direction, holds] of [["ascending", (a, b) => a <= b], ["descending", (a, b) => a >= b]]) {
    await page.getByTitle("Sort by Score").click();
    await page.locator(`[role=columnheader][aria-sort=${direction}]`).filter({ hasText: "Score" }).waitFor();
    await until(async () => {
      const scores = (await columnTexts(page, "Leads", "Score")).filter(Boolean).map(Number);
      assert.ok(scores.length > 5 && scores.every((score, i) => i === 0 || holds(scores[i - 1], score)), `${scores}`);
    });
  }
});

walk("a filter leaves the records that match, as many as the API counts", async (page) => {
  const [company] = (await columnTexts(page, "Leads", "Company")).filter(Boolean);
  await filterByText(page, "Company", company);

  await until(async () => {
    const companies = await columnTexts(page, "Leads", "Company");
    assert.ok(companies.length > 0 && companies.every((text) => text.includes(company)), companies.join(", "));
  });
  const { pagination } = await ask(page, `/api/v1/leads?filter[company][contains]=${encodeURIComponent(company)}&include_total=true`);
  await page.getByText(new RegExp(`^${pagination.total} leads?$`)).waitFor();

  await page.reload();
  await page.getByRole("button", { name: "Remove filter Company" }).waitFor();
  await page.getByRole("button", { name: "Clear filters" }).click();
  await page.getByRole("button", { name: "Remove filter Company" }).waitFor({ state: "detached" });
});

walk("a filter that matches nothing says so and offers the way back", async (page) => {
  await filterByText(page, "Company", "no such company anywhere");
  await page.getByText("No leads match these filters").waitFor();
  await page.getByRole("button", { name: "Clear filters" }).last().click();
  await firstRow(page, "Leads").waitFor();
});

walk("a record is opened, changed in place, and the change stays and is in its history", async (page) => {
  const link = firstRow(page, "Leads").getByRole("link");
  const name = await link.innerText();
  await link.click();
  await page.getByRole("heading", { level: 1, name }).waitFor();

  await page.getByRole("button", { name: "Edit Campaign" }).first().press("Enter");
  const input = page.getByRole("textbox", { name: "Campaign" });
  await input.fill("Autumn walk");
  await input.press("Enter");
  await page.getByRole("definition").filter({ hasText: "Autumn walk" }).first().waitFor();
  await until(async () => {
    const { data } = await ask(page, page.url().replace("/o/", "/api/v1/"));
    assert.equal(data.campaign, "Autumn walk");
  });

  await page.reload();
  await page.getByRole("definition").filter({ hasText: "Autumn walk" }).first().waitFor();
  await page.getByRole("tab", { name: "History" }).click();
  await page.getByRole("listitem").filter({ hasText: "Campaign" }).filter({ hasText: "Autumn walk" }).first().waitFor();
});

walk("what breaks a rule is refused beside the field, and nothing typed is lost", async (page) => {
  await page.getByRole("button", { name: "New lead" }).click();
  const form = page.getByRole("dialog", { name: "New lead" });
  await form.getByLabel("Last name").fill("Wandel");
  await form.getByLabel("Email", { exact: true }).fill("this is no address");
  await form.getByRole("button", { name: "Create lead" }).click();
  await form.getByRole("alert").first().waitFor();
  assert.equal(await form.getByLabel("Last name").inputValue(), "Wandel");
  await form.getByRole("button", { name: "Cancel" }).click();
});

walk("who makes a record is told of one that is there already", async (page) => {
  const { data } = await ask(page, "/api/v1/leads?filter[email][is_null]=false&limit=1&fields=id,name,email");
  await page.getByRole("button", { name: "New lead" }).click();
  const form = page.getByRole("dialog", { name: "New lead" });
  await form.getByLabel("Email", { exact: true }).fill(data[0].email);
  const similar = form.getByRole("status", { name: "Similar leads" });
  await similar.getByText("same email").waitFor();
  assert.equal(await similar.getByRole("link", { name: data[0].name }).getAttribute("href"), `/o/leads/${data[0].id}`);
  await assertAccessible(page);
  await form.getByLabel("Email", { exact: true }).fill("nobody.else@lantern.example");
  await similar.getByText("same email").waitFor({ state: "detached" });
});

walk("a record is made and found again", async (page) => {
  await page.getByRole("button", { name: "New lead" }).click();
  const form = page.getByRole("dialog", { name: "New lead" });
  await form.getByLabel("First name").fill("Ottilie");
  await form.getByLabel("Last name").fill("Wandel");
  await form.getByLabel("Company").fill("Lantern Works");
  await form.getByLabel("Email", { exact: true }).fill("ottilie@lantern.example");
  await page.keyboard.press("Control+Enter");
  await noted(page, "Created Ottilie Wandel");
  await page.getByRole("button", { name: "Open" }).click();
  await page.getByRole("heading", { level: 1, name: "Ottilie Wandel" }).waitFor();

  await openList(page, "Leads", "All leads");
  await page.getByRole("searchbox", { name: /Search leads/ }).fill("Ottilie");
  await firstRow(page, "Leads").getByRole("link", { name: "Ottilie Wandel" }).waitFor();
  const { data } = await ask(page, "/api/v1/leads?filter[email][eq]=ottilie@lantern.example");
  assert.equal(data.length, 1);
});

walk("the list is worked by the keyboard alone", async (page) => {
  const name = await firstRow(page, "Leads").getByRole("link").innerText();
  await page.getByRole("grid", { name: "Leads" }).focus();
  await page.keyboard.press("Home");
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { level: 1, name }).waitFor();
  await page.keyboard.press("Escape");
  await page.getByRole("grid", { name: "Leads" }).waitFor();
});
