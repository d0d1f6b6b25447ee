// The whole way of somebody new who shapes the product (project.mjs), with a mouse, with a keyboard alone and on a
// telephone.

import { PHONE } from "./chromium.mjs";
import { finger, keyboard, pointer } from "./hands.mjs";
import { shapeAndUse } from "./project.mjs";
import { stage } from "./stage.mjs";

const { walk, url, browser } = stage();
const here = () => ({ url: url(), browser: browser(), colleague: { email: "nia@example.com", password: "nia-builds-boats-all-d4y" } });

const main = (page) => page.getByRole("navigation", { name: "Main" });

walk("somebody new shapes Project, works in it, and knows who sees what and why", async (page) => {
  const hands = pointer(page);
  const to = {
    list: (label) => hands.press(main(page).getByRole("link", { name: label })),
    create: (name) => hands.press(page.getByRole("button", { name: `New ${name}` }).first()),
    async move(card, column) {
      const target = page.getByRole("region", { name: column, exact: true });
      const [a, b] = [await card.boundingBox(), await target.boundingBox()];
      await page.mouse.move(a.x + 30, a.y + 10);
      await page.mouse.down();
      await page.mouse.move(a.x + 60, a.y + 20, { steps: 3 });
      await page.mouse.move(b.x + 90, b.y + 200, { steps: 8 });
      await page.mouse.up();
    },
  };
  await shapeAndUse({ page, hands, to, label: "Project", stage: here() });
});

walk("the same with a keyboard alone", async (page) => {
  const hands = keyboard(page);
  const to = {
    list: (label) => hands.press(main(page).getByRole("link", { name: label })),
    create: (name) => hands.press(page.getByRole("button", { name: `New ${name}` }).first()),
    async move(card, _) {
      // Tab comes to the board's one card that it stops at; the arrows go on from there.
      await hands.reach(page.getByRole("main").locator("[data-card] a[tabindex='0']").first());
      for (let steps = 0; steps < 10; steps++) {
        if (await card.getByRole("link").evaluate((link) => link === document.activeElement)) break;
        await page.keyboard.press(steps < 5 ? "ArrowLeft" : "ArrowDown");
      }
      await page.keyboard.press("Alt+ArrowRight");
    },
  };
  await shapeAndUse({ page, hands, to, label: "Voyage", stage: here() });
});

walk(
  "the same on a telephone, 390 px wide",
  async (page) => {
    const hands = finger(page);
    const to = {
      async list(label) {
        await hands.press(main(page).getByRole("button", { name: "Objects" }));
        await hands.press(page.getByRole("menuitem", { name: label }));
      },
      create: () => hands.press(main(page).getByRole("button", { name: "Create" })),
      async move(card, column) {
        await hands.press(card.getByRole("button", { name: /^Actions for/ }));
        await hands.press(page.getByRole("menuitemradio", { name: column }));
      },
    };
    await shapeAndUse({ page, hands, to, label: "Outing", stage: here() });
  },
  PHONE,
);
