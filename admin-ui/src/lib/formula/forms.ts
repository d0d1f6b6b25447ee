// Values as text in a given form, such as 0.00 or dd.MM.yyyy.
import type { Arguments } from "./arguments";
import { print, rounded } from "./fixed";
import { calendar } from "./literal";
import { local, split } from "./moments";

/** The value of a call of TEXT with a form; blank is empty. */
export function formed(a: Arguments): string {
  const value = a.at(0);
  const form = a.text(1);
  if (value === null || typeof value !== "object") return "";
  if ("number" in value) return ofNumber(value.number, form);
  if ("date" in value) return ofMoment(value.date, 0, form);
  if ("time" in value) return ofMoment(0, value.time, form);
  if (!("datetime" in value)) return "";
  const [days, rest] = split(local(value.datetime, a.text(2)));
  return ofMoment(days, Number(rest), form);
}

function ofNumber(number: bigint, form: string): string {
  const [before = "", after = ""] = form.split(".");
  const least = after.replace(/[^0]/g, "").length;
  const [digits = "", decimals = ""] = print(rounded(number, after.length)).replace("-", "").split(".");
  const shown = before.includes(",") ? digits.replace(/\B(?=(\d{3})+$)/g, ",") : digits;
  const rest = decimals.padEnd(least, "0");
  const negative = rounded(number, after.length) < 0n;
  return `${negative ? "-" : ""}${shown}${rest ? `.${rest}` : ""}`;
}

function ofMoment(days: number, micros: number, form: string): string {
  const [year, month, day] = calendar(days);
  const seconds = Math.floor(micros / 1_000_000);
  const tokens: Record<string, number> = {
    yyyy: year,
    MM: month,
    dd: day,
    HH: Math.floor(seconds / 3600),
    mm: Math.floor(seconds / 60) % 60,
    ss: seconds % 60,
  };
  return form.replace(/yyyy|MM|dd|HH|mm|ss/g, (token) => String(tokens[token]).padStart(token.length, "0"));
}
