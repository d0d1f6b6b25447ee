// GraphiQL at /graphql: from the binary alone, under the policy of every page, as whoever is signed in.

import assert from "node:assert/strict";
import { test } from "node:test";
import { DESKTOP, journey } from "./chromium.mjs";
import { stage } from "./stage.mjs";
import { enter, until } from "./steps.mjs";

const { walk, url, browser } = stage();

/** Puts a text in place of what stands in the query editor. */
async function write(page, text) {
  await page.locator(".graphiql-query-editor .CodeMirror").click();
  await page.keyboard.press("ControlOrMeta+A");
  await page.keyboard.insertText(text);
}

async function run(page) {
  await page.getByRole("button", { name: /^Execute query/ }).click();
  return page.locator(".graphiql-response .CodeMirror-code");
}

walk("a query is run and the schema is read", async (page) => {
  const answer = await page.goto("/graphql");
  assert.match(answer.headers()["content-security-policy"], /^default-src 'none'; script-src 'self'/);
  await write(page, "{ deals(first: 1) { total_count nodes { __typename } } }");
  await (await run(page)).getByText('"Deal"').waitFor();
  await page.getByRole("button", { name: "Show Documentation Explorer" }).click();
  await page.getByRole("link", { name: "Subscription" }).first().waitFor();
  assert.equal(await page.getByText("You are not signed in").count(), 0);
});

walk("a change is made and a subscription hears of it", async (page) => {
  await page.goto("/graphql");
  await write(page, "subscription { deal_changed { action record { name } } }");
  // The editor reads what stands in it a moment after it came, and only then knows it for a subscription.
  await until(async () => {
    await page.getByRole("button", { name: /^Execute query/ }).click();
    await page.getByRole("button", { name: /^Stop query/ }).waitFor({ timeout: 1000 });
    // What was sent as a query is refused, and was one that could be stopped for a moment.
    const isRefused = await page.getByText('"not-here"').waitFor({ timeout: 500 }).then(() => true, () => false);
    assert.ok(!isRefused);
  });
  const heard = page.locator(".graphiql-response .CodeMirror-code");
  const other = await page.context().newPage();
  await other.goto("/graphql");
  await write(other, 'mutation { create_deal(data: {name: "Heard of"}) { name } }');
  // A subscription begins a moment after it was asked for; each change is one more chance.
  for (let n = 0; n < 20 && !(await heard.getByText("Heard of").count()); n++) {
    await (await run(other)).getByText("Heard of").first().waitFor();
    await heard.getByText("Heard of").first().waitFor({ timeout: 500 }).catch(() => {});
  }
  assert.ok(await heard.getByText("Heard of").count());
});

test("whoever is not signed in is told so, and led through the sign-in and back", () =>
  journey(browser(), url(), "graphiql signed out", DESKTOP, async (page) => {
    await page.goto("/graphql");
    const note = page.getByText("You are not signed in");
    await note.getByRole("link", { name: "Sign in" }).click();
    await enter(page);
    await page.getByRole("button", { name: /^Execute query/ }).waitFor();
    assert.equal(await note.count(), 0);
  }));
