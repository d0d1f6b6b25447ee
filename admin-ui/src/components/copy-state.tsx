// One copy of a tenant, and how far it is: waiting, step by step, there, or why it is not.
import { FlaskConical } from "lucide-react";
import type { ReactNode } from "react";
import { t } from "@/lib/i18n";
import { formatNumber } from "@/lib/numbers";
import { Tag } from "./bits";
import { scopeLabel } from "./copy-fields";

interface Copy {
  /** `status` is that of the tenant that was made, while it is there. */
  tenant: { name: string; slug: string; status: string | null };
  scope: "metadata" | "sample" | "full";
  records: number | null;
  mask_emails: boolean;
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

/** How one that was made is now, where nobody gets in; it may be there no more. */
const SHUT: Record<string, string> = {
  suspended: "Suspended",
  pending_delete: "Being deleted",
  deleting: "Being deleted",
};

interface CopyRowProps {
  copy: Copy;
  /** Who asked for it and when. */
  about: ReactNode;
  /** What can be done with it. */
  children?: ReactNode;
}

export function CopyRow({ copy, about, children }: CopyRowProps) {
  return (
    <li className="flex flex-wrap items-center gap-x-3 gap-y-2 py-3">
      <FlaskConical size={17} aria-hidden="true" className="mt-0.5 shrink-0 self-start text-text-3" />
      <div className="flex min-w-0 flex-1 basis-60 flex-col gap-1">
        <p className="flex flex-wrap items-center gap-x-2 gap-y-1">
          <span className="min-w-0 truncate font-medium">{copy.tenant.name}</span>
          <span className="min-w-0 truncate font-mono text-text-3 text-xs">{copy.tenant.slug}</span>
          <CopyTag copy={copy} />
        </p>
        <CopyProgress copy={copy} />
        <p className="flex flex-wrap items-center gap-x-2 gap-y-1 text-text-2 text-xs">
          <Tag>
            {scopeLabel(copy.scope)}
            {copy.records !== null && ` · ${formatNumber(copy.records)}`}
          </Tag>
          {copy.mask_emails && <Tag>{t("Emails masked")}</Tag>}
          {about}
        </p>
      </div>
      {children}
    </li>
  );
}

function CopyTag({ copy }: { copy: Copy }) {
  const shut = copy.tenant.status === null ? "Deleted" : SHUT[copy.tenant.status];
  if (copy.status === "done" && shut) {
    return (
      <span role="status">
        <Tag color="gray">{t(shut)}</Tag>
      </span>
    );
  }
  return (
    <span role="status">
      <Tag color={STATES[copy.status].color}>{t(STATES[copy.status].label)}</Tag>
    </span>
  );
}

/** What is to be said beside the state: a bar while it is made, the reason where it was not. */
function CopyProgress({ copy }: { copy: Copy }) {
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
