// JSON Schema for people: in words, as tables that open to what is in them, and as a sample to begin with.

import { element, marked, table } from "./element.js";

/** More options than these stand in a list that opens. */
const FEW = 8;
/** What holds itself ends somewhere. */
const DEEP = 5;

/** What a reference leads to. */
export function resolved(root, value) {
  if (!value?.$ref) return value;
  return value.$ref.slice(2).split("/").reduce((here, part) => here?.[part], root);
}

const variants = (schema) => schema?.anyOf ?? schema?.oneOf;
const options = (schema) => schema.enum.filter((value) => value !== null);
const typesOf = (schema) => [schema.type ?? []].flat();

/** All parts that a schema is put together of, as one. */
function whole(root, schema) {
  const found = resolved(root, schema) ?? {};
  const parts = (found.allOf ?? []).map((part) => whole(root, part));
  return {
    ...Object.assign({}, ...parts, found),
    properties: Object.assign({}, ...parts.map((part) => part.properties), found.properties),
    required: [found, ...parts].flatMap((part) => part.required ?? []),
  };
}

/** A schema in a few words. */
export function words(schema) {
  if (!schema) return "";
  if (schema.$ref) return schema.$ref.split("/").pop();
  const some = variants(schema) ?? schema.allOf;
  if (some) return [...new Set(some.map(words))].join(schema.allOf ? " and " : " or ");
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  const name = typesOf(schema).join(" or ") || "anything";
  const of = schema.items ? ` of ${words(schema.items)}` : "";
  const form = schema.format ? ` (${schema.format})` : "";
  const many = schema.enum && options(schema);
  const one = many && (many.length > FEW ? `: one of ${many.length}` : `: ${many.join(", ")}`);
  return name + of + form + (one ?? "");
}

/** What makes the inside of a schema, if there is more to it than its words. */
function inside(root, schema, must, depth = 0) {
  if (depth > DEEP) return undefined;
  const found = whole(root, schema);
  const of = (one) => inside(root, one, must, depth + 1);
  const some = variants(found)?.map((one) => [one, of(one)]).filter(([, make]) => make);
  if (some?.length === 1) return some[0][1];
  if (some?.length) return () => element("div", "", ...some.flatMap(([one, make]) => [element("p", words(one)), make()]));
  if (found.items) return of(found.items);
  if (found.enum && (options(found).length > FEW || schema.$ref)) return () => element("p", options(found).join(", "));
  if (Object.keys(found.properties).length) return () => fields(root, found, must);
  const named = found.additionalProperties;
  return typeof named === "object" ? of(named) : undefined;
}

/** What a value is: words, which open where there is more to it. */
export function kind(root, schema, must = "", open = false) {
  const make = inside(root, schema, must);
  if (!make) return element("span", words(schema));
  const opens = element("details", "", element("summary", words(schema)));
  opens.addEventListener("toggle", () => opens.open && opens.childElementCount === 1 && opens.append(make()));
  opens.open = open;
  return opens;
}

/** A line for each key of an object; `must` is said of those that have to be there. */
function fields(root, object, must) {
  const line = ([name, schema]) => {
    const said = [object.required.includes(name) && must, schema.title, schema.description];
    const head = element("span", "", element("code", name));
    return [head, kind(root, schema, must, name === "data"), said.filter(Boolean).join(" – ")];
  };
  return table(Object.entries(object.properties).map(line));
}

/** The inside of a schema at once, or its words. */
export function opened(root, schema, must) {
  return inside(root, schema, must)?.() ?? marked("p", {}, words(schema));
}

const FORMS = {
  uuid: "00000000-0000-0000-0000-000000000000",
  date: "2027-01-31",
  "date-time": "2027-01-31T12:00:00Z",
  email: "ada@example.com",
  uri: "https://example.com/",
};

/** Something that the schema takes: what must be there, or a little where nothing must. */
export function sample(root, schema, depth = 0) {
  const found = whole(root, schema);
  const told = [found.example, found.examples?.[0], found.default, found.const, found.enum?.[0]];
  const known = told.find((value) => value !== undefined && value !== null);
  if (known !== undefined) return known;
  if (depth > DEEP) return null;
  const some = variants(found);
  if (some) return sample(root, some.find((one) => one.type !== "null") ?? some[0], depth + 1);
  const [type] = typesOf(found).filter((one) => one !== "null");
  if (type === "array") return found.items ? [sample(root, found.items, depth + 1)] : [];
  if (type === "object") return sampleOf(root, found, depth);
  if (type === "boolean") return true;
  if (type === "integer" || type === "number") return found.minimum ?? 1;
  return type === "string" ? (FORMS[found.format] ?? "text") : null;
}

function sampleOf(root, object, depth) {
  const all = Object.keys(object.properties);
  const names = object.required.length ? all.filter((name) => object.required.includes(name)) : all.slice(0, 3);
  return Object.fromEntries(names.map((name) => [name, sample(root, object.properties[name], depth + 1)]));
}
