// Conversions and recurrence are set up on a screen, for an object of one's own; warnings of rules are confirmed.

import assert from "node:assert/strict";
import { assertAccessible, assertNoSidewaysScroll, PHONE } from "./chromium.mjs";
import { stage } from "./stage.mjs";
import { ask, change, choose, until } from "./steps.mjs";

const { walk } = stage();

const IDEA = {
  name: "idea",
  plural: "ideas",
  label: "Idea",
  plural_label: "Ideas",
  fields: [
    { name: "industry", kind: "picklist", option_set: "industry", label: "Industry" },
    { name: "worth", kind: "integer", label: "Worth" },
    { name: "adopted_at", kind: "datetime", label: "Adopted" },
    { name: "result", kind: "lookup", to: "account", inverse: "ideas", label: "Result" },
    {
      name: "stage",
      kind: "picklist",
      label: "Stage",
      default: "open",
      options: [
        { value: "open", label: "Open" },
        { value: "closed", label: "Closed" },
      ],
    },
    { name: "due", kind: "date", label: "Due" },
    { name: "again", kind: "text", format: "recurrence", label: "Again" },
    { name: "before", kind: "lookup", to: "idea", inverse: "after", label: "Before" },
  ],
};

async function withIdeas(page) {
  await change(page, "PUT", "/metadata/v1/objects/idea", IDEA);
  await page.goto("/setup/objects/idea?tab=rules");
  await page.getByRole("link", { name: "Conversions and recurrence" }).click();
  await page.getByRole("heading", { name: "Conversions", exact: true }).waitFor();
}

/** Types a formula into the editor with this label. */
async function write(page, scope, label, text) {
  await scope.getByRole("textbox", { name: label }).click();
  await page.keyboard.type(text, { delay: 15 });
}

walk("a conversion is made for an object of one's own, and does what it says", async (page) => {
  await withIdeas(page);
  await page.getByRole("button", { name: "New conversion" }).click();
  const drawer = page.getByRole("dialog", { name: "New conversion" });
  // What is missing is said at its place.
  await drawer.getByRole("button", { name: "Add conversion" }).click();
  await drawer.getByText("Choose the date that tells when it happened.").waitFor();
  await drawer.getByText("Say what comes out of it.").waitFor();
  await drawer.getByLabel("Label").first().fill("Adopt");
  await choose(page, drawer, /^When it happened, in/, "Adopted");
  await drawer.getByRole("button", { name: "Add a record" }).click();
  await page.getByRole("option", { name: "Account", exact: true }).click();
  const account = drawer.getByRole("region", { name: "Account" });
  // It begins with what is called the same, and with the lookup that leads there.
  await account.getByRole("button", { name: "Industry comes from: Industry" }).waitFor();
  await account.getByRole("button", { name: "Linked from the converted record by: Result" }).waitFor();
  await choose(page, account, /^Fields that agree, list 1/, "Account name");
  await page.keyboard.press("Escape");
  await account.getByRole("button", { name: "Add field" }).click();
  await page.getByRole("option", { name: "Description" }).click();
  // It stays a formula where it spells a field's name on its way.
  await write(page, account, "Formula of Description", 'name & " at " & TEXT(worth)');
  await drawer.getByRole("button", { name: "Add field" }).last().click();
  await page.getByRole("option", { name: "Stage", exact: true }).click();
  await write(page, drawer, "Formula of Stage", '"closed"');
  await assertAccessible(page);
  await drawer.getByRole("button", { name: "Add conversion" }).click();
  // It closes when it is saved.
  await drawer.waitFor({ state: "detached" });
  await page.getByRole("region", { name: "Conversions", exact: true }).getByRole("button", { name: /Adopt/ }).waitFor();

  const { data: idea } = await change(page, "POST", "/api/v1/ideas", { name: "Kites", worth: 7 });
  await page.goto(`/o/ideas/${idea.id}`);
  await page.getByRole("button", { name: "Adopt", exact: true }).click();
  const dialog = page.getByRole("dialog", { name: /^Adopt/ });
  await dialog.getByLabel("Account name").fill("Kites & Co");
  await dialog.getByRole("button", { name: "Adopt", exact: true }).click();
  await page
    .getByRole("dialog", { name: /has been converted/ })
    .getByRole("link", { name: "Kites & Co" })
    .waitFor();
  const { data } = await ask(page, `/api/v1/ideas/${idea.id}?fields=*,result.name,result.description`);
  assert.deepEqual([data.stage, data.result.name, data.result.description], ["closed", "Kites & Co", "Kites at 7"]);
  assert.ok(data.adopted_at);
});

walk("a conversion of a package is read and changed, and what the package says stays below it", async (page) => {
  await page.goto("/setup/objects/lead/becoming");
  const section = page.getByRole("region", { name: "Conversions", exact: true });
  await section.getByRole("button", { name: /^More for Convert/ }).waitFor();
  await section.getByRole("button", { name: /^Convert/ }).click();
  const drawer = page.getByRole("dialog", { name: "Convert" });
  const contact = drawer.getByRole("region", { name: "Contact" });
  await contact.getByRole("button", { name: "Account points to: account" }).waitFor();
  await contact.getByRole("button", { name: /^Fields that agree, list 2: First name Last name/ }).waitFor();
  await drawer.getByLabel("Label").first().fill("Make a customer");
  await drawer.getByRole("button", { name: "Save conversion" }).click();
  await section.getByRole("button", { name: /^Make a customer/ }).waitFor();
  const before = (await ask(page, "/metadata/v1/conversions/lead.convert")).data;
  assert.deepEqual(
    [before.label, before.targets.length, before.targets[0].match],
    ["Make a customer", 2, [["name"], ["website"]]],
  );
  await change(page, "DELETE", "/metadata/v1/layers/conversions/lead.convert");
});

