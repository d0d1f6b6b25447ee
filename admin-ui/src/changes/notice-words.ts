// What programs notice of a change, and what steps of a plan do, as sentences in the language of the page: the server tells
// them in parts. What this page does not know yet stays as the server says it in English.
import type { Act, Noticed, Step } from "@/api/metadata";
import { kindByName } from "@/fields/registry";
import { t } from "@/lib/i18n";
import { humanize } from "@/lib/text";

type Difference = Noticed["differences"][number];

const OTHERWISE: Record<Difference["code"], string> = {
  new: "it is new",
  "new-and-needed": "it is new, and whoever makes a record must say it",
  gone: "it is gone",
  renamed: "it is called {after} in place of {before}",
  kind: "it is {after} in place of {before}",
  values: "its values are {after} in place of {before}",
  encrypted: "it is encrypted: nothing can be filtered, sorted or worked out by it any more",
  unencrypted: "it is not encrypted any more",
  filterable: "it can be filtered by",
  unfilterable: "it cannot be filtered by any more",
  needed: "whoever makes a record must say it",
  required: "it cannot be blank any more",
  optional: "it may be blank",
  unique: "a value may be there once only",
  "not-unique": "a value may be there twice",
  "read-only": "it cannot be written any more",
  writable: "it can be written",
  "fewer-values": "fewer values are taken",
  "more-values": "more values are taken",
  "options-gone": "options are gone: {options}",
  "options-closed": "options cannot be chosen any more: {options}",
  "options-new": "options are new: {options}",
};

/** "it is called sku in place of code; it may be blank". */
export function noticeWords({ what, differences, text }: Noticed): string {
  const known = differences.every((one) => OTHERWISE[one.code]);
  return known ? differences.map((one) => otherwise(what, one)).join("; ") : text;
}

function otherwise(what: Noticed["what"], { code, before = "", after = "", options = [] }: Difference): string {
  if (code === "renamed" && what === "route")
    return t("records are at {after} in place of {before}", { before, after });
  const isKind = code === "kind" || code === "values";
  const word = (name: string) => (isKind ? kindWord(name) : name);
  return t(OTHERWISE[code], { before: word(before), after: word(after), options: options.join(", ") });
}

/** "multi_picklist" → "Multi-select", as the field form has it. */
function kindWord(name: string): string {
  const kind = kindByName(name);
  return kind ? t(kind.label) : humanize(name);
}

const ACTS: Record<Act["code"], string> = {
  "create-table": "Create the table of {name}",
  "create-links": "Create the table of links of {name}",
  "index-by-name": "Index {name} by name",
  "index-by-owner": "Index {name} by owner",
  "index-links": "Index the links of {name} from the other side",
  index: "Index {name}",
  "index-words": "Index the words of {name}",
  "index-language": "Index the words of {name} in another language",
  "drop-words": "Drop the index of the words of {name}",
  owners: "Let {name} have owners",
  point: "Let {name} point to {other}",
  "point-links": "Let the links of {name} point to {other}",
  unpoint: "Lift the relation {name}",
  repoint: "Say anew what happens to {name} when its target goes",
  rename: "Rename the column {name} to {other}",
  "rename-table": "Rename the table {name} to {other}",
  retarget: "Let {name} say {other} in place of {former}",
  add: "Add {name}",
  "add-again": "Add {name} again, without values",
  default: "Set the default of {name}",
  "default-later": "Let new records of {name} get that default on writing",
  number: "Number the existing records of {name}",
  hide: "Hide {name} and its values",
  "hide-object": "Hide {name} and its records",
  retype: "Make {name} a {other}",
  unique: "Keep {name} unique",
  "unique-beside": "Keep {name} unique, beside writers",
  "not-unique": "Let values of {name} be the same again",
  "drop-unique": "Drop the uniqueness of {name}",
  "drop-half-unique": "Drop what was made of the uniqueness of {name}",
  "drop-index": "Drop the index of {name}",
  purge: "Drop what was hidden of {name}",
  "add-rollup": "Add a column of the roll-up {name}",
  zero: "Let new records of {other} begin with zero in {name}",
  "drop-rollup": "Take away what the roll-up {name} held",
  wait: "Let writers of {name} end",
  "add-second": "Add a second column of {name}, a {other}",
  convert: "Say how values of {name} go over",
  "keep-both": "Keep both columns of {name} in step",
  "keep-other": "Keep the other column of {name} in step",
  look: "Look in batches whether all values of {name} can go over",
  fill: "Fill the second column of {name}",
  "fill-batches": "Fill the second column of {name} in batches",
  "index-second": "Index the second column of {name}",
  "index-second-beside": "Index the second column of {name} beside writers",
  "catch-up": "Take over what was written of {name} meanwhile",
  sure: "Make sure that no value of {name} is lost",
  "drop-indexed": "Drop what was indexed of {name}",
  swap: "Let {name} and its second column change places",
  "swap-index": "Let the index of {name} take the place of the former",
  forget: "Forget how values of {name} went over",
  "drop-second": "Take the second column of {name} away",
};

/** What a step does. Those of revisions from before say it in English alone. */
export function stepWords({ does, description }: Pick<Step, "description"> & { does?: Act | undefined }): string {
  const text = does && ACTS[does.code];
  if (!text) return description.replace(/`/g, "").replace(/\.$/, "");
  const { name, other = "", former = "" } = does;
  return t(text, { name, other, former });
}
