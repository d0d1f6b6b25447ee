import { expect, it } from "vitest";
import { readJson, spanAt } from "./json-places";

const at = (text: string, path: string[]) => {
  const { root } = readJson(text);
  if (!root) throw new Error("no JSON");
  const [from, to] = spanAt(root, path);
  return text.slice(from, to);
};

it("reads what JSON says", () => {
  const text = '{"a": [1, -2.5e3, "x\\u0041\\n", true, null, {}], "b": {"c": []}, "__proto__": 1 } ';
  expect(readJson(text).root?.value).toEqual(JSON.parse(text));
});

it("tells where a text is none", () => {
  const fault = (text: string) => readJson(text).fault;
  expect(fault('{"a": 1,}')).toEqual({ message: "sign", span: [8, 9] });
  expect(fault('{"a": tru}')).toEqual({ message: "sign", span: [6, 7] });
  expect(fault('{"a": [1, 2')).toEqual({ message: "end", span: [11, 12] });
  expect(fault("{} {}")).toEqual({ message: "sign", span: [3, 4] });
  expect(fault('{"a": 1, "a": 2}')).toEqual({ message: "twice", span: [9, 12] });
  expect(fault('"a\nb"')).toEqual({ message: "sign", span: [0, 1] });
});

it("finds the place of a value by keys, indexes and names of members", () => {
  const text = '{"options": [{"value": "won", "color": "plaid"}], "columns": {"without": ["x"]}}';
  expect(at(text, ["options", "won", "color"])).toBe('"color"');
  expect(at(text, ["options", "0", "color"])).toBe('"color"');
  expect(at(text, ["columns", "without", "0"])).toBe('"x"');
  // As far as there is something.
  expect(at(text, ["columns", "with", "3"])).toBe('"columns"');
  expect(at(text, ["nothing"])).toBe(text);
});
