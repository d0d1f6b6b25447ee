// The ways in which people work a page: with a mouse, with a finger, or with a keyboard alone. A journey that is written
// in these words is taken in each of them.

import assert from "node:assert/strict";
import { assertNoSidewaysScroll } from "./chromium.mjs";
import { until } from "./steps.mjs";

/** An option of the list that is open. */
const option = (page, name) => page.getByRole("option", { name, exact: true });
/** A line of the menu that is open. */
const line = (page, name) =>
  page.getByRole("menuitem", { name, exact: true }).or(page.getByRole("menuitemradio", { name, exact: true }));
/** Closes a list that stays open for one more choice: Escape, which is the gesture back of a telephone. */
const leave = (page) => page.keyboard.press("Escape");

/** A mouse or, where the page is a telephone's, a finger. */
export function pointer(page, press = (target) => target.click()) {
  return {
    press,
    write: (target, text) => target.fill(text),
    async type(target, text) {
      await press(target);
      await page.keyboard.type(text);
    },
    /** A value that is edited where it stands: the button in it is the keyboard's. */
    edit: (button) => press(button.locator("..")),
    take: (scope, name) => press(option(scope, name)),
    async pick(scope, label, name) {
      await press(scope.getByRole("button", { name: label }));
      await press(option(page, name));
    },
    async pickSeveral(scope, label, names) {
      await press(scope.getByRole("button", { name: label }));
      for (const name of names) await press(option(page, name));
      await leave(page);
    },
    /** Picks what is found by typing it. */
    async find(scope, label, name) {
      await press(scope.getByRole("button", { name: new RegExp(`^${label}`) }));
      await page.getByRole("combobox", { name: label, exact: true }).fill(name);
      await press(option(page, name));
    },
    async menu(button, name) {
      await press(button);
      await press(line(page, name));
    },
  };
}

/** On a telephone: a touch, after which nothing reaches past the sides of the screen. */
export function finger(page) {
  return pointer(page, async (target) => {
    await target.tap();
    await assertNoSidewaysScroll(page);
  });
}

const FAR = 400;

/** No pointer at all: Tab goes to what is wanted, Enter and the arrows do the rest. What Tab does not reach fails. */
export function keyboard(page) {
  async function reach(target) {
    await target.waitFor();
    await until(async () => assert.ok(await target.isEnabled(), `${target} is disabled`));
    for (let steps = 0; steps < FAR; steps++) {
      const way = await target.evaluate((wanted) => {
        // Formulas are typed in a tree of their own, whose host is what the page knows of.
        const now = document.activeElement;
        const place = wanted.getRootNode().host ?? wanted;
        if ((now?.shadowRoot?.activeElement ?? now) === wanted) return "here";
        return now && now.compareDocumentPosition(place) & Node.DOCUMENT_POSITION_PRECEDING ? "Shift+Tab" : "Tab";
      });
      if (way === "here") return;
      await page.keyboard.press(way);
    }
    const where = await page.evaluate(() => document.activeElement?.outerHTML.slice(0, 200));
    throw new Error(`Tab does not come to ${target} within ${FAR} steps; it is at ${where}`);
  }

  async function press(target) {
    await reach(target);
    await page.keyboard.press("Enter");
  }

  async function take(scope, name) {
    const wanted = option(scope, name);
    await wanted.waitFor();
    for (let steps = 0; steps < FAR; steps++) {
      // What a search brings moves the options.
      const id = await wanted.getAttribute("id");
      const at = await page.evaluate(() => document.activeElement?.getAttribute("aria-activedescendant"));
      if (at === id) return page.keyboard.press("Enter");
      await page.keyboard.press("ArrowDown");
    }
    throw new Error(`the arrows do not come to ${name}`);
  }

  async function menu(button, name) {
    await press(button);
    const wanted = line(page, name);
    await wanted.waitFor();
    for (let steps = 0; steps < FAR; steps++) {
      if (await wanted.evaluate((one) => one === document.activeElement)) return page.keyboard.press("Enter");
      await page.keyboard.press("ArrowDown");
    }
    throw new Error(`the arrows do not come to ${name}`);
  }

  return {
    reach,
    press,
    edit: press,
    take,
    async write(target, text) {
      await reach(target);
      await page.keyboard.press("Control+a");
      await page.keyboard.type(text);
    },
    async type(target, text) {
      await reach(target);
      await page.keyboard.type(text);
    },
    menu,
    async pick(scope, label, name) {
      await press(scope.getByRole("button", { name: label }));
      await take(page, name);
    },
    async pickSeveral(scope, label, names) {
      await press(scope.getByRole("button", { name: label }));
      for (const name of names) await take(page, name);
      await leave(page);
    },
    async find(scope, label, name) {
      await press(scope.getByRole("button", { name: new RegExp(`^${label}`) }));
      await page.getByRole("combobox", { name: label, exact: true }).waitFor();
      await page.keyboard.type(name);
      await take(page, name);
    },
  };
}
