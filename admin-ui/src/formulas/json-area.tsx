// The code editor for a document in JSON. What is wrong with it is underlined where it stands.
import { useEffect, useRef } from "react";
import type { FormulaProblem } from "@/api/formulas";
import { type Code, startCode } from "./code-mirror";
import { Echoes } from "./echoes";
import { jsonLanguage } from "./language";

interface JsonAreaProps {
  value: string;
  label: string;
  lines: number;
  problems: FormulaProblem[];
  onChange: (text: string) => void;
}

export function JsonArea(props: JsonAreaProps) {
  const host = useRef<HTMLDivElement>(null);
  const code = useRef<Code | null>(null);
  const latest = useRef(props);
  latest.current = props;
  const echoes = useRef(new Echoes());

  useEffect(() => {
    if (!host.current) return;
    const { value, label, lines } = latest.current;
    const started = startCode(host.current, {
      text: value,
      label,
      placeholder: "",
      lines,
      grows: true,
      language: jsonLanguage,
      onChange: (text) => {
        echoes.current.said(text);
        latest.current.onChange(text);
      },
    });
    code.current = started;
    return () => started.destroy();
  }, []);

  useEffect(() => {
    if (!echoes.current.isEcho(props.value)) code.current?.setText(props.value);
  }, [props.value]);
  useEffect(() => code.current?.setProblems(props.problems, []), [props.problems]);

  return <div ref={host} data-code dir="ltr" className="overflow-visible" />;
}
