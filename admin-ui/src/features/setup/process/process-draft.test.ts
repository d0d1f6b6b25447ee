import { describe, expect, it } from "vitest";
import {
  addTransition,
  arcsOf,
  halfSaid,
  hoursOf,
  moveState,
  type Process,
  patchState,
  patchTransition,
  readProcess,
  toggleState,
  unreachable,
  writeProcess,
} from "./process-draft";

const draft: Process = {
  object: "project",
  field: "phase",
  mode: "enforce",
  states: [{ value: "plan" }, { value: "build", guidance: "Build it" }, { value: "done" }, { value: "stopped" }],
  transitions: [
    { name: "start", from: ["plan"], to: "build" },
    { name: "finish", from: ["build"], to: "done", during: { fields: [] } },
    { name: "stop", to: "stopped" },
  ],
  initial: ["plan"],
  final: ["done", "stopped"],
};

describe("a process", () => {
  it("is written without what is empty, and read back as it was", () => {
    const written = writeProcess({ ...draft, label: "", description: undefined } as Process);
    expect(written).not.toHaveProperty("label");
    expect(written.states).toEqual(["plan", { value: "build", guidance: "Build it" }, "done", "stopped"]);
    expect((written.transitions as { during?: unknown }[])[1]).not.toHaveProperty("during");
    const again = readProcess({ name: "project.way", ...(written as unknown as Process) });
    expect(again.states).toEqual(draft.states);
  });

  it("keeps all that is said of ways and states, and nothing that nobody could do", () => {
    const full: Process = {
      ...draft,
      states: [
        { value: "plan", lock: false, enter: [{ action: "set", field: "probability", value: 0 }] },
        { value: "build", lock: true },
        { value: "done", enter: [{ action: "set", field: "win_reason", value: null }] },
      ],
      transitions: [
        {
          name: "start",
          from: ["plan"],
          to: "build",
          trigger: "manual",
          during: {
            fields: [{ field: "budget", required: true, when: "budget > 0", message: "" }],
            checklist: ["Budget confirmed", " ", ""],
            note: "required",
          },
          after: [
            { action: "emit", event: "project.started" },
            { action: "emit", event: " " },
            { action: "set", field: "started_at", value: "NOW()" },
            { action: "set", field: "name", value: "" },
          ],
        },
        {
          name: "expire",
          from: ["plan"],
          to: "done",
          trigger: { automatic: { after_hours: 0.25 } },
          who: ["owner"],
          before: "budget < 5",
          during: { checklist: ["Nobody is here"], note: "optional" },
        },
      ],
    };
    expect(writeProcess(full)).toMatchObject({
      states: [
        { value: "plan", enter: [{ action: "set", field: "probability", value: 0 }] },
        { value: "build", lock: true },
        { value: "done", enter: [{ action: "set", field: "win_reason", value: null }] },
      ],
    });
    expect(writeProcess(full).transitions).toEqual([
      {
        name: "start",
        from: ["plan"],
        to: "build",
        during: {
          fields: [{ field: "budget", required: true, when: "budget > 0" }],
          checklist: ["Budget confirmed"],
          note: "required",
        },
        after: [
          { action: "emit", event: "project.started" },
          { action: "set", field: "started_at", value: "NOW()" },
        ],
      },
      {
        name: "expire",
        from: ["plan"],
        to: "done",
        trigger: { automatic: { after_hours: 0.25 } },
        before: "budget < 5",
      },
    ]);
    expect(full.transitions.map(hoursOf)).toEqual([null, 0.25]);
  });

  it("knows where something is begun and not said, which would be lost", () => {
    expect(halfSaid(draft)).toBeNull();
    const state = patchState(draft, "done", { enter: [{ action: "set", field: "name", value: "" }] });
    expect(halfSaid(state)).toEqual({ kind: "state", value: "done" });
    const nothing = patchState(draft, "done", { enter: [{ action: "set", field: "name", value: null }] });
    expect(halfSaid(nothing)).toBeNull();
    const event = patchTransition(draft, 1, { after: [{ action: "emit", event: " " }] });
    expect(halfSaid(event)).toEqual({ kind: "transition", at: 1 });
    for (const [hours, found] of [
      [Number.NaN, { kind: "transition", at: 1 }],
      [0, { kind: "transition", at: 1 }],
      [0.25, null],
    ] as const)
      expect(halfSaid(patchTransition(draft, 1, { trigger: { automatic: { after_hours: hours } } }))).toEqual(found);
  });

  it("joins every state that is no end with the target of a way without a beginning", () => {
    expect(arcsOf(draft).map((a) => `${a.from}>${a.to}`)).toEqual([
      "plan>build",
      "build>done",
      "plan>stopped",
      "build>stopped",
    ]);
  });

  it("loses with a state the ways that end there or began there alone", () => {
    const less = toggleState(draft, "build", []);
    expect(less.transitions.map((t) => t.name)).toEqual(["stop"]);
    expect(toggleState(draft, "done", []).final).toEqual(["stopped"]);
    const more = toggleState(less, "build", ["plan", "build", "done", "stopped"]);
    expect(more.states.map((s) => s.value)).toEqual(["plan", "build", "done", "stopped"]);
  });

  it("moves a state in the row, and takes another in without undoing that", () => {
    const row = (of: Process) => of.states.map((s) => s.value).join(" ");
    expect(row(moveState(draft, "stopped", 0))).toBe("stopped plan build done");
    expect(row(moveState(draft, "plan", 2))).toBe("build done plan stopped");
    expect(row(moveState(draft, "gone", 2))).toBe(row(draft));
    const less = toggleState(moveState(draft, "done", 0), "build", []);
    expect(row(toggleState(less, "build", ["plan", "build", "done", "stopped"]))).toBe("build done plan stopped");
  });

  it("tells which states nobody ever reaches", () => {
    expect(unreachable(draft)).toEqual([]);
    expect(unreachable({ ...draft, transitions: draft.transitions.slice(0, 1) })).toEqual(["done", "stopped"]);
  });

  it("names ways apart", () => {
    const twice = addTransition(addTransition(draft, "plan", "done", "Skip"), "build", "done", "Skip");
    expect(twice.transitions.slice(3).map((t) => t.name)).toEqual(["skip", "skip_2"]);
  });
});
