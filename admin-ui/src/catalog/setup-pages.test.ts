import { expect, it } from "vitest";
import type { Catalog } from "./catalog";
import { pagesFor, setupPages } from "./setup-pages";

const pages = setupPages({ may: () => true } as unknown as Catalog);
const labels = (text: string) => pagesFor(pages, text).map((page) => page.label);

it("finds pages of setup by their names and by what else people call them", () => {
  expect(pagesFor(pages, "  ")).toEqual(pages);
  expect(labels("audit")).toEqual(["Audit log"]);
  expect(labels("Single SIGN-ON")).toEqual(["Sign-in providers"]);
  expect(labels("developers log")).toEqual(["Requests"]);
  expect(labels("nothing like it")).toEqual([]);
});
