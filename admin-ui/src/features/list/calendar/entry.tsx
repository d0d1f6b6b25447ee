// One record on a day: a mark in the colour of its step, its time, its name, and a menu that moves it.
import { Ellipsis } from "lucide-react";
import { useRecord } from "@/api/record-store";
import type { FieldDef, ObjectDef } from "@/catalog/types";
import { Dot } from "@/components/bits";
import { MenuButton, type MenuItem } from "@/components/menu";
import { RecordLink } from "@/components/record-link";
import { cx } from "@/lib/cx";
import { timeOfValue } from "@/lib/days";
import { t } from "@/lib/i18n";

export interface EntryProps {
  object: ObjectDef;
  field: FieldDef;
  /** The picklist whose option gives the colour. */
  color: FieldDef | undefined;
  peek: string | undefined;
  onPeek: (id: string | undefined) => void;
  /** Moves a record by days; missing where nobody may. */
  onMove: ((id: string, days: number) => void) | undefined;
}

interface OneEntry extends EntryProps {
  id: string;
  column: number;
  /** Whether it can be dragged. */
  movable: boolean;
  /** There is room for more than one line. */
  tall?: boolean;
}

export function Entry({ object, field, color, peek, onPeek, onMove, id, column, movable, tall }: OneEntry) {
  const record = useRecord(object.name, id);
  if (!record) return null;
  const option = color?.options?.find((o) => o.value === record[color.name]);
  const time = timeOfValue(record[field.name], field.kind);
  const name = String(record.name ?? "") || t("Unnamed");
  const moves = (): MenuItem[] => [
    { label: t("A day later"), shortcut: "→", onSelect: () => onMove?.(id, 1) },
    { label: t("A week later"), shortcut: "↓", onSelect: () => onMove?.(id, 7) },
    { label: t("A day earlier"), shortcut: "←", onSelect: () => onMove?.(id, -1) },
    { label: t("A week earlier"), shortcut: "↑", onSelect: () => onMove?.(id, -7) },
  ];
  return (
    <div
      data-card={id}
      data-column={column}
      title={[time, name, option?.label].filter(Boolean).join(" · ")}
      className={cx(
        "group relative flex min-h-6 min-w-0 shrink-0 items-center rounded-tag bg-hover text-xs hover:bg-press has-[a:focus-visible]:ring-2 has-[a:focus-visible]:ring-accent",
        peek === id && "bg-accent-soft",
        movable && "cursor-grab",
      )}
    >
      <RecordLink
        plural={object.plural}
        id={id}
        draggable={false}
        className={cx(
          "flex h-full min-w-0 flex-1 items-center gap-x-1.5 px-1.5 outline-none",
          tall ? "flex-wrap py-1" : "h-6",
        )}
        onClick={(event) => {
          if (event.metaKey || event.ctrlKey || event.shiftKey) return;
          event.preventDefault();
          onPeek(peek === id ? undefined : id);
        }}
      >
        <Dot color={option?.color} />
        {time && <span className="num shrink-0 text-text-2">{time}</span>}
        <span className={cx("font-medium", tall ? "line-clamp-2 basis-full leading-4" : "truncate")}>{name}</span>
      </RecordLink>
      {onMove && (
        <MenuButton label={t("Move to")} align="end" items={moves}>
          {(button) => (
            <button
              type="button"
              {...button}
              tabIndex={-1}
              data-move
              aria-label={t("Move {name}", { name })}
              className="absolute end-0 top-0 inline-flex size-6 items-center justify-center rounded-tag bg-surface text-text-2 opacity-0 hover:text-text focus-visible:opacity-100 group-hover:opacity-100 aria-expanded:opacity-100 [@media(hover:none)]:static [@media(hover:none)]:bg-transparent [@media(hover:none)]:opacity-100"
            >
              <Ellipsis size={13} />
            </button>
          )}
        </MenuButton>
      )}
    </div>
  );
}
