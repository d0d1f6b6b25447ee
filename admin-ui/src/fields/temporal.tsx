// What dates, instants and times of day share: a formatted text and the browser's own picker.
import type { ReactNode } from "react";
import { TextInput } from "@/components/inputs";
import { type DisplayProps, type InputProps, isEmpty } from "./kind";

export function temporalDisplay(text: (value: string) => string, title?: (value: string) => string) {
  return function TemporalDisplay({ value }: DisplayProps): ReactNode {
    if (isEmpty(value)) return null;
    return (
      <time dateTime={String(value)} title={title?.(String(value))} className="num truncate">
        {text(String(value))}
      </time>
    );
  };
}

export function temporalInput(
  type: "date" | "datetime-local" | "time",
  toInput: (value: string) => string = (v) => v,
  fromInput: (typed: string) => string | null = (v) => v || null,
) {
  return function TemporalInput({ field, value, onChange, id, describedBy, invalid, autoFocus }: InputProps) {
    return (
      <TextInput
        id={id}
        type={type}
        aria-label={id ? undefined : field.label}
        aria-describedby={describedBy}
        aria-invalid={invalid || undefined}
        aria-required={field.required || undefined}
        data-autofocus={autoFocus || undefined}
        autoFocus={autoFocus}
        defaultValue={isEmpty(value) ? "" : toInput(String(value))}
        onChange={(event) => onChange(fromInput(event.target.value))}
      />
    );
  };
}
