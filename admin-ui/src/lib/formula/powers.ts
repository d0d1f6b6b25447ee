// Exponentials, logarithms, powers and roots of exact numbers: whole numbers all the way, with about 35 digits inside,
// as the server computes them. No floats but to see that a result is too large.
import { abs, divide, within } from "./fixed";
import { Fault } from "./values";

const UNIT = 10n ** 12n;
const BITS = 120n;
const ONE = 1n << BITS;
/** ln 2 · 2^120 */
const LN2 = 921_350_637_599_661_305_226_344_307_672_478_455n;
/** The natural logarithm above which a result is 10^18 or more. */
const TOO_LARGE = 42;

const signed = (size: bigint, negative: boolean): bigint => (negative ? -size : size);
/** The product of two binary fractions, cut toward zero. */
const product = (a: bigint, b: bigint): bigint => signed((abs(a) * abs(b)) >> BITS, a < 0n !== b < 0n);
const ratio = (a: bigint, b: bigint): bigint => signed((abs(a) * ONE) / abs(b), a < 0n !== b < 0n);

function bitsOf(n: bigint): bigint {
  return BigInt(n.toString(2).length);
}

function logOfUnits(units: bigint): bigint {
  const shift = bitsOf(units) - 1n;
  const mantissa = shift <= BITS ? units << (BITS - shift) : units >> (shift - BITS);
  const z = ratio(mantissa - ONE, mantissa + ONE);
  const square = product(z, z);
  let [power, sum] = [z, 0n];
  for (let odd = 1n; odd <= 160n; odd += 2n) {
    sum += power / odd;
    power = product(power, square);
  }
  return 2n * sum + shift * LN2;
}

/** ln of a positive number as a binary fraction. */
function logarithm(n: bigint): bigint {
  if (n <= 0n) throw new Fault("NUM");
  return logOfUnits(n) - logOfUnits(UNIT);
}

/** e^x of a binary fraction. */
function exponential(x: bigint): bigint {
  const rest = ((x % LN2) + LN2) % LN2;
  const twos = (x - rest) / LN2;
  let [term, sum] = [ONE, ONE];
  for (let n = 1n; n < 40n; n += 1n) {
    term = product(term, rest) / n;
    sum += term;
  }
  const shift = BITS - twos;
  const size = sum * UNIT;
  return within((size >> shift) + ((size >> (shift - 1n)) & 1n));
}

const estimate = (n: bigint): number => Number(n) / 1e12;

export function exp(n: bigint): bigint {
  if (estimate(n) > TOO_LARGE) throw new Fault("NUM");
  if (estimate(n) < -TOO_LARGE) return 0n;
  return exponential((n / UNIT) * ONE + ratio(n % UNIT, UNIT));
}

export const ln = (n: bigint): bigint => divide(logarithm(n) * UNIT, ONE);

export function log(n: bigint, base: bigint): bigint {
  const [number, by] = [logarithm(n), logarithm(base)];
  if (by === 0n) throw new Fault("DIV0");
  return within(divide(number * UNIT, by));
}

/** Zero to the zero is one; a negative base takes whole exponents only. */
export function power(base: bigint, exponent: bigint): bigint {
  if (base === 0n) {
    if (exponent < 0n) throw new Fault("DIV0");
    return exponent === 0n ? UNIT : 0n;
  }
  if (base < 0n && exponent % UNIT !== 0n) throw new Fault("NUM");
  const log = logarithm(abs(base));
  const expected = estimate(exponent) * (Number(log) / Number(ONE));
  if (expected > TOO_LARGE) throw new Fault("NUM");
  const size = expected < -TOO_LARGE ? 0n : exponential(divide(log * exponent, UNIT));
  return signed(size, base < 0n && (exponent / UNIT) % 2n !== 0n);
}

export function root(n: bigint): bigint {
  if (n < 0n) throw new Fault("NUM");
  const square = n * UNIT;
  if (square === 0n) return 0n;
  let found = 1n << ((bitsOf(square) + 1n) / 2n);
  for (let next = (found + square / found) / 2n; next < found; next = (found + square / found) / 2n) found = next;
  return found * found + found < square ? found + 1n : found;
}
