// Short text of one line.
import { Type } from "lucide-react";
import { defineKind } from "../kind";
import { textOperators } from "../operators";
import { PlainDisplay, plainInput } from "../plain";

export const text = defineKind({
  kind: "text",
  label: "Text",
  about: "One line, such as a code or a city.",
  group: "Text",
  icon: Type,
  width: 180,
  display: PlainDisplay,
  input: plainInput(),
  operators: textOperators,
  settings: [{ name: "max_length", label: "Longest text", control: "integer", initial: 255, hint: "Characters." }],
  common: { required: true, unique: true, default: true },
});
