// The moves of a calendar or a timeline: saved as every other gesture is, told with a way back.
import { useMemo, useSyncExternalStore } from "react";
import { recordStore } from "@/api/record-store";
import type { ObjectDef } from "@/catalog/types";
import { setValues } from "@/fields/save";
import { formatDate } from "@/lib/dates";
import { t } from "@/lib/i18n";
import { DayMoves } from "./day-moves";
import { firstDay, type Stretch, valuesFor } from "./stretch";
import type { Span } from "./use-span";

/** "4 Nov 2026", or "4 Nov 2026 – 9 Nov 2026". */
export function stretchText(stretch: Stretch): string {
  const first = firstDay(stretch);
  return first === stretch.end ? formatDate(first) : `${formatDate(first)} – ${formatDate(stretch.end)}`;
}

export function useDayMoves(object: ObjectDef, { start, end }: Span): DayMoves {
  const moves = useMemo(
    () =>
      new DayMoves((id, to, before) => {
        const now = recordStore.find(object.name, id);
        const values = now ? valuesFor(now, { start, end }, to) : [];
        if (!values.length) return Promise.resolve(Boolean(now));
        const said = (name: unknown) =>
          t("Moved {name} to {day}", { name: String(name ?? object.label), day: stretchText(to) });
        return setValues(object, id, values, (record) => said(record.name), before);
      }),
    [object, start, end],
  );
  useSyncExternalStore(moves.watch, moves.version);
  return moves;
}
