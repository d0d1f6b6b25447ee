// Dates and times as the API writes them, shown as people of this browser's language read them.
import { language, locale, t } from "./i18n";

const dateFormat = new Intl.DateTimeFormat(locale, {
  year: "numeric",
  month: "short",
  day: "numeric",
  timeZone: "UTC",
});
const dateTimeFormat = new Intl.DateTimeFormat(locale, {
  year: "numeric",
  month: "short",
  day: "numeric",
  hour: "numeric",
  minute: "2-digit",
});
const timeFormat = new Intl.DateTimeFormat(locale, { hour: "numeric", minute: "2-digit", timeZone: "UTC" });
const dayFormat = new Intl.DateTimeFormat(locale, { weekday: "long", month: "long", day: "numeric", year: "numeric" });

/** "2026-11-20" → "Nov 20, 2026"; text that is no date stays as it is. */
export function formatDate(value: string): string {
  const at = Date.parse(`${value}T00:00:00Z`);
  return Number.isNaN(at) ? value : dateFormat.format(at);
}

export function formatDateTime(value: string): string {
  const at = Date.parse(value);
  return Number.isNaN(at) ? value : dateTimeFormat.format(at);
}

/** "14:30:00" → "2:30 PM" or "14:30". */
export function formatTime(value: string): string {
  const at = Date.parse(`1970-01-01T${value}Z`);
  return Number.isNaN(at) ? value : timeFormat.format(at);
}

export function formatDay(value: string): string {
  const at = Date.parse(value);
  return Number.isNaN(at) ? value : dayFormat.format(at);
}

/** An instant for `<input type=datetime-local>`, in this browser's zone. */
export function toLocalInput(value: string): string {
  const at = new Date(value);
  if (Number.isNaN(at.getTime())) return "";
  const local = new Date(at.getTime() - at.getTimezoneOffset() * 60_000);
  return local.toISOString().slice(0, 16);
}

/** The other way: what was picked in this browser's zone, as an instant of the API. */
export function fromLocalInput(value: string): string | null {
  if (!value) return null;
  const at = new Date(value);
  return Number.isNaN(at.getTime()) ? null : at.toISOString();
}

const STEPS: [Intl.RelativeTimeFormatUnit, number][] = [
  ["year", 31_557_600],
  ["month", 2_629_800],
  ["week", 604_800],
  ["day", 86_400],
  ["hour", 3600],
  ["minute", 60],
];
const relative = new Intl.RelativeTimeFormat(language, { numeric: "auto" });

/** "2 hours ago", "yesterday", "just now". */
export function ago(value: string, now = Date.now()): string {
  const seconds = (Date.parse(value) - now) / 1000;
  if (Number.isNaN(seconds)) return value;
  for (const [unit, size] of STEPS) {
    if (Math.abs(seconds) >= size) return relative.format(Math.round(seconds / size), unit);
  }
  return t("just now");
}
