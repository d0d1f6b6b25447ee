// A timeline of any object with days: one line a record, a bar from its beginning to its end, which can be moved.
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from "react";
import { NotLoaded } from "@/api/loaded";
import type { ListRequest } from "@/api/records";
import { useCatalog } from "@/catalog/catalog";
import { pathField } from "@/catalog/displays";
import type { ObjectDef } from "@/catalog/types";
import { Skeleton } from "@/components/bits";
import { addDays, addMonths, type Day, dayOf, daysBetween, startOf } from "@/lib/days";
import { windowRows } from "@/lib/grid-window";
import { locale, t } from "@/lib/i18n";
import { inSentence } from "@/lib/text";
import { usePhone } from "@/lib/use-media";
import { DayBar, Scales } from "../day-bar";
import { grips } from "../stretch";
import { useDayMoves } from "../use-day-moves";
import { type Span, useSpan } from "../use-span";
import { type Axis, Line, ROW } from "./line";

interface TimelineProps {
  object: ObjectDef;
  request: ListRequest;
  span: Span;
  peek: string | undefined;
  onPeek: (id: string | undefined) => void;
  onTotal: (total: number | undefined) => void;
}

const MONTHS = { month: 1, quarter: 3, year: 12 } as const;
type Scale = keyof typeof MONTHS;

const weekStart = new Intl.DateTimeFormat(locale, { day: "numeric", month: "short" });
const monthName = new Intl.DateTimeFormat(locale, { month: "short" });
const longMonth = new Intl.DateTimeFormat(locale, { month: "long", year: "numeric" });

/** The marks of the axis: days within a month, weeks within a quarter, months within a year. */
function ticks(scale: Scale, from: Day, days: number): { day: Day; label: string }[] {
  const every = Array.from({ length: days }, (_, i) => addDays(from, i));
  if (scale === "month") return every.map((day) => ({ day, label: String(Number(day.slice(8))) }));
  if (scale === "year")
    return every.filter((d) => d.endsWith("-01")).map((day) => ({ day, label: monthName.format(startOf(day)) }));
  return every.filter((d) => startOf(d).getDay() === 1).map((day) => ({ day, label: weekStart.format(startOf(day)) }));
}

export function Timeline({ object, request, span, peek, onPeek, onTotal }: TimelineProps) {
  const catalog = useCatalog();
  const today = dayOf(new Date());
  const [scale, setScale] = useState<Scale>("quarter");
  const [at, setAt] = useState<Day>(addMonths(today, -1));
  const scroller = useRef<HTMLDivElement>(null);
  const [view, setView] = useState({ block: 0, height: 700 });
  const from = addMonths(at, 0);
  const to = addDays(addMonths(at, MONTHS[scale]), -1);
  const days = daysBetween(from, to) + 1;
  const query = useSpan(object, request, span, from, to);
  const color = pathField(object, catalog.listViews(object.name));
  const total = query.data?.total;
  useEffect(() => onTotal(total), [onTotal, total]);

  useLayoutEffect(() => {
    const el = scroller.current;
    if (!el) return;
    const sizes = new ResizeObserver(() => setView((v) => ({ ...v, height: el.clientHeight })));
    sizes.observe(el);
    return () => sizes.disconnect();
  }, []);

  const phone = usePhone();
  const ids = query.data?.ids ?? [];
  const shown = windowRows(view.block * ROW, view.height + ROW, ROW, ids.length);
  const axis: Axis = { from, to, days, place: (day) => (daysBetween(from, day) / days) * 100 };
  const { place } = axis;
  const moves = useDayMoves(object, span);
  const may = useMemo(() => grips(object, span), [object, span]);
  const marks = ticks(scale, from, days);
  // On a phone there is no room for the words of every mark.
  const step = phone ? Math.ceil(marks.length / 4) : 1;
  const title =
    scale === "month"
      ? longMonth.format(startOf(from))
      : `${monthName.format(startOf(from))} – ${longMonth.format(startOf(to))}`;
  return (
    <>
      <DayBar
        title={title}
        onStep={(by) => setAt(addMonths(at, by * Math.max(1, MONTHS[scale] / 3)))}
        onToday={() => setAt(addMonths(today, scale === "month" ? 0 : -1))}
      >
        <span className="me-2 hidden truncate text-text-3 text-xs phone:inline">
          {query.data?.more
            ? t("The first {n} of {total}", { n: query.data.ids.length, total: query.data.total })
            : span.start
              ? t("From {start} to {end}", { start: span.start.label, end: span.end.label })
              : t("By {field}", { field: span.end.label })}
        </span>
        <Scales scales={["month", "quarter", "year"]} scale={scale} onScale={setScale} />
      </DayBar>
      {query.isError && (
        <div className="p-3">
          <NotLoaded title={t("The timeline could not be loaded.")} error={query.error} again={() => query.refetch()} />
        </div>
      )}
      <div
        ref={scroller}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reached by keys.
        tabIndex={0}
        aria-label={t("Timeline")}
        role="region"
        className="relative min-h-0 flex-1 overflow-y-auto overflow-x-hidden outline-none"
        onScroll={(event) => {
          const block = Math.floor(event.currentTarget.scrollTop / ROW);
          setView((v) => (v.block === block ? v : { ...v, block }));
        }}
      >
        <div className="sticky top-0 z-20 flex h-8 border-line border-b bg-surface text-text-3 text-xs">
          <div className="w-32 shrink-0 border-line border-e phone:w-60 wide:w-72" />
          <div className="relative min-w-0 flex-1 overflow-hidden" aria-hidden="true">
            {marks.map(({ day, label }, i) => (
              <span
                key={day}
                className="num absolute top-2 whitespace-nowrap ps-1"
                style={{ insetInlineStart: `${place(day)}%` }}
              >
                {i % step === 0 && label}
              </span>
            ))}
          </div>
        </div>
        <div className="relative" style={{ minHeight: "100%", height: ids.length * ROW }}>
          <div aria-hidden="true" className="absolute inset-y-0 start-32 end-0 phone:start-60 wide:start-72">
            {marks.map(({ day }) => (
              <span
                key={day}
                className="absolute inset-y-0 w-px bg-line"
                style={{ insetInlineStart: `${place(day)}%` }}
              />
            ))}
            {today >= from && today <= to && (
              <span
                className="absolute inset-y-0 z-10 w-0.5 bg-accent"
                style={{ insetInlineStart: `${place(today)}%` }}
              />
            )}
          </div>
          {query.isPending &&
            [40, 55, 35, 60].map((w, i) => (
              <Skeleton key={w} className="absolute ms-4" style={{ top: i * ROW + 12, width: `${w / 4}%` }} />
            ))}
          {query.data && ids.length === 0 && (
            <p className="relative p-8 text-center text-text-2">
              {t("No {objects} in this time", { objects: inSentence(object.plural_label) })}
            </p>
          )}
          <ul aria-label={object.plural_label}>
            {ids.slice(shown.first, shown.end).map((id, i) => (
              <Line
                key={id}
                object={object}
                id={id}
                span={span}
                color={color}
                top={(shown.first + i) * ROW}
                axis={axis}
                may={may}
                moves={moves}
                peeked={peek === id}
                onPeek={() => onPeek(peek === id ? undefined : id)}
              />
            ))}
          </ul>
        </div>
      </div>
    </>
  );
}
