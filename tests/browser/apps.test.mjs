// Apps: what people of one kind of work have in their navigation, from metadata; made, given to a role, switched.

import assert from "node:assert/strict";
import { assertAccessible, assertNoSidewaysScroll, DESKTOP, PHONE } from "./chromium.mjs";
import { stage } from "./stage.mjs";
import { change, choose, signedIn, until } from "./steps.mjs";

const { walk, url, browser } = stage();

const main = (page) => page.getByRole("navigation", { name: "Main" });
const links = (page) => main(page).getByRole("link").allInnerTexts();

async function pageOf(page, name, role, look = DESKTOP) {
  const email = `${name.toLowerCase()}@demo.example`;
  const password = "a long enough password";
  await change(page, "POST", "/admin/v1/users", { email, name, password, roles: [role] });
  const storageState = await signedIn(browser(), url(), { email, password });
  const context = await browser().newContext({ ...look, baseURL: url(), storageState, locale: "en-GB" });
  return context.newPage();
}

walk("who sells finds the app of sales people, and everything else below it", async (page) => {
  const hers = await pageOf(page, "Sela", "sales_rep");
  await hers.goto("/");
  await hers.getByRole("button", { name: "App: Sales" }).waitFor();
  const shown = ["Leads", "Deals", "Pipeline", "Accounts", "Contacts", "Competitors", "Tasks"];
  await until(async () => assert.deepEqual((await links(hers)).slice(0, 7), shown));
  await main(hers).getByRole("link", { name: "Pipeline" }).click();
  await hers.getByRole("region", { name: "Proposal", exact: true }).waitFor();
  assert.equal(await main(hers).getByRole("link", { name: "Pipeline" }).getAttribute("aria-current"), "page");
  await assertAccessible(hers);
  // Another way to see it, that stays after coming back.
  await hers.getByRole("button", { name: "App: Sales" }).click();
  await hers.getByRole("menuitemradio", { name: "Everything" }).click();
  await until(async () => assert.equal((await links(hers)).includes("Pipeline"), false));
  await hers.reload();
  await hers.getByRole("button", { name: "App: Everything" }).waitFor();
  // By the keyboard alone.
  await hers.keyboard.press("ControlOrMeta+k");
  await hers.getByRole("combobox").fill("app sales");
  await hers.keyboard.press("Enter");
  await hers.getByRole("button", { name: "App: Sales" }).waitFor();
  await hers.context().close();
});

for (const colorScheme of ["light", "dark"]) {
  walk(
    `an app is made for a role, and is there for who has it alone, ${colorScheme}`,
    async (page) => {
      const word = `Service ${colorScheme}`;
      await page.goto("/setup/apps");
      await page.getByRole("button", { name: /^More for Sales/ }).waitFor();
      await assertAccessible(page);
      await page.getByRole("button", { name: "New app" }).click();
      const drawer = page.getByRole("dialog", { name: "New app" });
      await drawer.getByRole("button", { name: "Add app" }).click();
      await drawer.getByText("Give it a name.").waitFor();
      await drawer.getByLabel(/^Label/).first().fill(word);
      await drawer.getByRole("radio", { name: "phone", exact: true }).click();
      for (const object of ["Tasks", "Accounts"]) {
        await drawer.getByRole("button", { name: "Add object" }).click();
        await page.getByRole("option", { name: object, exact: true }).click();
      }
      await drawer.getByRole("button", { name: "Move Accounts up" }).click();
      await drawer.getByLabel("Label of Accounts").fill("Customers");
      await choose(page, drawer, "View of Tasks", "Overdue");
      await choose(page, drawer, /^Who sees it/, "Sales manager");
      await page.keyboard.press("Escape");
      await assertAccessible(page);
      await drawer.getByRole("button", { name: "Add app" }).click();
      await page
        .getByRole("list", { name: "Apps" })
        .getByRole("button", { name: new RegExp(`^${word}`) })
        .waitFor();

      const his = await pageOf(page, `Manuel${colorScheme}`, "sales_manager");
      await his.goto("/o/deals");
      await his.getByRole("button", { name: /^App:/ }).click();
      await his.getByRole("menuitemradio", { name: word }).click();
      await his.getByRole("heading", { level: 1, name: "Accounts" }).waitFor();
      await until(async () => assert.deepEqual((await links(his)).slice(0, 2), ["Customers", "Overdue"]));
      await main(his).getByRole("link", { name: "Overdue" }).click();
      await his.getByRole("tab", { name: "Overdue", selected: true }).waitFor();
      await his.context().close();
      const hers = await pageOf(page, `Rita${colorScheme}`, "sales_rep");
      await hers.goto("/");
      await hers.getByRole("button", { name: "App: Sales" }).click();
      await hers.getByRole("menuitemradio", { name: "Everything" }).waitFor();
      assert.equal(await hers.getByRole("menuitemradio", { name: word }).count(), 0);
      await hers.context().close();
    },
    { colorScheme },
  );
}

walk(
  "apps are switched and made on a phone",
  async (page) => {
    await page.goto("/o/tasks");
    await page.getByRole("button", { name: "Objects" }).click();
    await page.getByRole("menuitem", { name: "App: Sales" }).click();
    await page.getByRole("button", { name: "Objects" }).click();
    await page.getByRole("menuitem", { name: "Pipeline", exact: true }).click();
    await page.getByRole("region", { name: "Proposal", exact: true }).waitFor();
    await assertNoSidewaysScroll(page);
    await page.goto("/setup/apps");
    await page.getByRole("button", { name: /^Sales/ }).click();
    await page.getByRole("dialog", { name: "Sales" }).getByLabel("Label of Leads").waitFor();
    await assertNoSidewaysScroll(page);
    await assertAccessible(page);
  },
  PHONE,
);
