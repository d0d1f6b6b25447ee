// Every page, light and dark, wide and narrow: no broken WCAG A or AA rule, no script error, no sideways scroll. Each is
// loaded once, in one tab that is signed in; its colours and its width change where it stands, as they do for people.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { assertAccessible, assertNoSidewaysScroll, assertStill, DESKTOP, journey, PHONE } from "./chromium.mjs";
import { stage } from "./stage.mjs";
import { ask, change, choose, firstRow, settled, until } from "./steps.mjs";

const { url, browser, storageState } = stage();

/** Name → how to get there once signed in. */
const PAGES = {
  "the start": (page) => open(page, "/"),
  "a list": (page) => open(page, "/o/leads?view=all"),
  "a list that is empty": (page) => open(page, "/o/leads?q=no-such-lead-anywhere"),
  "a list in groups": (page) => open(page, "/o/deals?view=all&group=stage"),
  "a filter with groups": async (page) => {
    await open(page, "/o/deals?view=all");
    await page.getByRole("button", { name: "Filter", exact: true }).click();
    await page.getByRole("button", { name: "Groups and formulas" }).click();
    await page.getByRole("button", { name: "Group", exact: true }).click();
  },
  "a filter as a formula": async (page) => {
    await open(page, "/o/deals?view=all&where=amount%20%3E%201");
    await page.getByRole("button", { name: "amount > 1", exact: true }).click();
    await page.getByRole("dialog").getByText("Gives yes or no").waitFor();
  },
  "the order of a list": async (page) => {
    await open(page, "/o/deals?view=all&sort=stage,-amount");
    await page.getByRole("button", { name: "Sort", exact: true }).click();
    await page.getByRole("button", { name: "Amount: descending" }).waitFor();
  },
  "the columns of a list": async (page) => {
    await open(page, "/o/deals?view=all");
    await page.getByRole("button", { name: "Columns", exact: true }).click();
    await page.getByRole("dialog", { name: "Columns" }).waitFor();
  },
  "a board": (page) => open(page, "/o/deals?view=board"),
  "a calendar": (page) => open(page, "/o/tasks?view=calendar"),
  "a week of a calendar": async (page) => {
    await open(page, "/o/tasks?view=calendar");
    await page.getByRole("radio", { name: "Week" }).click();
  },
  "what was searched for": async (page) => {
    await open(page, "/search?q=so");
    await page.getByRole("list", { name: "What was found" }).getByRole("listitem").first().waitFor();
  },
  "a search that found nothing": (page) => open(page, "/search?q=no-such-thing-anywhere"),
  "a timeline": (page) => open(page, "/o/deals?view=all&as=timeline"),
  "an import": (page) => open(page, "/o/leads/import"),
  "an import that was tried": tryImport,
  "an import that is to be taken back": async (page) => {
    await tryImport(page);
    await page.getByRole("button", { name: "Import 1 lead" }).click();
    await page.getByRole("button", { name: "Take the import back" }).click();
    await page.getByRole("dialog", { name: "Take the import back?" }).waitFor();
  },
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

/** What opens over a page. */
const OVER = {
  "the command menu": async (page) => {
    await open(page, "/o/deals?view=all");
    await firstRow(page, "Deals").waitFor();
    await page.keyboard.press("Control+k");
    await page.getByRole("combobox", { name: "Search and commands" }).waitFor();
  },
  "the keys": async (page) => {
    await open(page, "/o/deals?view=all");
    await firstRow(page, "Deals").waitFor();
    await page.keyboard.press("?");
    await page.getByRole("dialog", { name: "Keyboard shortcuts" }).waitFor();
  },
  "a record beside its list": async (page) => {
    const { data } = await ask(page, "/api/v1/deals?limit=1&fields=id");
    await open(page, `/o/deals?view=all&peek=${data[0].id}`);
    await page.getByRole("complementary", { name: "Deal preview" }).getByRole("heading", { level: 1 }).waitFor();
  },
  "a view that is to be kept": async (page) => {
    await open(page, "/o/deals?view=all&sort=amount");
    await page.getByRole("button", { name: "Save view" }).click();
    await page.getByRole("menuitem", { name: "Save as a new view" }).click();
    await page.getByRole("dialog", { name: "Save as a new view" }).getByRole("radio", { name: "Some" }).click();
  },
  "the views of one's own": async (page) => {
    const view = { object: "deal", label: "Mine", columns: ["name", "stage"] };
    await change(page, "POST", "/auth/v1/views", view);
    await open(page, "/o/deals?view=all");
    await page.getByRole("button", { name: "View", exact: true }).click();
    await page.getByRole("menuitem", { name: "My views" }).click();
    await page.getByRole("dialog", { name: "My views of deals" }).waitFor();
  },
  "what many records are changed to": async (page) => {
    await open(page, "/o/leads?view=all");
    await firstRow(page, "Leads").getByRole("gridcell").first().click();
    await page.getByRole("toolbar", { name: "Selection" }).getByRole("button", { name: "Edit" }).click();
    await page.getByRole("dialog").waitFor();
  },
  "somebody new": (page) => opened(page, "/setup/users", /^(New|Add|Invite)/),
  "a new team": (page) => opened(page, "/setup/teams", "New team"),
  "a new role": (page) => opened(page, "/setup/roles", /^New role/),
  "a new API key": (page) => opened(page, "/setup/api-keys", /^(New|Create)/),
  "a new sharing rule": (page) => opened(page, "/setup/sharing", /^New sharing rule|^New rule/),
  "a new object": (page) => opened(page, "/setup/objects", "New object"),
  "a new rule": (page) => opened(page, "/setup/objects/deal?tab=rules", "New validation rule"),
};

const SETUP = {
  "the start of setup": (page) => open(page, "/setup"),
  "a process": (page) => open(page, "/setup/objects/deal/processes/new_business"),
  "the views of an object": (page) => open(page, "/setup/objects/deal?tab=views"),
  "the layouts of an object": (page) => open(page, "/setup/objects/deal?tab=layouts"),
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
  "the layout as somebody else on a phone sees it": async (page) => {
    await open(page, "/setup/objects/deal/layouts/default");
    await choose(page, page.getByRole("main"), /^Preview as/, "Sales representative");
    await page.getByRole("radio", { name: "Phone" }).click();
  },
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
  "the audit log": async (page) => {
    await open(page, "/setup/audit");
    await page.getByRole("main").getByRole("listitem").first().getByRole("button").first().click();
  },
  "the record types of an object": (page) => open(page, "/setup/objects/deal?tab=types"),
  "the users": (page) => open(page, "/setup/users"),
  "the users as a tree": (page) => open(page, "/setup/users?shown=tree"),
  "the security settings": (page) => open(page, "/setup/security-settings"),
  "the support access": (page) => open(page, "/setup/support-access"),
  "the sign-ins of everybody": (page) => open(page, "/setup/sign-in-history"),
  "one's own sign-in": (page) => open(page, "/setup/my-security"),
  "one's sessions": (page) => open(page, "/setup/sessions"),
  "the API explorer": (page) => open(page, "/setup/api"),
  "the API keys": (page) => open(page, "/setup/api-keys"),
  "the packages": (page) => open(page, "/setup/packages"),
  "the apps": (page) => open(page, "/setup/apps"),
  "a new app": (page) => opened(page, "/setup/apps", "New app"),
  "the branding": (page) => open(page, "/setup/branding"),
  "the language of search": (page) => open(page, "/setup/search"),
  "the sandboxes": (page) => open(page, "/setup/sandboxes"),
  "a new sandbox": (page) => opened(page, "/setup/sandboxes", "New sandbox"),
  "the jobs": (page) => open(page, "/setup/jobs"),
  "the language of search that is to change": async (page) => {
    await open(page, "/setup/search");
    await page.getByRole("button", { name: /^Language of texts/ }).click();
    await page.getByRole("option", { name: /^German/ }).click();
    await page.getByRole("button", { name: "Review changes" }).click();
    await page.getByRole("dialog").waitFor();
  },
  "the requests of keys": async (page) => {
    const { key } = await change(page, "POST", "/auth/v1/api-keys", { name: "Night shift" });
    for (const asked of ["limit=1", "nonsense=1"])
      await fetch(new URL(`/api/v1/deals?${asked}`, url()), { headers: { authorization: `Bearer ${key}` } });
    // They are written down some seconds after they were answered.
    await until(async () => {
      await open(page, "/setup/requests");
      assert.ok((await page.getByRole("row").count()) > 2);
    });
  },
  "the ways to sign in": async (page) => {
    const client = { client_id: "trellis", client_secret: "kept", issuer: "https://id.acme.example" };
    await change(page, "POST", "/admin/v1/sign-in-providers", { name: "acme", label: "Acme", ...client });
    await open(page, "/setup/sign-in-providers");
    await page.getByRole("button", { name: /Acme/ }).waitFor();
  },
  "a new way to sign in": (page) => opened(page, "/setup/sign-in-providers", "New provider"),
  "what records become": (page) => open(page, "/setup/objects/lead/becoming"),
  "a new conversion": (page) => opened(page, "/setup/objects/lead/becoming", "New conversion"),
};

/** Pages of their own beside the admin UI: they wear what the browser wears, and speak English alone. */
const BESIDE = {
  GraphiQL: openGraphiql,
  "GraphiQL with its documentation": async (page) => {
    await openGraphiql(page);
    await page.getByRole("button", { name: "Show Documentation Explorer" }).click();
    await page.getByRole("link", { name: "Query" }).first().waitFor();
  },
  // All its operations look alike, and there are more than a thousand.
  "the API for people": async (page) => {
    await open(page, "/docs");
    await page.getByRole("heading", { level: 2 }).first().waitFor();
    await page.getByLabel("Find").fill("deals");
  },
  "an operation that was tried": async (page) => {
    await open(page, "/docs#show_deal");
    await page.getByLabel("Find").fill("get /api/v1/deals/{id}");
    const form = page.getByRole("form", { name: "Try GET /api/v1/deals/{id}", exact: true });
    const { data } = await ask(page, "/api/v1/deals?limit=1&fields=id");
    await form.getByLabel("id", { exact: true }).fill(data[0].id);
    await form.getByRole("button", { name: "Send GET" }).click();
    await form.getByText(/^200/).waitFor();
  },
};

const OUTSIDE = {
  "signing in": "/sign-in",
  "being sent there": "/",
  "a forgotten password": "/forgot-password",
  "a new password": "/set-password#token=from-a-mail",
  "the door of resellers": "/tenants",
};

/** Paths that were looked at. */
const visited = new Set();

async function open(page, path) {
  visited.add(new URL(path, url()).pathname);
  await page.goto(path);
  await settled(page);
}

async function opened(page, path, button) {
  await open(page, path);
  await page.getByRole("main").getByRole("button", { name: button }).first().click();
  await page.getByRole("dialog").waitFor();
}

async function openFirstDeal(page) {
  const { data } = await ask(page, "/api/v1/deals?limit=1&fields=id");
  await open(page, `/o/deals/${data[0].id}`);
  await page.getByRole("heading", { level: 1 }).waitFor();
}

async function openGraphiql(page) {
  await open(page, "/graphql");
  await page.getByRole("button", { name: /^Execute query/ }).waitFor();
}

/** A file of two rows, of which one is refused. */
async function tryImport(page) {
  await open(page, "/o/leads/import");
  const buffer = Buffer.from("First name,Surname,Company,E-mail\nUla,Holm,Reef,ula@reef.example\nUla,Lind,Reef,nowhere");
  await page.getByLabel("File to import").setInputFiles({ name: "reef.csv", mimeType: "text/csv", buffer });
  await page.getByRole("region", { name: "Rejected rows" }).waitFor();
}

async function openNewField(page) {
  await open(page, "/setup/objects/deal");
  await page.getByRole("button", { name: "New field" }).click();
  await page.getByRole("dialog").waitFor();
}

async function wear(page, colorScheme) {
  await page.emulateMedia({ colorScheme });
  // Pages beside the admin UI have no theme of their own to wait for.
  await page.waitForFunction((theme) => [theme, undefined].includes(document.documentElement.dataset.theme), colorScheme);
  // Colours that are inherited change one after the other, a frame each.
  await page.evaluate(async () => {
    for (let still = 0, frames = 0; still < 5 && frames < 90; frames++) {
      await new Promise((drawn) => requestAnimationFrame(drawn));
      still = document.getAnimations().some((one) => one.playState === "running") ? 0 : still + 1;
    }
  });
}

/** All of a page that is shown, in the light and in the dark, then narrow and as languages from right to left have it. */
async function check(page, mirrored = true) {
  await settled(page);
  await assertAccessible(page);
  await assertNoSidewaysScroll(page);
  if (mirrored) await assertStill(page);
  await wear(page, "dark");
  await assertAccessible(page);
  await wear(page, "light");
  await page.setViewportSize(PHONE.viewport);
  await settled(page);
  await assertAccessible(page);
  await assertNoSidewaysScroll(page);
  if (!mirrored) return;
  // Nothing stands on a side of the window that should stand on one of the line.
  await page.evaluate(() => document.documentElement.setAttribute("dir", "rtl"));
  await assertNoSidewaysScroll(page);
  await page.evaluate(() => document.documentElement.removeAttribute("dir"));
}

test("pages of who is signed in", (t) =>
  journey(browser(), url(), "pages", { ...DESKTOP, storageState: storageState() }, async (page) => {
    for (const [name, go] of Object.entries({ ...PAGES, ...OVER, ...SETUP, ...BESIDE })) {
      await t.test(name, async () => {
        await page.setViewportSize(DESKTOP.viewport);
        await go(page);
        await check(page, !(name in BESIDE));
      });
    }
  }));

test("pages of who is not", (t) =>
  journey(browser(), url(), "pages outside", DESKTOP, async (page) => {
    for (const [name, path] of Object.entries(OUTSIDE)) {
      await t.test(name, async () => {
        await page.setViewportSize(DESKTOP.viewport);
        await open(page, path);
        await check(page);
      });
    }
  }));

test("no route is left out", () => {
  const read = (file) => readFileSync(new URL(`../../admin-ui/src/app/${file}`, import.meta.url), "utf8");
  const source = read("router.tsx") + read("outside.tsx");
  const routes = [...source.matchAll(/getParentRoute: \(\) => (\w+),\s+path: "([^"]+)"/g)];
  assert.ok(routes.length > 20, `${routes.length} routes were found`);
  const pattern = ([, parent, path]) => {
    const whole = `${parent === "setup" ? "/setup" : ""}${path}`.replace(/(.)\/$/, "$1");
    return new RegExp(`^${whole.replaceAll(/\$\w+/g, "[^/]+")}/?$`);
  };
  const missed = routes.filter((route) => ![...visited].some((path) => pattern(route).test(path)));
  assert.deepEqual(missed.map(([, parent, path]) => `${parent} ${path}`), []);
});

/** On a telephone, where fingers and not the mouse decide what is offered. */
test("pages on a phone", (t) =>
  journey(browser(), url(), "pages on a phone", { ...PHONE, storageState: storageState() }, async (page) => {
    for (const name of ["a list", "a board", "a calendar", "a timeline", "a record", "a create form", "the objects"]) {
      await t.test(name, async () => {
        await { ...PAGES, ...SETUP }[name](page);
        await settled(page);
        await assertAccessible(page);
        await assertNoSidewaysScroll(page);
      });
    }
  }));
