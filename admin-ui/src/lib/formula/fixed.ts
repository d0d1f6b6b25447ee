// Exact numbers of twelve decimals below 10^18, as the server has them: whole numbers of 10^-12, rounded half away
// from zero. No floats.
import { Fault } from "./values";

export const UNIT = 10n ** 12n;
const LIMIT = 10n ** 30n;

export const abs = (n: bigint): bigint => (n < 0n ? -n : n);
const sign = (n: bigint): bigint => (n > 0n ? 1n : n < 0n ? -1n : 0n);

/** The quotient, rounded half away from zero. */
export function divide(n: bigint, by: bigint): bigint {
  const quotient = n / by;
  const rest = n % by;
  return abs(rest) * 2n >= abs(by) ? quotient + sign(n) * sign(by) : quotient;
}

/** Refuses numbers of 10^18 and more. */
export function within(n: bigint): bigint {
  if (abs(n) >= LIMIT) throw new Fault("NUM");
  return n;
}

export function parse(text: string): bigint {
  const match = /^(-?)(\d*)(?:\.(\d*))?$/.exec(text.trim());
  if (!match) throw new Fault("VALUE");
  const decimals = match[3] ?? "";
  const digits = BigInt(`${match[2] || "0"}${decimals}`);
  const units = divide(digits * UNIT, 10n ** BigInt(decimals.length));
  return within(match[1] ? -units : units);
}

/** The shortest decimal. */
export function print(n: bigint): string {
  // At most 28 digits in all, as the server keeps them.
  let units = n;
  let decimals = 12;
  while (decimals > 0 && units % 10n === 0n) {
    units /= 10n;
    decimals -= 1;
  }
  while (decimals > 0 && abs(units) >= 2n ** 96n) {
    units = divide(units, 10n);
    decimals -= 1;
  }
  const digits = abs(units)
    .toString()
    .padStart(decimals + 1, "0");
  const whole = digits.slice(0, digits.length - decimals);
  const rest = digits.slice(digits.length - decimals).replace(/0+$/, "");
  return `${n < 0n && units !== 0n ? "-" : ""}${whole}${rest ? `.${rest}` : ""}`;
}

export const whole = (n: number): bigint => BigInt(n) * UNIT;
export const times = (a: bigint, b: bigint): bigint => within(divide(a * b, UNIT));

export function over(a: bigint, b: bigint): bigint {
  if (b === 0n) throw new Fault("DIV0");
  return within(divide(a * UNIT, b));
}

/** The whole part, cut to ±most. */
export function integer(n: bigint, most: number): number {
  const cut = n / UNIT;
  const limit = BigInt(most);
  return Number(cut > limit ? limit : cut < -limit ? -limit : cut);
}

/** The size of one step at so many decimals; null where all digits stay. */
function step(places: number): bigint | null {
  const zeros = 12 - Math.max(places, -18);
  return zeros > 0 ? 10n ** BigInt(zeros) : null;
}

export function rounded(n: bigint, places: number): bigint {
  const size = step(places);
  return size === null ? n : within(divide(n, size) * size);
}

export function truncated(n: bigint, places: number): bigint {
  const size = step(places);
  return size === null ? n : (n / size) * size;
}

export function roundedUp(n: bigint, places: number): bigint {
  const size = step(places);
  const cut = truncated(n, places);
  return size === null || cut === n ? cut : within(cut + sign(n) * size);
}

/** The greatest multiple of a step that is not above. */
export function floorTo(n: bigint, size: bigint): bigint {
  if (size === 0n) throw new Fault("DIV0");
  const rest = ((n % size) + size) % size;
  return within(n - rest);
}
