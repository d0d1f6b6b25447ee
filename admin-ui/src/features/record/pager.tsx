// Before and after: the neighbours of a record in the list that it was opened from.
import { ChevronDown, ChevronUp } from "lucide-react";
import { useEffect, useReducer } from "react";
import type { ObjectDef } from "@/catalog/types";
import { IconButton } from "@/components/button";
import { useCell } from "@/lib/cell";
import { t } from "@/lib/i18n";
import { neighbours } from "@/lib/neighbours";
import { useShortcuts } from "@/lib/shortcuts";
import { counted } from "@/lib/text";

interface PagerProps {
  object: ObjectDef;
  id: string;
  onGo: (id: string) => void;
}

/** The next record in a direction, past heads of groups and rows that are not here yet. */
function beside(
  rowOf: number,
  by: 1 | -1,
  idAt: (row: number) => string | undefined,
  rows: number,
): string | undefined {
  for (let row = rowOf + by; row >= 0 && row < rows && Math.abs(row - rowOf) < 4; row += by) {
    const found = idAt(row);
    if (found) return found;
  }
  return undefined;
}

export function Pager({ object, id, onGo }: PagerProps) {
  const list = useCell(neighbours);
  const [, again] = useReducer((n: number) => n + 1, 0);
  const here = list?.object === object.name ? list : null;
  const row = here?.rowOf(id) ?? -1;
  const rows = here?.rows() ?? 0;
  const before = here && row >= 0 ? beside(row, -1, here.idAt, rows) : undefined;
  const after = here && row >= 0 ? beside(row, 1, here.idAt, rows) : undefined;

  useEffect(() => {
    if (!here || row < 0) return;
    const stop = here.watch(again);
    here.want(Math.max(0, row - 3), row + 4);
    return stop;
  }, [here, row]);

  useShortcuts({
    j: () => (after ? onGo(after) : false),
    k: () => (before ? onGo(before) : false),
  });

  if (!here || row < 0) return null;
  return (
    <span className="flex items-center gap-0.5">
      <span className="num hidden pe-1 text-text-3 text-xs phone:inline">
        {t("{n} of {total}", { n: counted(row + 1), total: counted(rows) })}
      </span>
      <IconButton label={t("Previous in the list (K)")} disabled={!before} onClick={() => before && onGo(before)}>
        <ChevronUp size={16} />
      </IconButton>
      <IconButton label={t("Next in the list (J)")} disabled={!after} onClick={() => after && onGo(after)}>
        <ChevronDown size={16} />
      </IconButton>
    </span>
  );
}
