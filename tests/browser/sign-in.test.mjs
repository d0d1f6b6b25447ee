// Signing in by a provider: set up and tested by an administrator, used by somebody who has no account yet, in both
// languages of what goes wrong, and signed out of both.

import assert from "node:assert/strict";
import { after, before } from "node:test";
import { assertAccessible, assertNoSidewaysScroll, DESKTOP, PHONE } from "./chromium.mjs";
import { CLIENT, startProvider } from "./provider.mjs";
import { stage } from "./stage.mjs";
import { ask, change } from "./steps.mjs";

let provider;
before(async () => {
  provider = await startProvider();
});
after(() => provider?.stop());
const { walk, url, browser } = stage({ flags: ["--allow-private-targets"] });

/** Somebody in a browser that has never been here. */
async function stranger(look = DESKTOP) {
  return (await browser().newContext({ ...look, baseURL: url(), locale: "en-GB", reducedMotion: "reduce" })).newPage();
}

walk("a provider is set up, lets somebody new in, and out again", async (page) => {
  await page.goto("/setup/sign-in-providers");
  await page.getByText("No providers yet").waitFor();
  await assertAccessible(page);
  await page.getByRole("button", { name: "New provider" }).click();
  const drawer = page.getByRole("dialog", { name: "New provider" });
  await drawer.getByLabel("Label").fill("Acme");
  await drawer.getByLabel("Name", { exact: false }).first().fill("acme");
  await drawer.getByLabel("Issuer").fill(`${provider.issuer}/wrong`);
  await drawer.getByRole("button", { name: "Test" }).click();
  await drawer.getByText("it answers with the status 404").waitFor();
  await drawer.getByLabel("Issuer").fill(provider.issuer);
  await drawer.getByRole("button", { name: "Test" }).click();
  await drawer.getByText("It answers, with 1 keys that can be used.").waitFor();
  await drawer.getByText("/auth/v1/providers/acme/callback").waitFor();
  await drawer.getByLabel("Client ID").fill(CLIENT.id);
  await drawer.getByLabel("Client secret").fill(CLIENT.secret);
  await drawer.getByLabel("Make users of people who are none yet").check();
  await drawer.getByRole("button", { name: "Role of those whom no group gives one" }).click();
  await page.getByRole("option", { name: "User", exact: true }).click();
  await assertAccessible(page);
  await drawer.getByRole("button", { name: "Add provider" }).click();
  await page.getByRole("button", { name: /Acme/ }).click();
  // What goes in does not come out.
  assert.equal(await page.getByLabel("Client secret").inputValue(), "");
  await page.getByText("There is one. Type another to change it.").waitFor();
  await page.getByRole("button", { name: "Cancel" }).click();

  const grace = await stranger();
  await grace.goto("/sign-in?next=/setup/my-security");
  await grace.getByRole("link", { name: "Continue with Acme" }).waitFor();
  await assertAccessible(grace);
  await grace.getByRole("link", { name: "Continue with Acme" }).click();
  await grace.getByRole("link", { name: "No" }).click();
  await grace.getByRole("alert").getByText("You were not signed in there.").waitFor();
  await assertAccessible(grace);
  await grace.getByRole("link", { name: "Continue with Acme" }).click();
  await grace.getByRole("link", { name: "Yes, it is me" }).click();
  await grace.getByRole("heading", { name: "Your sign-in" }).waitFor();
  assert.equal(new URL(grace.url()).pathname, "/setup/my-security");
  const me = await grace.evaluate(async () => (await (await fetch("/auth/v1/me")).json()).data);
  assert.equal(me.user.name, "Grace Hopper");
  // Without a password, a second factor can be set up all the same.
  await grace.getByRole("button", { name: "Set up" }).click();
  await grace.getByRole("img", { name: "QR code for the authenticator app" }).waitFor();
  await grace.getByRole("button", { name: "Cancel" }).click();
  await grace.getByRole("button", { name: /Grace Hopper/ }).last().click();
  await grace.getByRole("menuitem", { name: "Sign out" }).click();
  await grace.getByRole("heading", { name: "Signed out of Acme" }).waitFor();
  await grace.getByRole("link", { name: "Back" }).click();
  await grace.getByRole("link", { name: "Continue with Acme" }).waitFor();
  await grace.context().close();

  await page.goto("/setup/sign-in-history");
  await page.getByText("Provider acme").first().waitFor();
});

walk("what goes wrong is told in words, on a phone and in German too", async (page) => {
  const { data } = await ask(page, "/admin/v1/sign-in-providers");
  if (data.length === 0)
    await change(page, "POST", "/admin/v1/sign-in-providers", {
      ...{ name: "acme", label: "Acme", issuer: provider.issuer, client_id: CLIENT.id, client_secret: CLIENT.secret },
    });
  provider.person({ sub: "mallory", email: "admin@example.com", email_verified: false });
  const mallory = await stranger(PHONE);
  await mallory.goto("/sign-in");
  await mallory.evaluate(() => localStorage.setItem("trellis.language", "de"));
  await mallory.goto("/sign-in");
  await mallory.getByRole("link", { name: "Weiter mit Acme" }).click();
  await mallory.getByRole("link", { name: "Yes, it is me" }).click();
  await mallory.getByRole("alert").getByText("nicht bestätigt").waitFor();
  await assertNoSidewaysScroll(mallory);
  await assertAccessible(mallory);
  await mallory.context().close();
});
