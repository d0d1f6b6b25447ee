// A time of day, without a date.
import { Clock } from "lucide-react";
import { formatTime } from "@/lib/dates";
import { defineKind, isEmpty } from "../kind";
import { timeOperators } from "../operators";
import { temporalDisplay, temporalInput } from "../temporal";

export const time = defineKind({
  kind: "time",
  label: "Time",
  about: "A time of day, such as opening hours.",
  group: "Dates",
  icon: Clock,
  width: 104,
  text: (value) => (isEmpty(value) ? "" : formatTime(String(value))),
  display: temporalDisplay(formatTime),
  input: temporalInput(
    "time",
    (v) => v.slice(0, 5),
    (v) => (v ? `${v}:00`.slice(0, 8) : null),
  ),
  operators: timeOperators,
  common: { required: true, unique: false, default: true },
});
