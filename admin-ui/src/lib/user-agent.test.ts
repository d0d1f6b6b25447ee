import { expect, it } from "vitest";
import { browserName } from "./user-agent";

it("names the browser and the system", () => {
  const mac =
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 14_5) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0 Safari/537.36";
  expect(browserName(mac)).toBe("Chrome on macOS");
  expect(browserName(`${mac} Edg/142.0`)).toBe("Edge on macOS");
  const phone =
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 Version/18.1 Mobile Safari/604.1";
  expect(browserName(phone)).toBe("Safari on iOS");
  expect(browserName("curl/7.88.1")).toBe("curl");
  expect(browserName("sync-agent/2.1 (batch)")).toBe("sync-agent");
  expect(browserName("")).toBe("Unknown browser");
});
