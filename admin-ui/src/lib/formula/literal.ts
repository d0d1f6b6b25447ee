// Values in and out of JSON.
import { parse, print } from "./fixed";
import { Fault, type Literal, text, Unsupported, type Value } from "./values";

const DAY = 86_400_000;

export function daysOf(iso: string): number {
  const match = /^(\d{4})-(\d{2})-(\d{2})$/.exec(iso);
  if (!match) throw new Fault("DATE");
  return dateOf(Number(match[1]), Number(match[2]), Number(match[3]));
}

/** Year, month and day of a count of days. */
export function calendar(days: number): [number, number, number] {
  const date = new Date(days * DAY);
  return [date.getUTCFullYear(), date.getUTCMonth() + 1, date.getUTCDate()];
}

/** The date, or a fault where there is none. */
export function dateOf(year: number, month: number, day: number): number {
  if (year < 1 || year > 9999 || month < 1 || month > 12) throw new Fault("DATE");
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  const days = Math.round(date.getTime() / DAY);
  const [y, m, d] = calendar(days);
  if (y !== year || m !== month || d !== day) throw new Fault("DATE");
  return days;
}

/** Dates have the years 1 to 9999. */
export function withinDates(days: number): number {
  const [year] = calendar(days);
  if (!Number.isFinite(days) || year < 1 || year > 9999) throw new Fault("DATE");
  return days;
}

const two = (n: number, width = 2): string => String(n).padStart(width, "0");

export function printDate(days: number): string {
  const [year, month, day] = calendar(days);
  return `${two(year, 4)}-${two(month)}-${two(day)}`;
}

export function printTime(micros: number): string {
  const seconds = Math.floor(micros / 1_000_000);
  return `${two(Math.floor(seconds / 3600))}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
}

const MICROS = 86_400_000_000n;

export function printInstant(micros: bigint): string {
  const days = (micros - (((micros % MICROS) + MICROS) % MICROS)) / MICROS;
  return `${printDate(Number(days))}T${printTime(Number(micros - days * MICROS))}Z`;
}

function timeOf(clock: string): number {
  const [hours = "0", minutes = "0", seconds = "0"] = clock.split(":");
  return (Number(hours) * 3600 + Number(minutes) * 60) * 1_000_000 + Math.round(Number(seconds) * 1_000_000);
}

/** A value that the server wrote. */
export function read(literal: Literal): Value {
  if (literal === "null") return null;
  const [[kind, raw] = ["", null]] = Object.entries(literal);
  switch (kind) {
    case "bool":
      return raw === true;
    case "number":
      return { number: parse(String(raw)) };
    case "text":
      return text(String(raw));
    case "date":
      return { date: daysOf(String(raw)) };
    case "datetime": {
      const match = /^(.{10})T([\d:.]+)Z$/.exec(String(raw));
      if (!match) throw new Fault("DATE");
      return { datetime: BigInt(daysOf(match[1] ?? "")) * MICROS + BigInt(timeOf(match[2] ?? "")) };
    }
    case "time":
      return { time: timeOf(String(raw)) };
    case "id":
      return { id: String(raw).toLowerCase() };
    case "list":
      return { list: (raw as Literal[]).map(read) };
    case "json":
      return { json: raw };
    default:
      throw new Unsupported(kind);
  }
}

/** The plain text of a value; blank is empty. */
export function plain(value: Value): string {
  if (value === null) return "";
  if (typeof value === "boolean") return String(value);
  if ("number" in value) return print(value.number);
  if ("text" in value) return value.text;
  if ("date" in value) return printDate(value.date);
  if ("datetime" in value) return printInstant(value.datetime);
  if ("time" in value) return printTime(value.time);
  if ("id" in value) return value.id;
  if ("json" in value) return JSON.stringify(value.json);
  return value.list.map(plain).join("; ");
}
