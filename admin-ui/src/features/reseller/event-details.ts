// What an event says besides what it is: values that are there, and values that were and are.
import { isId } from "@/lib/text";

function text(value: unknown): string {
  if (value === null || value === undefined || value === "") return "–";
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

/** `{"plan": ["starter", "pro"]}` → plan: starter → pro. What is nested stands by itself; ids tell people nothing. */
export function detailWords(details: Record<string, unknown> | null): [string, string][] {
  return Object.entries(details ?? {}).flatMap(([what, value]): [string, string][] => {
    if (typeof value === "string" && isId(value)) return [];
    if (Array.isArray(value) && value.length === 2) return [[what, `${text(value[0])} → ${text(value[1])}`]];
    if (value && typeof value === "object" && !Array.isArray(value)) return detailWords(value as typeof details);
    return [[what, text(value)]];
  });
}
