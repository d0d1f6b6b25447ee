// A month or a week of any object with days: records on the day that they fall on, moved to another by dragging, by keys,
// by menu or by their field.
import { type KeyboardEvent, useEffect, useMemo, useReducer, useRef, useState } from "react";
import { NotLoaded } from "@/api/loaded";
import { type RecordData, recordStore } from "@/api/record-store";
import type { ListRequest } from "@/api/records";
import { useCatalog } from "@/catalog/catalog";
import { pathField } from "@/catalog/displays";
import type { FieldDef, ObjectDef } from "@/catalog/types";
import { cx } from "@/lib/cx";
import { addDays, addMonths, type Day, dayOf, dayOfValue, monthGrid, startOf, weekOf } from "@/lib/days";
import { locale, t } from "@/lib/i18n";
import { isTyping, keyName } from "@/lib/shortcuts";
import { usePhone } from "@/lib/use-media";
import { useDrag } from "../board/use-drag";
import { DayBar, Scales } from "../day-bar";
import { grips, shifted, stretchOf } from "../stretch";
import { useDayMoves } from "../use-day-moves";
import { useSpan } from "../use-span";
import { Agenda } from "./agenda";
import { DayCell } from "./day-cell";
import { useFollowed } from "./use-followed";

interface CalendarProps {
  object: ObjectDef;
  request: ListRequest;
  /** The field that puts a record on its day. */
  field: FieldDef;
  peek: string | undefined;
  onPeek: (id: string | undefined) => void;
  onTotal: (total: number | undefined) => void;
}

type Scale = "month" | "week";

const monthName = new Intl.DateTimeFormat(locale, { month: "long", year: "numeric" });
const weekName = new Intl.DateTimeFormat(locale, { day: "numeric", month: "short", year: "numeric" });
const weekday = new Intl.DateTimeFormat(locale, { weekday: "short" });
const WEEK = 7;

/** By how many days an arrow moves what is in focus. */
function daysOf(key: string): number | undefined {
  const forward = document.documentElement.dir === "rtl" ? -1 : 1;
  const by = { arrowleft: -forward, arrowright: forward, arrowup: -WEEK, arrowdown: WEEK };
  return by[key.replace(/^alt\+/, "") as keyof typeof by];
}

