// One line of a timeline: the record's name, and a bar from its beginning to its end that is moved and drawn out by
// pointer and by keys, where who is signed in may.
import type { KeyboardEvent } from "react";
import { type RecordData, recordStore, useRecord } from "@/api/record-store";
import type { FieldDef, ObjectDef } from "@/catalog/types";
import { cx } from "@/lib/cx";
import { addDays, type Day } from "@/lib/days";
import { tagStyle } from "@/lib/hues";
import { t } from "@/lib/i18n";
import { keyName } from "@/lib/shortcuts";
import type { DayMoves } from "../day-moves";
import { firstDay, type Grip, type Stretch, shifted, stretchOf } from "../stretch";
import { stretchText } from "../use-day-moves";
import type { Span } from "../use-span";
import { type Held, useBarDrag } from "./use-bar-drag";

export const ROW = 34;

/** The days that are shown, and where each of them is in percent. */
export interface Axis {
  from: Day;
  to: Day;
  days: number;
  place: (day: Day) => number;
}

interface LineProps {
  object: ObjectDef;
  id: string;
  span: Span;
  color: FieldDef | undefined;
  top: number;
  axis: Axis;
  may: Record<Grip, boolean>;
  moves: DayMoves;
  peeked: boolean;
  onPeek: () => void;
}

/** What a key takes hold of, and where it moves it: the whole by an arrow, the end with Shift, the beginning with Alt and Shift. */
function gripOf(event: KeyboardEvent): Held | undefined {
  const [, alt, shift, side] = /^(alt\+)?(shift\+)?arrow(left|right)$/.exec(keyName(event)) ?? [];
  if (!side) return undefined;
  const forward = document.documentElement.dir === "rtl" ? "left" : "right";
  return { grip: shift ? (alt ? "start" : "end") : "move", by: side === forward ? 1 : -1 };
}

export function Line(props: LineProps) {
  const { object, id, span, moves } = props;
  const record = useRecord(object.name, id);
  const stretch = record && (moves.wanted(id) ?? stretchOf(record, span));
  return record && stretch ? <Drawn {...props} record={record} stretch={stretch} /> : null;
}

function Drawn({
  object,
  id,
  color,
  top,
  axis,
  may,
  moves,
  ...props
}: LineProps & { record: RecordData; stretch: Stretch }) {
  const { record, stretch } = props;
  const shift = ({ grip, by }: Held) => {
    const now = recordStore.find(object.name, id);
    if (now) void moves.move(now, shifted(moves.wanted(id) ?? stretch, grip, by));
  };
  const { held, take } = useBarDrag(axis.days, shift);
  const shown = held ? shifted(stretch, held.grip, held.by) : stretch;
  const first = firstDay(shown);
  const inside = (percent: number) => Math.min(100, Math.max(0, percent));
  const [left, right] = [inside(axis.place(first)), inside(axis.place(addDays(shown.end, 1)))];
  const option = color?.options?.find((o) => o.value === record[color.name]);
  const name = String(record.name ?? "") || t("Unnamed");
  const when = stretchText(shown);

  function onKeyDown(event: KeyboardEvent<HTMLElement>) {
    const beside = { arrowup: "previousElementSibling", arrowdown: "nextElementSibling" } as const;
    const pressed = gripOf(event);
    const way = beside[keyName(event) as keyof typeof beside];
    if (way) event.currentTarget.closest("li")?.[way]?.querySelector("button")?.focus();
    else if (pressed && may[pressed.grip]) shift(pressed);
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  const handle = (grip: "start" | "end") => (
    <span
      data-grip={grip}
      className={cx(
        "absolute inset-y-0 w-2.5 cursor-ew-resize touch-pan-y after:absolute after:inset-y-1 after:w-0.5 after:rounded-full after:bg-surface after:opacity-0 group-hover:after:opacity-90",
        grip === "start" ? "-start-1.5 after:end-0" : "-end-1.5 after:start-0",
      )}
      onPointerDown={take(grip)}
    />
  );
  return (
    <li className={cx("absolute inset-x-0", props.peeked && "bg-accent-soft")} style={{ top, height: ROW }}>
      <button
        type="button"
        title={[name, when, option?.label].filter(Boolean).join(" · ")}
        className="-outline-offset-2 group flex h-full w-full items-center border-line border-b text-start hover:bg-hover"
        onClick={props.onPeek}
        onKeyDown={onKeyDown}
      >
        <span className="w-32 shrink-0 truncate border-line border-e px-3 font-medium leading-8.5 phone:w-60 wide:w-72 phone:px-4">
          {name}
        </span>
        <span data-track className="relative h-full min-w-0 flex-1">
          <span
            data-bar
            style={{ ...tagStyle(option?.color ?? "indigo"), insetInlineStart: `${left}%`, width: `${right - left}%` }}
            className={cx(
              "dot absolute inset-y-2 min-w-2.5 rounded-tag",
              may.move && "cursor-grab touch-pan-y",
              held && "cursor-grabbing ring-2 ring-accent",
            )}
            onPointerDown={may.move ? take("move") : undefined}
          >
            {may.start && first >= axis.from && handle("start")}
            {may.end && shown.end <= axis.to && handle("end")}
          </span>
          <span
            aria-hidden="true"
            style={left > 100 - right ? { insetInlineEnd: `${100 - left}%` } : { insetInlineStart: `${right}%` }}
            className={cx(
              "num pointer-events-none absolute inset-y-2 z-10 mx-2.5 whitespace-nowrap rounded-tag bg-surface px-1 text-text-2 text-xs leading-4.5",
              // Where there is no room for them, they are there while a finger needs them.
              !held && "hidden opacity-0 group-focus-visible:opacity-100 phone:block",
            )}
          >
            {when}
          </span>
          <span className="sr-only">{when}</span>
        </span>
      </button>
    </li>
  );
}
