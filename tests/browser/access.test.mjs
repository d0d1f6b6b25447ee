// Who may see what, and why: a record shared by hand and no longer, the answer to why, and what a change of a role does.

import assert from "node:assert/strict";
import { assertAccessible, DESKTOP, journey } from "./chromium.mjs";
import { stage } from "./stage.mjs";
import { ask, change, choose, noted, signedIn, until } from "./steps.mjs";

const { walk, url, browser } = stage();
const REP = { email: "ada@trellis.example", password: "browser-tests-of-a-rep-1" };

/** Ada sells, and sees what she and her teams own. */
async function makeRep(page) {
  const { data } = await ask(page, "/admin/v1/users");
  const { id } = data.find((user) => user.email === REP.email);
  await change(page, "PATCH", `/admin/v1/users/${id}`, { roles: ["sales_rep"], password: REP.password });
  return id;
}

async function somebodyElsesDeal(page, ada) {
  const { data } = await ask(page, `/api/v1/deals?filter[owner_id][ne]=${ada}&sort=-amount&limit=1&fields=id,name`);
  return data[0];
}

walk("a record is shared by hand with somebody who did not see it, until it is not", async (page) => {
  const ada = await makeRep(page);
  const deal = await somebodyElsesDeal(page, ada);
  const hers = await browser().newContext({ baseURL: url(), storageState: await signedIn(browser(), url(), REP) });
  const sees = async () => (await hers.request.get(`/api/v1/deals/${deal.id}`)).status();
  assert.equal(await sees(), 404);

  await page.goto(`/o/deals/${deal.id}`);
  await page.getByRole("tab", { name: "Sharing" }).click();
  const shares = page.getByRole("region", { name: "Shared by hand" });
  await shares.getByText("With nobody so far.").waitFor();
  await shares.getByRole("button", { name: "Share", exact: true }).click();
  await shares.getByText("Say with whom.").waitFor();
  await shares.getByRole("button", { name: /^Share with/ }).click();
  await page.getByRole("combobox", { name: "Share with" }).fill("ada");
  await page.getByRole("option", { name: "Ada Moreno" }).click();
  await shares.getByRole("button", { name: "Share", exact: true }).click();
  await shares.getByText("May see", { exact: true }).waitFor();
  assert.equal(await sees(), 200);

  const seers = page.getByRole("region", { name: "Who can see this" });
  await seers.getByRole("listitem").filter({ hasText: "Ada Moreno" }).getByText("Shared by hand").waitFor();
  await assertAccessible(page);

  await shares.getByRole("button", { name: "Stop sharing with Ada Moreno" }).click();
  await noted(page, "No longer shared with Ada Moreno");
  await until(async () => assert.equal(await sees(), 404));
  await hers.close();
});

walk("explain tells why somebody may see one record and may not delete it", async (page) => {
  const ada = await makeRep(page);
  await change(page, "PUT", "/metadata/v1/sharing-rules/deal.to_ada", {
    object: "deal",
    when: "amount > 0",
    share_with: { user: ada },
    access: "read",
  });
  const deal = await somebodyElsesDeal(page, ada);
  await page.goto("/setup/explain");
  await choose(page, page, /^Person/, "Ada Moreno");
  await choose(page, page, /^Object/, "Deals");
  await page.getByText("Ada Moreno may see deals at all").waitFor();
  await page.getByRole("button", { name: /^Record/ }).click();
  await page.getByRole("combobox", { name: "Record" }).fill(deal.name);
  await page.getByRole("option", { name: deal.name, exact: true }).click();
  await page.getByText(`Ada Moreno may see ${deal.name}`).waitFor();
  const answer = page.getByRole("region", { name: "Answer" });
  await answer.getByText("The role Sales rep gives this on records of one's teams.").waitFor();
  await answer.getByRole("listitem").filter({ hasText: "The sharing rule deal.to_ada opens it." }).first().waitFor();
  await answer.getByText(/^Ada Moreno does not own it; .+ does\.$/).waitFor();

  await choose(page, page, /^Action/, "delete");
  await page.getByText(`Ada Moreno may not delete ${deal.name}`).waitFor();
  await answer.getByText("So nothing opens this record to Ada Moreno.").waitFor();
  await assertAccessible(page);

  const everybody = page.getByRole("region", { name: "Everybody who may" });
  await everybody.getByRole("button", { name: /Administrator/ }).click();
  await page.getByText(`Administrator may delete ${deal.name}`).waitFor();
  assert.match(page.url(), /action=delete/);
  await page.reload();
  await page.getByText(`Administrator may delete ${deal.name}`).waitFor();
});

walk("a role that is edited says first who loses what, those that build on it too", async (page) => {
  await page.goto("/setup/access/roles/sales_rep");
  await page.getByRole("checkbox", { name: /Read the audit log/ }).check();
  await page.getByRole("button", { name: /^Publish/ }).click();
  const effect = page.getByRole("dialog").getByRole("region", { name: "Who gains and loses what" });
  const manager = effect.getByRole("listitem").filter({ hasText: "Sales manager" }).first();
  await manager.getByText("Read the audit log").waitFor();
  await manager.getByText("gains").first().waitFor();
  await assertAccessible(page);
});

walk("who may not ask is not offered to ask", async (page) => {
  await makeRep(page);
  const storageState = await signedIn(browser(), url(), REP);
  await journey(browser(), url(), "explain as a rep", { ...DESKTOP, storageState }, async (hers) => {
    await hers.goto("/setup");
    await hers.getByRole("heading", { level: 1 }).waitFor();
    assert.equal(await hers.getByRole("link", { name: "Explain access" }).count(), 0);
  });
});

walk("the audit log tells what was done, value by value, and finds all that one person did", async (page) => {
  const { data } = await ask(page, "/api/v1/deals?limit=1&fields=id,name,next_step");
  await change(page, "PATCH", `/api/v1/deals/${data[0].id}`, { next_step: "Send the seal" });
  await page.goto(`/setup/audit?object=deal&record_id=${data[0].id}`);
  await page.getByRole("region", { name: "Seal of the log" }).getByText(/^Sealed up to entry/).waitFor();
  const entry = page.getByRole("main").getByRole("listitem").filter({ hasText: "Administrator changed Deal" }).first();
  await entry.getByRole("button").first().click();
  await entry.getByText("Send the seal").waitFor();
  await assertAccessible(page);
  await entry.getByRole("button", { name: "All by Administrator" }).click();
  await page.waitForURL((at) => at.searchParams.has("user_id"));
  const [file] = await Promise.all([
    page.waitForEvent("download"),
    (async () => {
      await page.getByRole("button", { name: "Export" }).click();
      await page.getByRole("menuitem", { name: "As CSV" }).click();
    })(),
  ]);
  assert.equal(file.suggestedFilename(), "audit-log.csv");
});
