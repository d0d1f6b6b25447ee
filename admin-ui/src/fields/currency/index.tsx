// Money in one currency, kept exactly.
import { Banknote } from "lucide-react";
import type { FieldDef } from "@/catalog/types";
import { currencySymbol, formatCurrency } from "@/lib/numbers";
import { defineKind, isEmpty } from "../kind";
import { checkNumber, numberDisplay, numberInput, numberSettings, scaleSetting } from "../numeric";
import { numberOperators } from "../operators";

const text = (value: unknown, field: FieldDef): string =>
  isEmpty(value) ? "" : formatCurrency(value as number, field.currency, field.scale ?? 2);

const CURRENCIES = [
  "USD",
  "EUR",
  "GBP",
  "JPY",
  "CHF",
  "CAD",
  "AUD",
  "CNY",
  "INR",
  "BRL",
  "SEK",
  "NOK",
  "DKK",
  "PLN",
  "MXN",
  "ZAR",
  "SGD",
];

export const currency = defineKind({
  kind: "currency",
  label: "Money",
  about: "Amounts in a currency, kept to the cent.",
  group: "Numbers",
  icon: Banknote,
  align: "end",
  width: 130,
  text,
  display: numberDisplay(text),
  input: numberInput({ prefix: (field) => currencySymbol(field.currency) }),
  check: checkNumber,
  operators: numberOperators,
  settings: [
    {
      name: "currency",
      label: "Currency",
      control: "choice",
      initial: "USD",
      choices: CURRENCIES.map((c) => ({ value: c, label: `${c} (${currencySymbol(c)})` })),
    },
    scaleSetting(2),
    ...numberSettings,
  ],
  common: { required: true, unique: false, default: true },
});
