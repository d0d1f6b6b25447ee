// Calendars and zones, as the server has them: wall clocks count microseconds since 1970 without a zone, instants the
// same in UTC. Zones come from the browser's own tables.
import { calendar, dateOf, withinDates } from "./literal";
import { Fault, Unsupported } from "./values";

export const DAY = 86_400_000_000n;
const MILLI = 1000n;

/** Floored quotient and rest. */
const floor = (n: bigint, by: bigint): bigint => (n - (((n % by) + by) % by)) / by;

/** The day of a wall clock, and the microseconds since it began. */
export function split(wall: bigint): [number, bigint] {
  const days = floor(wall, DAY);
  return [Number(days), wall - days * DAY];
}

export const atDay = (days: number): bigint => BigInt(days) * DAY;

/** Refuses moments outside the years 1 to 9999. */
export function withinMoments(wall: bigint): bigint {
  const days = floor(wall, DAY);
  if (days < -1_000_000n || days > 4_000_000n) throw new Fault("DATE");
  withinDates(Number(days));
  return wall;
}

const SECONDS: Record<string, bigint> = { second: 1n, minute: 60n, hour: 3600n, day: 86_400n, week: 604_800n };
const MONTHS: Record<string, bigint> = { month: 1n, quarter: 3n, year: 12n };

/** The unit of a word, in singular or plural and any letter case. */
export function unitOf(word: string): string {
  const unit = word.toLowerCase().replace(/s$/, "");
  if (!(unit in SECONDS) && !(unit in MONTHS)) throw new Fault("VALUE");
  return unit;
}

function plusMonths(wall: bigint, months: bigint): bigint {
  const [days, rest] = split(wall);
  const [year, month, day] = calendar(days);
  const total = BigInt(year) * 12n + BigInt(month - 1) + months;
  if (total < 12n || total > 119_999n) throw new Fault("DATE");
  const [y, m] = [Number(total / 12n), Number(total % 12n) + 1];
  const last = m === 12 ? 31 : calendar(dateOf(y, m + 1, 1) - 1)[2];
  return atDay(dateOf(y, m, Math.min(day, last))) + rest;
}

/** The wall clock some whole units later; months keep the day where they can and cut it where they must. */
export function plus(wall: bigint, count: bigint, unit: string): bigint {
  const months = MONTHS[unit];
  if (months !== undefined) return plusMonths(wall, count * months);
  return withinMoments(wall + count * (SECONDS[unit] ?? 1n) * 1_000_000n);
}

function monthsBetween(from: bigint, to: bigint): bigint {
  const parts = (wall: bigint) => {
    const [days, rest] = split(wall);
    const [year, month, day] = calendar(days);
    return [BigInt(year) * 12n + BigInt(month), BigInt(day) * DAY + rest] as const;
  };
  const [[a, inA], [b, inB]] = [parts(from), parts(to)];
  if (to >= from && inB < inA) return b - a - 1n;
  if (to < from && inB > inA) return b - a + 1n;
  return b - a;
}

/** Whole units from the first wall clock to the second, negative where it is earlier. */
export function between(from: bigint, to: bigint, unit: string): bigint {
  const months = MONTHS[unit];
  if (months !== undefined) return monthsBetween(from, to) / months;
  return (to - from) / ((SECONDS[unit] ?? 1n) * 1_000_000n);
}

/** The first moment of the unit that the wall clock is in; weeks begin on Monday. */
export function startOf(wall: bigint, unit: string): bigint {
  const [days] = split(wall);
  const [year, month] = calendar(days);
  if (unit === "month") return atDay(dateOf(year, month, 1));
  if (unit === "quarter") return atDay(dateOf(year, Math.floor((month - 1) / 3) * 3 + 1, 1));
  if (unit === "year") return atDay(dateOf(year, 1, 1));
  if (unit === "week") return atDay(days - ((((days + 3) % 7) + 7) % 7));
  const size = (SECONDS[unit] ?? 1n) * 1_000_000n;
  return floor(wall, size) * size;
}

/** The first moment of the next unit. */
export function nextOf(wall: bigint, unit: string): bigint {
  const start = startOf(wall, unit);
  const months = MONTHS[unit];
  if (months === undefined) return start + (SECONDS[unit] ?? 1n) * 1_000_000n;
  // The year after the last one has no name here, but its first moment is counted all the same.
  const [days] = split(start);
  const [year, month] = calendar(days);
  const last = year === 9999 && month + Number(months) > 12;
  return last ? atDay(dateOf(9999, 12, 31)) + DAY : plusMonths(start, months);
}

const clocks = new Map<string, Intl.DateTimeFormat>();

function clockOf(zone: string): Intl.DateTimeFormat {
  const known = clocks.get(zone);
  if (known) return known;
  try {
    const clock = new Intl.DateTimeFormat("en-US", {
      timeZone: zone,
      calendar: "gregory",
      hourCycle: "h23",
      era: "short",
      year: "numeric",
      month: "numeric",
      day: "numeric",
      hour: "numeric",
      minute: "numeric",
      second: "numeric",
    });
    clocks.set(zone, clock);
    return clock;
  } catch {
    throw new Unsupported(zone);
  }
}

/** How far the zone's wall clock is ahead of UTC at an instant, in microseconds. */
function offsetAt(instant: bigint, zone: string): bigint {
  const millis = Number(floor(instant, MILLI));
  const parts = new Map(
    clockOf(zone)
      .formatToParts(millis)
      .map((part) => [part.type, part.value]),
  );
  const part = (name: Intl.DateTimeFormatPartTypes) => Number(parts.get(name) ?? 0);
  const year = parts.get("era")?.startsWith("B") ? 1 - part("year") : part("year");
  const date = new Date(0);
  date.setUTCFullYear(year, part("month") - 1, part("day"));
  date.setUTCHours(part("hour"), part("minute"), part("second"));
  const seconds = Math.floor(millis / 1000);
  return BigInt(date.getTime() / 1000 - seconds) * 1_000_000n;
}

/** The last year whose changes of the clock the server's tables list. */
const LAST_LISTED = 2037;

/** The same moment of a listed year with the same weekdays, whose rules a later year is taken to have. */
function standIn(wall: bigint): bigint {
  const [days, rest] = split(wall);
  const [year, month, day] = calendar(days);
  if (year <= LAST_LISTED) return wall;
  const shape = (one: number) => {
    const first = dateOf(one, 1, 1);
    return `${dateOf(one, 12, 31) - first} ${(((first + 3) % 7) + 7) % 7}`;
  };
  for (let listed = LAST_LISTED - 27; listed <= LAST_LISTED; listed += 1)
    if (shape(listed) === shape(year)) return atDay(dateOf(listed, month, day)) + rest;
  return wall;
}

/** The wall clock of an instant. */
export function local(instant: bigint, zone: string): bigint {
  if (zone === "UTC") return instant;
  return instant + offsetAt(standIn(instant), zone);
}

/** The instant of a wall clock: a time that was skipped is read with the offset before, one that comes twice is the
 * second. */
export function instant(wall: bigint, zone: string): bigint {
  if (zone === "UTC") return wall;
  const listed = standIn(wall);
  for (let step = 0n; step < 100n; step += 1n) {
    const before = listed - step * 1_800_000_000n;
    const offsets = [offsetAt(before - DAY, zone), offsetAt(before + DAY, zone)];
    const fitting = offsets.filter((offset) => offsetAt(before - offset, zone) === offset);
    if (fitting.length) return wall - fitting.reduce((least, offset) => (offset < least ? offset : least));
  }
  return wall;
}
