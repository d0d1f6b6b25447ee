// A number that the server counts up: read, never typed.
import { ListOrdered } from "lucide-react";
import { type DisplayProps, defineKind } from "../kind";
import { textOperators } from "../operators";
import { plainInput } from "../plain";

function AutonumberDisplay({ value }: DisplayProps) {
  return value ? <span className="truncate font-mono text-xs">{String(value)}</span> : null;
}

export const autonumber = defineKind({
  kind: "autonumber",
  label: "Running number",
  about: "Counts up by itself, such as INV-0001.",
  group: "Numbers",
  icon: ListOrdered,
  width: 128,
  display: AutonumberDisplay,
  input: plainInput(),
  operators: textOperators.filter((o) => o.operand === "text"),
  settings: [
    {
      name: "pattern",
      label: "Pattern",
      control: "text",
      mono: true,
      required: true,
      initial: "NO-{0000}",
      hint: "{0000} is the number, {YYYY} the year, {MM} the month.",
    },
  ],
  common: { required: false, unique: false, default: false },
});
