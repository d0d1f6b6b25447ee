// The plan strip: what a change of metadata will do to the database, in one line under the form that makes it.
import { ChevronRight, CircleAlert, CircleCheck, TriangleAlert } from "lucide-react";
import { useState } from "react";
import { messageOf, Problem } from "@/api/problem";
import { cx } from "@/lib/cx";
import { t } from "@/lib/i18n";
import { isSafe, type PlanState, planSummary } from "./plan";
import { PlanSteps } from "./plan-steps";

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
        <span>{refusal ? refusalText(error) : t("The plan is not known. {error}", { error: messageOf(error) })}</span>
      </div>
    );
  }
  if (!plan) {
    return (
      <div role="status" className="rounded-control border border-line border-dashed px-2.5 py-1.5 text-text-3 text-xs">
        {busy ? t("Working out the plan") : idle}
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
            {open ? t("Hide SQL") : t("Show SQL")}
            <ChevronRight size={12} className={cx("transition-transform", open && "rotate-90")} />
          </span>
        )}
      </button>
      {open && plan.steps.length > 0 && (
        <div className="max-h-80 overflow-y-auto border-line border-t px-2.5 py-2.5">
          <PlanSteps steps={plan.steps} />
        </div>
      )}
    </div>
  );
}

function refusalText({ errors, message }: Problem): string {
  const first = errors[0];
  if (!first) return message;
  return errors.length > 1
    ? t("{message} And {what} more.", { message: first.message, what: errors.length - 1 })
    : first.message;
}
