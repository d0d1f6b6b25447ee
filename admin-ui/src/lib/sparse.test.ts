import { expect, it } from "vitest";
import { laidKeys, laidOver, sparse, sparseKeys } from "./sparse";

/** The cases of `metadata/src/layers/patch.rs`: what the browser shows is what the server makes of it. */
it("lays a list over a list as the server does", () => {
  const under = [{ value: "a", label: "A" }, { value: "b" }, { value: "c" }, { value: "d" }];
  const said = [{ value: "c", color: "red" }, { value: "x" }, { value: "a" }];
  expect(laidOver(under, said)).toEqual([
    { value: "c", color: "red" },
    { value: "x" },
    { value: "b" },
    { value: "a", label: "A" },
    { value: "d" },
  ]);
  expect(laidOver(["a", "b", "c"], ["b", "x"])).toEqual(["a", "b", "x", "c"]);
  expect(laidOver(["a", "-b"], ["b"])).toEqual(["a", "b"]);
});

it("takes members out by name, and keys by null", () => {
  const under = { columns: ["a", "b", "c"], deep: { x: 1, y: 2 }, z: 1 };
  const said = { columns: { without: ["b"], with: ["a", "n"] }, deep: { y: 3 }, z: null, more: { with: ["m"] } };
  expect(laidKeys(under, said)).toEqual({ columns: ["a", "n", "c"], deep: { x: 1, y: 3 }, more: ["m"] });
});

it("says the least that makes one of the other", () => {
  const stages = [
    { value: "new", label: "New", color: "gray" },
    { value: "won", label: "Won" },
    { value: "lost", label: "Lost" },
  ];
  const [first, won, lost] = stages;
  expect(sparse({ label: "One" }, { label: "One" })).toBeUndefined();
  expect(sparseKeys({ label: "One", help: "x", icon: "box" }, { icon: "box", label: "Two" })).toEqual({
    label: "Two",
    help: null,
  });
  expect(sparse(stages, [first, { ...won, color: "teal" }, lost])).toEqual([{ value: "won", color: "teal" }]);
  // Another order names all; so does one more that does not stand at the end.
  expect(sparse(stages, [won, first, lost])).toEqual([{ value: "won" }, { value: "new" }, { value: "lost" }]);
  expect(sparse(stages, [...stages, { value: "hold" }])).toEqual([{ value: "hold" }]);
  expect(sparse(["a", "b", "c"], ["a", "c"])).toEqual({ without: ["b"] });
  expect(sparse(["a", "b"], [])).toEqual({ without: ["a", "b"] });
  expect(sparse(["a"], ["-a", "z"])).toEqual(["-a", "z"]);
});

it("comes to what was wanted when it is laid over, whatever was done", () => {
  const under = {
    label: "All",
    columns: ["name", "stage", "amount", "owner"],
    sections: [
      { label: "First", columns: 2, items: [{ field: "a" }, { field: "b" }] },
      { label: "Second", items: [{ related: "tasks" }] },
    ],
  };
  const wishes = [
    { ...under, columns: ["owner", "name", "x", "stage", "amount"] },
    { ...under, columns: ["x", "owner", "y"] },
    { label: "Every", columns: ["name"], help: "Why" },
    { ...under, sections: [...under.sections].reverse() },
    { ...under, sections: [{ label: "First", items: [{ field: "b" }, { field: "c" }, { field: "a" }] }] },
    { ...under, sections: [{ label: "New", items: [] }, ...under.sections] },
  ];
  for (const wanted of wishes) expect(laidKeys(under, sparseKeys(under, wanted))).toEqual(wanted);
});
