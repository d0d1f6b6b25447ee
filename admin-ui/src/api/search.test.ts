import { expect, it } from "vitest";
import { pieces } from "./search";

it.each([
  ["Solar for <mark>Tide</mark>water", ["Solar for ", "Tide", "water"]],
  ["<mark>a</mark> &lt;b&gt; &amp;lt;", ["", "a", " <b> &lt;"]],
  ["plain", ["plain"]],
])("takes %j apart", (marked, parts) => {
  expect(pieces(marked)).toEqual(parts);
});
