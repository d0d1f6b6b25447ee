// Rules by which things repeat (RFC 5545), as far as people choose them: read, written, and said in plain words.
// The server decides what is a rule; what is not understood here is shown as it is written.
import { formatDate } from "@/lib/dates";
import { locale, t } from "@/lib/i18n";

export type Frequency = "DAILY" | "WEEKLY" | "MONTHLY" | "YEARLY";
export const DAYS = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"] as const;
export type Day = (typeof DAYS)[number];

/** A day of a month: its number (-1 is the last), or the nth day of the week in it. */
export type MonthDay = { number: number } | { nth: number; day: Day };

export type End = { kind: "never" } | { kind: "count"; count: number } | { kind: "day"; day: string };

export interface Rule {
  frequency: Frequency;
  interval: number;
  /** For weeks. */
  days: Day[];
  /** For months and years; the day that the date itself says when left out. */
  on: MonthDay | null;
  end: End;
}

export const NEW_RULE: Rule = { frequency: "WEEKLY", interval: 1, days: [], on: null, end: { kind: "never" } };

/** The rule that a text says, or null where it says more than this. */
export function readRule(text: string): Rule | null {
  const parts = new Map<string, string>();
  for (const part of text
    .trim()
    .toUpperCase()
    .replace(/^RRULE:/, "")
    .split(";")
    .filter(Boolean)) {
    const [key, value] = part.split("=");
    if (!key || !value || parts.has(key)) return null;
    parts.set(key, value);
  }
  const take = (key: string) => {
    const value = parts.get(key);
    parts.delete(key);
    return value;
  };
  const frequency = take("FREQ") as Frequency | undefined;
  if (!frequency || !["DAILY", "WEEKLY", "MONTHLY", "YEARLY"].includes(frequency)) return null;
  const interval = Number(take("INTERVAL") ?? 1);
  const end = readEnd(take("COUNT"), take("UNTIL"));
  const byday = take("BYDAY")?.split(",") ?? [];
  const number = take("BYMONTHDAY");
  if (parts.size || !end || !Number.isInteger(interval) || interval < 1) return null;
  const rule: Rule = { frequency, interval, days: [], on: null, end };
  if (frequency === "WEEKLY" && !number) {
    if (!byday.every((day) => DAYS.includes(day as Day))) return null;
    return { ...rule, days: DAYS.filter((day) => byday.includes(day)) };
  }
  if (frequency === "MONTHLY" && (byday.length || number)) {
    const on = number ? readNumber(number) : readNth(byday);
    return on && !(number && byday.length) ? { ...rule, on } : null;
  }
  return byday.length || number ? null : rule;
}

function readNumber(text: string): MonthDay | null {
  const number = Number(text);
  return Number.isInteger(number) && (number === -1 || (number >= 1 && number <= 31)) ? { number } : null;
}

function readNth(byday: string[]): MonthDay | null {
  const found = /^\+?(-1|[1-5])([A-Z]{2})$/.exec(byday[0] ?? "");
  if (byday.length !== 1 || !found || !DAYS.includes(found[2] as Day)) return null;
  return { nth: Number(found[1]), day: found[2] as Day };
}

function readEnd(count: string | undefined, until: string | undefined): End | null {
  if (count && until) return null;
  if (count) return /^\d+$/.test(count) ? { kind: "count", count: Number(count) } : null;
  if (!until) return { kind: "never" };
  const found = /^(\d{4})(\d{2})(\d{2})(T\d{6}Z?)?$/.exec(until);
  return found ? { kind: "day", day: `${found[1]}-${found[2]}-${found[3]}` } : null;
}

/** The text of a rule. */
export function writeRule(rule: Rule): string {
  const parts = [`FREQ=${rule.frequency}`];
  if (rule.interval !== 1) parts.push(`INTERVAL=${rule.interval}`);
  if (rule.frequency === "MONTHLY" && rule.on)
    parts.push("number" in rule.on ? `BYMONTHDAY=${rule.on.number}` : `BYDAY=${rule.on.nth}${rule.on.day}`);
  if (rule.frequency === "WEEKLY" && rule.days.length)
    parts.push(`BYDAY=${DAYS.filter((day) => rule.days.includes(day)).join(",")}`);
  if (rule.end.kind === "count") parts.push(`COUNT=${rule.end.count}`);
  if (rule.end.kind === "day" && rule.end.day) parts.push(`UNTIL=${rule.end.day.replaceAll("-", "")}`);
  return parts.join(";");
}

// The 5th of January 2026 was a Monday.
const dayDate = (day: Day) => new Date(Date.UTC(2026, 0, 5 + DAYS.indexOf(day)));
const dayFormat = (style: "long" | "short") => new Intl.DateTimeFormat(locale, { weekday: style, timeZone: "UTC" });

export const dayName = (day: Day, style: "long" | "short" = "long"): string => dayFormat(style).format(dayDate(day));

const NTH: Record<number, string> = { 1: "first", 2: "second", 3: "third", 4: "fourth", 5: "fifth", [-1]: "last" };
export const nthName = (nth: number): string => t(`the ${NTH[nth] ?? "first"}`);

const EVERY: Record<Frequency, [one: string, many: string]> = {
  DAILY: ["Every day", "Every {n} days"],
  WEEKLY: ["Every week", "Every {n} weeks"],
  MONTHLY: ["Every month", "Every {n} months"],
  YEARLY: ["Every year", "Every {n} years"],
};

/** A rule in plain words; one that is not understood as it is written. */
export function ruleWords(text: string): string {
  const rule = readRule(text);
  if (!rule) return text;
  const [one, many] = EVERY[rule.frequency];
  let words = rule.interval === 1 ? t(one) : t(many, { n: rule.interval });
  if (rule.days.length) words += ` ${t("on {days}", { days: listed(rule.days.map((day) => dayName(day))) })}`;
  if (rule.on) words += ` ${onWords(rule.on)}`;
  if (rule.end.kind === "count")
    words += `, ${rule.end.count === 1 ? t("once more") : t("{n} times", { n: rule.end.count })}`;
  if (rule.end.kind === "day") words += `, ${t("until {day}", { day: formatDate(rule.end.day) })}`;
  return words;
}

function onWords(on: MonthDay): string {
  if ("number" in on) return on.number === -1 ? t("on the last day") : t("on day {n}", { n: on.number });
  return t("on {nth} {day}", { nth: nthName(on.nth), day: dayName(on.day) });
}

const listed = (words: string[]): string => new Intl.ListFormat(locale, { type: "conjunction" }).format(words);
