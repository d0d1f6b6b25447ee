import { beforeEach, expect, it, vi } from "vitest";
import { checkCondition, fromBytes } from "./formulas";
import { Problem } from "./problem";
import { listRecords } from "./records";

vi.mock("./records", () => ({ listRecords: vi.fn() }));
const asked = vi.mocked(listRecords);
const object = { name: "job", plural: "jobs" };

beforeEach(() => asked.mockReset());

it("finds a place that the server counts in bytes", () => {
  const text = 'name = "Grüße 🎉" & x';
  const bytes = (part: string) => new TextEncoder().encode(text.slice(0, text.indexOf(part))).length;
  for (const part of ["name", "Grüße", "🎉", "x"]) expect(fromBytes(text, bytes(part))).toBe(text.indexOf(part));
  expect(fromBytes(text, 9999)).toBe(text.length);
});

it("tells what is wrong with a condition where it stands in the text", async () => {
  const text = '"Grüße" = nam OR siz > 1';
  const errors = [
    {
      path: "where",
      code: "unknown-field",
      message: "at 12..15: there is no field `nam`",
      hint: "did you mean `name`?",
    },
    { path: "where", code: "odd", message: "it is too long" },
  ];
  asked.mockRejectedValueOnce(new Problem(422, { errors }));
  const { type, problems } = await checkCondition(object, text);
  expect(type).toBeNull();
  expect(problems).toEqual([
    { message: "there is no field nam.", hint: "Did you mean name?", span: [10, 13] },
    { message: "It is too long." },
  ]);
  expect(text.slice(10, 13)).toBe("nam");
});

it("searches for nothing where all is well, and leaves other failures to who asked", async () => {
  asked.mockResolvedValueOnce({ records: [], nextCursor: null, hasMore: false, total: undefined });
  expect(await checkCondition(object, "size > 1")).toMatchObject({ type: "boolean", problems: [] });
  expect(asked.mock.lastCall?.[1]).toMatchObject({ where: "size > 1", limit: 1, filter: { id: {} } });
  asked.mockRejectedValueOnce(new Problem(429, {}));
  await expect(checkCondition(object, "size > 1")).rejects.toThrow();
});
