// Any number of a list of options.
import { ListChecks } from "lucide-react";
import { OptionDisplay, optionInput, optionText } from "../choice";
import { defineKind } from "../kind";
import { choicesOperators } from "../operators";

export const multiPicklist = defineKind({
  kind: "multi_picklist",
  label: "Choices",
  about: "Any number of options from a list.",
  group: "Choices",
  icon: ListChecks,
  width: 200,
  sortPath: () => null,
  patch: (value, field) => ({ [field.name]: value ?? [] }),
  shown: (value, field) => ({ [field.name]: value ?? [] }),
  text: optionText,
  display: OptionDisplay,
  input: optionInput(true),
  operators: choicesOperators,
  settings: [
    { name: "options", label: "Options", control: "options", required: true },
    { name: "depends_on", label: "Depends on another field", control: "dependence" },
  ],
  common: { required: true, unique: false, default: true },
});
