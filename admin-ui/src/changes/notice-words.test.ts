import { afterEach, expect, it } from "vitest";
import type { Noticed } from "@/api/metadata";
import { speak } from "@/lib/i18n";
import { words } from "@/lib/words/de-changes";
import { words as fields } from "@/lib/words/de-fields";
import { noticeWords, stepWords } from "./notice-words";

afterEach(() => speak({}));

const notice = (what: Noticed["what"], ...differences: Noticed["differences"]): Noticed => ({
  ...{ action: "change", what, name: "item.sku", breaking: true, text: "as the server says it" },
  differences,
});

const OTHERS = [
  notice(
    "field",
    { code: "renamed", before: "code", after: "sku" },
    { code: "kind", before: "text", after: "integer" },
  ),
  notice("route", { code: "renamed", before: "/api/v1/items", after: "/api/v1/wares" }),
  notice("field", { code: "options-gone", options: ["calm", "wild"] }),
];

it("makes sentences of what the server tells in parts", () => {
  expect(OTHERS.map(noticeWords)).toEqual([
    "it is called sku in place of code; it is Whole number in place of Text",
    "records are at /api/v1/wares in place of /api/v1/items",
    "options are gone: calm, wild",
  ]);
});

it("makes them in the language of the page", () => {
  speak({ ...fields, ...words });
  expect(OTHERS.map(noticeWords)).toEqual([
    "heißt sku statt code; ist Ganze Zahl statt Text",
    "Datensätze stehen unter /api/v1/wares statt unter /api/v1/items",
    "Optionen gibt es nicht mehr: calm, wild",
  ]);
  const does = { code: "point", name: "item.shelf", other: "shelf" } as const;
  expect(stepWords({ does, description: "" })).toBe("item.shelf zeigt auf shelf");
});

it("leaves what it does not know as the server says it", () => {
  const later = { code: "haunted" } as unknown as Noticed["differences"][number];
  expect(noticeWords(notice("field", { code: "unique" }, later))).toBe("as the server says it");
  const does = { code: "polish", name: "x" } as unknown as NonNullable<Parameters<typeof stepWords>[0]["does"]>;
  expect(stepWords({ does, description: "Polish `x`." })).toBe("Polish x");
  expect(stepWords({ description: "Add `item.x`" })).toBe("Add item.x");
});
