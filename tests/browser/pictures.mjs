// Takes the pictures of the README from the demo in the running product: node tests/browser/pictures.mjs

import { fileURLToPath } from "node:url";
import { DESKTOP, startChromium } from "./chromium.mjs";
import { ask, settled, signedIn } from "./steps.mjs";
import { startTrellis } from "./trellis.mjs";

const DOCS = fileURLToPath(new URL("../../docs/", import.meta.url));

/** File → address and look. */
const PICTURES = {
  "list.png": { go: () => "/o/deals?view=all", colorScheme: "light" },
  "board.png": { go: () => "/o/deals?view=board", colorScheme: "light" },
  "record.png": { go: bestOpenDeal, colorScheme: "dark" },
};

async function bestOpenDeal(page) {
  const { data } = await ask(page, "/api/v1/deals?stage=negotiation&sort=-amount&limit=1&fields=id");
  return `/o/deals/${data[0].id}`;
}

const [trellis, browser] = await Promise.all([startTrellis(), startChromium()]);
try {
  const storageState = await signedIn(browser, trellis.url);
  for (const [file, { go, colorScheme }] of Object.entries(PICTURES)) {
    const context = await browser.newContext({
      ...DESKTOP,
      baseURL: trellis.url,
      storageState,
      colorScheme,
      locale: "en-US",
      reducedMotion: "reduce",
    });
    const page = await context.newPage();
    await page.goto(await go(page));
    await settled(page);
    await page.screenshot({ path: `${DOCS}${file}` });
    await context.close();
    console.log(`docs/${file}`);
  }
} finally {
  await browser.close();
  await trellis.stop();
}
