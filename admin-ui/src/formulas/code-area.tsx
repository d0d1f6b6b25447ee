// The code editor as a component. It comes with its own chunk, when the first formula is seen.
import { useEffect, useRef } from "react";
import type { FormulaFunction, FormulaProblem } from "@/api/formulas";
import type { Catalog } from "@/catalog/catalog";
import type { ObjectDef } from "@/catalog/types";
import { type Code, startCode } from "./code-mirror";
import { completing } from "./completing";
import { Echoes } from "./echoes";
import { formulaLanguage } from "./language";
import { wordsAt } from "./words";

interface CodeAreaProps {
  catalog: Catalog;
  object: ObjectDef;
  functions: FormulaFunction[];
  value: string;
  label: string;
  placeholder: string;
  lines: number;
  autoFocus?: boolean | undefined;
  problems: FormulaProblem[];
  warnings: FormulaProblem[];
  onChange: (text: string) => void;
  onCursor: (at: number) => void;
}

export function CodeArea(props: CodeAreaProps) {
  const host = useRef<HTMLDivElement>(null);
  const code = useRef<Code | null>(null);
  const latest = useRef(props);
  latest.current = props;
  const echoes = useRef(new Echoes());

  useEffect(() => {
    if (!host.current) return;
    const { value, label, placeholder, lines } = latest.current;
    const started = startCode(host.current, {
      text: value,
      label,
      placeholder,
      lines,
      language: formulaLanguage,
      more: completing((place) => {
        const { catalog, object, functions } = latest.current;
        return wordsAt(catalog, object, functions, place);
      }),
      onChange: (text) => {
        echoes.current.said(text);
        latest.current.onChange(text);
      },
      onCursor: (at) => latest.current.onCursor(at),
    });
    code.current = started;
    if (latest.current.autoFocus) started.focus();
    return () => started.destroy();
  }, []);

  useEffect(() => {
    if (!echoes.current.isEcho(props.value)) code.current?.setText(props.value);
  }, [props.value]);
  useEffect(() => code.current?.setProblems(props.problems, props.warnings), [props.problems, props.warnings]);

  return <div ref={host} data-formula className="overflow-visible" />;
}
