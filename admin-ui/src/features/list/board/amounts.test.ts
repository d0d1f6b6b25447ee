import { expect, it } from "vitest";
import { amountsIn, amountsOf } from "./amounts";

const measure = { sum: "fee", weight: "chance" };

it("weighs what is loaded, and takes blanks for nothing", () => {
  const records = [
    { id: "1", fee: 1000, chance: 50 },
    { id: "2", fee: "200.5", chance: 10 },
    { id: "3", fee: null, chance: 90 },
    { id: "4", fee: 40, chance: null },
    undefined,
  ];
  expect(amountsOf(records, measure)).toEqual({ sum: 1240.5, weighted: 520.05 });
  expect(amountsOf(records, { sum: "fee", weight: undefined }).weighted).toBeUndefined();
});

it("adds up the rows of one column, whatever their weight, and knows the column without a value", () => {
  const row = (phase: string | null, chance: number, fee: number) => ({
    group: { phase, chance },
    count: 1,
    sum: { fee },
    avg: {},
  });
  const rows = [row("a", 50, 100), row("a", 10, 1000), row("b", 90, 7), row(null, 100, 5)];
  expect(amountsIn(rows, ["phase", "a"], measure)).toEqual({ sum: 1100, weighted: 150 });
  expect(amountsIn(rows, ["phase", null], measure)).toEqual({ sum: 5, weighted: 5 });
  expect(amountsIn(rows, ["phase", "c"], measure)).toBeUndefined();
});
