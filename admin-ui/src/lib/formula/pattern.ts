// Regular expressions in the subset that the server accepts, matched without backtracking more than once over the same
// place: time grows with the text times the pattern, never faster. Positions count letters, not UTF-16 units.

type Letters = { negated: boolean; ranges: [number, number][] };

type Node =
  | { set: Letters }
  | { edge: "start" | "end" }
  | { all: Node[] }
  | { any: Node[] }
  | { repeat: Node; least: number; most: number }
  | { group: Node; index: number };

/** One step of a compiled pattern; `split` prefers its first way. */
type Step =
  | { set: Letters }
  | { edge: "start" | "end" }
  | { split: [number, number] }
  | { jump: number }
  | { save: number }
  | { found: true };

const DIGITS: [number, number][] = [[48, 57]];
const WORDS: [number, number][] = [
  [48, 57],
  [65, 90],
  [95, 95],
  [97, 122],
];
const SPACES: [number, number][] = [
  [9, 13],
  [32, 32],
];
const CLASSES: Record<string, [number, number][]> = { d: DIGITS, w: WORDS, s: SPACES };
const LETTERS: Record<string, string> = { n: "\n", t: "\t", r: "\r", f: "\f", v: "\v", a: "\x07" };

const code = (letter: string): number => letter.codePointAt(0) ?? 0;
const one = (letter: string): Letters => ({ negated: false, ranges: [[code(letter), code(letter)]] });

class Parser {
  private at = 0;
  private groups = 0;
  private readonly letters: string[];

  constructor(source: string) {
    this.letters = [...source];
  }

  whole(): Node {
    const node = this.alternatives();
    if (this.at < this.letters.length) throw new Error("not a pattern");
    return node;
  }

  private look(): string | undefined {
    return this.letters[this.at];
  }

  private take(): string {
    const letter = this.letters[this.at];
    if (letter === undefined) throw new Error("not a pattern");
    this.at += 1;
    return letter;
  }

  private skip(letter: string): boolean {
    if (this.look() !== letter) return false;
    this.at += 1;
    return true;
  }

  private alternatives(): Node {
    const any = [this.sequence()];
    while (this.skip("|")) any.push(this.sequence());
    return any.length === 1 && any[0] ? any[0] : { any };
  }

  private sequence(): Node {
    const all: Node[] = [];
    for (let next = this.look(); next !== undefined && next !== "|" && next !== ")"; next = this.look())
      all.push(this.repeated(this.single()));
    return { all };
  }

  private repeated(node: Node): Node {
    if (this.skip("?")) return { repeat: node, least: 0, most: 1 };
    if (this.skip("*")) return { repeat: node, least: 0, most: Number.POSITIVE_INFINITY };
    if (this.skip("+")) return { repeat: node, least: 1, most: Number.POSITIVE_INFINITY };
    if (!this.skip("{")) return node;
    const least = this.integer() ?? 0;
    const most = this.skip(",") ? (this.integer() ?? Number.POSITIVE_INFINITY) : least;
    if (!this.skip("}")) throw new Error("not a pattern");
    return { repeat: node, least, most };
  }

  private integer(): number | undefined {
    let digits = "";
    while (/[0-9]/.test(this.look() ?? "")) digits += this.take();
    return digits ? Number(digits) : undefined;
  }

  private single(): Node {
    const letter = this.take();
    if (letter === ".") return { set: { ...one("\n"), negated: true } };
    if (letter === "^") return { edge: "start" };
    if (letter === "$") return { edge: "end" };
    if (letter === "(") return this.group();
    if (letter === "[") return { set: this.set() };
    if (letter !== "\\") return { set: one(letter) };
    const next = this.take();
    if (next === "A") return { edge: "start" };
    if (next === "z") return { edge: "end" };
    const ranges = CLASSES[next.toLowerCase()];
    if (ranges) return { set: { negated: next !== next.toLowerCase(), ranges } };
    return { set: one(LETTERS[next] ?? next) };
  }

  private group(): Node {
    const silent = this.skip("?");
    if (silent && !this.skip(":")) throw new Error("not a pattern");
    const index = silent ? 0 : ++this.groups;
    const inside = this.alternatives();
    if (!this.skip(")")) throw new Error("not a pattern");
    return silent ? inside : { group: inside, index };
  }

  private set(): Letters {
    const negated = this.skip("^");
    const ranges: [number, number][] = [];
    for (let first = true; first || this.look() !== "]"; first = false) {
      const low = this.item();
      if (typeof low !== "string") {
        ranges.push(...low);
      } else if (this.look() === "-" && this.letters[this.at + 1] !== "]") {
        this.take();
        const high = this.item();
        ranges.push([code(low), typeof high === "string" ? code(high) : code(low)]);
      } else {
        ranges.push([code(low), code(low)]);
      }
    }
    this.take();
    return { negated, ranges };
  }

  private item(): string | [number, number][] {
    const letter = this.take();
    if (letter !== "\\") return letter;
    const next = this.take();
    return CLASSES[next] ?? LETTERS[next] ?? next;
  }
}

