// The plan of a change of metadata: asked for while one types, put into a sentence, weighed.
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { type Change, type Plan, planChanges, type Step } from "@/api/metadata";
import { useCatalog } from "@/catalog/catalog";
import { t } from "@/lib/i18n";
import { count } from "@/lib/text";
import { useDebounced } from "@/lib/use-debounced";
import { stepWords } from "./notice-words";

export interface PlanState {
  plan: Plan | undefined;
  error: unknown;
  busy: boolean;
}

/** The plan of some changes, asked for while one types; null asks nothing. */
export function usePlan(changes: Change[] | null): PlanState {
  const { revision } = useCatalog();
  const text = useDebounced(changes ? JSON.stringify(changes) : "", 300);
  const query = useQuery({
    // What was planned before the last change is another plan.
    queryKey: ["plan", revision, text],
    enabled: text !== "",
    retry: false,
    staleTime: 5_000,
    placeholderData: keepPreviousData,
    queryFn: ({ signal }) => planChanges(JSON.parse(text) as Change[], signal, true),
  });
  if (!text) return { plan: undefined, error: null, busy: false };
  return { plan: query.isError ? undefined : query.data, error: query.error, busy: query.isFetching };
}

/** "Adds 1 column, builds 1 index; rewrites no rows." */
export function planSummary(steps: Step[]): string {
  const tally = (pattern: RegExp) => steps.filter((s) => pattern.test(s.sql)).length;
  const tables = tally(/^\s*create\s+table/i);
  const columns = steps.reduce(
    (n, s) => n + (/^\s*alter\s+table/i.test(s.sql) ? (s.sql.match(/add\s+column/gi)?.length ?? 0) : 0),
    0,
  );
  const indexes = tally(/^\s*create\s+(unique\s+)?index/i);
  const hidden = steps.filter((s) => s.risk === "data_loss").length;
  const rewrites = steps.filter((s) => s.rewrite).length;
  const parts = [
    tables ? t("adds {what}", { what: count(tables, t("table"), t("tables")) }) : "",
    columns ? t("adds {what}", { what: count(columns, t("column"), t("columns")) }) : "",
    indexes ? t("builds {what}", { what: count(indexes, t("index"), t("indexes")) }) : "",
    hidden ? t("hides the data of {what}", { what: count(hidden, t("column or table"), t("columns or tables")) }) : "",
  ].filter(Boolean);
  const [first, ...others] = steps;
  const only = first && others.length === 0 ? stepWords(first) : "";
  const rest =
    only ||
    (steps.length ? t("takes {what}", { what: count(steps.length, t("step"), t("steps")) }) : t("changes no table"));
  const sentence = `${parts.length ? parts.join(", ") : rest}; ${rewrites ? t("rewrites {what}", { what: count(rewrites, t("table"), t("tables")) }) : t("rewrites no rows")}.`;
  return sentence.charAt(0).toUpperCase() + sentence.slice(1);
}

export const isSafe = (step: Step): boolean =>
  !step.rewrite && (!step.risk || ["none", "safe", "low", "background"].includes(step.risk));

const RISKS: Record<string, string> = {
  safe: "Safe",
  scan: "Reads the whole table once",
  background: "Done in the background, in pieces",
  rewrite: "Writes the whole table anew",
  data_loss: "Hides data",
};
export const riskWords = (risk: string): string => t(RISKS[risk] ?? risk);

const TAKES: Record<string, string> = {
  moment: "A moment",
  seconds: "Some seconds",
  minutes: "Some minutes",
  hours: "Some hours",
};
/** How long a step is expected to take. */
export const takesWords = (takes: string): string => t(TAKES[takes] ?? takes);

const LOCKS: Record<string, string> = {
  none: "No lock",
  row_exclusive: "Nobody waits",
  share: "Writers wait",
  share_row_exclusive: "Writers wait",
  access_exclusive: "Everybody waits",
};
/** What a lock means for people at work. */
export const lockWords = (lock: string): string => t(LOCKS[lock] ?? lock);

const STRENGTH = ["none", "row_exclusive", "share", "share_row_exclusive", "access_exclusive"];

/** The strongest lock of some steps; undefined when they take none. */
export function strongestLock(steps: Step[]): string | undefined {
  const now = steps.filter((s) => s.risk !== "background");
  const strongest = Math.max(0, ...now.map((s) => STRENGTH.indexOf(s.lock ?? "none")));
  return strongest > 0 ? STRENGTH[strongest] : undefined;
}
