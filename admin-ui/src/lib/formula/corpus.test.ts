// The browser's evaluator gives what the server gives: cases made by the server's differential test, a line each.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { type Expression, evaluate, Fault, read, type Subject, Unsupported, type Value } from "./evaluate";
import { print } from "./fixed";
import type { Literal } from "./values";

interface Case {
  text: string;
  expression: Expression;
  row: Record<string, Literal>;
  outcome: { value: Literal } | { fault: string };
}

const file = process.env["FORMULA_CORPUS"] ?? join(process.cwd(), "src/lib/formula/corpus.jsonl");
const cases: Case[] = readFileSync(file, "utf8")
  .split("\n")
  .filter((line) => line !== "")
  .map((line) => JSON.parse(line) as Case);

/** Values that compare as text: exact numbers, no objects. */
function told(value: Value): string {
  if (value === null || typeof value !== "object") return String(value);
  if ("number" in value) return print(value.number);
  if ("list" in value) return value.list.length ? value.list.map(told).join("|") : "null";
  return String(Object.values(value)[0]);
}

function outcome(one: Case): string | null {
  const subject: Subject = {
    value: ({ field, ty }) => (field in one.row ? read(one.row[field] ?? "null") : ty === "bool" ? false : null),
    // The request of the server's test.
    request: { now: BigInt(Date.parse("2026-11-20T23:45:00Z")) * 1000n, roles: ["seller"], teams: [] },
  };
  try {
    return told(evaluate(one.expression, subject));
  } catch (error) {
    if (error instanceof Fault) return error.code;
    if (error instanceof Unsupported) return null;
    throw error;
  }
}

it("agrees with the server wherever it has an answer", () => {
  const wrong: string[] = [];
  let known = 0;
  for (const one of cases) {
    const found = outcome(one);
    if (found === null) continue;
    known += 1;
    const wanted = "fault" in one.outcome ? one.outcome.fault : told(read(one.outcome.value));
    if (found !== wanted) wrong.push(`${one.text}\n  ${JSON.stringify(one.row)}\n  ${found}, not ${wanted}`);
  }
  expect(wrong.slice(0, 10).join("\n")).toBe("");
  console.log(`${known} of ${cases.length} answered`);
  expect(known).toBeGreaterThanOrEqual(cases.length * 0.98);
});
