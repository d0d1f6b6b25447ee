// Short text of one line; in a format of its own shown and typed as what it means.
import { Type } from "lucide-react";
import { type DisplayProps, defineKind, type InputProps } from "../kind";
import { textOperators } from "../operators";
import { PlainDisplay, plainInput } from "../plain";
import { RecurrenceDisplay, RecurrenceInput } from "../recurrence";
import { ruleWords } from "../recurrence-rule";

const PlainInput = plainInput();

function TextDisplay(props: DisplayProps) {
  return props.field.format === "recurrence" ? <RecurrenceDisplay {...props} /> : <PlainDisplay {...props} />;
}

function TextKindInput(props: InputProps) {
  return props.field.format === "recurrence" ? <RecurrenceInput {...props} /> : <PlainInput {...props} />;
}

export const text = defineKind({
  kind: "text",
  label: "Text",
  about: "One line, such as a code or a city.",
  group: "Text",
  icon: Type,
  width: 180,
  display: TextDisplay,
  input: TextKindInput,
  text: (value, field) =>
    value === null || value === undefined
      ? ""
      : field.format === "recurrence"
        ? ruleWords(String(value))
        : String(value),
  operators: textOperators,
  settings: [
    { name: "max_length", label: "Longest text", control: "integer", initial: 255, hint: "Characters." },
    {
      name: "format",
      label: "Format",
      control: "choice",
      hint: "A recurrence rule is chosen in a dialog and shown in plain words.",
      choices: [{ value: "recurrence", label: "Recurrence rule" }],
    },
  ],
  common: { required: true, unique: true, default: true },
});
