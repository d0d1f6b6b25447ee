// A value computed of other fields: read, never typed. Its result is shown, sorted and filtered as another kind's value.
import { Sigma } from "lucide-react";
import { defineKind, type FieldKind } from "../kind";
import { emptiness } from "../operators";
import { PlainDisplay, plainInput } from "../plain";

const zones = [
  { value: "user", label: "The reader's" },
  { value: "tenant", label: "The company's" },
];

const results = [
  { value: "text", label: "Text" },
  { value: "decimal", label: "Number" },
  { value: "currency", label: "Money" },
  { value: "percent", label: "Percentage" },
  { value: "boolean", label: "Yes or no" },
  { value: "date", label: "Date" },
  { value: "datetime", label: "Date and time" },
  { value: "time", label: "Time" },
];

export const formula = defineKind({
  kind: "formula",
  label: "Formula",
  about: "Computed of other fields, such as budget / 12.",
  group: "Other",
  icon: Sigma,
  display: PlainDisplay,
  input: plainInput(),
  operators: emptiness,
  settings: [
    {
      name: "formula",
      label: "Formula",
      control: "formula",
      required: true,
      hint: 'Such as IF(amount > 1000, "Big", "Small") or first & " " & last.',
    },
    { name: "returns", label: "Show as", control: "choice", choices: results, hint: "Found out when left empty." },
    { name: "scale", label: "Decimal places", control: "integer" },
    { name: "currency", label: "Currency", control: "text", mono: true, hint: "For money: EUR, USD …" },
    { name: "tz", label: "Days begin in the time zone", control: "choice", choices: zones },
  ],
  common: { required: false, unique: false, default: false },
});

/** A kind whose values are computed: as `result` shows them, and nothing to type. */
export function computedAs(computed: FieldKind, result: FieldKind | undefined): FieldKind {
  if (!result) return computed;
  const { align, width, text, display, operators, sortPath, wide } = result;
  return { ...computed, align, width, text, display, operators, sortPath, wide };
}
