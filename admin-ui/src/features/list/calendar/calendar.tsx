// A month of any object with days: records on the day that they fall on, moved to another by dragging or by their field.
import { Plus } from "lucide-react";
import { useEffect, useMemo, useReducer, useRef, useState } from "react";
import { messageOf } from "@/api/problem";
import { type RecordData, recordStore } from "@/api/record-store";
import type { ListRequest } from "@/api/records";
import { mayCreate, mayEdit, useCatalog } from "@/catalog/catalog";
import { pathField } from "@/catalog/displays";
import { isWritable } from "@/catalog/fields";
import type { FieldDef, ObjectDef } from "@/catalog/types";
import { Notice } from "@/components/bits";
import { Button } from "@/components/button";
import { setValue } from "@/fields/save";
import { cx } from "@/lib/cx";
import { formatDate } from "@/lib/dates";
import { addMonths, type Day, dayOf, dayOfValue, monthGrid, onDay, startOf } from "@/lib/days";
import { locale, t } from "@/lib/i18n";
import { createIntent } from "@/lib/intents";
import { inSentence } from "@/lib/text";
import { usePhone } from "@/lib/use-media";
import { useDrag } from "../board/use-drag";
import { DayBar } from "../day-bar";
import { useSpan } from "../use-span";
import { Agenda } from "./agenda";
import { Entry } from "./entry";
import { MoreEntries } from "./more-entries";

interface CalendarProps {
  object: ObjectDef;
  request: ListRequest;
  /** The field that puts a record on its day. */
  field: FieldDef;
  peek: string | undefined;
  onPeek: (id: string | undefined) => void;
  onTotal: (total: number | undefined) => void;
}

/** Entries that a day has room for; a fuller one shows one less and says how many more there are. */
const ROOM = 3;

const monthName = new Intl.DateTimeFormat(locale, { month: "long", year: "numeric" });
const weekday = new Intl.DateTimeFormat(locale, { weekday: "short" });

export function Calendar({ object, request, field, peek, onPeek, onTotal }: CalendarProps) {
  const catalog = useCatalog();
  const phone = usePhone();
  const root = useRef<HTMLDivElement>(null);
  const today = dayOf(new Date());
  const [month, setMonth] = useState<Day>(today);
  const days = useMemo(() => monthGrid(month), [month]);
  const query = useSpan(object, request, { start: undefined, end: field }, days[0] ?? month, days[41] ?? month);
  const color = pathField(object, catalog.listViews(object.name));
  const [, moved] = useReducer((n: number) => n + 1, 0);
  const total = query.data?.total;
  useEffect(() => onTotal(total), [onTotal, total]);
  useEffect(() => recordStore.listen((e) => e.object === object.name && e.type === "updated" && moved()), [object]);

  const byDay = new Map<Day, RecordData[]>();
  for (const id of query.data?.ids ?? []) {
    const record = recordStore.find(object.name, id);
    const day = record && dayOfValue(record[field.name], field.kind);
    if (record && day) byDay.set(day, [...(byDay.get(day) ?? []), record]);
  }

  const movable = mayEdit(object) && isWritable(object, field);
  const onPointerDown = useDrag(
    root,
    movable,
    (id, from, to) => {
      const day = days[to];
      const record = recordStore.find(object.name, id);
      if (!day || !record || from === to) return;
      void setValue(object, id, field, onDay(record[field.name], field.kind, day), (now) =>
        t("Moved {name} to {day}", { name: String(now.name ?? object.label), day: formatDate(day) }),
      );
    },
    0,
  );

  const create = (day: Day) =>
    createIntent.set({ object: object.name, preset: { [field.name]: onDay(null, field.kind, day) } });
  const shown = { object, field, color, peek, onPeek };
  return (
    <>
      <DayBar
        title={monthName.format(startOf(month))}
        onStep={(by) => setMonth(addMonths(month, by))}
        onToday={() => setMonth(today)}
      >
        <span className="hidden truncate text-text-3 text-xs phone:inline">
          {query.data?.more
            ? t("The first {n} of {total}", { n: query.data.ids.length, total: query.data.total })
            : t("By {field}", { field: field.label })}
        </span>
      </DayBar>
      {query.isError && (
        <div className="p-3">
          <Notice
            title={t("The calendar could not be loaded.")}
            action={
              <Button look="outline" onClick={() => query.refetch()}>
                {t("Try again")}
              </Button>
            }
          >
            {messageOf(query.error)}
          </Notice>
        </div>
      )}
      {phone ? (
        <Agenda {...shown} days={days.filter((d) => d.slice(0, 7) === month.slice(0, 7))} byDay={byDay} today={today} />
      ) : (
        <div
          ref={root}
          aria-busy={query.isPending || undefined}
          className="flex min-h-0 flex-1 flex-col overflow-auto"
          onPointerDown={onPointerDown}
        >
          <div className="sticky top-0 z-10 grid grid-cols-7 border-line border-b bg-surface">
            {days.slice(0, 7).map((day) => (
              <div key={day} className="px-2 py-1 font-medium text-text-2 text-xs">
                {weekday.format(startOf(day))}
              </div>
            ))}
          </div>
          <ol
            aria-label={monthName.format(startOf(month))}
            className="grid min-h-[648px] flex-1 grid-cols-7 grid-rows-[repeat(6,minmax(0,1fr))]"
          >
            {days.map((day, i) => {
              const entries = byDay.get(day) ?? [];
              const outside = day.slice(0, 7) !== month.slice(0, 7);
              return (
                <li
                  key={day}
                  data-board-column={i}
                  aria-label={formatDate(day)}
                  className={cx(
                    "board-column group/day flex min-w-0 flex-col gap-0.5 overflow-hidden border-line border-e border-b p-1",
                    outside && "bg-sunken",
                  )}
                >
                  <div className="flex h-6 shrink-0 items-center">
                    <span
                      className={cx(
                        "num inline-flex h-5.5 min-w-5.5 items-center justify-center rounded-full px-1 text-xs",
                        day === today ? "bg-accent font-semibold text-white" : outside ? "text-text-3" : "text-text-2",
                      )}
                    >
                      {Number(day.slice(8))}
                    </span>
                    <span className="flex-1" />
                    {mayCreate(object) && (
                      <button
                        type="button"
                        aria-label={t("New {object} on {day}", {
                          object: inSentence(object.label),
                          day: formatDate(day),
                        })}
                        className="inline-flex size-6 items-center justify-center rounded-tag text-text-3 opacity-0 hover:bg-hover hover:text-text focus-visible:opacity-100 group-hover/day:opacity-100"
                        onClick={() => create(day)}
                      >
                        <Plus size={13} />
                      </button>
                    )}
                  </div>
                  {entries.slice(0, entries.length > ROOM ? ROOM - 1 : ROOM).map((record) => (
                    <Entry key={record.id} {...shown} id={record.id} column={i} movable={movable} />
                  ))}
                  {entries.length > ROOM && (
                    <MoreEntries {...shown} day={day} ids={entries.slice(ROOM - 1).map((r) => r.id)} />
                  )}
                </li>
              );
            })}
          </ol>
        </div>
      )}
    </>
  );
}
