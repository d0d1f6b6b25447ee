// A process while it is being drawn: states of a choice field and the ways between them.
import { apiName } from "@/lib/text";

export type Action = { action: "set"; field: string; value: unknown } | { action: "emit"; event: string };

export interface StateDef {
  value: string;
  guidance?: string;
  key_fields?: string[];
  enter?: Action[];
  lock?: boolean;
}

export interface DuringField {
  field: string;
  required?: boolean;
  when?: string;
  message?: string;
}

export interface Transition {
  name: string;
  label?: string;
  from?: string[];
  to: string;
  who?: unknown[];
  before?: string;
  message?: string;
  trigger?: "manual" | { automatic: { after_hours: number } };
  during?: { fields?: DuringField[]; checklist?: string[]; note?: "optional" | "required" };
  after?: Action[];
}

export interface Process {
  object: string;
  field: string;
  label?: string;
  description?: string;
  applies?: string;
  mode: "guide" | "enforce";
  states: StateDef[];
  transitions: Transition[];
  initial?: string[];
  final?: string[];
  order?: number;
  active?: boolean;
  package?: string | null;
}

/** A process as the server tells it: a state may be its value alone. */
export type RawProcess = Omit<Process, "states"> & { name: string; states: (string | StateDef)[] };

export function readProcess({ name: _, states, ...rest }: RawProcess): Process {
  return { ...rest, states: states.map((s) => (typeof s === "string" ? { value: s } : s)) };
}

const filled = (value: unknown): boolean =>
  value !== undefined && value !== null && value !== "" && !(Array.isArray(value) && value.length === 0);

const kept = <T extends object>(thing: T): T =>
  Object.fromEntries(Object.entries(thing).filter(([, value]) => filled(value))) as T;

/** After how many hours Trellis takes a way by itself; null where people take it. */
export function hoursOf({ trigger }: Transition): number | null {
  return typeof trigger === "object" ? trigger.automatic.after_hours : null;
}

/** Whether it is said what Trellis does; a value of nothing is said too. */
export const isSaid = (action: Action): boolean =>
  action.action === "emit" ? action.event.trim() !== "" : action.value === null || filled(action.value);

/** What Trellis does; what is not said yet stays out, and `halfSaid` knows where that is. */
const doings = (actions: Action[] | undefined): Action[] | undefined => actions?.filter(isSaid);

/** Whether so many hours in a state are a time. */
export const isTime = (hours: number): boolean => Number.isFinite(hours) && hours > 0;

/** The first state or way in which something is begun and not said, so that it would be lost. */
export function halfSaid(draft: Process): { kind: "state"; value: string } | { kind: "transition"; at: number } | null {
  const begun = (actions: Action[] | undefined) => actions?.some((one) => !isSaid(one)) ?? false;
  const state = draft.states.find((one) => begun(one.enter));
  if (state) return { kind: "state", value: state.value };
  const at = draft.transitions.findIndex((way) => begun(way.after) || !isTime(hoursOf(way) ?? 1));
  return at < 0 ? null : { kind: "transition", at };
}

/** A way as it is written: nobody is there to be asked when Trellis takes it. */
function writeTransition(way: Transition): Record<string, unknown> {
  const { during, who, trigger, ...rest } = way;
  const after = doings(way.after);
  if (hoursOf(way) !== null) return kept({ ...rest, trigger, after });
  const asked = kept({
    ...during,
    fields: during?.fields?.map(kept),
    checklist: during?.checklist?.map((item) => item.trim()).filter(filled),
  });
  return kept({ ...rest, who, after, during: Object.keys(asked).length ? asked : undefined });
}

/** The definition as it is written: what is empty stays out, a state of which nothing is said is its value alone. */
export function writeProcess(draft: Process): Record<string, unknown> {
  const { package: _, ...rest } = draft;
  return {
    ...kept(rest),
    states: draft.states.map((s) => {
      const state = kept({ ...s, enter: doings(s.enter), lock: s.lock || undefined });
      return Object.keys(state).length === 1 ? state.value : state;
    }),
    transitions: draft.transitions.map(writeTransition),
  };
}

export function patchTransition(draft: Process, at: number, patch: Partial<Transition>): Process {
  return { ...draft, transitions: draft.transitions.map((t, i) => (i === at ? { ...t, ...patch } : t)) };
}

export function patchState(draft: Process, value: string, patch: Partial<StateDef>): Process {
  return { ...draft, states: draft.states.map((s) => (s.value === value ? { ...s, ...patch } : s)) };
}

/** A way from one state to another, with a name that no other way has. */
export function addTransition(draft: Process, from: string | undefined, to: string, label: string): Process {
  const used = new Set(draft.transitions.map((t) => t.name));
  const base = apiName(label) || `to_${to}`;
  let name = base;
  for (let n = 2; used.has(name); n++) name = `${base}_${n}`;
  return { ...draft, transitions: [...draft.transitions, { name, label, ...(from ? { from: [from] } : {}), to }] };
}

/** Puts a state at another place in the row; what stands there makes room. */
export function moveState(draft: Process, value: string, to: number): Process {
  const state = draft.states.find((s) => s.value === value);
  if (!state) return draft;
  const states = draft.states.filter((s) => s !== state);
  return { ...draft, states: [...states.slice(0, to), state, ...states.slice(to)] };
}

/** Takes a state in, before the first that stands behind it among the options, or out with the ways that end there. */
export function toggleState(draft: Process, value: string, order: string[]): Process {
  if (!draft.states.some((s) => s.value === value)) {
    const later = draft.states.findIndex((s) => order.indexOf(s.value) > order.indexOf(value));
    const states = [...draft.states, { value }];
    return moveState({ ...draft, states }, value, later < 0 ? draft.states.length : later);
  }
  const without = (list: string[] | undefined) => list?.filter((v) => v !== value);
  const transitions = draft.transitions
    .filter((t) => t.to !== value)
    .map((t) => (t.from?.includes(value) ? { ...t, from: without(t.from) ?? [] } : t))
    // A way from this state alone would be one from every state now.
    .filter(
      (t, _, all) =>
        all.includes(t) && !(t.from?.length === 0 && draft.transitions.find((o) => o.name === t.name)?.from?.length),
    );
  return {
    ...draft,
    states: draft.states.filter((s) => s.value !== value),
    transitions,
    ...(draft.initial ? { initial: without(draft.initial) ?? [] } : {}),
    ...(draft.final ? { final: without(draft.final) ?? [] } : {}),
  };
}

export interface Arc {
  transition: number;
  from: string;
  to: string;
}

/** One arc for each pair of states that a transition joins; one from any state joins all others with its target. */
export function arcsOf(draft: Process): Arc[] {
  const states = draft.states.map((s) => s.value);
  return draft.transitions.flatMap((t, transition) => {
    const from = t.from?.length ? t.from : states.filter((s) => s !== t.to && !draft.final?.includes(s));
    return from
      .filter((s) => states.includes(s) && states.includes(t.to))
      .map((s) => ({ transition, from: s, to: t.to }));
  });
}

/** States that no way ends in, and that are no beginning. */
export function unreachable(draft: Process): string[] {
  const begins = new Set(draft.initial?.length ? draft.initial : draft.states.slice(0, 1).map((s) => s.value));
  const reached = new Set(begins);
  const arcs = arcsOf(draft);
  for (let grew = true; grew; ) {
    grew = false;
    for (const arc of arcs) {
      if (reached.has(arc.from) && !reached.has(arc.to)) {
        reached.add(arc.to);
        grew = true;
      }
    }
  }
  return draft.states.map((s) => s.value).filter((v) => !reached.has(v));
}
