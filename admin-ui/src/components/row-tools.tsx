// What is done to a row of a list whose order one chooses: up, down, away.
import { ArrowDown, ArrowUp, X } from "lucide-react";
import { t } from "@/lib/i18n";

interface RowToolsProps {
  /** What the row is called. */
  name: string;
  /** Its place among so many. */
  at: number;
  count: number;
  onMove: (to: number) => void;
  /** Left out where it has to stay. */
  onRemove?: (() => void) | undefined;
}

const tool =
  "inline-flex size-7 items-center justify-center rounded-control text-text-3 hover:bg-hover hover:text-text disabled:opacity-30";

export function RowTools({ name, at, count, onMove, onRemove }: RowToolsProps) {
  return (
    <>
      <button
        type="button"
        aria-label={t("Move {name} up", { name })}
        className={tool}
        disabled={at === 0}
        onClick={() => onMove(at - 1)}
      >
        <ArrowUp size={13} />
      </button>
      <button
        type="button"
        aria-label={t("Move {name} down", { name })}
        className={tool}
        disabled={at === count - 1}
        onClick={() => onMove(at + 1)}
      >
        <ArrowDown size={13} />
      </button>
      {onRemove && (
        <button type="button" aria-label={t("Remove {name}", { name })} className={tool} onClick={onRemove}>
          <X size={14} />
        </button>
      )}
    </>
  );
}

/** The list with one of its things at another place. */
export function moved<T>(list: T[], at: number, to: number): T[] {
  const next = [...list];
  next.splice(to, 0, ...next.splice(at, 1));
  return next;
}
