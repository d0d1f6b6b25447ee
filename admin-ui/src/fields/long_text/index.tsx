// Text of many lines.
import { TextInitial } from "lucide-react";
import { TextArea } from "@/components/inputs";
import { defineKind, type InputProps } from "../kind";
import { longTextOperators } from "../operators";
import { keepEnter, PlainDisplay } from "../plain";

function LongTextInput({ field, value, onChange, id, describedBy, invalid, autoFocus }: InputProps) {
  return (
    <TextArea
      id={id}
      aria-label={id ? undefined : field.label}
      aria-describedby={describedBy}
      aria-invalid={invalid || undefined}
      autoFocus={autoFocus}
      data-autofocus={autoFocus || undefined}
      value={value === null || value === undefined ? "" : String(value)}
      onChange={(event) => onChange(event.target.value)}
      onKeyDown={keepEnter}
    />
  );
}

export const longText = defineKind({
  kind: "long_text",
  label: "Long text",
  about: "Notes and descriptions of many lines.",
  group: "Text",
  icon: TextInitial,
  width: 260,
  wide: true,
  sortPath: () => null,
  display: PlainDisplay,
  input: LongTextInput,
  operators: longTextOperators,
  common: { required: true, unique: false, default: false },
});
