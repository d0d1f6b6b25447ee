// The list on a phone: one card row a record, with the name and what tells most about it.
import { ChevronRight } from "lucide-react";
import { useEffect, useLayoutEffect, useRef, useState } from "react";
import type { GroupHead, RowSource } from "@/api/grouped-rows";
import { useRecord } from "@/api/record-store";
import type { GroupOption } from "@/catalog/displays";
import type { FieldDef, ObjectDef } from "@/catalog/types";
import { Skeleton } from "@/components/bits";
import { RecordLink } from "@/components/record-link";
import { kindOf } from "@/fields/registry";
import { RecordMark } from "@/fields/relation";
import { cx } from "@/lib/cx";
import { windowRows } from "@/lib/grid-window";
import { t } from "@/lib/i18n";
import { counted } from "@/lib/text";
import { GroupMark } from "./group-mark";

const ROW = 62;

interface PhoneListProps {
  object: ObjectDef;
  source: RowSource;
  columns: FieldDef[];
  group: FieldDef | undefined;
  /** What its groups are called. */
  options: GroupOption[];
}

export function PhoneList({ object, source, columns, group, options }: PhoneListProps) {
  const scroller = useRef<HTMLDivElement>(null);
  const [view, setView] = useState({ top: source.scrollTop, height: 700 });
  const rows = source.pending ? 10 : source.rows;
  const shown = windowRows(view.top, view.height, ROW, rows);

  useLayoutEffect(() => {
    const el = scroller.current;
    if (!el) return;
    if (source.scrollTop) el.scrollTop = source.scrollTop;
    const sizes = new ResizeObserver(() => setView({ top: el.scrollTop, height: el.clientHeight }));
    sizes.observe(el);
    return () => sizes.disconnect();
  }, [source]);

  useEffect(() => {
    source.want(shown.first, shown.end);
  }, [source, shown.first, shown.end]);

  const items: number[] = [];
  for (let row = shown.first; row < shown.end; row++) items.push(row);
  return (
    <div
      ref={scroller}
      className="min-h-0 flex-1 overflow-y-auto overscroll-contain"
      onScroll={(event) => {
        source.scrollTop = event.currentTarget.scrollTop;
        setView({ top: event.currentTarget.scrollTop, height: event.currentTarget.clientHeight });
      }}
    >
      <ul aria-label={object.plural_label} className="relative" style={{ height: rows * ROW }}>
        {items.map((row) => {
          const head = source.headAt?.(row);
          return head && group ? (
            <PhoneHead
              key={row}
              head={head}
              group={group}
              option={options[head.index]}
              top={row * ROW}
              onFold={() => source.fold?.(head.group)}
            />
          ) : (
            <PhoneRow key={row} object={object} id={source.idAt(row)} top={row * ROW} columns={columns} />
          );
        })}
      </ul>
    </div>
  );
}

interface PhoneHeadProps {
  head: GroupHead;
  group: FieldDef;
  option: GroupOption | undefined;
  top: number;
  onFold: () => void;
}

function PhoneHead({ head, group, option, top, onFold }: PhoneHeadProps) {
  return (
    <li className="absolute inset-x-0 flex items-end border-line border-b bg-sunken" style={{ top, height: ROW }}>
      <button
        type="button"
        aria-expanded={!head.folded}
        className="flex h-full w-full items-center gap-2 px-4 font-medium"
        onClick={onFold}
      >
        <ChevronRight
          size={14}
          aria-hidden="true"
          className={cx("shrink-0 text-text-3 transition-transform rtl:-scale-x-100", !head.folded && "rotate-90")}
        />
        <GroupMark field={group} option={option} />
        <span className="truncate">{option?.label}</span>
        <span className="num font-normal text-text-2 text-xs">{counted(head.group.source.rows)}</span>
      </button>
    </li>
  );
}

function PhoneRow({
  object,
  id,
  top,
  columns,
}: {
  object: ObjectDef;
  id: string | undefined;
  top: number;
  columns: FieldDef[];
}) {
  const record = useRecord(object.name, id);
  const rest = columns.slice(1).filter((f) => !kindOf(f).wide);
  const filled = record ? rest.filter((f) => kindOf(f).text(kindOf(f).read(record, f), f)) : [];
  return (
    <li className="absolute inset-x-0 border-line border-b" style={{ top, height: ROW }}>
      {!record ? (
        <div className="flex flex-col gap-2 px-4 py-3.5">
          <Skeleton className="w-1/2" />
          <Skeleton className="w-1/3" />
        </div>
      ) : (
        <RecordLink
          plural={object.plural}
          id={record.id}
          className="flex h-full items-center gap-3 px-4 active:bg-hover"
        >
          <RecordMark object={object} name={String(record.name ?? "")} size={26} />
          <span className="flex min-w-0 flex-1 flex-col gap-0.5">
            <span className="truncate font-medium text-base">{String(record.name ?? "") || t("Unnamed")}</span>
            <span className="flex min-w-0 items-center gap-2 overflow-hidden whitespace-nowrap text-text-2 text-xs">
              {filled.slice(0, 3).map((field) => {
                const kind = kindOf(field);
                return (
                  <span key={field.name} className="flex min-w-0 max-w-40 shrink-0 items-center truncate">
                    <kind.display value={kind.read(record, field)} field={field} compact />
                  </span>
                );
              })}
            </span>
          </span>
        </RecordLink>
      )}
    </li>
  );
}
