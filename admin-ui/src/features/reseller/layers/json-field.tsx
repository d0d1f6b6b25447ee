// A value in JSON: what cannot be read, and what the server refuses of it, is shown where it stands.
import { useEffect, useMemo, useRef, useState } from "react";
import type { FormulaProblem } from "@/api/formulas";
import { late } from "@/components/late";
import { cx } from "@/lib/cx";
import { t } from "@/lib/i18n";
import { type Fault, readJson, spanAt } from "@/lib/json-places";
import { same } from "@/lib/sparse";

const JsonArea = late(() => import("@/formulas/json-area"), "JsonArea", "line", "px-2.5");

const FAULTS: Record<Fault["message"], string> = {
  end: "Something is missing at the end.",
  sign: "This is no JSON from here on.",
  twice: "This key is there twice.",
};

export interface JsonProblem {
  /** Where in the value. */
  path: string[];
  words: string;
}

interface JsonFieldProps {
  label: string;
  value: unknown;
  lines: number;
  problems: JsonProblem[];
  /** What an empty text says. */
  empty?: unknown;
  /** What keeps a value that can be read from being said at all. */
  refuse?: (value: unknown) => JsonProblem | undefined;
  onChange: (value: unknown) => void;
  /** Whether it cannot be taken as it stands. */
  onBroken: (broken: boolean) => void;
}

const written = (value: unknown): string => (value === undefined ? "" : JSON.stringify(value, null, 2));

/** What a text says; an empty one has no places. */
const read = (text: string) => (text.trim() === "" ? null : readJson(text));

export function JsonField({ label, value, lines, problems, empty, refuse, onChange, onBroken }: JsonFieldProps) {
  const [text, setText] = useState(() => written(value));
  const found = useMemo(() => read(text), [text]);
  const saidIn = (said: ReturnType<typeof read>) => (said ? said.root?.value : empty);
  const refused = found?.fault ? undefined : refuse?.(saidIn(found));
  const broken = Boolean(found?.fault || refused);
  const latest = useRef(onBroken);
  latest.current = onBroken;
  useEffect(() => latest.current(broken), [broken]);
  useEffect(() => () => latest.current(false), []);
  // What was put back elsewhere is read anew; what comes back from here stands as it was typed.
  // biome-ignore lint/correctness/useExhaustiveDependencies: only another value is a reason.
  useEffect(() => {
    setText((now) => {
      const said = read(now);
      return said?.fault || refuse?.(saidIn(said)) || same(saidIn(said), value) ? now : written(value);
    });
  }, [value]);

  function type(next: string) {
    setText(next);
    const said = read(next);
    if (!said?.fault && !refuse?.(saidIn(said))) onChange(saidIn(said));
  }

  const words = refused?.words;
  // biome-ignore lint/correctness/useExhaustiveDependencies: what is refused follows what is found.
  const marks = useMemo(() => marksOf(found, refused ? [refused] : problems), [found, words, problems]);
  const wrong = marks.length > 0;
  return (
    <div className="flex flex-col">
      <div
        className={cx(
          "min-w-0 rounded-control border bg-surface focus-within:ring-2",
          wrong
            ? "border-red focus-within:ring-red-soft"
            : "border-line-2 focus-within:border-accent focus-within:ring-accent-soft",
        )}
        style={{ minHeight: lines * 20 + 12 }}
      >
        <JsonArea value={text} label={label} lines={lines} problems={marks} onChange={type} />
      </div>
      {/* It is there before there is anything to say, and told when one rests, not at each key. */}
      <div role="status">
        {marks.map(({ message, span }, at) => (
          <p key={at} className="mt-1 text-red text-xs">
            {span && <span className="num">{t("Line {n}:", { n: lineOf(text, span[0]) })} </span>}
            {message}
          </p>
        ))}
      </div>
    </div>
  );
}

const lineOf = (text: string, at: number): number => text.slice(0, at).split("\n").length;

function marksOf(found: ReturnType<typeof read>, problems: JsonProblem[]): FormulaProblem[] {
  if (found?.fault) return [{ message: t(FAULTS[found.fault.message]), span: found.fault.span }];
  return problems.map(({ path, words }) => ({
    message: words,
    ...(found?.root && { span: spanAt(found.root, path) }),
  }));
}
