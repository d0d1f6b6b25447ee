// The calendar on a phone: the days that hold something, one below the other.
import type { RecordData } from "@/api/record-store";
import { cx } from "@/lib/cx";
import { type Day, startOf } from "@/lib/days";
import { locale } from "@/lib/i18n";
import { Entry, type EntryProps } from "./entry";

const dayName = new Intl.DateTimeFormat(locale, { weekday: "long", day: "numeric", month: "long" });

interface AgendaProps extends EntryProps {
  days: Day[];
  byDay: Map<Day, RecordData[]>;
  today: Day;
  nothing: string;
}

export function Agenda({ days, byDay, today, nothing, ...shown }: AgendaProps) {
  const full = days.filter((day) => byDay.get(day)?.length);
  if (full.length === 0) return <p className="p-6 text-center text-text-2">{nothing}</p>;
  return (
    <ol className="min-h-0 flex-1 overflow-y-auto">
      {full.map((day) => (
        <li key={day} className="border-line border-b px-4 py-2.5">
          <h3 className={cx("mb-1.5 font-medium text-xs", day === today ? "text-accent-text" : "text-text-2")}>
            {dayName.format(startOf(day))}
          </h3>
          <div className="flex flex-col gap-1">
            {byDay.get(day)?.map((record) => (
              <Entry key={record.id} {...shown} id={record.id} column={-1} movable={false} />
            ))}
          </div>
        </li>
      ))}
    </ol>
  );
}
