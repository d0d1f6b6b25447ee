// A day, without a time and without a zone.
import { Calendar } from "lucide-react";
import { formatDate } from "@/lib/dates";
import { defineKind, isEmpty } from "../kind";
import { dateOperators } from "../operators";
import { temporalDisplay, temporalInput } from "../temporal";

export const date = defineKind({
  kind: "date",
  label: "Date",
  about: "A day, such as a birthday or a deadline.",
  group: "Dates",
  icon: Calendar,
  width: 140,
  text: (value) => (isEmpty(value) ? "" : formatDate(String(value))),
  display: temporalDisplay(formatDate),
  input: temporalInput("date"),
  operators: dateOperators,
  common: { required: true, unique: false, default: true },
});
