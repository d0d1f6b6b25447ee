// A customer lets its reseller sign in: asked for, allowed, done under everybody's eyes, and ended.

import assert from "node:assert/strict";
import { test } from "node:test";
import { DESKTOP, journey } from "./chromium.mjs";
import { check, resellerStage } from "./console.mjs";
import { noted, signIn } from "./steps.mjs";

// Without a name of its own all tenants answer at the one address that a browser here can reach.
const stage = resellerStage([]);
const { open } = stage;

test("a customer lets the reseller in, and sees what was done and by whom", () =>
  journey(stage.browser(), stage.url(), "support", DESKTOP, async (page) => {
    const ann = { email: "ann@beta.example", password: "correct horse battery" };
    const packages = ["accounts", "leads", "deals", "tasks"];
    await stage.asked("POST", "/tenants", { slug: "beta", name: "Beta", packages, admin: { ...ann, name: "Ann" } });

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

    const context = await stage.browser().newContext({ baseURL: stage.url() });
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
