// The last line of the table: the sum or the average of each column that has one, over all that match.
import { memo } from "react";
import type { Aggregate } from "@/api/aggregates";
import type { FieldDef } from "@/catalog/types";
import { kindOf } from "@/fields/registry";
import { cx } from "@/lib/cx";
import { t } from "@/lib/i18n";
import { heldLook, heldStyle } from "./grid-columns";
import { totalOf } from "./use-aggregates";

export const TOTALS_HEIGHT = 32;

interface TotalsRowProps {
  columns: FieldDef[];
  held: number;
  totals: Aggregate;
  row: number;
}

/** Drawn again only when its sums or columns change, not with each move of the cursor. */
export const TotalsRow = memo(function TotalsRow({ columns, held, totals, row }: TotalsRowProps) {
  return (
    <div
      role="row"
      tabIndex={-1}
      aria-rowindex={row}
      className="sticky bottom-0 z-20 grid border-line border-t bg-surface text-xs"
      style={{ gridTemplateColumns: "var(--grid-columns)", width: "var(--grid-width)", height: TOTALS_HEIGHT }}
    >
      <div role="gridcell" tabIndex={-1} aria-colindex={1} className="frozen start-0 bg-surface" />
      {columns.map((field, col) => {
        const how = totalOf(field);
        const value = how && totals[how][field.name];
        return (
          <div
            key={field.name}
            role="gridcell"
            tabIndex={-1}
            aria-colindex={col + 2}
            className={cx(
              "flex min-w-0 items-center gap-1.5 overflow-hidden px-2.5",
              heldLook(col, held),
              col < held && "bg-surface",
              col === 0 && "text-text-2",
              kindOf(field).align === "end" && "justify-end",
            )}
            style={heldStyle(col, held)}
          >
            {col === 0 && t("Total")}
            {how && value !== null && value !== undefined && (
              <>
                <span aria-hidden="true" className="text-text-3">
                  {how === "sum" ? "Σ" : "⌀"}
                </span>
                <span className="sr-only">{how === "sum" ? t("Sum") : t("Average")}</span>
                <span className="num shrink-0 font-medium">{kindOf(field).text(value, field)}</span>
              </>
            )}
          </div>
        );
      })}
    </div>
  );
});