function compile(node: Node, steps: Step[]): void {
  if ("set" in node || "edge" in node) {
    steps.push(node);
  } else if ("all" in node) {
    for (const part of node.all) compile(part, steps);
  } else if ("group" in node) {
    steps.push({ save: 2 * node.index });
    compile(node.group, steps);
    steps.push({ save: 2 * node.index + 1 });
  } else if ("any" in node) {
    compileAny(node.any, steps);
  } else {
    compileRepeat(node.repeat, node.least, node.most, steps);
  }
}

function compileAny(any: Node[], steps: Step[]): void {
  const ends: number[] = [];
  any.forEach((part, index) => {
    const last = index === any.length - 1;
    const from = steps.length;
    if (!last) steps.push({ jump: 0 });
    compile(part, steps);
    if (last) return;
    ends.push(steps.length);
    steps.push({ jump: 0 });
    steps[from] = { split: [from + 1, steps.length] };
  });
  for (const end of ends) steps[end] = { jump: steps.length };
}

function compileRepeat(node: Node, least: number, most: number, steps: Step[]): void {
  for (let times = 0; times < least; times += 1) compile(node, steps);
  if (most === Number.POSITIVE_INFINITY) {
    const from = steps.length;
    steps.push({ jump: 0 });
    compile(node, steps);
    steps.push({ jump: from });
    steps[from] = { split: [from + 1, steps.length] };
    return;
  }
  const ways: number[] = [];
  for (let times = least; times < most; times += 1) {
    ways.push(steps.length);
    steps.push({ jump: 0 });
    compile(node, steps);
  }
  for (const way of ways) steps[way] = { split: [way + 1, steps.length] };
}

const holds = (set: Letters, letter: number): boolean =>
  set.ranges.some(([low, high]) => letter >= low && letter <= high) !== set.negated;

export class Pattern {
  private readonly steps: Step[] = [];

  constructor(source: string) {
    compile(new Parser(source).whole(), this.steps);
    this.steps.push({ found: true });
  }

  /** Whether the whole text matches. */
  matches(text: string): boolean {
    const letters = [...text].map(code);
    return this.run(letters, 0, letters.length) !== null;
  }

  /** The first match, as long as it can be, or its first group. */
  extract(text: string): string {
    const letters = [...text];
    const found = this.find(letters.map(code), 0);
    if (!found) return "";
    const match = letters.slice(found[0], found[1]);
    if (!this.steps.some((step) => "save" in step)) return match.join("");
    const saved = this.run(match.map(code), 0, match.length);
    const [start, end] = [saved?.[2], saved?.[3]];
    return start === undefined || end === undefined ? "" : match.slice(start, end).join("");
  }

  /** The text with every match replaced. */
  replace(text: string, fresh: string): string {
    const letters = [...text];
    const codes = letters.map(code);
    let replaced = "";
    let rest = 0;
    for (let found = this.find(codes, rest); found; found = this.find(codes, rest)) {
      replaced += letters.slice(rest, found[0]).join("") + fresh;
      rest = found[1];
      if (found[0] === found[1]) break;
    }
    return replaced + letters.slice(rest).join("");
  }

  private find(letters: number[], from: number): [number, number] | null {
    for (let start = from; start <= letters.length; start += 1) {
      const end = this.longest(letters, start);
      if (end !== null) return [start, end];
    }
    return null;
  }

  private longest(letters: number[], start: number): number | null {
    let longest: number | null = null;
    this.walk(letters, start, (at) => {
      longest = Math.max(longest ?? at, at);
      return false;
    });
    return longest;
  }

  /** What the preferred way from `start` to exactly `end` saves. */
  private run(letters: number[], start: number, end: number): number[] | null {
    let kept: number[] | null = null;
    this.walk(letters, start, (at, saved) => {
      if (at === end) kept = saved;
      return at === end;
    });
    return kept;
  }

  /** Goes every way once, the preferred first, until `found` says that it is enough. */
  private walk(letters: number[], start: number, found: (at: number, saved: number[]) => boolean): void {
    const width = letters.length + 1;
    const seen = new Set<number>();
    const open: { step: number; at: number; saved: number[] }[] = [{ step: 0, at: start, saved: [] }];
    for (let next = open.pop(); next; next = open.pop()) {
      const { at, saved } = next;
      const key = next.step * width + at;
      const step = this.steps[next.step];
      if (seen.has(key) || !step) continue;
      seen.add(key);
      const go = (to: number, place = at, now = saved) => open.push({ step: to, at: place, saved: now });
      if ("found" in step) {
        if (found(at, saved)) return;
      } else if ("split" in step) {
        go(step.split[1]);
        go(step.split[0]);
      } else if ("jump" in step) {
        go(step.jump);
      } else if ("save" in step) {
        const now = [...saved];
        now[step.save] = at;
        go(next.step + 1, at, now);
      } else if ("edge" in step) {
        if (at === (step.edge === "start" ? 0 : letters.length)) go(next.step + 1);
      } else {
        const letter = letters[at];
        if (letter !== undefined && holds(step.set, letter)) go(next.step + 1, at + 1);
      }
    }
  }
}
