// The code editor as a component. It comes with its own chunk, when the first formula is seen.
import { useRef } from "react";
import type { FormulaFunction, FormulaProblem } from "@/api/formulas";
import type { Catalog } from "@/catalog/catalog";
import type { ObjectDef } from "@/catalog/types";
import { completing } from "./completing";
import { formulaLanguage } from "./language";
import { useCode } from "./use-code";
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
  const latest = useRef(props);
  latest.current = props;
  const host = useCode(props, () => ({
    label: props.label,
    placeholder: props.placeholder,
    lines: props.lines,
    language: formulaLanguage,
    more: completing((place) => {
      const { catalog, object, functions } = latest.current;
      return wordsAt(catalog, object, functions, place);
    }),
    onCursor: (at) => latest.current.onCursor(at),
  }));
  return <div ref={host} data-formula className="overflow-visible" />;
}
