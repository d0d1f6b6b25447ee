// What an event says besides what it is: values that are there, and values that were and are.

function text(value: unknown): string {
  if (value === null || value === undefined || value === "") return "–";
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

/** `{"plan": ["starter", "pro"]}` → plan: starter → pro. */
export function detailWords(details: Record<string, unknown> | null): [string, string][] {
  return Object.entries(details ?? {}).map(([what, value]) => {
    const change = Array.isArray(value) && value.length === 2;
    return [what, change ? `${text(value[0])} → ${text(value[1])}` : text(value)];
  });
}
