// One entry of the log: a line that tells it, and under it what changed and where it came from.
import { Link } from "@tanstack/react-router";
import { ChevronRight } from "lucide-react";
import { useState } from "react";
import type { AuditEntry, AuditFilter } from "@/api/audit";
import { useRecordName } from "@/api/names";
import { useCatalog } from "@/catalog/catalog";
import { Avatar } from "@/components/bits";
import { Button } from "@/components/button";
import { ChangeLine } from "@/fields/change-line";
import { cx } from "@/lib/cx";
import { formatDateTime, formatTime } from "@/lib/dates";
import { t } from "@/lib/i18n";
import { count } from "@/lib/text";
import { browserName } from "@/lib/user-agent";
import { deedWord, NAMED, thingWord } from "./audit-words";

interface AuditRowProps {
  entry: AuditEntry;
  onFilter: (patch: AuditFilter) => void;
}

/** The time of day where the reader is. */
const clock = (at: string): string => {
  const local = new Date(at);
  return formatTime(
    [local.getHours(), local.getMinutes(), local.getSeconds()].map((n) => String(n).padStart(2, "0")).join(":"),
  );
};

export function AuditRow({ entry, onFilter }: AuditRowProps) {
  const catalog = useCatalog();
  const [open, setOpen] = useState(false);
  const object = catalog.object(entry.object);
  const changes = Object.entries(entry.changes ?? {});
  const who = entry.actor?.name ?? t("The system");
  const about = `audit-${entry.seq}`;
  return (
    <li>
      <div className="flex items-start gap-2.5 py-2">
        <button
          type="button"
          aria-expanded={open}
          aria-controls={about}
          className="flex min-w-0 flex-1 items-start gap-2.5 rounded-control text-start hover:bg-hover"
          onClick={() => setOpen(!open)}
        >
          <ChevronRight
            size={14}
            aria-hidden="true"
            className={cx("mt-1 shrink-0 text-text-3 transition-transform duration-100", open && "rotate-90")}
          />
          <time
            dateTime={entry.at}
            title={formatDateTime(entry.at)}
            className="num mt-0.5 w-16 shrink-0 text-text-2 text-xs"
          >
            {clock(entry.at)}
          </time>
          <Avatar name={who} size={20} />
          <span className="min-w-0 flex-1">
            <span className="font-medium">{who}</span> <span className="text-text-2">{deedWord(entry)}</span>{" "}
            <Thing entry={entry} />
            {changes.length > 0 && (
              <span className="ms-2 text-text-2 text-xs">{count(changes.length, t("value"), t("values"))}</span>
            )}
          </span>
        </button>
        <span className="num hidden shrink-0 pt-0.5 font-mono text-text-3 text-xs phone:block">#{entry.seq}</span>
      </div>
      {open && (
        <div id={about} className="flex flex-col gap-3 pb-3 ps-6 phone:ps-30">
          {changes.length > 0 && (
            <ul className="flex flex-col gap-1">
              {changes.map(([name, [before, after]]) => (
                <ChangeLine key={name} object={object} name={name} before={before} after={after} />
              ))}
            </ul>
          )}
          <dl className="flex flex-wrap gap-x-6 gap-y-1 text-text-2 text-xs">
            {entry.ip && <Fact label={t("Address")} value={entry.ip} />}
            {entry.user_agent && <Fact label={t("Program")} value={browserName(entry.user_agent)} />}
            {entry.request_id && <Fact label={t("Request")} value={entry.request_id} />}
          </dl>
          <div className="flex flex-wrap gap-1.5">
            {entry.request_id && catalog.may("manage_security") && (
              <Link
                to="/setup/requests"
                search={{ request_id: entry.request_id, all: true }}
                className="inline-flex h-7 items-center rounded-control border border-line-2 px-2.5 font-medium hover:bg-hover"
              >
                {t("The request")}
              </Link>
            )}
            {entry.actor && (
              <Button look="outline" onClick={() => onFilter({ user_id: entry.actor?.id })}>
                {t("All by {name}", { name: who })}
              </Button>
            )}
            {entry.record_id && object && (
              <>
                <Button
                  look="outline"
                  onClick={() => onFilter({ object: entry.object, record_id: entry.record_id ?? undefined })}
                >
                  {t("All about this record")}
                </Button>
                {!object.system && (
                  <Link
                    to="/o/$plural/$id"
                    params={{ plural: object.plural, id: entry.record_id }}
                    className="inline-flex h-7 items-center rounded-control border border-line-2 px-2.5 font-medium hover:bg-hover"
                  >
                    {t("Open the record")}
                  </Link>
                )}
              </>
            )}
          </div>
        </div>
      )}
    </li>
  );
}

/** What it was done to: the record by its name where it is still there, else the word for what it is. */
function Thing({ entry }: { entry: AuditEntry }) {
  const catalog = useCatalog();
  const object = catalog.object(entry.object);
  const name = useRecordName(object, entry.record_id ?? undefined);
  const word = thingWord(catalog, entry.object);
  if (!object) return NAMED.has(entry.object) ? null : <span>{word}</span>;
  return (
    <span>
      {word} {name && <span className="font-medium">{name}</span>}
    </span>
  );
}

function Fact({ label, value }: { label: string; value: string }) {
  return (
    <div className="flex gap-1.5">
      <dt>{label}</dt>
      <dd className="break-all font-mono">{value}</dd>
    </div>
  );
}
