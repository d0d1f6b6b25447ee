// Numbers with decimals, kept exactly.
import { DecimalsArrowRight } from "lucide-react";
import type { FieldDef } from "@/catalog/types";
import { formatNumber } from "@/lib/numbers";
import { defineKind, isEmpty } from "../kind";
import { checkNumber, numberDisplay, numberInput, numberSettings, scaleSetting } from "../numeric";
import { numberOperators } from "../operators";

const text = (value: unknown, field: FieldDef): string =>
  isEmpty(value) ? "" : formatNumber(value as number, field.scale);

export const decimal = defineKind({
  kind: "decimal",
  label: "Decimal number",
  about: "Measures and rates, kept exactly.",
  group: "Numbers",
  icon: DecimalsArrowRight,
  align: "end",
  width: 130,
  text,
  display: numberDisplay(text),
  input: numberInput(),
  check: checkNumber,
  operators: numberOperators,
  settings: [scaleSetting(2), ...numberSettings],
  common: { required: true, unique: true, default: true },
});
