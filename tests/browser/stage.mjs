// One running product and one browser for a file of journeys: started before them, stopped after them, signed in once.

import { after, before, test } from "node:test";
import { DESKTOP, journey, startChromium } from "./chromium.mjs";
import { signedIn } from "./steps.mjs";
import { startTrellis } from "./trellis.mjs";

/**
 * `walk(name, steps, look?)` is one journey, signed in as the administrator. `url()`, `browser()` and `storageState()` are
 * for journeys of somebody else.
 */
export function stage(options) {
  let trellis;
  let browser;
  let storageState;
  before(async () => {
    [trellis, browser] = await Promise.all([startTrellis(options), startChromium()]);
    storageState = await signedIn(browser, trellis.url);
  });
  after(async () => {
    await browser?.close();
    await trellis?.stop();
  });
  const walk = (name, steps, look = DESKTOP) =>
    test(name, () => journey(browser, trellis.url, name, { ...DESKTOP, ...look, storageState }, steps));
  return { walk, url: () => trellis.url, browser: () => browser, storageState: () => storageState };
}
