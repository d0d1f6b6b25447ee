// Display and input of kinds that are one line of text.
import type { HTMLInputTypeAttribute, KeyboardEvent } from "react";
import { TextInput } from "@/components/inputs";
import type { DisplayProps, InputProps } from "./kind";

export function PlainDisplay({ value, compact }: DisplayProps) {
  if (value === null || value === undefined || value === "") return null;
  return (
    <span className={compact ? "truncate" : "min-w-0 whitespace-pre-wrap [overflow-wrap:anywhere]"}>
      {String(value)}
    </span>
  );
}

interface PlainOptions {
  type?: HTMLInputTypeAttribute;
  inputMode?: "text" | "email" | "tel" | "url" | "numeric" | "decimal";
  placeholder?: string;
}

/** An input of one line; the browser helps with the right keyboard. */
export function plainInput({ type = "text", inputMode, placeholder }: PlainOptions = {}) {
  return function PlainInput({ field, value, onChange, id, describedBy, invalid, autoFocus }: InputProps) {
    return (
      <TextInput
        id={id}
        type={type}
        inputMode={inputMode}
        placeholder={placeholder}
        maxLength={field.max_length}
        aria-label={id ? undefined : field.label}
        aria-describedby={describedBy}
        aria-invalid={invalid || undefined}
        aria-required={field.required || undefined}
        data-autofocus={autoFocus || undefined}
        autoFocus={autoFocus}
        value={value === null || value === undefined ? "" : String(value)}
        onChange={(event) => onChange(event.target.value)}
      />
    );
  };
}

/** Enter in a multi-line input makes a line; ⌘Enter is left to the form. */
export function keepEnter(event: KeyboardEvent): void {
  if (event.key === "Enter" && !event.metaKey && !event.ctrlKey) event.stopPropagation();
}
