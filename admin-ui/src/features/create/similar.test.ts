import { expect, it } from "vitest";
import type { RecordData } from "@/api/record-store";
import type { ObjectDef } from "@/catalog/types";
import { cluesOf } from "./similar";

const guest: ObjectDef = {
  name: "guest",
  plural: "guests",
  label: "Guest",
  plural_label: "Guests",
  name_field: { label: "Full name", compose: ["first", "last"] },
  fields: [
    { name: "first", kind: "text", label: "First" },
    { name: "last", kind: "text", label: "Last" },
    { name: "mail", kind: "email", label: "Mail" },
    { name: "code", kind: "text", label: "Code", unique: true },
    { name: "remark", kind: "text", label: "Remark" },
  ],
};
const conditions = (draft: Record<string, unknown>) => cluesOf(guest, draft).map((clue) => clue.condition);

it("asks by a whole name, and by values that tell who somebody is", () => {
  expect(conditions({})).toEqual([]);
  expect(conditions({ first: "Ida" })).toEqual([]);
  expect(conditions({ first: "Ida", last: "Voss", remark: "tall" })).toEqual([{ name: { starts_with: "Ida Voss" } }]);
  expect(conditions({ mail: "ida@kelp.example", code: "K-7" })).toEqual([
    { mail: { eq: "ida@kelp.example" } },
    { code: { eq: "K-7" } },
  ]);
});

it("does not ask by what is too short, or not yet such a value", () => {
  expect(conditions({ first: "A", last: "" })).toEqual([]);
  expect(conditions({ mail: "ida@", code: "K" })).toEqual([]);
});

it("tells in what a record is the same, however it is written", () => {
  const clues = cluesOf(guest, { first: "Ida", last: "Voss", mail: "IDA@kelp.example" });
  const record = { id: "1", name: "ida voss", mail: "ida@kelp.example" } as unknown as RecordData;
  expect(clues.filter((clue) => clue.holds(record)).map((clue) => clue.label)).toEqual(["Full name", "Mail"]);
});
