// The entries of a full day that do not fit, in a popover.
import { useRef, useState } from "react";
import { Popover } from "@/components/popover";
import { formatDate } from "@/lib/dates";
import type { Day } from "@/lib/days";
import { t } from "@/lib/i18n";
import { Entry, type EntryProps } from "./entry";

export function MoreEntries({ day, ids, ...shown }: EntryProps & { day: Day; ids: string[] }) {
  const [open, setOpen] = useState(false);
  const anchor = useRef<HTMLButtonElement>(null);
  return (
    <>
      <button
        ref={anchor}
        type="button"
        aria-expanded={open}
        className="h-6 shrink-0 rounded-tag px-1.5 text-start font-medium text-text-2 text-xs hover:bg-hover"
        onClick={() => setOpen(!open)}
      >
        {t("{n} more", { n: ids.length })}
      </button>
      <Popover open={open} onClose={() => setOpen(false)} anchor={anchor} label={formatDate(day)} className="w-72 p-2">
        <div className="flex flex-col gap-1">
          {ids.map((id) => (
            <Entry key={id} {...shown} id={id} column={-1} movable={false} />
          ))}
        </div>
      </Popover>
    </>
  );
}
