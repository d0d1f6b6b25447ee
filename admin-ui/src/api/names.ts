// Names of records that are known only by id, asked for together and remembered.
import { useCallback, useEffect, useSyncExternalStore } from "react";
import { recordStore, useRecord } from "./record-store";
import { listRecords, type ObjectRef } from "./records";

const waiting = new Map<string, { object: ObjectRef; ids: Set<string> }>();
const asked = new Set<string>();
let _timer: ReturnType<typeof setTimeout> | undefined;

function flush(): void {
  _timer = undefined;
  for (const { object, ids } of waiting.values()) {
    const list = [...ids].slice(0, 200);
    listRecords(object, { fields: ["id", "name"], filter: { id: { in: list } }, limit: list.length }).catch(() => {
      for (const id of list) asked.delete(`${object.name}/${id}`);
    });
  }
  waiting.clear();
}

function ask(object: ObjectRef, id: string): void {
  const key = `${object.name}/${id}`;
  if (asked.has(key)) return;
  asked.add(key);
  const entry = waiting.get(object.name) ?? { object, ids: new Set<string>() };
  entry.ids.add(id);
  waiting.set(object.name, entry);
  _timer ??= setTimeout(flush, 12);
}

/** The name of a record, or undefined until it is known. */
export function useRecordName(object: ObjectRef | undefined, id: string | undefined): string | undefined {
  const record = useRecord(object?.name ?? "", id);
  const name = typeof record?.name === "string" ? record.name : undefined;
  useEffect(() => {
    if (object && id && name === undefined && recordStore.find(object.name, id)?.name === undefined) ask(object, id);
  }, [object, id, name]);
  return name;
}

const nameOf = (object: ObjectRef, id: string): string | undefined => {
  const name = recordStore.find(object.name, id)?.name;
  return typeof name === "string" ? name : undefined;
};

/** The names of several records by id, as far as they are known. */
export function useRecordNames(object: ObjectRef | undefined, ids: string[]): Record<string, string> {
  const key = ids.join();
  // biome-ignore lint/correctness/useExhaustiveDependencies: the ids are compared by their content.
  const watch = useCallback(
    (watcher: () => void) => {
      const stops = object ? ids.map((id) => recordStore.watch(object.name, id, watcher)) : [];
      return () => {
        for (const stop of stops) stop();
      };
    },
    [object, key],
  );
  const known = useSyncExternalStore(watch, () =>
    JSON.stringify(Object.fromEntries(object ? ids.map((id) => [id, nameOf(object, id)]) : [])),
  );
  // biome-ignore lint/correctness/useExhaustiveDependencies: as above.
  useEffect(() => {
    if (object) for (const id of ids) if (nameOf(object, id) === undefined) ask(object, id);
  }, [object, key]);
  return JSON.parse(known) as Record<string, string>;
}
