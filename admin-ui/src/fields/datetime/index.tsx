// An instant: stored in UTC, shown in the zone of this browser.
import { CalendarClock } from "lucide-react";
import { ago, formatDateTime, fromLocalInput, toLocalInput } from "@/lib/dates";
import { defineKind, isEmpty } from "../kind";
import { instantOperators } from "../operators";
import { temporalDisplay, temporalInput } from "../temporal";

export const datetime = defineKind({
  kind: "datetime",
  label: "Date and time",
  about: "A moment, shown in everyone's own time zone.",
  group: "Dates",
  icon: CalendarClock,
  width: 176,
  text: (value) => (isEmpty(value) ? "" : formatDateTime(String(value))),
  display: temporalDisplay(formatDateTime, ago),
  input: temporalInput("datetime-local", toLocalInput, fromLocalInput),
  operators: instantOperators,
  common: { required: true, unique: false, default: false },
});
