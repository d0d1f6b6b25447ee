// One row of the grid. Rows are recycled: the same element shows another record after scrolling.
import { memo } from "react";
import { useRecord } from "@/api/record-store";
import type { FieldDef, ObjectDef } from "@/catalog/types";
import { Skeleton } from "@/components/bits";
import { Checkbox } from "@/components/inputs";
import { RecordLink } from "@/components/record-link";
import { InlineEditor, type Refused } from "@/fields/inline-editor";
import { kindOf } from "@/fields/registry";
import { cx } from "@/lib/cx";
import { t } from "@/lib/i18n";
import { heldLook, heldStyle } from "./grid-columns";

export interface RowProps {
  object: ObjectDef;
  columns: FieldDef[];
  /** How many of them stay in sight. */
  held: number;
  height: number;
  index: number;
  id: string | undefined;
  gridId: string;
  activeCol: number;
  editing: boolean;
  selected: boolean;
  peeked: boolean;
  onCell: (row: number, col: number, again: boolean) => void;
  onEdit: (row: number, col: number) => void;
  onDone: (moved?: "down" | "next") => void;
  /** What was typed into the cell that is edited, when the server has refused it. */
  again: Refused | undefined;
  onRefused: (id: string, field: string, refused: Refused) => void;
  onToggle: (row: number, range: boolean) => void;
}

export const Row = memo(function Row(props: RowProps) {
  const { object, columns, held, index, id, gridId, activeCol, selected } = props;
  const record = useRecord(object.name, id);
  return (
    <div
      role="row"
      tabIndex={-1}
      aria-rowindex={index + 2}
      aria-selected={selected}
      data-row={index}
      className={cx("grid-row group absolute start-0 grid border-line border-b", props.peeked && "peeked")}
      style={{
        gridTemplateColumns: "var(--grid-columns)",
        width: "var(--grid-width)",
        height: props.height,
        top: index * props.height,
      }}
    >
      <div
        role="gridcell"
        aria-colindex={1}
        className="frozen start-0 flex items-center justify-center"
        onClick={(event) => {
          event.preventDefault();
          props.onToggle(index, event.shiftKey);
        }}
        onKeyDown={() => {}}
        tabIndex={-1}
      >
        <span className={cx("pointer-events-none flex", !selected && "phone:opacity-0 phone:group-hover:opacity-100")}>
          <Checkbox tabIndex={-1} checked={selected} readOnly aria-label={t("Select row {n}", { n: index + 1 })} />
        </span>
      </div>
      {columns.map((field, col) => {
        const active = activeCol === col;
        const kind = kindOf(field);
        const editing = active && props.editing && record;
        return (
          <div
            key={field.name}
            id={active ? `${gridId}-active` : undefined}
            role="gridcell"
            tabIndex={-1}
            aria-colindex={col + 2}
            className={cx(
              "flex min-w-0 items-center overflow-hidden text-sm",
              heldLook(col, held),
              col === 0 && "font-medium",
              kind.align === "end" && "justify-end",
              !editing && "px-2.5",
              active && "shadow-[inset_0_0_0_2px_var(--accent)]",
            )}
            style={heldStyle(col, held)}
            onClick={(event) => props.onCell(index, col, active && event.detail === 1)}
            onDoubleClick={() => props.onEdit(index, col)}
            onKeyDown={() => {}}
          >
            {!record ? (
              <Skeleton className="h-2.5" style={{ width: `${35 + ((index * 7 + col * 13) % 45)}%` }} />
            ) : editing ? (
              <InlineEditor
                object={object}
                record={record}
                field={field}
                onClose={props.onDone}
                again={props.again}
                onRefused={(refused) => props.onRefused(record.id, field.name, refused)}
                className="w-full px-px"
              />
            ) : col === 0 ? (
              <RecordLink
                plural={object.plural}
                id={record.id}
                tabIndex={-1}
                draggable={false}
                className="truncate underline-offset-2 hover:underline"
                onClick={(event) => event.stopPropagation()}
              >
                {String(record.name ?? "") || t("Unnamed")}
              </RecordLink>
            ) : (
              <span className="flex min-w-0 items-center">
                <kind.display value={kind.read(record, field)} field={field} compact />
              </span>
            )}
          </div>
        );
      })}
    </div>
  );
});
