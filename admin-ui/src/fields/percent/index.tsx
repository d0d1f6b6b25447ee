// Percentages, stored as shown: 15 is 15 %.
import { Percent } from "lucide-react";
import type { FieldDef } from "@/catalog/types";
import { formatNumber } from "@/lib/numbers";
import { type DisplayProps, defineKind, isEmpty } from "../kind";
import { checkNumber, numberInput, numberSettings, scaleSetting } from "../numeric";
import { numberOperators } from "../operators";

const text = (value: unknown, field: FieldDef): string =>
  isEmpty(value) ? "" : `${formatNumber(value as number, field.scale ?? 2)}%`;

function PercentDisplay({ value, field, compact }: DisplayProps) {
  if (isEmpty(value)) return null;
  const share = Math.max(0, Math.min(100, Number(value)));
  return (
    <span className="inline-flex min-w-0 items-center justify-end gap-2">
      <span aria-hidden="true" className="h-1 w-10 shrink-0 overflow-hidden rounded-full bg-press">
        <span className="block h-full rounded-full bg-accent" style={{ width: `${share}%` }} />
      </span>
      <span className={compact ? "num min-w-9 text-end" : "num"}>{text(value, field)}</span>
    </span>
  );
}

export const percent = defineKind({
  kind: "percent",
  label: "Percent",
  about: "Shares and chances: 15 means 15 %.",
  group: "Numbers",
  icon: Percent,
  align: "end",
  width: 120,
  text,
  display: PercentDisplay,
  input: numberInput({ suffix: "%" }),
  check: checkNumber,
  operators: numberOperators,
  settings: [scaleSetting(2), ...numberSettings],
  common: { required: true, unique: false, default: true },
});
