// Whole numbers.
import { Hash } from "lucide-react";
import { formatNumber } from "@/lib/numbers";
import { defineKind, isEmpty } from "../kind";
import { checkNumber, numberDisplay, numberInput, numberSettings } from "../numeric";
import { numberOperators } from "../operators";

const text = (value: unknown): string => (isEmpty(value) ? "" : formatNumber(value as number, 0));

export const integer = defineKind({
  kind: "integer",
  label: "Whole number",
  about: "Counts and years, without decimals.",
  group: "Numbers",
  icon: Hash,
  align: "end",
  width: 120,
  text,
  display: numberDisplay(text),
  input: numberInput({ whole: true }),
  check: checkNumber,
  operators: numberOperators,
  settings: numberSettings,
  common: { required: true, unique: true, default: true },
});
