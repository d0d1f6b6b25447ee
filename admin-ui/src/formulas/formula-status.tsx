// The line under a formula: what is wrong, else the call that is being written, else its type.
import { CircleAlert, CircleCheck, Loader } from "lucide-react";
import type { FormulaFunction } from "@/api/formulas";
import { sentence } from "@/api/problem";
import { t } from "@/lib/i18n";
import type { CheckState } from "./use-check";

interface FormulaStatusProps {
  state: CheckState;
  empty: boolean;
  call: FormulaFunction | undefined;
}

export function FormulaStatus({ state: { checked, failure, busy }, empty, call }: FormulaStatusProps) {
  const problems = empty ? [] : (checked?.problems ?? []);
  const warnings = empty ? [] : (checked?.warnings ?? []);
  return (
    <div
      role="status"
      className="flex min-h-7.5 flex-col justify-center gap-1 border-line border-t px-2.5 py-1 text-xs"
    >
      {call && (
        <p className="text-text-2">
          <span className="font-mono text-text">{call.signature}</span> {call.doc}
        </p>
      )}
      {failure && <p className="text-text-2">{failure}</p>}
      {problems.slice(0, 3).map((p) => (
        <Line key={p.message + String(p.span)} icon={<CircleAlert size={13} className="mt-px text-red" />}>
          {sentence(p.message)} {p.hint && <span className="text-text-2">{sentence(p.hint)}</span>}
        </Line>
      ))}
      {problems.length === 0 &&
        warnings.slice(0, 2).map((p) => (
          <Line key={p.message} icon={<CircleAlert size={13} className="mt-px text-amber" />}>
            {sentence(p.message)} {p.hint && <span className="text-text-2">{sentence(p.hint)}</span>}
          </Line>
        ))}
      {!empty && checked?.type && problems.length === 0 && (
        <Line
          icon={
            busy ? (
              <Loader size={13} className="mt-px text-text-3" />
            ) : (
              <CircleCheck size={13} className="mt-px text-green" />
            )
          }
        >
          {t("Gives {what}", { what: typeWords(checked.type) })}
        </Line>
      )}
      {empty && !call && (
        <p className="text-text-3">{t("Fields, relations and functions are offered while you type.")}</p>
      )}
      {!empty && !checked && !failure && <p className="text-text-3">{t("Checking")}</p>}
    </div>
  );
}

const TYPES: Record<string, string> = {
  bool: "yes or no",
  boolean: "yes or no",
  number: "a number",
  text: "text",
  date: "a date",
  datetime: "a date and time",
  time: "a time",
  list: "a list",
  duration: "a span of time",
  record: "a record",
  blank: "nothing",
};

export const typeWords = (type: string): string => t(TYPES[type.toLowerCase()] ?? type);

function Line({ icon, children }: { icon: React.ReactNode; children: React.ReactNode }) {
  return (
    <p className="flex items-start gap-1.5">
      {icon}
      <span className="min-w-0 break-words">{children}</span>
    </p>
  );
}
