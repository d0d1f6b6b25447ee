import { describe, expect, it } from "vitest";
import {
  addTransition,
  arcsOf,
  type Process,
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

  it("tells which states nobody ever reaches", () => {
    expect(unreachable(draft)).toEqual([]);
    expect(unreachable({ ...draft, transitions: draft.transitions.slice(0, 1) })).toEqual(["done", "stopped"]);
  });

  it("names ways apart", () => {
    const twice = addTransition(addTransition(draft, "plan", "done", "Skip"), "build", "done", "Skip");
    expect(twice.transitions.slice(3).map((t) => t.name)).toEqual(["skip", "skip_2"]);
  });
});
