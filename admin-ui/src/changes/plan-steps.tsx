// The steps of a plan: what each does, its SQL, who waits for it and what it risks.
import { Lock } from "lucide-react";
import type { Step } from "@/api/metadata";
import { t } from "@/lib/i18n";
import { count } from "@/lib/text";
import { stepWords } from "./notice-words";
import { isSafe, lockWords, riskWords, takesWords } from "./plan";

export function PlanSteps({ steps }: { steps: Step[] }) {
  return (
    <ol className="flex flex-col gap-3">
      {steps.map((step, i) => (
        <li key={`${i}${step.sql}`} className="flex flex-col gap-1 text-xs">
          {step.description && <p className="text-text-2">{stepWords(step)}</p>}
          <pre className="overflow-x-auto whitespace-pre-wrap break-words font-mono text-[11.5px] leading-4">
            {step.sql}
          </pre>
          <p className="flex flex-wrap items-center gap-x-3 text-text-3">
            {step.lock && (
              <span className="inline-flex items-center gap-1" title={step.lock.replace(/_/g, " ")}>
                <Lock size={11} aria-hidden="true" />
                {lockWords(step.lock)}
              </span>
            )}
            {step.estimate && step.estimate.takes !== "moment" && (
              <span className="font-medium text-amber">
                {takesWords(step.estimate.takes)}, {count(step.estimate.rows, t("record"), t("records"))}
              </span>
            )}
            <span>{step.rewrite ? t("Rewrites the table") : t("No rewrite")}</span>
            {step.risk && <span className={isSafe(step) ? "" : "font-medium text-amber"}>{riskWords(step.risk)}</span>}
          </p>
        </li>
      ))}
    </ol>
  );
}
