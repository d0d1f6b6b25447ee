// How long cards have stood where they are: by a field that says so, by the log of states where a process governs the
// columns, else by the day of their last change, which is all that is told of them then.
import { useEffect, useMemo, useSyncExternalStore } from "react";
import { Arrivals } from "@/api/arrivals";
import type { Groups } from "@/api/groups";
import type { RecordData } from "@/api/record-store";
import { isGoverned } from "@/catalog/catalog";
import { changedField, finalStates, sinceField } from "@/catalog/displays";
import type { FieldDef, ObjectDef } from "@/catalog/types";

const DAY_MS = 86_400_000;
/** Days after which a card says how long, and those after which it says so louder. */
const WAITS = 14;
const OLD = 30;

export interface Age {
  days: number;
  /** Nothing of it was changed for so long; where it stood meanwhile is not known. */
  still: boolean;
  old: boolean;
}

export interface Ageing {
  object: ObjectDef;
  group: FieldDef;
  arrivals: Arrivals | undefined;
}

/** What is worth a word about a card. */
export function ageOf(record: RecordData, { object, group, arrivals }: Ageing, now = Date.now()): Age | undefined {
  const since = sinceField(object, group);
  const changed = changedField(object);
  const told = since ? record[since.name] : arrivals?.at(record.id, record[group.name]);
  const still = !since && told === undefined;
  if (still && arrivals && !arrivals.knows(record.id)) return undefined;
  const at = still ? changed && record[changed.name] : told;
  const days = typeof at === "string" ? Math.floor((now - Date.parse(at)) / DAY_MS) : 0;
  return days >= WAITS ? { days, still, old: !still && days >= OLD } : undefined;
}

/** The ageing of a board; the log is asked once for the cards of each page that came. */
export function useAgeing(object: ObjectDef, group: FieldDef, groups: Groups): Ageing {
  const ageing = useMemo(() => {
    const asks = !sinceField(object, group) && isGoverned(object, group);
    return { object, group, arrivals: asks ? new Arrivals(object, group.name) : undefined };
  }, [object, group]);
  const { arrivals } = ageing;
  const version = useSyncExternalStore(arrivals?.watch ?? unwatched, arrivals?.version ?? never);
  const final = finalStates(object, group);
  const waiting = groups.all.filter((one) => !final.has(one.value));
  const ids = waiting.flatMap(({ source }) => source.loadedIds());
  const pending = waiting.some(({ source }) => source.pending);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the cards are compared by their ids.
  useEffect(() => {
    if (!pending) for (let at = 0; at < ids.length; at += PAGE) void arrivals?.want(ids.slice(at, at + PAGE));
  }, [arrivals, pending, ids.join()]);
  // Cards are drawn anew only for another ageing.
  // biome-ignore lint/correctness/useExhaustiveDependencies: the version says when the log has answered.
  return useMemo(() => ({ ...ageing }), [ageing, version]);
}

/** As many as an address holds the ids of. */
const PAGE = 100;
const unwatched = () => () => {};
const never = () => 0;
