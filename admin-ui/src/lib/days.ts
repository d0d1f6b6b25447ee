// Arithmetic of days in this browser's zone. A day is written as "2026-11-20", as the API writes dates.
import { locale } from "./i18n";

export type Day = string;

const minutes = new Intl.DateTimeFormat(locale, { hour: "numeric", minute: "2-digit" });
/** "9 AM" where hours are counted twice a day; elsewhere "9" alone is no time. */
const fullHours = minutes.resolvedOptions().hour12 ? new Intl.DateTimeFormat(locale, { hour: "numeric" }) : minutes;

const two = (n: number) => String(n).padStart(2, "0");

export const dayOf = (at: Date): Day => `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;

/** The first moment of a day. */
export function startOf(day: Day): Date {
  const [year = 0, month = 1, date = 1] = day.split("-").map(Number);
  return new Date(year, month - 1, date);
}

export function addDays(day: Day, days: number): Day {
  const at = startOf(day);
  return dayOf(new Date(at.getFullYear(), at.getMonth(), at.getDate() + days));
}

export function addMonths(day: Day, months: number): Day {
  const at = startOf(day);
  return dayOf(new Date(at.getFullYear(), at.getMonth() + months, 1));
}

/** Whole days from one to the other; a day of 23 or 25 hours counts as one. */
export const daysBetween = (from: Day, to: Day): number =>
  Math.round((startOf(to).getTime() - startOf(from).getTime()) / 86_400_000);

/** 1 for Monday to 7 for Sunday, as this language begins its weeks. */
export function firstWeekday(): number {
  try {
    const info = new Intl.Locale(locale) as Intl.Locale & {
      getWeekInfo?: () => { firstDay: number };
      weekInfo?: { firstDay: number };
    };
    return (info.getWeekInfo?.() ?? info.weekInfo)?.firstDay ?? 1;
  } catch {
    return 1;
  }
}

/** So many days from the beginning of the week on in which a day is. */
function daysFrom(day: Day, first: number, many: number): Day[] {
  const weekday = startOf(day).getDay() || 7;
  const from = addDays(day, -((weekday - first + 7) % 7));
  return Array.from({ length: many }, (_, i) => addDays(from, i));
}

export const weekOf = (day: Day, first = firstWeekday()): Day[] => daysFrom(day, first, 7);

/** The six weeks that show a month. */
export const monthGrid = (day: Day, first = firstWeekday()): Day[] => daysFrom(`${day.slice(0, 7)}-01`, first, 42);

/** The day of a field's value: dates are days already, instants fall on a day of this zone. */
export function dayOfValue(value: unknown, kind: string): Day | undefined {
  if (typeof value !== "string" || !value) return undefined;
  if (kind === "date") return value.slice(0, 10);
  const at = new Date(value);
  return Number.isNaN(at.getTime()) ? undefined : dayOf(at);
}

/** The same value on another day; an instant keeps its time of day. */
export function onDay(value: unknown, kind: string, day: Day): string {
  if (kind === "date") return day;
  const at = new Date(String(value));
  const to = startOf(day);
  if (!Number.isNaN(at.getTime())) to.setHours(at.getHours(), at.getMinutes(), at.getSeconds());
  else to.setHours(9);
  return to.toISOString();
}

/** The value at which a day begins, for conditions. */
export const boundOf = (kind: string, day: Day): string => (kind === "date" ? day : startOf(day).toISOString());

/** "9:30" of an instant; nothing for dates. */
export function timeOfValue(value: unknown, kind: string): string {
  if (kind === "date" || typeof value !== "string") return "";
  const at = new Date(value);
  if (Number.isNaN(at.getTime())) return "";
  return (at.getMinutes() ? minutes : fullHours).format(at);
}
