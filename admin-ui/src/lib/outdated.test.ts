import { afterEach, expect, it, vi } from "vitest";
import { isOutdated } from "./outdated";

afterEach(() => {
  document.head.replaceChildren();
  vi.unstubAllGlobals();
});

const running = (src: string) => {
  const script = Object.assign(document.createElement("script"), { type: "module" });
  script.setAttribute("src", src);
  // happy-dom would fetch it.
  script.type = "module";
  document.head.append(script);
};
const serving = (answer: () => Promise<Response>) => vi.stubGlobal("fetch", vi.fn(answer));

it("is so when the page of the server names another script than the one that runs", async () => {
  serving(async () => new Response('<script type="module" src="/assets/index-new.js">'));
  expect(await isOutdated()).toBe(false);
  running("/assets/index-old.js");
  expect(await isOutdated()).toBe(true);
  serving(async () => new Response('<script type="module" src="/assets/index-old.js">'));
  expect(await isOutdated()).toBe(false);
});

it("is not said of a server that refuses or does not answer", async () => {
  running("/assets/index-old.js");
  serving(async () => new Response("busy", { status: 503 }));
  expect(await isOutdated()).toBe(false);
  serving(() => Promise.reject(new TypeError("Failed to fetch")));
  expect(await isOutdated()).toBe(false);
});
