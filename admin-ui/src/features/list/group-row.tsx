// The head of a group in the table: its value, how many, what they sum up to; a click folds it.
import { ChevronRight } from "lucide-react";
import type { Aggregate } from "@/api/aggregates";
import type { GroupHead } from "@/api/grouped-rows";
import type { GroupOption } from "@/catalog/displays";
import type { FieldDef } from "@/catalog/types";
import { kindOf } from "@/fields/registry";
import { cx } from "@/lib/cx";
import { GroupMark } from "./group-mark";

interface GroupRowProps {
  field: FieldDef;
  option: GroupOption | undefined;
  head: GroupHead;
  row: number;
  height: number;
  columns: FieldDef[];
  totals: Aggregate | undefined;
  activeId: string | undefined;
  onFold: () => void;
}

export function GroupRow({ field, option, head, row, height, columns, totals, activeId, onFold }: GroupRowProps) {
  const summed = columns.filter((f) => f.kind === "currency" && typeof totals?.sum[f.name] === "number").slice(0, 2);
  return (
    <div
      role="row"
      tabIndex={-1}
      aria-rowindex={row + 2}
      className="absolute start-0 border-line border-b bg-sunken"
      style={{ top: row * height, height, width: "var(--grid-width)" }}
    >
      <div
        id={activeId}
        role="gridcell"
        tabIndex={-1}
        aria-colindex={1}
        aria-colspan={columns.length + 1}
        className={cx(
          "sticky start-0 flex h-full w-fit max-w-[80vw] items-center gap-2 ps-3 pe-4 font-medium",
          activeId && "shadow-[inset_0_0_0_2px_var(--accent)]",
        )}
        onClick={onFold}
        onKeyDown={() => {}}
      >
        <button
          type="button"
          tabIndex={-1}
          aria-expanded={!head.folded}
          className="flex items-center gap-2"
          onClick={(event) => {
            event.stopPropagation();
            onFold();
          }}
        >
          <ChevronRight
            size={14}
            aria-hidden="true"
            className={cx("text-text-3 transition-transform rtl:-scale-x-100", !head.folded && "rotate-90")}
          />
          <GroupMark field={field} option={option} />
          <span className="truncate">{option?.label}</span>
        </button>
        <span className="num font-normal text-text-2 text-xs">{head.group.source.rows.toLocaleString()}</span>
        {summed.map((f) => (
          <span key={f.name} className="num ms-2 font-normal text-text-2 text-xs">
            {f.label} {kindOf(f).text(totals?.sum[f.name], f)}
          </span>
        ))}
      </div>
    </div>
  );
}
