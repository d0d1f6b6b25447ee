// A value made of related records: read, never typed. It is shown, sorted and filtered as what it is made of.
import { Layers } from "lucide-react";
import { defineKind } from "../kind";
import { emptiness } from "../operators";
import { PlainDisplay, plainInput } from "../plain";

const functions = [
  { value: "count", label: "How many" },
  { value: "sum", label: "Sum" },
  { value: "avg", label: "Average" },
  { value: "min", label: "Smallest" },
  { value: "max", label: "Largest" },
  { value: "count_distinct", label: "How many different" },
  { value: "first", label: "First" },
  { value: "last", label: "Last" },
];

const modes = [
  { value: "immediate", label: "At once" },
  { value: "deferred", label: "Soon after" },
  { value: "on_read", label: "When it is read" },
];

export const rollup = defineKind({
  kind: "rollup",
  label: "Roll-up",
  about: "Counts or sums related records, such as how many are open.",
  group: "Other",
  icon: Layers,
  display: PlainDisplay,
  input: plainInput(),
  operators: emptiness,
  settings: [
    {
      name: "of",
      label: "Related list",
      control: "relation",
      required: true,
    },
    { name: "function", label: "Shows", control: "choice", choices: functions, initial: "count", required: true },
    {
      name: "field",
      label: "Of the field",
      control: "related-field",
      over: "of",
      required: true,
      when: { function: ["sum", "avg", "min", "max", "count_distinct", "first", "last"] },
    },
    {
      name: "by",
      label: "In the order of",
      control: "related-field",
      over: "of",
      when: { function: ["first", "last"] },
      hint: "The number, date or time that says which comes first; when they were made if left out.",
    },
    {
      name: "where",
      label: "Only records where",
      control: "formula",
      over: "of",
      hint: 'A formula over their own fields, such as stage = "won".',
    },
    {
      name: "mode",
      label: "Up to date",
      control: "choice",
      choices: modes,
      hint: "Soon after: for records with very many changes at a time. What depends on TODAY() or NOW() is computed when it is read.",
    },
    {
      name: "empty",
      label: "Of nothing",
      control: "choice",
      choices: [
        { value: "zero", label: "Zero" },
        { value: "blank", label: "Blank" },
      ],
      when: { function: ["sum"] },
    },
  ],
  common: { required: false, unique: false, default: false },
});
