// What is said over a package while it is written: what each component comes to, and where a problem belongs.
import type { Component, LayerDocument } from "@/api/layers";
import { type FieldProblem, sentence } from "@/api/problem";
import { t } from "@/lib/i18n";
import { isObject, type JsonObject, laidKeys, sparseKeys } from "@/lib/sparse";

/** A component of the package, or one of which is spoken although the package is without it. */
export interface Shown extends Component {
  gone?: boolean;
}

export const keyOf = ({ kind, name }: { kind: string; name: string }): string => `${kind}/${name}`;

/** What is said of a component. */
export const saidOf = (draft: LayerDocument, { kind, name }: { kind: string; name: string }): JsonObject =>
  draft[kind]?.[name] ?? {};

/** A component as tenants would have it. */
export const laidOf = (draft: LayerDocument, component: Component): JsonObject =>
  laidKeys(component.definition, saidOf(draft, component));

/** The draft with something else said of a component; where that is nothing, it is not spoken of. */
export function withSaid(
  draft: LayerDocument,
  { kind, name }: { kind: string; name: string },
  said: JsonObject,
): LayerDocument {
  const { [name]: _, ...others } = draft[kind] ?? {};
  const components = Object.keys(said).length > 0 ? { ...others, [name]: said } : others;
  const { [kind]: __, ...kinds } = draft;
  return Object.keys(components).length > 0 ? { ...kinds, [kind]: components } : kinds;
}

/** The draft with a component as it is wanted. */
export const withWanted = (draft: LayerDocument, component: Component, wanted: JsonObject): LayerDocument =>
  withSaid(draft, component, sparseKeys(component.definition, wanted));

/** Those of the package, then those that it has no more. */
export function shownOf(components: Component[], draft: LayerDocument): Shown[] {
  const known = new Set(components.map(keyOf));
  const gone = Object.entries(draft).flatMap(([kind, named]) =>
    Object.keys(isObject(named) ? named : {}).map((name) => ({ kind, name, definition: {}, gone: true })),
  );
  return [...components, ...gone.filter((one) => !known.has(keyOf(one)))];
}

/** The words before those of its own properties in the path of a problem. */
function placeOf({ kind, name }: { kind: string; name: string }): string {
  const [object, ...field] = name.split(".");
  return kind === "fields" && field.length ? `objects.${object}.fields.${field.join(".")}` : `${kind}.${name}`;
}

export interface Placed {
  component?: Shown | undefined;
  /** Below the component. */
  path: string[];
  problem: FieldProblem;
}

/** The component of which a problem is, and where in it. */
export function placed(problem: FieldProblem, components: Shown[]): Placed {
  const candidates = components
    .map((component) => ({ component, place: placeOf(component) }))
    .filter(({ place }) => problem.path === place || problem.path.startsWith(`${place}.`))
    .sort((a, b) => b.place.length - a.place.length);
  const [best] = candidates;
  if (!best) return { problem, path: problem.path ? problem.path.split(".") : [] };
  const rest = problem.path.slice(best.place.length + 1);
  return { component: best.component, problem, path: rest ? rest.split(".") : [] };
}

/** The same where the whole document stands, as far as it speaks of the component. */
export const pathIn = ({ component, path }: Placed): string[] =>
  component ? [component.kind, component.name, ...path] : path;

/** What is wrong, in sentences: reports that are kept have it as the server wrote it. */
export function wordsOf({ code, message, hint }: FieldProblem): string {
  if (code === "tenant") return t("It does not go with what the tenant has made itself.");
  return [message, hint ?? ""].map(sentence).filter(Boolean).join(" ");
}

/** A value at a path of keys. */
export const valueAt = (definition: JsonObject, [key = "", ...rest]: string[]): unknown => {
  const value = definition[key];
  return rest.length > 0 ? valueAt(isObject(value) ? value : {}, rest) : value;
};

/** The definition with a value at a path; nothing takes it away. */
export function withValue(definition: JsonObject, [key = "", ...rest]: string[], value: unknown): JsonObject {
  const inner = definition[key];
  const next = rest.length > 0 ? withValue(isObject(inner) ? inner : {}, rest, value) : value;
  const { [key]: _, ...others } = definition;
  if (next === undefined || (rest.length > 0 && Object.keys(next as JsonObject).length === 0)) return others;
  return key in definition ? { ...definition, [key]: next } : { ...others, [key]: next };
}
