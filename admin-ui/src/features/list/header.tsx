// Column headers: the icon of the field's kind, its label, and sorting by click.
import { ArrowDown, ArrowUp } from "lucide-react";
import { memo } from "react";
import type { FieldDef } from "@/catalog/types";
import { Checkbox } from "@/components/inputs";
import { kindOf } from "@/fields/registry";
import { cx } from "@/lib/cx";
import type { SortKey } from "./list-state";

interface HeaderProps {
  columns: FieldDef[];
  template: string;
  width: number;
  sort: SortKey[];
  onSort: (path: string) => void;
  selection: "none" | "some" | "all";
  onSelectAll: () => void;
}

export const HEADER_HEIGHT = 32;

/** Drawn again only when its columns, sorting or selection change, not while scrolling. */
export const Header = memo(function Header({
  columns,
  template,
  width,
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
      style={{ gridTemplateColumns: template, width, height: HEADER_HEIGHT }}
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
          aria-label="Select all loaded rows"
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
            className={cx("group flex min-w-0", col === 0 && "frozen start-10 border-line border-e bg-surface")}
          >
            <button
              type="button"
              tabIndex={-1}
              disabled={!path}
              title={path ? `Sort by ${field.label}` : field.label}
              className={cx(
                "flex min-w-0 flex-1 items-center gap-1.5 px-2.5 font-medium text-text-2 enabled:hover:bg-hover enabled:hover:text-text",
                kind.align === "end" && "justify-end",
              )}
              onClick={() => path && onSort(path)}
            >
              <Icon size={13} aria-hidden="true" className="text-text-3" />
              <span className="truncate">{field.label}</span>
              {at &&
                (at.down ? (
                  <ArrowDown size={12} className="text-accent-text" />
                ) : (
                  <ArrowUp size={12} className="text-accent-text" />
                ))}
            </button>
          </div>
        );
      })}
    </div>
  );
});
