// What the server says of a formula: its type, what is wrong where, and what it gives on a record.
import { load, request } from "./client";
import { Problem } from "./problem";
import { listRecords, type ObjectRef } from "./records";

export interface FormulaProblem {
  message: string;
  hint?: string;
  /** Place in the text, in the units of JavaScript strings. */
  span?: [number, number];
}

export interface Checked {
  type: string | null;
  problems: FormulaProblem[];
  warnings: FormulaProblem[];
  /** Fields that it reads, as "project.budget". */
  uses: string[];
  /** The result on the record that was asked for: a value, or the code of what went wrong there. */
  sample: { value: unknown; error?: string } | null;
}

export interface FormulaFunction {
  name: string;
  signature: string;
  doc: string;
  gives?: string;
  group?: string;
}

export interface CheckRequest {
  object: string;
  formula: string;
  /** The type that it must have: text, number, boolean, date, datetime, time. */
  expects?: string | undefined;
  record?: string | undefined;
  /** Whether it may ask what a save changes, as rules do. */
  saving?: boolean | undefined;
}

interface RawProblem {
  message: string;
  hint?: string;
  span?: { start: number; end: number } | [number, number] | null;
}

/** The server counts bytes of UTF-8; strings here count units of UTF-16. */
export function fromBytes(text: string, at: number): number {
  let bytes = 0;
  let units = 0;
  for (const letter of text) {
    if (bytes >= at) break;
    const code = letter.codePointAt(0) ?? 0;
    bytes += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
    units += letter.length;
  }
  return units;
}

function problemOf(text: string, { message, hint, span }: RawProblem): FormulaProblem {
  const [start, end] = Array.isArray(span) ? span : [span?.start, span?.end];
  const place = start !== undefined && end !== undefined ? [fromBytes(text, start), fromBytes(text, end)] : null;
  return { message, ...(hint ? { hint } : {}), ...(place ? { span: place as [number, number] } : {}) };
}

export async function listFunctions(signal?: AbortSignal): Promise<FormulaFunction[]> {
  return (await load<{ data: FormulaFunction[] }>("/metadata/v1/formulas/functions", undefined, signal)).data;
}

interface RawChecked {
  type?: string;
  errors?: RawProblem[];
  warnings?: RawProblem[];
  uses?: string[];
  sample?: { value: unknown; error?: string } | null;
}

export async function checkFormula(asked: CheckRequest, signal?: AbortSignal): Promise<Checked> {
  const path = "/metadata/v1/formulas/check";
  const { data } = (await request<{ data: RawChecked }>("POST", path, { body: asked, signal })).body;
  const read = (problems: RawProblem[] | undefined) => (problems ?? []).map((p) => problemOf(asked.formula, p));
  return {
    type: data.type ?? null,
    problems: read(data.errors),
    warnings: read(data.warnings),
    uses: data.uses ?? [],
    sample: data.sample ?? null,
  };
}

/** No record has it: with it beside the condition nothing is searched for. */
const NOBODY = "00000000-0000-0000-0000-000000000000";
const PLACED = /^at (\d+)\.\.(\d+): /i;

/**
 * What is wrong with a condition on a list, told by the list itself: whoever may read it may filter it, and meets there
 * what that person may see.
 */
export async function checkCondition(object: ObjectRef, formula: string, signal?: AbortSignal): Promise<Checked> {
  const checked: Checked = { type: null, problems: [], warnings: [], uses: [], sample: null };
  try {
    const filter = { id: { eq: NOBODY } };
    await listRecords(object, { fields: ["id"], filter, where: formula, limit: 1 }, signal);
    return { ...checked, type: "boolean" };
  } catch (error) {
    const told = error instanceof Problem ? error.errors.filter(({ path }) => path === "where") : [];
    if (told.length === 0) throw error;
    return { ...checked, problems: told.map(({ message, hint }) => placed(formula, message, hint)) };
  }
}

/** "At 0..5: there is no field amont." has its place in its words. */
function placed(formula: string, message: string, hint?: string): FormulaProblem {
  const [whole = "", start, end] = PLACED.exec(message) ?? [];
  const span: [number, number] | null = start && end ? [Number(start), Number(end)] : null;
  return problemOf(formula, { message: message.slice(whole.length), ...(hint ? { hint } : {}), span });
}