for (const colorScheme of ["light", "dark"]) {
  walk(
    `records of one's own object come again, ${colorScheme}`,
    async (page) => {
      await withIdeas(page);
      await page.getByRole("button", { name: "Let records come again" }).click();
      const drawer = page.getByRole("dialog", { name: "New recurrence" });
      await drawer.getByRole("button", { name: "The rule is in: Again" }).waitFor();
      await choose(page, drawer, /^The date that moves on/, "Due");
      await choose(page, drawer, /^When it is done, by/, "Stage");
      await choose(page, drawer, /^Done means/, "Closed");
      await page.keyboard.press("Escape");
      await assertAccessible(page);
      await drawer.getByRole("button", { name: "Add recurrence" }).click();
      await page
        .getByRole("region", { name: "Recurrence", exact: true })
        .getByRole("button", { name: /Due moves on by Again/ })
        .waitFor();
      const made = { name: "Weekly thought", due: "2027-01-04", again: "FREQ=WEEKLY" };
      const { data: idea } = await change(page, "POST", "/api/v1/ideas", made);
      await change(page, "PATCH", `/api/v1/ideas/${idea.id}`, { stage: "closed" });
      const { data } = await ask(page, `/api/v1/ideas?filter[before_id][eq]=${idea.id}&fields=due,stage`);
      assert.deepEqual(
        data.map((one) => [one.due, one.stage]),
        [["2027-01-11", "open"]],
      );
      await page
        .getByRole("region", { name: "Recurrence", exact: true })
        .getByRole("button", { name: /Due moves on by Again/ })
        .click();
      const again = page.getByRole("dialog", { name: "Recurrence" });
      await again.getByRole("button", { name: "Delete", exact: true }).click();
      await again.getByRole("button", { name: "Delete now" }).click();
      await page.getByRole("button", { name: "Let records come again" }).waitFor();
    },
    { colorScheme },
  );
}

walk(
  "conversions are set up on a phone",
  async (page) => {
    await page.goto("/setup/objects/lead/becoming");
    await page
      .getByRole("region", { name: "Conversions", exact: true })
      .getByRole("button", { name: /^Convert/ })
      .click();
    await page.getByRole("dialog", { name: "Convert" }).getByRole("region", { name: "Account" }).waitFor();
    await assertNoSidewaysScroll(page);
    await assertAccessible(page);
  },
  PHONE,
);

walk("what rules warn about is confirmed: when one makes, edits, moves and converts a record", async (page) => {
  const rule = (object, when) => ({ object, when, message: "That is unusual", severity: "warning" });
  await change(page, "PUT", "/metadata/v1/validation-rules/deal.unusual", rule("deal", "amount > 900000"));
  await change(page, "PUT", "/metadata/v1/validation-rules/account.unusual", rule("account", 'CONTAINS(name, "Odd")'));
  try {
    await page.goto("/o/deals?view=all");
    await page.getByRole("button", { name: "New deal" }).click();
    const create = page.getByRole("dialog", { name: "New deal" });
    await create.getByLabel("Deal name").fill("Much too large");
    await create.getByLabel("Amount").fill("950000");
    await create.getByRole("button", { name: "Create deal" }).click();
    await create.getByText("That is unusual").waitFor();
    await assertAccessible(page);
    assert.equal((await ask(page, "/api/v1/deals?filter[name][eq]=Much too large")).data.length, 0);
    await create.getByRole("button", { name: "Save anyway" }).click();
    await create.waitFor({ state: "detached" });
    const [deal] = (await ask(page, "/api/v1/deals?filter[name][eq]=Much too large")).data;

    await page.goto(`/o/deals/${deal.id}`);
    await page.getByRole("button", { name: "Edit Amount" }).first().press("Enter");
    await page.getByRole("textbox", { name: "Amount" }).fill("960000");
    await page.keyboard.press("Enter");
    await page.getByRole("button", { name: "Save anyway" }).click();
    await until(async () => assert.equal((await ask(page, `/api/v1/deals/${deal.id}`)).data.amount, 960000));

    const lead = { first_name: "Otto", last_name: "Seltsam", company: "Odd Fellows", status: "qualified" };
    const { data } = await change(page, "POST", "/api/v1/leads", lead);
    await page.goto(`/o/leads/${data.id}`);
    await page.getByRole("button", { name: "Convert", exact: true }).click();
    const dialog = page.getByRole("dialog", { name: /^Convert/ });
    // The lead that the new deal will point to is told by its name.
    await dialog.getByRole("region", { name: "Deal" }).getByRole("radio", { name: "New deal" }).click();
    await dialog.getByRole("region", { name: "Deal" }).getByRole("button", { name: "Lead: Otto Seltsam" }).waitFor();
    await dialog.getByRole("button", { name: "Convert", exact: true }).click();
    await dialog.getByText("That is unusual").waitFor();
    assert.equal((await ask(page, `/api/v1/leads/${data.id}`)).data.status, "qualified");
    await dialog.getByRole("button", { name: "Go on anyway" }).click();
    await page
      .getByRole("dialog", { name: /has been converted/ })
      .getByRole("link", { name: "Odd Fellows", exact: true })
      .waitFor();
    assert.equal((await ask(page, `/api/v1/leads/${data.id}`)).data.status, "converted");
  } finally {
    await change(page, "DELETE", "/metadata/v1/validation-rules/deal.unusual");
    await change(page, "DELETE", "/metadata/v1/validation-rules/account.unusual");
  }
});
