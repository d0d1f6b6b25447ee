// What an administrator draws in setup: the page of a record, and a process as a picture.

import assert from "node:assert/strict";
import { assertAccessible } from "./chromium.mjs";
import { stage } from "./stage.mjs";
import { ask, change, choose, noted, signedIn, until } from "./steps.mjs";

const { walk, url, browser } = stage();

walk("what is taken off a layout is gone from the page, and a press away; what is new is there", async (page) => {
  await page.goto("/setup/objects/contact/layouts/default");
  await page.getByRole("region", { name: "Background" }).getByRole("button", { name: /^Birthday/ }).press("Delete");
  await page.getByRole("status").getByText("Birthday taken off the page").waitFor();
  // What no section names stands on the canvas as it does on the page.
  await page.getByRole("region", { name: "Related lists" }).getByRole("button", { name: /^Tasks/ }).press("Delete");
  const palette = page.getByRole("region", { name: "Not on the page" });
  for (const label of ["Birthday", "Tasks"]) await palette.getByRole("button", { name: `Add ${label}`, exact: true }).waitFor();
  await page.getByRole("region", { name: "System" }).getByRole("button", { name: /^Version/ }).click();
  await choose(page, page.getByRole("complementary", { name: "Properties" }), /^Section/, "Record");
  await assertAccessible(page);
  await page.getByRole("button", { name: "Publish", exact: true }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Publish layout" }).click();
  await noted(page, "Published the layout of Contact");
  await change(page, "PUT", "/metadata/v1/objects/contact/fields/hat_size", { kind: "text", label: "Hat size" });

  const { data: [one] } = await ask(page, "/api/v1/contacts?limit=1&fields=id");
  await page.goto(`/o/contacts/${one.id}`);
  const region = (name) => page.getByRole("region", { name, exact: true });
  const label = (text) => page.getByRole("term").filter({ hasText: text });
  await region("More").getByText("Hat size", { exact: true }).waitFor();
  await region("Record").getByText("Version", { exact: true }).waitFor();
  await region("Direct reports").waitFor();
  assert.deepEqual([await label("Birthday").count(), await region("Tasks").count()], [0, 0]);
  await page.getByRole("button", { name: "Show all fields" }).click();
  await region("Not on the page").getByText("Birthday", { exact: true }).waitFor();
  await region("Tasks").waitFor();
  await assertAccessible(page);
  await page.getByRole("button", { name: "Show what the layout shows" }).click();
  await label("Birthday").waitFor({ state: "detached" });

  // Who shapes nothing is told the same.
  const person = { name: "Lena Layout", email: "lena@example.com", password: "pages-are-laid-0ut-well", roles: ["user"] };
  await change(page, "POST", "/admin/v1/users", person);
  const { email, password } = person;
  const storageState = await signedIn(browser(), url(), { email, password });
  const context = await browser().newContext({ baseURL: url(), storageState });
  const { layouts } = (await (await context.request.get("/metadata/v1/bootstrap")).json()).data;
  const hers = layouts.find(({ name }) => name === "contact.default").sections.find(({ visible }) => visible === "FALSE");
  assert.deepEqual(hers.items, [{ field: "birthday" }, { related: "tasks" }]);
  await context.close();

  await page.goto("/setup/objects/contact/layouts/default");
  await palette.getByRole("button", { name: "Add Birthday" }).click();
  await page.getByRole("region", { name: "Person" }).getByRole("button", { name: /^Birthday/ }).waitFor();
});

walk("a layout that shows only what it names is offered every new field", async (page) => {
  await page.goto("/setup/objects/pipeline/layouts/default");
  await page.getByRole("button", { name: "Take off fields that no section names" }).click();
  await page.getByRole("region", { name: "System" }).waitFor({ state: "detached" });
  await page.getByRole("button", { name: "Publish", exact: true }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Publish layout" }).click();
  await noted(page, "Published the layout of Pipeline");
  for (const [label, isOn] of [["Region", true], ["Notebook", false]]) {
    await page.goto("/setup/objects/pipeline");
    await page.getByRole("button", { name: "New field" }).click();
    await page.getByRole("dialog").getByRole("button", { name: /^Text/ }).first().click();
    await page.getByRole("dialog").getByLabel("Label", { exact: false }).first().fill(label);
    const put = page.getByRole("checkbox", { name: /^Put it on the page/ });
    assert.ok(await put.isChecked());
    if (!isOn) await put.press("Space");
    await page.getByRole("button", { name: "Add field" }).click();
    await noted(page, new RegExp(`^Added ${label}`));
  }
  const { data: [one] } = await ask(page, "/api/v1/pipelines?limit=1&fields=id");
  await page.goto(`/o/pipelines/${one.id}`);
  await page.getByRole("term").filter({ hasText: "Region" }).waitFor();
  assert.equal(await page.getByRole("term").filter({ hasText: "Notebook" }).count(), 0);
  await page.getByRole("button", { name: "Show all fields" }).click();
  await page.getByRole("region", { name: "Not on the page" }).getByText("Notebook", { exact: true }).waitFor();
});

walk("a layout is looked at with the eyes of a role, and on a telephone", async (page) => {
  await change(page, "PUT", "/metadata/v1/roles/scout", {
    label: "Scout",
    objects: { account: { read: "all" } },
    fields: { "account.annual_revenue": { read: false } },
  });
  await page.goto("/setup/objects/account/layouts/default");
  const size = page.getByRole("region", { name: "Size" });
  const revenue = size.getByRole("button", { name: /^Annual revenue/ });
  await revenue.waitFor();
  assert.equal(await page.getByText("not seen").count(), 0);
  await choose(page, page, /^Preview as/, "Scout");
  await revenue.getByText("not seen").waitFor();
  await page.getByRole("region", { name: "Highlights" }).getByText("not seen").waitFor();
  assert.equal(await size.getByRole("button", { name: /^Employees/ }).getByText("not seen").count(), 0);
  const places = async () => {
    const boxes = await Promise.all([/^Annual/, /^Employees/].map((name) => size.getByRole("button", { name }).boundingBox()));
    return { width: (await size.boundingBox()).width, beside: boxes[0].y === boxes[1].y };
  };
  const wide = await places();
  assert.ok(wide.width > 420 && wide.beside, JSON.stringify(wide));
  await page.getByRole("radio", { name: "Phone" }).click();
  await until(async () => {
    const narrow = await places();
    assert.ok(narrow.width < 400 && !narrow.beside, JSON.stringify(narrow));
  });
  await revenue.getByText("not seen").waitFor();
  await assertAccessible(page);
});

walk("the picture of a process is worked on with a mouse and with keys", async (page) => {
  await page.goto("/setup/objects/account/processes/new");
  await page.getByLabel("Label").fill("Upbringing");
  const picture = page.getByRole("group", { name: "Picture of the process" });
  const states = await page.getByRole("region", { name: "States" }).getByRole("checkbox").all();
  const [a, b, c] = await Promise.all(
    states.slice(0, 3).map(async (box) => (await box.getAttribute("aria-label")).replace(" is a state", "")),
  );
  const box = (label) => picture.getByRole("button", { name: new RegExp(`^${label}( begins| ends)?$`) });
  const ring = (label) => picture.getByRole("button", { name: `Connect ${label} to…` });
  const middle = async (target) => {
    const { x, y, width, height } = await target.boundingBox();
    return [x + width / 2, y + height / 2];
  };
  const pull = async (from, to) => {
    await from.scrollIntoViewIfNeeded();
    await page.mouse.move(...(await middle(from)));
    await page.mouse.down();
    await page.mouse.move(...(await middle(to)), { steps: 6 });
    await page.mouse.up();
  };
  const order = async () => {
    const found = await Promise.all([a, b, c].map(async (label) => [label, (await box(label).boundingBox()).x]));
    return found.sort((one, two) => one[1] - two[1]).map(([label]) => label);
  };
  const properties = page.getByRole("complementary", { name: "Properties" });
  const typed = properties.getByLabel("Label");

  // With the mouse: a way is pulled, chosen by its label and by its line, a state moved.
  await box(a).hover();
  await pull(ring(a), box(b));
  await until(async () => assert.match(await typed.inputValue(), new RegExp(`^To ${b}$`, "i")));
  const first = picture.getByRole("button", { name: `: from ${a} to ${b}` });
  await first.click();
  await typed.waitFor({ state: "detached" });
  const [x, y] = await middle(first);
  await page.mouse.click(x - (await first.boundingBox()).width / 2 - 6, y);
  await typed.waitFor();
  await typed.fill("Grow up");
  await picture.getByRole("button", { name: `Grow up: from ${a} to ${b}` }).waitFor();
  assert.deepEqual(await order(), [a, b, c]);
  await pull(box(a), box(b));
  assert.deepEqual(await order(), [b, a, c]);

  // Taken back and done again, by its button and by its keys.
  await page.getByRole("button", { name: "Undo" }).click();
  await until(async () => assert.deepEqual(await order(), [a, b, c]));
  await page.keyboard.press("ControlOrMeta+y");
  await until(async () => assert.deepEqual(await order(), [b, a, c]));

  // What was typed is taken back by words.
  const named = (label) => picture.getByRole("button", { name: new RegExp(`^${label} ?: from ${a} to ${b}$`) });
  await named("Grow up").click();
  await typed.press("End");
  await typed.pressSequentially(" and old");
  await named("Grow up and old").waitFor();
  for (const label of ["Grow up and", "Grow up", "Grow up"]) {
    await page.getByRole("button", { name: "Undo" }).click();
    await named(label).waitFor();
  }
  await page.getByRole("button", { name: "Redo" }).click();
  await page.getByRole("button", { name: "Redo" }).click();
  await named("Grow up and").waitFor();
  await page.getByRole("button", { name: "Undo" }).click();
  await page.getByRole("button", { name: "Undo" }).click();

  // With keys: a way from the menu of a state, chosen by its label, a state moved.
  await ring(b).press("Enter");
  await page.getByRole("menuitem", { name: `Connect to ${c}` }).press("Enter");
  await picture.getByRole("status").getByText(`A way goes from ${b} to ${c}`).waitFor();
  await box(b).press("Enter");
  await properties.getByText("A record may begin here").waitFor();
  await picture.getByRole("button", { name: `: from ${b} to ${c}` }).press("Enter");
  await typed.waitFor();
  await box(c).press("Alt+ArrowLeft");
  await picture.getByRole("status").getByText(`${c} moved to place 2`).waitFor();
  assert.deepEqual(await order(), [b, c, a]);
  await assertAccessible(page);
  await page.getByRole("button", { name: "Publish" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Publish process" }).click();
  await noted(page, "Published the process Upbringing");
  const { data } = await ask(page, "/metadata/v1/processes/account.upbringing");
  const value = (state) => state.value ?? state;
  assert.deepEqual(data.transitions.map(({ label, from, to }) => [label, from.length, to === value(data.states[1])]), [
    ["Grow up", 1, false],
    [data.transitions[1].label, 1, true],
  ]);
  await change(page, "DELETE", "/metadata/v1/processes/account.upbringing");
});

walk("who leaves a layout that is not published is asked first", async (page) => {
  await page.goto("/setup/objects/lead/layouts/default");
  const layout = page.getByRole("region", { name: "Layout editor" });
  const back = layout.getByRole("link", { name: "Back to Lead" });
  const question = page.getByRole("dialog", { name: "Leave without publishing?" });
  await layout.getByRole("button", { name: "Add section" }).click();
  await back.click();
  await assertAccessible(page);
  await question.getByRole("button", { name: "Stay here" }).click();
  await layout.getByRole("button", { name: "Publish" }).waitFor();
  // Signing out is leaving too, and the session lasts while one is asked.
  await page.getByRole("button", { name: "Administrator" }).click();
  await page.getByRole("menuitem", { name: "Sign out" }).click();
  await question.getByRole("button", { name: "Stay here" }).click();
  await layout.getByRole("button", { name: "Publish" }).waitFor();
  assert.ok(await ask(page, "/auth/v1/me"));
  await back.click();
  await question.getByRole("button", { name: "Leave without publishing" }).click();
  await page.waitForURL("**/setup/objects/lead?tab=layouts");
  // Nothing was changed, so nothing is asked.
  await page.goto("/setup/objects/lead/layouts/default");
  await back.click();
  await page.waitForURL("**/setup/objects/lead?tab=layouts");
});
