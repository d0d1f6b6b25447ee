// Which rows are selected, by id, so that scrolling and sorting do not lose them.
import { useCallback, useMemo, useRef, useState } from "react";
import type { RowSource } from "@/api/grouped-rows";

export interface Selection {
  ids: string[];
  size: number;
  state: "none" | "some" | "all";
  has: (id: string) => boolean;
  toggle: (row: number, range: boolean) => void;
  extend: (from: number, to: number) => void;
  selectLoaded: () => void;
  select: (ids: string[]) => void;
  toggleLoaded: () => void;
  clear: () => void;
}

export function useSelection(source: RowSource): Selection {
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const last = useRef(0);

  const rowsBetween = useCallback(
    (a: number, b: number) => {
      const ids: string[] = [];
      for (let row = Math.min(a, b); row <= Math.max(a, b); row++) {
        const id = source.idAt(row);
        if (id) ids.push(id);
      }
      return ids;
    },
    [source],
  );

  const toggle = useCallback(
    (row: number, range: boolean) => {
      const id = source.idAt(row);
      if (!id) return;
      setChosen((now) => {
        const next = new Set(now);
        if (range) for (const each of rowsBetween(last.current, row)) next.add(each);
        else if (!next.delete(id)) next.add(id);
        last.current = row;
        return next;
      });
    },
    [source, rowsBetween],
  );

  const extend = useCallback(
    (from: number, to: number) => setChosen((now) => new Set([...now, ...rowsBetween(Math.max(0, from), to)])),
    [rowsBetween],
  );

  const selectLoaded = useCallback(() => setChosen(new Set(source.loadedIds())), [source]);
  const select = useCallback((ids: string[]) => setChosen(new Set(ids)), []);
  const clear = useCallback(() => setChosen(new Set()), []);

  return useMemo(() => {
    const loaded = source.loadedIds().length;
    const state = chosen.size === 0 ? "none" : chosen.size >= loaded ? "all" : "some";
    return {
      ids: [...chosen],
      size: chosen.size,
      state,
      has: (id: string) => chosen.has(id),
      toggle,
      extend,
      selectLoaded,
      select,
      toggleLoaded: () => (state === "all" ? clear() : selectLoaded()),
      clear,
    };
  }, [chosen, source, toggle, extend, selectLoaded, select, clear]);
}
