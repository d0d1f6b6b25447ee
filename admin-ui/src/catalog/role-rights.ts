// What a role gives, worked out as the server does: what it says of an object (or of every other object, "*") goes before
// what it inherits; several that it inherits add up.

export const ACTIONS = ["create", "read", "edit", "delete", "transfer", "share", "export"] as const;
export type Action = (typeof ACTIONS)[number];
export const REACHES = ["none", "own", "team", "all"] as const;
export type Reach = (typeof REACHES)[number];
export type Given = boolean | Reach;

/** Actions that are given or not; the others reach some records. */
export const FLAGS: ReadonlySet<Action> = new Set(["create", "export"]);

export interface RoleDef {
  name: string;
  label?: string;
  description?: string;
  inherits?: string[];
  objects?: Record<string, Partial<Record<Action, Given>>>;
  fields?: Record<string, { read?: boolean; edit?: boolean }>;
  system?: string[];
  mutes?: string[];
  package?: string | null;
  [key: string]: unknown;
}

export type Roles = Map<string, RoleDef>;

const rank = (reach: Reach): number => REACHES.indexOf(reach);
const asReach = (given: Given | undefined): Reach | undefined =>
  given === undefined ? undefined : given === true ? "all" : given === false ? "none" : given;

/** What the role itself says of an action; undefined leaves it to what it inherits. */
export function said(role: RoleDef, object: string, action: Action): Reach | undefined {
  const own = role.objects?.[object] ?? role.objects?.["*"];
  return asReach(own?.[action]);
}

export interface Effective {
  reach: Reach;
  /** Where it comes from: the role itself, its word for all other objects, a role that it inherits, or nobody. */
  from: "self" | "every" | "nobody" | { role: string };
}

export function effective(roles: Roles, role: RoleDef, object: string, action: Action, seen: string[] = []): Effective {
  const own = asReach(role.objects?.[object]?.[action]);
  if (own !== undefined) return { reach: own, from: "self" };
  const every = role.objects?.[object] === undefined ? asReach(role.objects?.["*"]?.[action]) : undefined;
  if (every !== undefined) return { reach: every, from: object === "*" ? "self" : "every" };
  let best: Effective = { reach: "none", from: "nobody" };
  for (const name of role.inherits ?? []) {
    const parent = roles.get(name);
    if (!parent || seen.includes(name)) continue;
    const { reach } = effective(roles, parent, object, action, [...seen, name]);
    if (rank(reach) > rank(best.reach)) best = { reach, from: { role: name } };
  }
  return best;
}

/** Says something of an action, or takes it back with undefined. Saying the first thing of an object keeps its other rights. */
export function say(role: RoleDef, object: string, action: Action, reach: Reach | undefined): RoleDef {
  const objects = { ...(role.objects ?? {}) };
  // An object that is named is out of what "*" says; what "*" gave it is written down with it.
  const own: Partial<Record<Action, Given>> = { ...(objects[object] ?? objects["*"] ?? {}) };
  if (reach === undefined) delete own[action];
  else own[action] = FLAGS.has(action) ? reach !== "none" : reach;
  if (Object.keys(own).length) objects[object] = own;
  else delete objects[object];
  return { ...role, objects };
}

/** Takes back everything that the role says of an object. */
export function forget(role: RoleDef, object: string): RoleDef {
  const { [object]: _, ...objects } = role.objects ?? {};
  return { ...role, objects };
}

export type FieldAction = "read" | "edit";

export function sayField(role: RoleDef, path: string, action: FieldAction, value: boolean | undefined): RoleDef {
  const fields = { ...(role.fields ?? {}) };
  const own = { ...fields[path] };
  if (value === undefined) delete own[action];
  else own[action] = value;
  // What is not seen cannot be edited, and what is edited must be seen.
  if (action === "read" && value === false) own.edit = false;
  if (action === "edit" && value === true && own.read === false) own.read = true;
  if (Object.keys(own).length) fields[path] = own;
  else delete fields[path];
  return { ...role, fields };
}

/** Whether a field is given: by the role's own word, by one that it inherits, else as its object. */
export function fieldGiven(
  roles: Roles,
  role: RoleDef,
  path: string,
  action: FieldAction,
  seen: string[] = [],
): { given: boolean; own: boolean } {
  const own = role.fields?.[path]?.[action];
  if (own !== undefined) return { given: own, own: true };
  const object = path.split(".")[0] ?? "";
  const parents = (role.inherits ?? [])
    .map((name) => [name, roles.get(name)] as const)
    .filter(([name, parent]) => parent && !seen.includes(name) && gives(roles, parent, object));
  if (parents.length === 0) return { given: true, own: false };
  const given = parents.some(
    ([name, parent]) => fieldGiven(roles, parent as RoleDef, path, action, [...seen, name]).given,
  );
  return { given, own: false };
}

/** Whether anything of an object is given at all. */
export function gives(roles: Roles, role: RoleDef, object: string): boolean {
  return ACTIONS.some((action) => effective(roles, role, object, action).reach !== "none");
}

/** The next stronger reach, for a key that steps; after the last comes the first. */
export function nextReach(action: Action, reach: Reach): Reach {
  const steps: readonly Reach[] = FLAGS.has(action) ? ["none", "all"] : REACHES;
  return steps[(steps.indexOf(reach) + 1) % steps.length] ?? "none";
}
