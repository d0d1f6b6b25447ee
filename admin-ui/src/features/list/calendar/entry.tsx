// One record on a day: a mark in the colour of its step, its time, its name.
import { useRecord } from "@/api/record-store";
import type { FieldDef, ObjectDef } from "@/catalog/types";
import { Dot } from "@/components/bits";
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
}

interface OneEntry extends EntryProps {
  id: string;
  column: number;
  movable: boolean;
}

export function Entry({ object, field, color, peek, onPeek, id, column, movable }: OneEntry) {
  const record = useRecord(object.name, id);
  if (!record) return null;
  const option = color?.options?.find((o) => o.value === record[color.name]);
  const time = timeOfValue(record[field.name], field.kind);
  const name = String(record.name ?? "") || t("Unnamed");
  return (
    <div
      data-card={id}
      data-column={column}
      title={[time, name, option?.label].filter(Boolean).join(" · ")}
      className={cx(
        "flex h-6 min-w-0 shrink-0 items-center rounded-tag bg-hover text-xs hover:bg-press has-[a:focus-visible]:ring-2 has-[a:focus-visible]:ring-accent",
        peek === id && "bg-accent-soft",
        movable && "cursor-grab",
      )}
    >
      <RecordLink
        plural={object.plural}
        id={id}
        draggable={false}
        className="flex h-full min-w-0 flex-1 items-center gap-1.5 px-1.5 outline-none"
        onClick={(event) => {
          if (event.metaKey || event.ctrlKey || event.shiftKey) return;
          event.preventDefault();
          onPeek(peek === id ? undefined : id);
        }}
      >
        <Dot color={option?.color} />
        {time && <span className="num shrink-0 text-text-2">{time}</span>}
        <span className="truncate font-medium">{name}</span>
      </RecordLink>
    </div>
  );
}
