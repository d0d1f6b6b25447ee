import { expect, it } from "vitest";
import type { FieldDef } from "@/catalog/types";
import { offer, valuesOf } from "./dependent-options";

it("offers by value, and leaves out what offers nothing", () => {
  const none = { field: "land", matrix: {} };
  const some = offer(offer(none, "de", ["by", "be"]), "us", ["ca"]);
  expect(some).toEqual({ field: "land", matrix: { de: ["by", "be"], us: ["ca"] } });
  expect(offer(some, "de", [])).toEqual({ field: "land", matrix: { us: ["ca"] } });
  expect(none).toEqual({ field: "land", matrix: {} });
});

it("knows the values of both kinds that options can depend on", () => {
  const field = (kind: string) => ({ name: "x", label: "X", kind }) as FieldDef;
  expect(valuesOf(field("boolean"), []).map((one) => one.value)).toEqual(["true", "false"]);
  expect(valuesOf(field("picklist"), [{ value: "de", label: "" }])).toEqual([{ value: "de", label: "de" }]);
});
