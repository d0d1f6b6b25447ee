// The ways in which people work a page: with a mouse, with a finger, or with a keyboard alone. A journey that is written
// in these words is taken in each of them.

/** A mouse or, where the page is a telephone's, a finger. */
export function pointer(page) {
  const press = (target) => target.click();
  return {
    press,
    write: (target, text) => target.fill(text),
    async type(target, text) {
      await press(target);
      await page.keyboard.type(text);
    },
    async pick(scope, label, option) {
      await press(scope.getByRole("button", { name: label }));
      await press(page.getByRole("option", { name: option, exact: true }));
    },
  };
}

const FAR = 400;

/** No pointer at all: Tab goes to what is wanted, Enter and the arrows do the rest. What Tab does not reach fails. */
export function keyboard(page) {
  async function reach(target) {
    await target.waitFor();
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

  return {
    reach,
    press,
    async write(target, text) {
      await reach(target);
      await page.keyboard.press("Control+a");
      await page.keyboard.type(text);
    },
    async type(target, text) {
      await reach(target);
      await page.keyboard.type(text);
    },
    async pick(scope, label, option) {
      await press(scope.getByRole("button", { name: label }));
      const wanted = page.getByRole("option", { name: option, exact: true });
      await wanted.waitFor();
      const id = await wanted.getAttribute("id");
      for (let steps = 0; steps < FAR; steps++) {
        const at = await page.evaluate(() => document.activeElement?.getAttribute("aria-activedescendant"));
        if (at === id) return page.keyboard.press("Enter");
        await page.keyboard.press("ArrowDown");
      }
      throw new Error(`the arrows do not come to ${option}`);
    },
  };
}
