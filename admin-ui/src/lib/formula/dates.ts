// The functions on dates, times and moments. Instants move in UTC; their days begin in the formula's zone.
import { type Arguments, all, at, type Known, LONGEST, none } from "./arguments";
import { divide, over, times, UNIT, whole } from "./fixed";
import { calendar, dateOf, daysOf, withinDates } from "./literal";
import { atDay, between, DAY, instant, local, nextOf, plus, split, startOf, unitOf, withinMoments } from "./moments";
import { Fault, type Value } from "./values";

const count = (n: number): Value => ({ number: whole(n) });
const MOST = 400_000_000_000;

/** A wall clock as a value of the same type as the first argument. */
const like = (a: Arguments, wall: bigint): Value =>
  isInstant(a.at(0)) ? { datetime: wall } : { date: split(wall)[0] };

function isInstant(value: Value): boolean {
  return value !== null && typeof value === "object" && "datetime" in value;
}

function isoWeek(days: number): number {
  // The week belongs to the year that its Thursday is in.
  const thursday = days - ((((days + 3) % 7) + 7) % 7) + 3;
  return Math.floor((thursday - dateOf(calendar(thursday)[0], 1, 1)) / 7) + 1;
}

function edge(a: Arguments, end: boolean): Value {
  const [unit, zone] = [unitOf(a.text(1)), a.text(2)];
  if (!isInstant(a.at(0))) {
    const wall = atDay(a.date(0));
    return { date: split(end ? nextOf(wall, unit) - DAY : startOf(wall, unit))[0] };
  }
  const wall = local(a.instant(0), zone);
  const found = instant(end ? nextOf(wall, unit) : startOf(wall, unit), zone);
  return { datetime: end ? found - 1n : found };
}

function plusDays(a: Arguments): Value {
  if (!isInstant(a.at(0))) return { date: withinDates(a.date(0) + a.integer(1, 4_000_000)) };
  let micros: bigint;
  try {
    micros = divide(times(a.number(1), whole(86_400_000_000)), UNIT);
  } catch {
    throw new Fault("DATE");
  }
  return { datetime: withinMoments(a.instant(0) + micros) };
}

const CLOCK = /^([01]\d|2[0-3]):([0-5]\d)(?::([0-5]\d)(?:\.(\d{1,6}))?)?$/;

/** Microseconds of a clock such as 12:30:15.25. */
function clockOf(text: string): bigint {
  const match = CLOCK.exec(text);
  if (!match) throw new Fault("VALUE");
  const seconds = Number(match[1]) * 3600 + Number(match[2]) * 60 + Number(match[3] ?? 0);
  return BigInt(seconds) * 1_000_000n + BigInt((match[4] ?? "").padEnd(6, "0"));
}

function dayOf(text: string): number {
  try {
    return daysOf(text);
  } catch {
    throw new Fault("VALUE");
  }
}

/** The instant of a text; without an offset it is a wall clock of the zone. */
function instantOf(text: string, zone: string): bigint {
  const match = /^(.{10})[T ]([\d:.]+)(Z|[+-](?:0\d|1[0-4]):[0-5]\d)?$/.exec(text);
  if (!match) throw new Fault("VALUE");
  const wall = atDay(dayOf(match[1] ?? "")) + clockOf(match[2] ?? "");
  const offset = match[3];
  if (offset === undefined) return instant(wall, zone);
  if (offset === "Z") return wall;
  const [hours = "0", minutes = "0"] = offset.slice(1).split(":");
  const ahead = BigInt(Number(hours) * 60 + Number(minutes)) * 60_000_000n;
  return offset.startsWith("-") ? wall + ahead : wall - ahead;
}

function textOf(value: Value): string {
  if (value === null || typeof value !== "object" || !("text" in value)) throw new Fault("VALUE");
  return value.text;
}

function isDate(value: Value): value is { date: number } {
  return value !== null && typeof value === "object" && "date" in value;
}

export const DATES: Record<string, Known> = {
  TODAY: none((a, request) => ({ date: split(local(request.now, a.text(0)))[0] })),
  NOW: none((_, request) => ({ datetime: request.now })),
  DATE: all((a) => ({ date: dateOf(a.integer(0, LONGEST), a.integer(1, LONGEST), a.integer(2, LONGEST)) })),
  DATETIME: all((a) => {
    const days = dateOf(a.integer(0, LONGEST), a.integer(1, LONGEST), a.integer(2, LONGEST));
    const [hour, minute, second] = [a.integer(3, LONGEST), a.integer(4, LONGEST), a.integer(5, LONGEST)];
    const fits = (n: number, below: number) => n >= 0 && n < below;
    if (!fits(hour, 24) || !fits(minute, 60) || !fits(second, 60)) throw new Fault("DATE");
    const wall = atDay(days) + BigInt(hour * 3600 + minute * 60 + second) * 1_000_000n;
    return { datetime: instant(wall, a.text(6)) };
  }),
  DATEVALUE: at([0], (a) => {
    const value = a.at(0);
    if (isDate(value)) return value;
    if (isInstant(value)) return { date: split(local(a.instant(0), a.text(1)))[0] };
    return { date: dayOf(textOf(value)) };
  }),
  DATETIMEVALUE: at([0], (a) => {
    const value = a.at(0);
    if (isInstant(value)) return value;
    if (isDate(value)) return { datetime: instant(atDay(value.date), a.text(1)) };
    return { datetime: instantOf(textOf(value), a.text(1)) };
  }),
  _MIDNIGHT: all((a) => ({ datetime: instant(atDay(a.date(0)), a.text(1)) })),
  _LOCALTIME: all((a) => ({ time: Number(split(local(a.instant(0), a.text(1)))[1]) })),
  YEAR: all((a) => count(calendar(a.date(0))[0])),
  QUARTER: all((a) => count(Math.floor((calendar(a.date(0))[1] - 1) / 3) + 1)),
  MONTH: all((a) => count(calendar(a.date(0))[1])),
  DAY: all((a) => count(calendar(a.date(0))[2])),
  WEEKDAY: all((a) => count(((((a.date(0) + 4) % 7) + 7) % 7) + 1)),
  ISOWEEK: all((a) => count(isoWeek(a.date(0)))),
  DAYOFYEAR: all((a) => count(a.date(0) - dateOf(calendar(a.date(0))[0], 1, 1) + 1)),
  HOUR: all((a) => count(Math.floor(a.time(0) / 3_600_000_000))),
  MINUTE: all((a) => count(Math.floor(a.time(0) / 60_000_000) % 60)),
  DATEADD: all((a) => like(a, plus(a.wall(0), BigInt(a.integer(1, MOST)), unitOf(a.text(2))))),
  DATEDIFF: all((a) => ({ number: between(a.wall(0), a.wall(1), unitOf(a.text(2))) * UNIT })),
  STARTOF: all((a) => edge(a, false)),
  ENDOF: all((a) => edge(a, true)),
  _PLUSDAYS: all(plusDays),
  _DAYSBETWEEN: all((a) => ({ number: over((a.wall(0) - a.wall(1)) * UNIT, whole(86_400_000_000)) })),
};
