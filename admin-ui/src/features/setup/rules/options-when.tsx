// Conditions that leave some options alone while they hold.
import { Plus, X } from "lucide-react";
import type { ObjectDef, Option } from "@/catalog/types";
import { Button } from "@/components/button";
import { Select } from "@/components/select";
import { FormulaField } from "@/formulas/formula-field";
import { t } from "@/lib/i18n";

export interface OptionsRule {
  when: string;
  allow: string[];
}

/** Whether one of them does not say when: it would never hold. */
export function halfWritten(rules: OptionsRule[] | undefined): boolean {
  return rules?.some((rule) => !rule.when.trim()) ?? false;
}

interface OptionsWhenProps {
  object: ObjectDef;
  options: Option[];
  rules: OptionsRule[];
  error: string | undefined;
  onChange: (rules: OptionsRule[]) => void;
}

export function OptionsWhen({ object, options, rules, error, onChange }: OptionsWhenProps) {
  const set = (at: number, patch: Partial<OptionsRule>) =>
    onChange(rules.map((rule, i) => (i === at ? { ...rule, ...patch } : rule)));
  const choices = options.map((o) => ({ id: o.value, label: o.label || o.value }));
  return (
    <div role="group" aria-label={t("Options that are offered only sometimes")} className="flex flex-col gap-2">
      <h3 className="font-medium text-text-2 text-xs">{t("Options that are offered only sometimes")}</h3>
      {rules.map((rule, at) => (
        <div key={at} className="flex items-start gap-1 rounded-control border border-line p-2">
          <div className="flex min-w-0 flex-1 flex-col gap-2">
            <Select
              multiple
              label={t("Only these options")}
              placeholder={t("No option")}
              choices={choices}
              value={rule.allow}
              onChange={(allow) => set(at, { allow })}
            />
            <FormulaField
              plain
              saving
              object={object}
              label={t("While this is so")}
              value={rule.when}
              expects="boolean"
              lines={1}
              error={rule.when.trim() ? undefined : error}
              onChange={(when) => set(at, { when })}
            />
          </div>
          <button
            type="button"
            aria-label={t("Remove this condition")}
            className="inline-flex size-7 shrink-0 items-center justify-center rounded-control text-text-3 hover:bg-hover"
            onClick={() => onChange(rules.filter((_, i) => i !== at))}
          >
            <X size={13} />
          </button>
        </div>
      ))}
      {error && !halfWritten(rules) && (
        <p role="alert" className="text-red text-xs">
          {error}
        </p>
      )}
      <Button
        look="outline"
        className="self-start"
        icon={<Plus size={14} />}
        onClick={() => onChange([...rules, { when: "", allow: [] }])}
      >
        {t("Limit the options")}
      </Button>
    </div>
  );
}
