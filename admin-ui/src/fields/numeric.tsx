// Numbers: typed freely, kept as exact text, shown by the browser's language.
import { useState } from "react";
import type { FieldDef } from "@/catalog/types";
import { TextInput } from "@/components/inputs";
import { cx } from "@/lib/cx";
import { t } from "@/lib/i18n";
import { parseNumber } from "@/lib/numbers";
import { type DisplayProps, type InputProps, isEmpty, Unreadable } from "./kind";

export function numberDisplay(text: (value: unknown, field: FieldDef) => string) {
  return function NumberDisplay({ value, field }: DisplayProps) {
    if (isEmpty(value)) return null;
    return <span className="num truncate">{text(value, field)}</span>;
  };
}

interface NumberOptions {
  prefix?: (field: FieldDef) => string;
  suffix?: string;
  whole?: boolean;
}

function toValue(typed: string, whole: boolean): unknown {
  const exact = parseNumber(typed);
  if (exact === "") return null;
  if (exact === null) return new Unreadable(typed, t("This is not a number."));
  if (!whole) return exact;
  if (!/^-?\d+$/.test(exact)) return new Unreadable(typed, t("This must be a whole number."));
  return Number.isSafeInteger(Number(exact)) ? Number(exact) : exact;
}

export function numberInput({ prefix, suffix, whole = false }: NumberOptions = {}) {
  return function NumberInput({ field, value, onChange, id, describedBy, invalid, autoFocus }: InputProps) {
    const [typed, setTyped] = useState(() =>
      value instanceof Unreadable ? value.typed : isEmpty(value) ? "" : String(value),
    );
    const mark = prefix?.(field);
    return (
      <span className="relative block">
        {mark && <span className="pointer-events-none absolute start-2.5 top-1.5 text-text-3">{mark}</span>}
        <TextInput
          id={id}
          inputMode={whole ? "numeric" : "decimal"}
          aria-label={id ? undefined : field.label}
          aria-describedby={describedBy}
          aria-invalid={invalid || value instanceof Unreadable || undefined}
          aria-required={field.required || undefined}
          data-autofocus={autoFocus || undefined}
          autoFocus={autoFocus}
          className={cx("num", suffix && "pe-7")}
          style={mark ? { paddingInlineStart: 14 + mark.length * 8 } : undefined}
          value={typed}
          onChange={(event) => {
            setTyped(event.target.value);
            onChange(toValue(event.target.value, whole));
          }}
        />
        {suffix && <span className="pointer-events-none absolute end-2.5 top-1.5 text-text-3">{suffix}</span>}
      </span>
    );
  };
}

/** Limits of the definition, said before the server has to. */
export function checkNumber(value: unknown, field: FieldDef): string | null {
  if (isEmpty(value)) return null;
  const n = Number(value);
  if (field.min !== undefined && n < Number(field.min))
    return t("{field} must be at least {n}.", { field: field.label, n: String(field.min) });
  if (field.max !== undefined && n > Number(field.max))
    return t("{field} must be at most {n}.", { field: field.label, n: String(field.max) });
  return null;
}

export const numberSettings = [
  { name: "min", label: "Smallest value", control: "number" as const },
  { name: "max", label: "Largest value", control: "number" as const },
];

export const scaleSetting = (initial: number) => ({
  name: "scale",
  label: "Decimal places",
  control: "integer" as const,
  initial,
});