export function Calendar({ object, request, field, peek, onPeek, onTotal }: CalendarProps) {
  const catalog = useCatalog();
  const phone = usePhone();
  const root = useRef<HTMLDivElement>(null);
  const today = dayOf(new Date());
  const [scale, setScale] = useState<Scale>("month");
  const [at, setAt] = useState<Day>(today);
  const days = useMemo(() => (scale === "week" ? weekOf(at) : monthGrid(at)), [at, scale]);
  const span = useMemo(() => ({ start: undefined, end: field }), [field]);
  const query = useSpan(object, request, span, days[0] ?? at, days.at(-1) ?? at);
  const moves = useDayMoves(object, span);
  const { held, follow } = useFollowed(root, request);
  const color = pathField(object, catalog.listViews(object.name));
  const [, moved] = useReducer((n: number) => n + 1, 0);
  const total = query.data?.total;
  useEffect(() => onTotal(total), [onTotal, total]);
  useEffect(() => recordStore.listen((e) => e.object === object.name && e.type === "updated" && moved()), [object]);

  const byDay = new Map<Day, RecordData[]>();
  // What is moved past the days that were asked for is there all the same.
  for (const id of new Set([...(query.data?.ids ?? []), ...(held ? [held] : [])])) {
    const record = recordStore.find(object.name, id);
    const day = record && (moves.wanted(id)?.end ?? dayOfValue(record[field.name], field.kind));
    if (record && day) byDay.set(day, [...(byDay.get(day) ?? []), record]);
  }

  const movable = grips(object, span).move;
  function moveTo(id: string, day: (from: Day) => Day) {
    const record = recordStore.find(object.name, id);
    const now = record && (moves.wanted(id) ?? stretchOf(record, span));
    if (!record || !now) return;
    const to = { ...now, end: day(now.end) };
    if (to.end === now.end) return;
    void moves.move(record, to);
    if (!days.includes(to.end)) setAt(to.end);
  }
  const moveBy = (id: string, by: number) => {
    follow(id);
    moveTo(id, (from) => shifted({ start: undefined, end: from }, "move", by).end);
  };
  const onPointerDown = useDrag(root, movable && !phone, (id, _from, to) => moveTo(id, (from) => days[to] ?? from), 0);

  function onKeyDown(event: KeyboardEvent) {
    const card = (event.target as HTMLElement).closest<HTMLElement>("[data-card]");
    const id = card?.dataset.card;
    if (!id || isTyping(event.target)) return;
    const key = keyName(event);
    const by = daysOf(key);
    if (by !== undefined && movable) moveBy(id, by);
    else if (key === "space") onPeek(peek === id ? undefined : id);
    else if (key === "m" && movable) card?.querySelector<HTMLElement>("[data-move]")?.click();
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  const title =
    scale === "month"
      ? monthName.format(startOf(at))
      : weekName.formatRange(startOf(days[0] ?? at), startOf(days.at(-1) ?? at));
  const shown = { object, field, color, peek, onPeek, onMove: movable ? moveBy : undefined };
  const within = scale === "month" ? days.filter((day) => day.slice(0, 7) === at.slice(0, 7)) : days;
  return (
    <>
      <DayBar
        title={title}
        onStep={(by) => setAt(scale === "month" ? addMonths(at, by) : addDays(at, by * WEEK))}
        onToday={() => setAt(today)}
      >
        <span className="me-2 hidden truncate text-text-3 text-xs phone:inline">
          {query.data?.more
            ? t("The first {n} of {total}", { n: query.data.ids.length, total: query.data.total })
            : t("By {field}", { field: field.label })}
        </span>
        <Scales
          scales={["week", "month"]}
          scale={scale}
          onScale={(next) => {
            setScale(next);
            if (at.slice(0, 7) === today.slice(0, 7)) setAt(today);
          }}
        />
      </DayBar>
      {query.isError && (
        <div className="p-3">
          <NotLoaded title={t("The calendar could not be loaded.")} error={query.error} again={() => query.refetch()} />
        </div>
      )}
      {/* biome-ignore lint/a11y/noStaticElementInteractions: pointer and keys of the entries inside bubble here. */}
      <div
        ref={root}
        aria-busy={query.isPending || undefined}
        className={cx("flex min-h-0 flex-1 flex-col", !phone && "overflow-auto")}
        onPointerDown={onPointerDown}
        onKeyDown={onKeyDown}
      >
        {phone ? (
          <Agenda
            {...shown}
            days={within}
            byDay={byDay}
            today={today}
            nothing={scale === "month" ? t("Nothing in this month") : t("Nothing in this week")}
          />
        ) : (
          <>
            <div className="sticky top-0 z-10 grid grid-cols-7 border-line border-b bg-surface">
              {days.slice(0, WEEK).map((day) => (
                <div key={day} className="px-2 py-1 font-medium text-text-2 text-xs">
                  {weekday.format(startOf(day))}
                </div>
              ))}
            </div>
            <ol
              aria-label={title}
              className={cx(
                "grid flex-1 grid-cols-7",
                scale === "month" ? "min-h-[648px] grid-rows-[repeat(6,minmax(0,1fr))]" : "min-h-80 grid-rows-1",
              )}
            >
              {days.map((day, i) => (
                <DayCell
                  key={day}
                  shown={shown}
                  day={day}
                  index={i}
                  records={byDay.get(day) ?? []}
                  today={day === today}
                  outside={!within.includes(day)}
                  tall={scale === "week"}
                  held={held}
                  movable={movable}
                />
              ))}
            </ol>
          </>
        )}
      </div>
    </>
  );
}
