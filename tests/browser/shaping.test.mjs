// The whole way of somebody new who shapes the product (project.mjs), with a mouse, with a keyboard alone and on a
// telephone. Each has an object and a colleague of its own, for all work on one server.

import { test } from "node:test";
import { DESKTOP, PHONE } from "./chromium.mjs";
import { finger, keyboard, pointer } from "./hands.mjs";
import { shapeAndUse } from "./project.mjs";
import { stage } from "./stage.mjs";

const { url, browser } = stage();

const main = (page) => page.getByRole("navigation", { name: "Main" });

/** How one goes about where there is room for menus beside the page. */
const wide = (page, hands) => ({
  async list(label) {
    const link = main(page).getByRole("link", { name: label, exact: true });
    await main(page).getByRole("link").first().waitFor();
    // What is in no app of hers is under More.
    if (!(await link.isVisible())) await hands.press(main(page).locator("summary", { hasText: "More" }));
    await hands.press(link);
  },
  create: (name) => hands.press(page.getByRole("button", { name: `New ${name}` }).first()),
  async setup(label) {
    const menu = page.getByRole("navigation", { name: "Setup" });
    if (!(await menu.isVisible())) await hands.press(page.getByRole("link", { name: "Setup", exact: true }));
    await hands.press(menu.getByRole("link", { name: label, exact: true }));
    await page.getByRole("heading", { level: 1, name: label }).waitFor();
  },
});

const MOUSE = {
  look: DESKTOP,
  of(page) {
    const hands = pointer(page);
    async function move(card, column) {
      const target = page.getByRole("region", { name: column, exact: true });
      const [a, b] = [await card.boundingBox(), await target.boundingBox()];
      await page.mouse.move(a.x + 30, a.y + 10);
      await page.mouse.down();
      await page.mouse.move(a.x + 60, a.y + 20, { steps: 3 });
      await page.mouse.move(b.x + 90, b.y + 200, { steps: 8 });
      await page.mouse.up();
    }
    return { hands, to: { ...wide(page, hands), move } };
  },
};

const KEYBOARD = {
  look: DESKTOP,
  of(page) {
    const hands = keyboard(page);
    async function move(card, _) {
      // Tab comes to the board's one card that it stops at; the arrows go on from there.
      await hands.reach(page.getByRole("main").locator("[data-card] a[tabindex='0']").first());
      for (let steps = 0; steps < 10; steps++) {
        if (await card.getByRole("link").evaluate((link) => link === document.activeElement)) break;
        await page.keyboard.press(steps < 5 ? "ArrowLeft" : "ArrowDown");
      }
      await page.keyboard.press("Alt+ArrowRight");
    }
    return { hands, to: { ...wide(page, hands), move } };
  },
};

const TELEPHONE = {
  look: PHONE,
  of(page) {
    const hands = finger(page);
    const objects = () => main(page).getByRole("button", { name: "Objects" });
    const to = {
      list: (label) => hands.menu(objects(), label),
      create: () => hands.press(main(page).getByRole("button", { name: "Create" })),
      async setup(label) {
        await hands.menu(objects(), "Setup");
        await hands.menu(page.getByRole("main").getByRole("button", { name: /^Setup/ }), label);
        await page.getByRole("heading", { level: 1, name: label }).waitFor();
      },
      move: (card, column) => hands.menu(card.getByRole("button", { name: /^Actions for/ }), column),
    };
    return { hands, to };
  },
};

const shape = (label, way, [name, email]) =>
  shapeAndUse({ browser: browser(), url: url(), way, label, colleague: { name, email, password: "builds-boats-all-d4y-l0ng" } });

test("somebody new shapes Project, works in it with a colleague, and knows who sees what and why", () =>
  shape("Project", MOUSE, ["Nia Boat", "nia@example.com"]));

test("the same with a keyboard alone", () => shape("Voyage", KEYBOARD, ["Oda Sail", "oda@example.com"]));

test("the same on a telephone, 390 px wide", () => shape("Outing", TELEPHONE, ["Pia Raft", "pia@example.com"]));
