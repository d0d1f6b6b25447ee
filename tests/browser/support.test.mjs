// A customer lets its reseller sign in: asked for, allowed, done under everybody's eyes, and ended.

import assert from "node:assert/strict";
import { rm } from "node:fs/promises";
import { after, before, test } from "node:test";
import { assertAccessible, assertNoSidewaysScroll, DESKTOP, journey, startChromium } from "./chromium.mjs";
import { noted, settled, signIn } from "./steps.mjs";
import { makeFolder, runTrellis, startTrellis } from "./trellis.mjs";

let folder;
let trellis;
let browser;
let key;

before(async () => {
  folder = await makeFolder();
  [trellis, browser] = await Promise.all([startTrellis({ keep: folder }), startChromium()]);
  const made = await runTrellis(folder, ["reseller", "create", "Crm for all"]);
  key = made.text.match(/trr_\S+/)?.[0];
  assert.ok(key, made.text);
});

after(async () => {
  await browser?.close();
  await trellis?.stop();
  await rm(folder, { recursive: true, force: true });
});

async function open(page) {
  await page.goto("/tenants");
  await page.getByLabel("Reseller key").fill(key);
  await page.getByRole("button", { name: "Open" }).click();
  await page.getByRole("heading", { level: 1, name: "Tenants" }).waitFor();
}

async function check(page) {
  await settled(page);
  await assertAccessible(page);
  await assertNoSidewaysScroll(page);
  await page.emulateMedia({ colorScheme: "dark" });
  await page.waitForFunction(() => document.documentElement.dataset.theme === "dark");
  await assertAccessible(page, ["color-contrast"]);
  await page.emulateMedia({ colorScheme: "light" });
  await page.waitForFunction(() => document.documentElement.dataset.theme === "light");
}

test("a customer lets the reseller in, and sees what was done and by whom", () =>
  journey(browser, trellis.url, "support", DESKTOP, async (page) => {
    const ann = { email: "ann@beta.example", password: "correct horse battery" };
    const made = await page.request.post("/reseller/v1/tenants", {
      headers: { authorization: `Bearer ${key}` },
      data: { slug: "beta", name: "Beta", packages: ["accounts", "leads", "deals", "tasks"], admin: { ...ann, name: "Ann" } },
    });
    assert.equal(made.status(), 201, await made.text());

    // Nothing without consent.
    await open(page);
    const row = page.getByRole("row").filter({ hasText: "beta" });
    await row.getByRole("button").click();
    const drawer = page.getByRole("dialog", { name: /^Beta/ });
    await drawer.getByText("the customer must allow it").waitFor();
    assert.equal(await drawer.getByRole("button", { name: "Sign in as support" }).count(), 0);
    await drawer.getByRole("button", { name: "Ask to be let in" }).click();
    await drawer.getByLabel("Your name").fill("Sam");
    await drawer.getByLabel("Your email").fill("sam@shop.example");
    await drawer.getByLabel("Why you sign in").fill("A list is empty");
    await check(page);
    await drawer.getByRole("button", { name: "Ask to be let in" }).click();
    await noted(page, "Beta is asked");

    const context = await browser.newContext({ baseURL: trellis.url });
    const customer = await context.newPage();
    await customer.goto("/sign-in?tenant=beta&next=/setup/support-access");
    await signIn(customer, ann);
    await customer.getByText("Crm for all may not sign in").waitFor();
    await customer.getByText("Sam of Crm for all asks to sign in").waitFor();
    await check(customer);
    await customer.getByRole("button", { name: "Give access" }).click();
    const grant = customer.getByRole("dialog", { name: "Give Crm for all access" });
    assert.equal(await grant.getByLabel("What for").inputValue(), "A list is empty");
    await check(customer);
    await grant.getByRole("button", { name: "Give access" }).click();
    await customer.getByText("May only look").waitFor();
    await check(customer);

    await page.reload();
    await open(page);
    await row.getByRole("button").click();
    await drawer.getByText(/You may sign in until/).waitFor();
    await drawer.getByText("A list is empty").waitFor();
    await drawer.getByRole("button", { name: "Sign in as support" }).click();
    await drawer.getByLabel("Your name").fill("Sam");
    await drawer.getByLabel("Your email").fill("sam@shop.example");
    await check(page);
    await drawer.getByRole("button", { name: "Sign in as support" }).click();
    await drawer.getByText("This is needed.").waitFor();
    await drawer.getByLabel("Why you sign in").fill("Ticket 4711");
    await drawer.getByRole("button", { name: "Sign in as support" }).click();

    const strip = page.getByRole("region", { name: "Support session" });
    await strip.getByText(/^Sam, you are in Beta as support of Crm for all until /).waitFor();
    await strip.getByText("You may look, and change nothing.").waitFor();
    await check(page);
    await strip.getByRole("button", { name: "Leave Beta" }).click();
    await page.waitForURL(/\/sign-in/);
    assert.equal((await page.request.get("/auth/v1/me")).status(), 401);

    await customer.goto("/setup/sign-in-history");
    await customer.getByText("sam@shop.example").waitFor();
    await customer.goto("/setup/support-access");
    await customer.getByRole("button", { name: "End now" }).click();
    await noted(customer, "Crm for all may not sign in any more");
    await customer.getByText(/ended /).waitFor();
    await customer.goto("/auth/v1/support?token=0");
    await customer
      .getByRole("alert")
      .getByText(/The link was used/)
      .waitFor();
    await context.close();
  }));
