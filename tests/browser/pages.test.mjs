// Every page, light and dark, wide and on a phone: no broken WCAG A or AA rule, no script error, no sideways scroll.

import { after, before, test } from "node:test";
import { assertAccessible, assertNoSidewaysScroll, DESKTOP, journey, PHONE, startChromium } from "./chromium.mjs";
import { ask, settled, signedIn } from "./steps.mjs";
import { startTrellis } from "./trellis.mjs";

let trellis;
let browser;
let storageState;

before(async () => {
  [trellis, browser] = await Promise.all([startTrellis(), startChromium()]);
  storageState = await signedIn(browser, trellis.url);
});

after(async () => {
  await browser?.close();
  await trellis?.stop();
});

/** Name → how to get there once signed in. */
const PAGES = {
  "a list": (page) => open(page, "/o/leads?view=all"),
  "a list that is empty": (page) => open(page, "/o/leads?q=no-such-lead-anywhere"),
  "a list in groups": (page) => open(page, "/o/deals?view=all&group=stage"),
  "a filter with groups": async (page) => {
    await open(page, "/o/deals?view=all");
    await page.getByRole("button", { name: "Filter", exact: true }).click();
    await page.getByRole("button", { name: "Groups and formulas" }).click();
    await page.getByRole("button", { name: "Group", exact: true }).click();
  },
  "a board": (page) => open(page, "/o/deals?view=board"),
  "a calendar": (page) => open(page, "/o/tasks?view=calendar"),
  "a timeline": (page) => open(page, "/o/deals?view=all&as=timeline"),
  "an import": (page) => open(page, "/o/leads/import"),
  "a recycle bin": (page) => open(page, "/o/deals/bin"),
  "a record": openFirstDeal,
  "the history of a record": async (page) => {
    await openFirstDeal(page);
    await page.getByRole("tab", { name: "History" }).click();
  },
  "the sharing of a record": async (page) => {
    await openFirstDeal(page);
    await page.getByRole("tab", { name: "Sharing" }).click();
    await page.getByRole("region", { name: "Who can see this" }).getByRole("listitem").first().waitFor();
  },
  "a create form": async (page) => {
    await open(page, "/o/leads");
    await page.getByRole("button", { name: /^(New lead|Create)$/ }).first().click();
    await page.getByRole("dialog", { name: "New lead" }).waitFor();
  },
};

/** Pages of setup. The phone has the light colours too, so that these are not opened a third time on a wide screen. */
const SETUP = {
  "the objects": (page) => open(page, "/setup/objects"),
  "an object": (page) => open(page, "/setup/objects/deal"),
  "the kinds of field": openNewField,
  "a field": async (page) => {
    await openNewField(page);
    await page.getByRole("dialog").getByRole("button", { name: /^Choice/ }).first().click();
  },
  "the settings of an object": (page) => open(page, "/setup/objects/deal?tab=settings"),
  "the rules of an object": (page) => open(page, "/setup/objects/deal?tab=rules"),
  "the history of changes": (page) => open(page, "/setup/changes?revision=3"),
  "the schema as a picture": (page) => open(page, "/setup/diagram"),
  "the schema as a list": (page) => open(page, "/setup/diagram?shown=list"),
  "the layout of an object": (page) => open(page, "/setup/objects/deal/layouts/default"),
  "a view of an object": (page) => open(page, "/setup/objects/deal/views/largest_open"),
  "the teams": (page) => open(page, "/setup/teams"),
  "the roles": (page) => open(page, "/setup/roles"),
  "a role": (page) => open(page, "/setup/access/roles/manager"),
  "why somebody may": async (page) => {
    const [user] = (await ask(page, "/admin/v1/users")).data;
    const [deal] = (await ask(page, "/api/v1/deals?limit=1&fields=id")).data;
    await open(page, `/setup/explain?user=${user.id}&object=deal&record=${deal.id}&action=edit`);
  },
  "the sharing of records": (page) => open(page, "/setup/sharing"),
  "the users": (page) => open(page, "/setup/users"),
  "one's sessions": (page) => open(page, "/setup/sessions"),
  "the API explorer": (page) => open(page, "/setup/api"),
  "the API keys": (page) => open(page, "/setup/api-keys"),
  "the packages": (page) => open(page, "/setup/packages"),
};

const LOOKS = {
  light: { ...DESKTOP, colorScheme: "light" },
  dark: { ...DESKTOP, colorScheme: "dark" },
  "on a phone": { ...PHONE, colorScheme: "light" },
};

async function open(page, path) {
  await page.goto(path);
  await settled(page);
}

async function openFirstDeal(page) {
  const { data } = await ask(page, "/api/v1/deals?limit=1&fields=id");
  await open(page, `/o/deals/${data[0].id}`);
  await page.getByRole("heading", { level: 1 }).waitFor();
}

async function openNewField(page) {
  await open(page, "/setup/objects/deal");
  await page.getByRole("button", { name: "New field" }).click();
  await page.getByRole("dialog").waitFor();
}

for (const [look, options] of Object.entries(LOOKS)) {
  test(`pages, ${look}`, async (t) => {
    await t.test("signing in", () =>
      journey(browser, trellis.url, `sign-in ${look}`, options, async (page) => {
        await open(page, "/");
        await assertAccessible(page);
        await assertNoSidewaysScroll(page);
      }),
    );
    const pages = look === "light" ? PAGES : { ...PAGES, ...SETUP };
    for (const [name, go] of Object.entries(pages)) {
      await t.test(name, () =>
        journey(browser, trellis.url, `${name} ${look}`, { ...options, storageState }, async (page) => {
          await go(page);
          await settled(page);
          await assertAccessible(page);
          await assertNoSidewaysScroll(page);
        }),
      );
    }
  });
}
