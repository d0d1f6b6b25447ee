// Column headers: the icon of the field's kind, its label, sorting by click, width and order by dragging.
import { ArrowDown, ArrowUp } from "lucide-react";
import { memo } from "react";
import type { FieldDef } from "@/catalog/types";
import { Checkbox } from "@/components/inputs";
import { kindOf } from "@/fields/registry";
import { MIN_WIDTH, zoneOf } from "@/lib/arrangement";
import { cx } from "@/lib/cx";
import { t } from "@/lib/i18n";
import { dragColumn, dragEdge } from "./drag-column";
import { heldLook, heldStyle } from "./grid-columns";
import type { SortKey } from "./sorting";

interface HeaderProps {
  columns: FieldDef[];
  /** How many of them are to stay in sight, and how many do. */
  pinned: number;
  held: number;
  widths: number[];
  /** While the edge is dragged. */
  onResize: (col: number, width: number) => void;
  /** When it is let go; without a width the column is as wide as its kind has it. */
  onWidth: (name: string, width: number | undefined) => void;
  onMove: (name: string, to: number) => void;
  sort: SortKey[];
  onSort: (path: string, beside: boolean) => void;
  selection: "none" | "some" | "all";
  onSelectAll: () => void;
}

export const HEADER_HEIGHT = 32;

/** Drawn again only when its columns, sorting or selection change, not while scrolling. */
export const Header = memo(function Header({
  columns,
  pinned,
  held,
  widths,
  onResize,
  onWidth,
  onMove,
  sort,
  onSort,
  selection,
  onSelectAll,
}: HeaderProps) {
  return (
    <div
      role="row"
      tabIndex={-1}
      aria-rowindex={1}
      className="sticky top-0 z-20 grid border-line border-b bg-surface text-xs"
      style={{ gridTemplateColumns: "var(--grid-columns)", width: "var(--grid-width)", height: HEADER_HEIGHT }}
    >
      <div
        role="columnheader"
        tabIndex={-1}
        aria-colindex={1}
        className="frozen start-0 flex items-center justify-center bg-surface"
      >
        <Checkbox
          checked={selection === "all"}
          mixed={selection === "some"}
          aria-label={t("Select all loaded rows")}
          onChange={onSelectAll}
          tabIndex={-1}
        />
      </div>
      {columns.map((field, col) => {
        const kind = kindOf(field);
        const path = kind.sortPath(field);
        const at = sort.find((s) => s.path === path);
        const Icon = kind.icon;
        return (
          <div
            key={field.name}
            role="columnheader"
            tabIndex={-1}
            aria-colindex={col + 2}
            aria-sort={at ? (at.down ? "descending" : "ascending") : undefined}
            data-column-header={col}
            className={cx("group flex min-w-0", heldLook(col, held), col < held && "bg-surface")}
            style={heldStyle(col, held)}
            onPointerDown={(event) =>
              col > 0 && dragColumn(event, zoneOf(col, pinned, columns.length), (to) => onMove(field.name, to))
            }
          >
            <div className="relative flex min-w-0 flex-1">
              <button
                type="button"
                tabIndex={-1}
                disabled={!path}
                title={path ? t("Sort by {field}", { field: field.label }) : field.label}
                className={cx(
                  "flex min-w-0 flex-1 items-center gap-1.5 px-2.5 font-medium text-text-2 enabled:hover:bg-hover enabled:hover:text-text",
                  kind.align === "end" && "justify-end",
                )}
                onClick={(event) => path && onSort(path, event.shiftKey)}
              >
                <Icon size={13} aria-hidden="true" className="text-text-3" />
                <span className="truncate">{field.label}</span>
                {at &&
                  (at.down ? (
                    <ArrowDown size={12} className="text-accent-text" />
                  ) : (
                    <ArrowUp size={12} className="text-accent-text" />
                  ))}
                {at && sort.length > 1 && (
                  <span aria-hidden="true" className="num text-2xs text-accent-text">
                    {sort.indexOf(at) + 1}
                  </span>
                )}
              </button>
              <span
                aria-hidden="true"
                data-resize
                title={t("Drag to change the width, double-click to reset it")}
                className="absolute inset-y-0 end-0 z-10 w-2 cursor-col-resize border-transparent border-e-2 hover:border-accent"
                onPointerDown={(event) => {
                  event.stopPropagation();
                  dragEdge(event, widths[col] ?? MIN_WIDTH, {
                    move: (width) => onResize(col, width),
                    end: (width) => onWidth(field.name, width),
                  });
                }}
                onDoubleClick={() => onWidth(field.name, undefined)}
              />
            </div>
          </div>
        );
      })}
    </div>
  );
});
