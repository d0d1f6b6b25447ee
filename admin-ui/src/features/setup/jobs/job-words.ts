// Jobs in words: what each kind does, what it is about, and how it stands.
import type { Job } from "@/api/jobs";
import type { Catalog } from "@/catalog/catalog";
import { ago } from "@/lib/dates";
import { t } from "@/lib/i18n";
import { humanize } from "@/lib/text";

const KINDS: Record<string, string> = {
  build_rollup: "Computing a roll-up",
  build_indexes: "Making indexes",
  reseal: "Sealing values under the newest key",
  take_timed: "Taking timed transitions",
  reconcile: "Comparing roll-ups with their records",
  retype: "Changing the kind of a field",
  forget_kept: "Forgetting what a field held before",
  make_unique: "Making a field unique",
  purge: "Purging what was removed 30 days ago",
};

export const kindLabel = (kind: string): string => t(KINDS[kind] ?? humanize(kind));

export type JobState = "dead" | "retrying" | "held" | "due" | "waiting";

/** How it stands at a moment; what is at work right now cannot be told from what is due. */
export function stateOf(job: Job, now = Date.now()): JobState {
  if (job.dead_at) return "dead";
  if (job.attempts > 0) return "retrying";
  if (!job.next_at) return "held";
  return Date.parse(job.next_at) <= now ? "due" : "waiting";
}

/** The object or field that a job is about, as people know it; else as the server names it. */
export function subjectLabel(catalog: Catalog, subject: string): string {
  if (!subject) return "";
  for (const object of catalog.objects) {
    if (object.id === subject || object.name === subject) return object.label;
    const field = object.fields.find((one) => one.id === subject || `${object.name}.${one.name}` === subject);
    if (field) return `${object.label} · ${field.label}`;
  }
  return subject;
}

/** When it is tried next, or since when it is not. */
export function timeWords(job: Job, now = Date.now()): string {
  if (job.dead_at) return t("given up {when}", { when: ago(job.dead_at, now) });
  const left = Date.parse(job.next_at ?? job.queued_at) - now;
  if (left <= 0) return t("its turn is now");
  if (left < 60_000) return t("next try in a moment");
  return t(job.attempts > 0 ? "next try {when}" : "its turn is {when}", {
    when: ago(job.next_at ?? job.queued_at, now),
  });
}
