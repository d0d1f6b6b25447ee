// One of a list of options, each with a colour.
import { CircleChevronDown } from "lucide-react";
import { OptionDisplay, optionInput, optionText } from "../choice";
import { defineKind } from "../kind";
import { choiceOperators } from "../operators";

export const picklist = defineKind({
  kind: "picklist",
  label: "Choice",
  about: "One of a list of options, such as a status.",
  group: "Choices",
  icon: CircleChevronDown,
  width: 150,
  text: optionText,
  display: OptionDisplay,
  input: optionInput(false),
  operators: choiceOperators,
  settings: [
    { name: "options", label: "Options", control: "options", required: true },
    { name: "depends_on", label: "Depends on another field", control: "dependence" },
  ],
  common: { required: true, unique: false, default: true },
});
