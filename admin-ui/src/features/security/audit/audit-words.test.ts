import { expect, it } from "vitest";
import { deedWord } from "./audit-words";

it("tells a file that was tried from one that was brought in", () => {
  expect(deedWord({ action: "import", changes: { dry_run: [null, true] } })).toBe("tried an import of");
  expect(deedWord({ action: "import", changes: { dry_run: [null, false] } })).toBe("imported");
  expect(deedWord({ action: "something_new", changes: {} })).toBe("something new");
});
