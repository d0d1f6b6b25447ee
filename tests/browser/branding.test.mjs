// What a workspace looks like: a name, a logo and a colour, set once, seen by everybody before and after signing in.

import assert from "node:assert/strict";
import { assertAccessible, assertNoSidewaysScroll, DESKTOP, PHONE } from "./chromium.mjs";
import { stage } from "./stage.mjs";
import { ask, change, until } from "./steps.mjs";

const { walk, url, browser } = stage();

/** A red dot. */
const DOT = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAAAUAAAAFCAYAAACNbyblAAAAHElEQVQI12P4//8/w38GIAXDIBKE0DHxgljNBAAO9TXL0Y4OHwAAAABJRU5ErkJggg==",
  "base64",
);

const brandOf = (page) => page.evaluate(() => document.documentElement.style.getPropertyValue("--brand"));

/** Somebody who is not signed in, in a browser that has never been here. */
async function stranger(look = DESKTOP) {
  return (await browser().newContext({ ...look, baseURL: url(), locale: "en-GB", reducedMotion: "reduce" })).newPage();
}

async function plain(page) {
  await change(page, "PATCH", "/admin/v1/branding", { name: null, accent: null, logo: null });
}

walk("a workspace gets a name, a colour and a logo, and strangers see them where they sign in", async (page) => {
  await page.goto("/setup/branding");
  await page.getByLabel("Name").fill("Tidewater");
  await page.getByRole("radio", { name: "Teal" }).click();
  await page.getByLabel("Logo", { exact: true }).setInputFiles({ name: "dot.png", mimeType: "image/png", buffer: DOT });
  await page.getByRole("img", { name: "Logo" }).waitFor();
  for (const theme of ["Light", "Dark"]) {
    const preview = page.getByRole("region", { name: theme });
    await preview.getByText("Tidewater").waitFor();
    await preview.getByText("White on the button").waitFor();
  }
  // Nothing changes before it is saved.
  assert.equal(await brandOf(page), "");
  await page.getByRole("button", { name: "Save", exact: true }).click();
  await until(async () => assert.equal(await brandOf(page), "#0f766e"));
  await page.getByRole("complementary").getByText("Tidewater").waitFor();
  await assertAccessible(page);
  // The browser's tab and what it would be installed as are the workspace's too.
  const icon = page.locator("link[rel=icon]");
  assert.ok((await icon.getAttribute("href")).startsWith("data:image/png;base64,"));
  const app = await ask(page, await page.locator("link[rel=manifest]").getAttribute("href"));
  assert.deepEqual([app.name, app.theme_color], ["Tidewater", "#0f766e"]);

  const theirs = await stranger();
  await theirs.goto("/sign-in");
  await theirs.getByRole("heading", { name: "Sign in to Tidewater" }).waitFor();
  assert.equal(await brandOf(theirs), "#0f766e");
  await until(async () => assert.equal(await theirs.title(), "Sign in · Tidewater"));
  assert.ok((await theirs.locator("main img").getAttribute("src")).startsWith("data:image/png;base64,"));
  await assertAccessible(theirs);
  // The next page has the colour from its first paint: before any script of the page itself has run.
  await theirs.route("**/assets/*.js", (route) => route.abort());
  await theirs.goto("/sign-in", { waitUntil: "domcontentloaded" });
  assert.equal(await brandOf(theirs), "#0f766e");
  await theirs.context().close();

  // Taken back, it is the product's again.
  await page.getByRole("button", { name: "Remove" }).first().click();
  await page.getByLabel("Colour", { exact: true }).fill("");
  await page.getByLabel("Name").fill("");
  await page.getByRole("button", { name: "Save", exact: true }).click();
  await until(async () => assert.equal(await brandOf(page), ""));
  assert.ok((await icon.getAttribute("href")).endsWith(".svg"));
  assert.deepEqual((await ask(page, "/auth/v1/branding")).data, { name: null, accent: null, logo: null });
});

walk("what a browser keeps of one workspace is not put on for another at the same address", async () => {
  const theirs = await stranger();
  await theirs.goto("/sign-in");
  await theirs.evaluate(() => {
    localStorage.setItem("trellis.brand.acme", JSON.stringify({ name: "Acme", accent: "#123456", logo: null }));
    localStorage.setItem("trellis.tenant", "acme");
  });
  await theirs.route("**/auth/v1/branding*", (route) => route.abort());
  await theirs.goto("/sign-in");
  assert.equal(await brandOf(theirs), "");
  await theirs.goto("/sign-in?tenant=acme");
  assert.equal(await brandOf(theirs), "#123456");
  await theirs.context().close();
});

walk("what is no colour is refused at its field, and no colour makes text that cannot be read", async (page) => {
  await page.goto("/setup/branding");
  await page.getByLabel("Colour", { exact: true }).fill("red");
  await page.getByRole("button", { name: "Save", exact: true }).click();
  await page.getByText(/expected a colour such as/i).waitFor();
  // The brightest there is: the theme darkens it until white can be read on it.
  for (const colour of ["#ffff00", "#00ffdd", "#ffffff"]) {
    await page.getByLabel("Colour", { exact: true }).fill(colour);
    await page.getByRole("button", { name: "Save", exact: true }).click();
    await until(async () => assert.equal(await brandOf(page), colour));
    await assertAccessible(page);
  }
  await plain(page);
});

for (const colorScheme of ["light", "dark"]) {
  walk(`the shell can be read in the colour of a workspace, ${colorScheme}`, async (page) => {
    await change(page, "PATCH", "/admin/v1/branding", { accent: "#00ffbb", name: "Mint" });
    try {
      await page.goto("/o/deals?view=all");
      await page.getByRole("complementary").getByText("Mint").waitFor();
      await page.getByRole("grid", { name: "Deals" }).getByRole("link").first().waitFor();
      await until(async () => assert.equal(await brandOf(page), "#00ffbb"));
      await assertAccessible(page);
    } finally {
      await plain(page);
    }
  }, { colorScheme });
}

walk("branding is set on a phone", async (page) => {
  await page.goto("/setup/branding");
  await page.getByRole("region", { name: "Dark" }).waitFor();
  await assertNoSidewaysScroll(page);
  await assertAccessible(page);
}, PHONE);
