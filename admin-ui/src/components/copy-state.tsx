// How far a copy of a tenant is: waiting, step by step, there, or why it is not.
import { t } from "@/lib/i18n";
import { formatNumber } from "@/lib/numbers";
import { Tag } from "./bits";

interface Copy {
  status: "queued" | "running" | "done" | "failed";
  step: string | null;
  rows: number | null;
  error: string | null;
}

/** In the order in which they are done. */
const STEPS: Record<string, string> = { reading: "Reading", writing: "Writing", checking: "Checking" };

const STATES: Record<Copy["status"], { label: string; color: string }> = {
  queued: { label: "Waiting", color: "gray" },
  running: { label: "Being made", color: "blue" },
  done: { label: "Ready", color: "green" },
  failed: { label: "Failed", color: "red" },
};

export function CopyTag({ copy }: { copy: Copy }) {
  return (
    <span role="status">
      <Tag color={STATES[copy.status].color}>{t(STATES[copy.status].label)}</Tag>
    </span>
  );
}

/** What is to be said beside the state: a bar while it is made, the reason where it was not. */
export function CopyProgress({ copy }: { copy: Copy }) {
  if (copy.error) {
    return (
      <p className={copy.status === "failed" ? "break-words text-red text-xs" : "break-words text-amber text-xs"}>
        {copy.status === "failed"
          ? copy.error
          : t("It did not work and is tried again: {error}", { error: copy.error })}
      </p>
    );
  }
  if (copy.status !== "running" && copy.status !== "queued") return null;
  const names = Object.keys(STEPS);
  const at = copy.step ? names.indexOf(copy.step) + 1 : 0;
  const step = t(STEPS[copy.step ?? ""] ?? "Waiting for its turn");
  const text = copy.rows === null ? step : t("{step}, {n} rows", { step, n: formatNumber(copy.rows) });
  return (
    <div className="flex max-w-80 items-center gap-2.5">
      <progress className="meter h-1.5 min-w-0 flex-1" aria-label={text} value={at} max={names.length + 1} />
      <span className="num shrink-0 text-text-2 text-xs">{text}</span>
    </div>
  );
}
