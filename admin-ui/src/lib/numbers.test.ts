import { describe, expect, it } from "vitest";
import { formatBytes, formatCurrency, formatNumber, parseNumber } from "./numbers";

describe("parseNumber", () => {
  it.each([
    ["1234.5", "1234.5"],
    ["1,234.5", "1234.5"],
    ["1.234,5", "1234.5"],
    ["12,5", "12.5"],
    ["1,234", "1234"],
    ["1.234.567", "1234567"],
    ["$ 1 234", "1234"],
    ["-0.50", "-0.50"],
    ["-0", "0"],
    ["007", "7"],
    [".5", "0.5"],
    ["15 %", "15"],
    ["12345678901234567890.12", "12345678901234567890.12"],
    ["", ""],
  ])("%j is %j", (typed, exact) => {
    expect(parseNumber(typed)).toBe(exact);
  });

  it.each(["abc", "1-2", "1e5", "--3", "1.2.3"])("%j is no number", (typed) => {
    expect(parseNumber(typed)).toBeNull();
  });
});

describe("formats", () => {
  it("keeps years together and groups the rest", () => {
    expect(formatNumber(1980)).toBe("1980");
    expect(formatNumber(19800)).toBe("19,800");
  });

  it("drops zeros of whole amounts only", () => {
    expect(formatCurrency(25000, "USD")).toBe("$25,000");
    expect(formatCurrency(25000.5, "USD")).toBe("$25,000.50");
    expect(formatCurrency(1, "not a currency")).toContain("1");
  });

  it("says bytes in the unit that fits", () => {
    expect([0, 1023, 1536, 2 ** 31, 100 * 2 ** 30, 2 ** 52].map(formatBytes)).toEqual([
      "0 byte",
      "1,023 byte",
      "1.5 kB",
      "2 GB",
      "100 GB",
      "4,096 TB",
    ]);
  });
});
