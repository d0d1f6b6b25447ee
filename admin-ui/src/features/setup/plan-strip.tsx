// The plan strip: what a change of metadata will do to the database, before it is made.
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { ChevronRight, CircleAlert, CircleCheck, Lock, TriangleAlert } from "lucide-react";
import { useState } from "react";
import { type Change, type Plan, planChanges, type Step } from "@/api/metadata";
import { messageOf, Problem } from "@/api/problem";
import { cx } from "@/lib/cx";
import { count } from "@/lib/text";
import { useDebounced } from "@/lib/use-debounced";

export interface PlanState {
  plan: Plan | undefined;
  error: unknown;
  busy: boolean;
}

/** The plan of some changes, asked for while one types; null asks nothing. */
export function usePlan(changes: Change[] | null): PlanState {
  const text = useDebounced(changes ? JSON.stringify(changes) : "", 300);
  const query = useQuery({
    queryKey: ["plan", text],
    enabled: text !== "",
    retry: false,
    staleTime: 5_000,
    placeholderData: keepPreviousData,
    queryFn: ({ signal }) => planChanges(JSON.parse(text) as Change[], signal),
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
  const rewrites = steps.filter((s) => s.rewrite).length;
  const parts = [
    tables ? `adds ${count(tables, "table", "tables")}` : "",
    columns ? `adds ${count(columns, "column", "columns")}` : "",
    indexes ? `builds ${count(indexes, "index", "indexes")}` : "",
  ].filter(Boolean);
  const only = steps.length === 1 ? steps[0]?.description?.replace(/`/g, "").replace(/\.$/, "") : "";
  const others = only || (steps.length ? `takes ${count(steps.length, "step", "steps")}` : "changes no table");
  const first = parts.length ? parts.join(", ") : others;
  const sentence = `${first}; ${rewrites ? `rewrites ${count(rewrites, "table", "tables")}` : "rewrites no rows"}.`;
  return sentence.charAt(0).toUpperCase() + sentence.slice(1);
}

const isSafe = (step: Step) => !step.rewrite && (!step.risk || ["none", "safe", "low"].includes(step.risk));

export function PlanStrip({ plan: { plan, error, busy }, idle }: { plan: PlanState; idle: string }) {
  const [open, setOpen] = useState(false);
  if (error) {
    const refusal = error instanceof Problem && error.status === 422;
    return (
      <div
        role="status"
        className="flex items-start gap-2 rounded-control border border-line bg-sunken px-2.5 py-1.5 text-text-2 text-xs"
      >
        <CircleAlert size={14} className="mt-px text-amber" />
        <span>{refusal ? refusalText(error) : `The plan is not known. ${messageOf(error)}`}</span>
      </div>
    );
  }
  if (!plan) {
    return (
      <div role="status" className="rounded-control border border-line border-dashed px-2.5 py-1.5 text-text-3 text-xs">
        {busy ? "Working out the plan" : idle}
      </div>
    );
  }
  const safe = plan.steps.every(isSafe);
  return (
    <div className="overflow-hidden rounded-control border border-line bg-sunken text-xs">
      <button
        type="button"
        aria-expanded={open}
        className="flex min-h-7.5 w-full items-center gap-2 px-2.5 py-1 text-start hover:bg-hover"
        onClick={() => setOpen(!open)}
      >
        {safe ? <CircleCheck size={14} className="text-green" /> : <TriangleAlert size={14} className="text-amber" />}
        <span role="status" className={cx("flex-1 font-medium", busy && "text-text-2")}>
          {planSummary(plan.steps)}
        </span>
        {plan.steps.length > 0 && (
          <span className="flex items-center gap-1 text-text-2">
            {open ? "Hide SQL" : "Show SQL"}
            <ChevronRight size={12} className={cx("transition-transform", open && "rotate-90")} />
          </span>
        )}
      </button>
      {open && plan.steps.length > 0 && (
        <ol className="flex flex-col gap-3 border-line border-t px-2.5 py-2.5">
          {plan.steps.map((step, i) => (
            <li key={`${i}${step.sql}`} className="flex flex-col gap-1">
              {step.description && <p className="text-text-2">{step.description}</p>}
              <pre className="overflow-x-auto whitespace-pre-wrap break-words font-mono text-[11.5px] leading-4">
                {step.sql}
              </pre>
              <p className="flex flex-wrap items-center gap-x-3 text-text-3">
                {step.lock && (
                  <span className="inline-flex items-center gap-1">
                    <Lock size={11} />
                    {step.lock}
                  </span>
                )}
                <span>{step.rewrite ? "Rewrites the table" : "No rewrite"}</span>
                {step.risk && <span className={isSafe(step) ? "" : "font-medium text-amber"}>{step.risk}</span>}
              </p>
            </li>
          ))}
        </ol>
      )}
    </div>
  );
}

function refusalText({ errors, message }: Problem): string {
  const first = errors[0];
  if (!first) return message;
  return errors.length > 1 ? `${first.message} And ${errors.length - 1} more.` : first.message;
}
