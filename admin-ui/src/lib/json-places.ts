// A text in JSON with the places of what it says, so that what is wrong with a value can be shown where it stands.
import { isObject, wordOf } from "./sparse";

type Span = [number, number];

interface Node {
  span: Span;
  /** Values of keys and members of lists, by key and by index. */
  inner: { key: string; keySpan: Span; node: Node }[];
  value: unknown;
}

export interface Fault {
  message: "end" | "sign" | "twice";
  span: Span;
}

export type Read = { root: Node; fault?: undefined } | { root?: undefined; fault: Fault };

class Stop extends Error {
  readonly fault: Fault;
  constructor(message: Fault["message"], span: Span) {
    super(message);
    this.fault = { message, span };
  }
}

const BLANK = /[ \t\n\r]*/y;
const TEXT = /"(?:[^"\\\n\r\t]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y;
const PLAIN = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/y;

class Reader {
  at = 0;
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }

  take(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.text)?.[0];
    if (found) this.at += found.length;
    return found;
  }

  sign(): string {
    this.take(BLANK);
    return this.text.charAt(this.at);
  }

  refuse(): never {
    const ends = this.at >= this.text.length;
    throw new Stop(ends ? "end" : "sign", [this.at, this.at + 1]);
  }

  expect(sign: string): void {
    if (this.sign() !== sign) this.refuse();
    this.at += 1;
  }

  value(): Node {
    const sign = this.sign();
    const from = this.at;
    if (sign === "{") return this.whole(from, "}", {}, () => this.entry());
    if (sign === "[") return this.whole(from, "]", [], (at) => this.member(at));
    const word = this.take(TEXT) ?? this.take(PLAIN);
    if (word === undefined) this.refuse();
    return { span: [from, this.at], inner: [], value: this.plain(word, from) };
  }

  /** What a word says. Signs that control something are refused where the word begins. */
  plain(word: string, from: number): unknown {
    try {
      return JSON.parse(word);
    } catch {
      this.at = from;
      return this.refuse();
    }
  }

  whole(from: number, end: string, value: unknown, next: (at: number) => Node["inner"][number]): Node {
    const inner: Node["inner"] = [];
    this.at += 1;
    for (let more = this.sign() !== end; more; ) {
      const one = next(inner.length);
      if (isObject(value)) {
        if (Object.hasOwn(value, one.key)) throw new Stop("twice", one.keySpan);
        Object.defineProperty(value, one.key, { value: one.node.value, ...OWN });
      } else (value as unknown[]).push(one.node.value);
      inner.push(one);
      more = this.sign() === ",";
      if (more) this.at += 1;
    }
    this.expect(end);
    return { span: [from, this.at], inner, value };
  }

  entry(): Node["inner"][number] {
    this.sign();
    const from = this.at;
    const word = this.take(TEXT);
    if (word === undefined) this.refuse();
    const keySpan: Span = [from, this.at];
    this.expect(":");
    return { key: String(this.plain(word, from)), keySpan, node: this.value() };
  }

  member(at: number): Node["inner"][number] {
    const node = this.value();
    return { key: String(at), keySpan: node.span, node };
  }
}

const OWN = { enumerable: true, configurable: true, writable: true };

/** What a text says with the places of it, or the place at which it is no JSON. */
export function readJson(text: string): Read {
  const reader = new Reader(text);
  try {
    const root = reader.value();
    if (reader.sign() !== "") reader.refuse();
    return { root };
  } catch (error) {
    if (error instanceof Stop) return { fault: error.fault };
    throw error;
  }
}

/** The end of a path, as far as the text goes along with it: the key of what it ends at. Members are found by name too. */
export function spanAt(root: Node, path: string[]): Span {
  let [node, span]: [Node, Span] = [root, root.span];
  for (const word of path) {
    const isList = Array.isArray(node.value);
    const next = node.inner.find(({ key, node: { value } }) => key === word || (isList && wordOf(value) === word));
    if (!next) break;
    [node, span] = [next.node, next.keySpan];
  }
  return span;
}
