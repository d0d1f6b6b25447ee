// One day of a calendar: its number, a way to add, and the records that fall on it.
import { Plus } from "lucide-react";
import type { RecordData } from "@/api/record-store";
import { mayCreate } from "@/catalog/catalog";
import { cx } from "@/lib/cx";
import { formatDate } from "@/lib/dates";
import { type Day, onDay } from "@/lib/days";
import { t } from "@/lib/i18n";
import { createIntent } from "@/lib/intents";
import { inSentence } from "@/lib/text";
import { Entry, type EntryProps } from "./entry";
import { MoreEntries } from "./more-entries";

/** Entries that a day of a month has room for; a fuller one shows one less and says how many more there are. */
const ROOM = 3;

interface DayCellProps {
  shown: EntryProps;
  day: Day;
  index: number;
  records: RecordData[];
  today: boolean;
  outside: boolean;
  /** As high as the page: all of its entries are there. */
  tall: boolean;
  /** The record that is being moved by keys, which stays in sight. */
  held: string | undefined;
  movable: boolean;
}

/** What is in sight of a full day, and what is not. */
function fitting(records: RecordData[], held: string | undefined): { seen: RecordData[]; more: RecordData[] } {
  if (records.length <= ROOM) return { seen: records, more: [] };
  const first = records.filter((record) => record.id === held);
  const all = [...first, ...records.filter((record) => record.id !== held)];
  const inOrder = records.findIndex((record) => record.id === held) < ROOM - 1 ? records : all;
  return { seen: inOrder.slice(0, ROOM - 1), more: inOrder.slice(ROOM - 1) };
}

export function DayCell({ shown, day, index, records, today, outside, tall, held, movable }: DayCellProps) {
  const { object, field } = shown;
  const { seen, more } = tall ? { seen: records, more: [] } : fitting(records, held);
  const create = () =>
    createIntent.set({ object: object.name, preset: { [field.name]: onDay(null, field.kind, day) } });
  return (
    <li
      data-board-column={index}
      aria-label={formatDate(day)}
      className={cx(
        "board-column group/day flex min-w-0 flex-col gap-0.5 border-line border-e border-b p-1",
        tall ? "overflow-y-auto" : "overflow-hidden",
        outside && "bg-sunken",
      )}
    >
      <div className="flex h-6 shrink-0 items-center">
        <span
          className={cx(
            "num inline-flex h-5.5 min-w-5.5 items-center justify-center rounded-full px-1 text-xs",
            today ? "bg-accent font-semibold text-white" : outside ? "text-text-3" : "text-text-2",
          )}
        >
          {Number(day.slice(8))}
        </span>
        <span className="flex-1" />
        {mayCreate(object) && (
          <button
            type="button"
            aria-label={t("New {object} on {day}", { object: inSentence(object.label), day: formatDate(day) })}
            className="inline-flex size-6 items-center justify-center rounded-tag text-text-3 opacity-0 hover:bg-hover hover:text-text focus-visible:opacity-100 group-hover/day:opacity-100"
            onClick={create}
          >
            <Plus size={13} />
          </button>
        )}
      </div>
      {seen.map((record) => (
        <Entry key={record.id} {...shown} id={record.id} column={index} movable={movable} tall={tall} />
      ))}
      {more.length > 0 && <MoreEntries {...shown} day={day} ids={more.map((record) => record.id)} />}
    </li>
  );
}
