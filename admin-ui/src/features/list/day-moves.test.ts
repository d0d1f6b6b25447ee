import { expect, it } from "vitest";
import { DayMoves } from "./day-moves";

const on = (day: string) => ({ start: undefined, end: day });
const record = { id: "1", due: "2026-11-02" };

/** A server that answers when it is told to. */
function slow() {
  const asked: { to: string; before: unknown; answer: (saved: boolean) => void }[] = [];
  const moves = new DayMoves(
    (_, to, before) => new Promise((answer) => asked.push({ to: to.end, before: before.due, answer })),
  );
  return { asked, moves };
}

it("makes one of the moves that come while one is saved, and goes back to where all of it began", async () => {
  const { asked, moves } = slow();
  const first = moves.move(record, on("2026-11-03"));
  void moves.move({ ...record, due: "2026-11-03" }, on("2026-11-04"));
  void moves.move({ ...record, due: "2026-11-03" }, on("2026-11-05"));
  expect(asked.map(({ to }) => to)).toEqual(["2026-11-03"]);
  expect(moves.wanted("1")?.end).toBe("2026-11-05");
  asked[0]?.answer(true);
  await Promise.resolve();
  await Promise.resolve();
  expect(asked[1]).toMatchObject({ to: "2026-11-05", before: "2026-11-02" });
  asked[1]?.answer(true);
  await first;
  expect([asked.length, moves.wanted("1")]).toEqual([2, undefined]);
});

it("forgets what was wanted after a refusal", async () => {
  const { asked, moves } = slow();
  let drawn = 0;
  moves.watch(() => drawn++);
  const first = moves.move(record, on("2026-11-03"));
  void moves.move(record, on("2026-11-04"));
  asked[0]?.answer(false);
  await first;
  expect([asked.length, moves.wanted("1"), drawn]).toEqual([1, undefined, 3]);
});
