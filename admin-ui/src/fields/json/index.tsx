// Structured data for integrations.
import { Braces } from "lucide-react";
import { useState } from "react";
import { TextArea } from "@/components/inputs";
import { t } from "@/lib/i18n";
import { type DisplayProps, defineKind, type InputProps, isEmpty, Unreadable } from "../kind";
import { emptiness } from "../operators";
import { keepEnter } from "../plain";

const text = (value: unknown): string => (isEmpty(value) ? "" : JSON.stringify(value));

function JsonDisplay({ value, compact }: DisplayProps) {
  if (isEmpty(value)) return null;
  if (compact) return <code className="truncate font-mono text-xs">{text(value)}</code>;
  return (
    <pre className="max-h-72 overflow-auto rounded-control bg-sunken p-2 font-mono text-xs">
      {JSON.stringify(value, null, 2)}
    </pre>
  );
}

function read(typed: string): unknown {
  if (!typed.trim()) return null;
  try {
    return JSON.parse(typed);
  } catch (error) {
    return new Unreadable(typed, t("This is not valid JSON: {message}.", { message: (error as Error).message }));
  }
}

function JsonInput({ field, value, onChange, id, describedBy, invalid, autoFocus }: InputProps) {
  const [typed, setTyped] = useState(() =>
    value instanceof Unreadable ? value.typed : isEmpty(value) ? "" : JSON.stringify(value, null, 2),
  );
  return (
    <TextArea
      id={id}
      rows={4}
      spellCheck={false}
      aria-label={id ? undefined : field.label}
      aria-describedby={describedBy}
      aria-invalid={invalid || value instanceof Unreadable || undefined}
      autoFocus={autoFocus}
      data-autofocus={autoFocus || undefined}
      className="font-mono text-xs"
      value={typed}
      onChange={(event) => {
        setTyped(event.target.value);
        onChange(read(event.target.value));
      }}
      onKeyDown={keepEnter}
    />
  );
}

export const json = defineKind({
  kind: "json",
  label: "JSON",
  about: "Structured data, for integrations.",
  group: "Other",
  icon: Braces,
  width: 200,
  wide: true,
  sortPath: () => null,
  text,
  display: JsonDisplay,
  input: JsonInput,
  operators: emptiness,
  settings: [{ name: "schema", label: "JSON Schema", control: "json", hint: "Values that do not match are refused." }],
});
