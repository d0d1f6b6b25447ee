import { EditorState } from "@codemirror/state";
import { expect, it } from "vitest";
import { marking, marksOf, setMarks } from "./marks";

const problem = (span: [number, number] | undefined, message = "Wrong.") =>
  ({ message, ...(span && { span }) }) as never;

it("underlines something wherever a problem is, also at the end and beyond it", () => {
  const places = (span: [number, number] | undefined, length: number) => {
    const [mark] = marksOf([problem(span)], "error", length);
    return [mark?.from, mark?.to];
  };
  expect(places([2, 4], 10)).toEqual([2, 4]);
  expect(places([10, 10], 10)).toEqual([9, 10]);
  expect(places([40, 50], 10)).toEqual([9, 10]);
  expect(places(undefined, 10)).toEqual([0, 10]);
  expect(places([0, 0], 0)).toEqual([0, 0]);
});

it("moves marks along with what is typed before them, and replaces them all", () => {
  let state = EditorState.create({ doc: "amount >", extensions: [marking] });
  const shown = () => {
    const found: [number, number][] = [];
    state.field(marking).between(0, state.doc.length, (from, to) => void found.push([from, to]));
    return found;
  };
  state = state.update({ effects: setMarks.of(marksOf([problem([7, 8])], "error", 8)) }).state;
  expect(shown()).toEqual([[7, 8]]);
  state = state.update({ changes: { from: 0, insert: "NOT " } }).state;
  expect(shown()).toEqual([[11, 12]]);
  state = state.update({ effects: setMarks.of([]) }).state;
  expect(shown()).toEqual([]);
});
