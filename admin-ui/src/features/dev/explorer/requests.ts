// The requests that can be made of an object, and each as people write it in their language.
import { isWritable, nameField, nameSource, ownFields } from "@/catalog/fields";
import type { FieldDef, ObjectDef } from "@/catalog/types";

export type Verb = "list" | "one" | "create" | "change" | "delete";

export interface Shape {
  id: Verb;
  label: string;
  method: "GET" | "POST" | "PATCH" | "DELETE";
  needsId: boolean;
  hasBody: boolean;
}

export const SHAPES: Shape[] = [
  { id: "list", label: "A page of records", method: "GET", needsId: false, hasBody: false },
  { id: "one", label: "One record", method: "GET", needsId: true, hasBody: false },
  { id: "create", label: "Make a record", method: "POST", needsId: false, hasBody: true },
  { id: "change", label: "Change a record", method: "PATCH", needsId: true, hasBody: true },
  { id: "delete", label: "Delete a record", method: "DELETE", needsId: true, hasBody: false },
];

export interface ApiRequest {
  method: Shape["method"];
  path: string;
  /** Names and values as typed; empty values are left out. */
  query: Record<string, string>;
  body: string;
}

export function pathOf(object: ObjectDef, shape: Shape, id: string): string {
  return `/api/v1/${object.plural}${shape.needsId ? `/${id || "{id}"}` : ""}`;
}

export function urlOf({ path, query }: Pick<ApiRequest, "path" | "query">): string {
  const pairs = Object.entries(query).filter(([, value]) => value.trim() !== "");
  // Brackets and commas stay readable; both are allowed in a query.
  const text = pairs.map(([key, value]) => `${key}=${encodeURIComponent(value.trim()).replace(/%2C/g, ",")}`).join("&");
  return text ? `${path}?${text}` : path;
}

const EXAMPLES: Record<string, unknown> = {
  integer: 1,
  decimal: 1.5,
  currency: 1000,
  percent: 50,
  boolean: true,
  date: "2027-01-31",
  datetime: "2027-01-31T12:00:00Z",
  time: "12:00:00",
  email: "ada@example.com",
  phone: "+49 30 901820",
  url: "https://example.com",
  tags: ["example"],
  json: {},
};

function example(field: FieldDef): unknown {
  if (field.kind === "picklist") return field.options?.[0]?.value ?? null;
  if (field.kind === "multi_picklist") return field.options?.slice(0, 1).map((o) => o.value) ?? [];
  return EXAMPLES[field.kind] ?? field.label;
}

const keyOf = (field: FieldDef): string =>
  ["lookup", "master_detail"].includes(field.kind) ? `${field.name}_id` : field.name;

/** A body to begin with: what must be given, and the first few fields that may be. */
export function bodyFor(object: ObjectDef, verb: Verb): string {
  const named = nameSource(object) || object.name_field?.compose?.length ? [] : [nameField(object)];
  const fields = ownFields(object).filter(
    (f) => isWritable(object, f) && !["many_to_many", "formula", "rollup"].includes(f.kind),
  );
  const needed = fields.filter((f) => f.required || f.kind === "master_detail" || f.name === nameSource(object));
  const relations = new Set(["lookup", "master_detail", "any_lookup"]);
  const more = fields.filter((f) => !needed.includes(f) && !relations.has(f.kind)).slice(0, verb === "create" ? 3 : 1);
  const chosen = verb === "create" ? [...named, ...needed, ...more] : more;
  const pairs = chosen.map((f) => [keyOf(f), relations.has(f.kind) ? "{id}" : example(f)] as const);
  return JSON.stringify(Object.fromEntries(pairs), null, 2);
}

export type Language = "curl" | "javascript" | "python";

const quoted = (text: string) => `'${text.replace(/'/g, "'\\''")}'`;

/** The request as one writes it; the key is the reader's own. */
export function sampleOf(request: ApiRequest, origin: string, language: Language): string {
  const url = `${origin}${urlOf(request)}`;
  const { method, body } = request;
  if (language === "curl") {
    const lines = [
      `curl ${method === "GET" ? "" : `-X ${method} `}${quoted(url)}`,
      "  -H 'Authorization: Bearer trl_…'",
      ...(body ? ["  -H 'Content-Type: application/json'", `  -d ${quoted(body)}`] : []),
    ];
    return lines.join(" \\\n");
  }
  if (language === "javascript") {
    const options = [
      ...(method === "GET" ? [] : [`  method: "${method}",`]),
      `  headers: { authorization: "Bearer trl_…"${body ? ', "content-type": "application/json"' : ""} },`,
      ...(body ? [`  body: JSON.stringify(${body.replace(/\n/g, "\n  ")}),`] : []),
    ];
    return `const response = await fetch(${JSON.stringify(url)}, {\n${options.join("\n")}\n});\nconst { data } = await response.json();`;
  }
  const json = body ? `,\n    json=${pythonOf(body)}` : "";
  return `import requests\n\nresponse = requests.${method.toLowerCase()}(\n    ${JSON.stringify(url)},\n    headers={"Authorization": "Bearer trl_…"}${json},\n)\ndata = response.json()["data"]`;
}

/** JSON as Python writes it: words outside of texts change. */
function pythonOf(body: string): string {
  const words: Record<string, string> = { true: "True", false: "False", null: "None" };
  return body
    .replace(/"(?:[^"\\]|\\.)*"|\b(?:true|false|null)\b/g, (word) => words[word] ?? word)
    .replace(/\n/g, "\n    ");
}
