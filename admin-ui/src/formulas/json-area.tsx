// The code editor for a document in JSON. What is wrong with it is underlined where it stands.
import type { FormulaProblem } from "@/api/formulas";
import { jsonLanguage } from "./json-language";
import { useCode } from "./use-code";

interface JsonAreaProps {
  value: string;
  label: string;
  lines: number;
  problems: FormulaProblem[];
  onChange: (text: string) => void;
}

const NONE: FormulaProblem[] = [];

export function JsonArea({ label, lines, ...said }: JsonAreaProps) {
  const options = () => ({ label, placeholder: "", lines, grows: true, language: jsonLanguage });
  const host = useCode({ ...said, warnings: NONE }, options);
  return <div ref={host} data-code dir="ltr" className="overflow-visible" />;
}
