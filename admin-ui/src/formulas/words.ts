// What can be written at a place of a formula: fields along a path, functions, words. Pure, so that it can be tested.
import type { FormulaFunction } from "@/api/formulas";
import type { Catalog } from "@/catalog/catalog";
import type { FieldDef, ObjectDef } from "@/catalog/types";
import { t } from "@/lib/i18n";

export interface Word {
  label: string;
  /** What is put in its place; the label when left out. */
  insert?: string;
  detail: string;
  info?: string;
  type: "field" | "relation" | "function" | "keyword";
}

export interface Place {
  /** Finished segments before the one that is being typed. */
  path: string[];
  /** Where the segment that is being typed begins. */
  from: number;
  typed: string;
}

/** The path that ends at `at`: "owner.na" is the path ["owner"] and the typed "na". Nothing in texts and comments. */
export function placeAt(text: string, at: number): Place | null {
  const before = text.slice(0, at);
  const plain = before.replace(/\/\*[\s\S]*?\*\/|\/\/.*|"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'/g, (m) =>
    " ".repeat(m.length),
  );
  if (/["']|\/\*/.test(plain)) return null;
  const found = /(?:[\p{L}_$][\p{L}\p{N}_]*\.)*[\p{L}_$]?[\p{L}\p{N}_]*$/u.exec(plain)?.[0] ?? "";
  if (/^\d/.test(found)) return null;
  const segments = found.split(".");
  const typed = segments.pop() ?? "";
  return { path: segments, from: at - typed.length, typed };
}

const TO_ONE = new Set(["lookup", "master_detail"]);

const targetOf = (field: FieldDef): string | undefined =>
  TO_ONE.has(field.kind) ? (Array.isArray(field.to) ? field.to[0] : field.to) : undefined;

/** The object at the end of a path, or nothing when it ends nowhere. */
export function objectAlong(catalog: Catalog, object: ObjectDef, path: string[]): ObjectDef | undefined {
  let here: ObjectDef | undefined = object;
  for (const segment of path) {
    const field: FieldDef | undefined = here?.fields.find((f) => f.name === segment);
    here = field && catalog.object(targetOf(field));
  }
  return here;
}

const KEYWORDS = ["AND", "OR", "NOT", "IN", "TRUE", "FALSE", "NULL"];

function fieldWords(object: ObjectDef): Word[] {
  return object.fields
    .filter((f) => f.kind !== "many_to_many")
    .map((f) => {
      const target = targetOf(f);
      return {
        label: f.name,
        detail: `${f.label} · ${target ? t("to {target}", { target }) : f.kind}`,
        ...(f.help ? { info: f.help } : {}),
        type: target ? ("relation" as const) : ("field" as const),
      };
    });
}

export function wordsAt(catalog: Catalog, object: ObjectDef, functions: FormulaFunction[], place: Place): Word[] {
  const here = objectAlong(catalog, object, place.path);
  const fields = here ? fieldWords(here) : [];
  if (place.path.length) return fields;
  return [
    ...fields,
    ...functions.map((f) => ({
      label: f.name,
      insert: `${f.name}(`,
      detail: f.signature.slice(f.name.length),
      info: f.doc,
      type: "function" as const,
    })),
    ...KEYWORDS.map((word) => ({ label: word, detail: "", type: "keyword" as const })),
  ];
}

/** The function whose brackets the cursor is in, innermost first, and the number of the argument there. */
export function callAt(text: string, at: number): { name: string; argument: number } | null {
  const plain = text.slice(0, at).replace(/"(?:[^"\\]|\\.)*"?|'(?:[^'\\]|\\.)*'?/g, (m) => "_".repeat(m.length));
  let depth = 0;
  let argument = 0;
  for (let i = plain.length - 1; i >= 0; i--) {
    const letter = plain[i];
    if (letter === ")" || letter === "]") depth += 1;
    else if (letter === "[") depth -= 1;
    else if (letter === "," && depth === 0) argument += 1;
    else if (letter === "(") {
      if (depth > 0) {
        depth -= 1;
        continue;
      }
      const name = /[\p{L}_][\p{L}\p{N}_]*\s*$/u.exec(plain.slice(0, i))?.[0].trim();
      if (name && !KEYWORDS.includes(name.toUpperCase())) return { name, argument };
      if (name && /^(and|or|not)$/i.test(name)) return { name, argument };
      argument = 0;
    }
  }
  return null;
}
