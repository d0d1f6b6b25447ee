// One job: what it does to what, how it stands, why it failed, and what can be done about it.
import { Play, RotateCcw, Trash2 } from "lucide-react";
import type { Job } from "@/api/jobs";
import { useCatalog } from "@/catalog/catalog";
import { Dot, Tag } from "@/components/bits";
import { Button } from "@/components/button";
import { ago, formatDateTime } from "@/lib/dates";
import { t } from "@/lib/i18n";
import { formatNumber } from "@/lib/numbers";
import { count } from "@/lib/text";
import { type JobState, kindLabel, stateOf, subjectLabel, timeWords } from "./job-words";

const STATES: Record<JobState, { label: string; color: string }> = {
  dead: { label: "Failed", color: "red" },
  retrying: { label: "Trying again", color: "orange" },
  held: { label: "Held back", color: "gray" },
  due: { label: "At work or next", color: "blue" },
  waiting: { label: "Waiting", color: "gray" },
};

interface JobRowProps {
  job: Job;
  busy: boolean;
  onRetry: () => void;
  onDrop: () => void;
}

export function JobRow({ job, busy, onRetry, onDrop }: JobRowProps) {
  const catalog = useCatalog();
  const state = stateOf(job);
  const about = subjectLabel(catalog, job.subject);
  const name = [kindLabel(job.kind), about].filter(Boolean).join(": ");
  const failed = job.attempts > 0 || job.dead_at !== null;
  return (
    <li className="flex flex-wrap items-start gap-x-3 gap-y-2 py-3">
      <span className="flex h-5 items-center">
        <Dot color={STATES[state].color} />
      </span>
      <div className="flex min-w-0 flex-1 basis-70 flex-col gap-1">
        <p className="flex flex-wrap items-center gap-x-2 gap-y-1">
          <span className="font-medium">{kindLabel(job.kind)}</span>
          {about && <span className="min-w-0 break-words text-text-2">{about}</span>}
          <Tag color={STATES[state].color}>{t(STATES[state].label)}</Tag>
        </p>
        <Progress job={job} name={name} />
        <p className="text-text-2 text-xs">
          <span title={formatDateTime(job.queued_at)}>{t("Asked for {when}", { when: ago(job.queued_at) })}</span>
          {job.attempts > 0 && ` · ${count(job.attempts, t("failed try"), t("failed tries"))}`}
          {state !== "held" && (
            <span title={formatDateTime(job.dead_at ?? job.next_at ?? job.queued_at)}>{` · ${timeWords(job)}`}</span>
          )}
        </p>
        {job.error && (
          <p className="whitespace-pre-wrap break-words rounded-control bg-sunken px-2.5 py-1.5 font-mono text-xs">
            {job.error}
          </p>
        )}
        {state === "held" && (
          <p className="text-text-2 text-xs">
            {t("Nothing happens by time alone as long as this workspace is quiet.")}
          </p>
        )}
      </div>
      {state !== "due" && state !== "held" && (
        <span className="ms-5 flex flex-wrap gap-2 phone:ms-0">
          {job.dead_at && (
            <Button
              look="danger-ghost"
              size="md"
              icon={<Trash2 size={14} />}
              aria-label={t("Drop {name}", { name })}
              onClick={onDrop}
            >
              {t("Drop")}
            </Button>
          )}
          <Button
            look="outline"
            size="md"
            icon={failed ? <RotateCcw size={14} /> : <Play size={14} />}
            busy={busy}
            aria-label={failed ? t("Retry {name}", { name }) : t("Do it now: {name}", { name })}
            onClick={onRetry}
          >
            {failed ? t("Retry") : t("Do it now")}
          </Button>
        </span>
      )}
    </li>
  );
}

/** How far it is, where it says so. */
function Progress({ job, name }: { job: Job; name: string }) {
  const { done, total } = job.progress ?? {};
  if (typeof done !== "number" || job.dead_at) return null;
  const text = total
    ? t("{used} of {most}", { used: formatNumber(done), most: formatNumber(total) })
    : t("{n} done", { n: formatNumber(done) });
  return (
    <div className="flex max-w-80 items-center gap-2.5">
      {total ? <progress className="meter h-1.5 min-w-0 flex-1" aria-label={name} value={done} max={total} /> : null}
      <span className="num shrink-0 text-text-2 text-xs">{text}</span>
    </div>
  );
}
