// A code editor within an element: started once, and kept in step with what is drawn.
import { type RefObject, useEffect, useRef } from "react";
import type { FormulaProblem } from "@/api/formulas";
import { type Code, type CodeOptions, startCode } from "./code-mirror";
import { Echoes } from "./echoes";

interface Said {
  value: string;
  problems: FormulaProblem[];
  warnings: FormulaProblem[];
  autoFocus?: boolean | undefined;
  onChange: (text: string) => void;
}

/** `options` are asked for once, when the editor starts; what they call finds the props of then. */
export function useCode(
  said: Said,
  options: () => Omit<CodeOptions, "text" | "onChange">,
): RefObject<HTMLDivElement | null> {
  const host = useRef<HTMLDivElement>(null);
  const code = useRef<Code | null>(null);
  const latest = useRef({ said, options });
  latest.current = { said, options };
  const echoes = useRef(new Echoes());

  useEffect(() => {
    if (!host.current) return;
    const { said, options } = latest.current;
    const started = startCode(host.current, {
      ...options(),
      text: said.value,
      onChange: (text) => {
        echoes.current.said(text);
        latest.current.said.onChange(text);
      },
    });
    code.current = started;
    if (said.autoFocus) started.focus();
    return () => started.destroy();
  }, []);

  useEffect(() => {
    if (!echoes.current.isEcho(said.value)) code.current?.setText(said.value);
  }, [said.value]);
  useEffect(() => code.current?.setProblems(said.problems, said.warnings), [said.problems, said.warnings]);
  return host;
}
