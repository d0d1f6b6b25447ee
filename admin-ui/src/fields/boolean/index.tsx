// Yes or no.
import { Check, ToggleRight } from "lucide-react";
import { Switch } from "@/components/inputs";
import { t } from "@/lib/i18n";
import { type DisplayProps, defineKind, type InputProps } from "../kind";
import { booleanOperators } from "../operators";

function BooleanDisplay({ value, compact }: DisplayProps) {
  if (value === null || value === undefined) return null;
  if (!value)
    return compact ? <span className="sr-only">{t("No")}</span> : <span className="text-text-2">{t("No")}</span>;
  return (
    <span className="inline-flex items-center gap-1.5">
      <Check size={14} aria-hidden="true" className="text-green" />
      <span className={compact ? "sr-only" : undefined}>{t("Yes")}</span>
    </span>
  );
}

function BooleanInput({ field, value, onChange, id, describedBy, autoFocus }: InputProps) {
  return (
    <span className="flex h-8 items-center">
      <Switch
        {...(id ? { id } : { label: field.label })}
        {...(describedBy ? { describedBy } : {})}
        {...(autoFocus ? { autoFocus } : {})}
        checked={value === true}
        onChange={onChange}
      />
    </span>
  );
}

export const boolean = defineKind({
  kind: "boolean",
  label: "Yes or no",
  about: "A switch.",
  group: "Choices",
  icon: ToggleRight,
  width: 96,
  text: (value) => (value === null || value === undefined ? "" : value ? t("Yes") : t("No")),
  display: BooleanDisplay,
  input: BooleanInput,
  operators: booleanOperators,
  common: { required: false, unique: false, default: true },
});
