import { expect, it } from "vitest";
import type { RecordData } from "@/api/record-store";
import type { ObjectDef } from "@/catalog/types";
import { cluesOf, twinClues, twinPaths, twinsOf } from "./similar";

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

const made = (id: string, more: object) => ({ id, ...more }) as RecordData;

/** The same with an index on what is asked for. */
const known: ObjectDef = {
  ...guest,
  fields: guest.fields.map((f) => (f.name === "mail" ? { ...f, indexed: true } : f)),
};

it("asks for others of a whole name, and by what an index finds and no audit notes", () => {
  const ida = made("1", { name: "Ida Voss", mail: "ida@kelp.example", code: null });
  const asked = (object: ObjectDef) => twinClues(object, ida).map((clue) => clue.condition);
  expect(asked(known)).toEqual([{ name: { eq: "Ida Voss" } }, { mail: { eq: "ida@kelp.example" } }]);
  expect(asked(guest)).toEqual([{ name: { eq: "Ida Voss" } }]);
  const noted = { ...known, fields: known.fields.map((f) => ({ ...f, sensitive: true })) };
  expect([asked(noted), twinPaths(noted)]).toEqual([[{ name: { eq: "Ida Voss" } }], ["id", "name"]]);
  expect(twinClues(guest, made("1", { name: "" }))).toEqual([]);
});

it("takes a name that many have for no sign", () => {
  const clues = twinClues(known, made("1", { name: "Call back", mail: "ida@kelp.example" }));
  const named = (many: number) => Array.from({ length: many }, (_, i) => made(`n${i}`, { name: "call back" }));
  const mail = made("m", { name: "Ida", mail: "IDA@kelp.example" });
  expect(twinsOf(clues, named(3)).map(({ id }) => id)).toEqual(["n0", "n1", "n2"]);
  expect(twinsOf(clues, [...named(5), mail]).map(({ id }) => id)).toEqual(["m"]);
  expect(twinsOf(clues, [made("o", { name: "Call back later" })])).toEqual([]);
});
