// What a call is given, read as the types that the server has made sure of; and how a function is declared here.
import { integer } from "./fixed";
import { atDay } from "./moments";
import { Fault, isBlank, type Request, type Value } from "./values";

/** Positions and lengths are cut to this before they reach a function. */
export const LONGEST = 1_000_000;

/** The computed arguments of a call. */
export class Arguments {
  readonly values: Value[];
  constructor(values: Value[]) {
    this.values = values;
  }

  at(index: number): Value {
    return this.values[index] ?? null;
  }

  number(index: number): bigint {
    const value = this.at(index);
    if (value === null || typeof value !== "object" || !("number" in value)) throw new Fault("VALUE");
    return value.number;
  }

  integer(index: number, most: number): number {
    return integer(this.number(index), most);
  }

  /** How many characters to take. */
  count(index: number): number {
    return Math.max(this.integer(index, LONGEST), 0);
  }

  /** A text; blank reads as empty. */
  text(index: number): string {
    const value = this.at(index);
    if (value === null) return "";
    if (typeof value !== "object" || !("text" in value)) throw new Fault("VALUE");
    return value.text;
  }

  letters(index: number): string[] {
    return [...this.text(index)];
  }

  date(index: number): number {
    const value = this.at(index);
    if (value === null || typeof value !== "object" || !("date" in value)) throw new Fault("VALUE");
    return value.date;
  }

  instant(index: number): bigint {
    const value = this.at(index);
    if (value === null || typeof value !== "object" || !("datetime" in value)) throw new Fault("VALUE");
    return value.datetime;
  }

  /** A date's midnight, or the UTC clock of an instant. */
  wall(index: number): bigint {
    const value = this.at(index);
    if (value !== null && typeof value === "object" && "datetime" in value) return value.datetime;
    return atDay(this.date(index));
  }

  time(index: number): number {
    const value = this.at(index);
    if (value === null || typeof value !== "object" || !("time" in value)) throw new Fault("VALUE");
    return value.time;
  }

  texts(from: number): string[] {
    return this.values.slice(from).map((_, index) => this.text(from + index));
  }

  numbers(): bigint[] {
    return this.values.map((value, index) => (isBlank(value) ? null : this.number(index))).filter((n) => n !== null);
  }
}

type Compute = (a: Arguments, request: Request) => Value;

/** A function and the arguments whose blank makes the result blank: all, none, or those places. */
export interface Known {
  strict: "all" | readonly number[];
  compute: Compute;
}

export const all = (compute: Compute): Known => ({ strict: "all", compute });
export const none = (compute: Compute): Known => ({ strict: [], compute });
export const at = (places: number[], compute: Compute): Known => ({ strict: places, compute });
