// Reasons of access as sentences. The server tells each way that was looked at; here they become lines that people read,
// those that open something and those that do not.
import type { AccessAction, Explanation } from "@/api/access";
import { t } from "@/lib/i18n";
import { humanize, inSentence } from "@/lib/text";
import type { Catalog } from "./catalog";

/** "opens" gives, "keeps" takes away, "silent" was looked at and does neither. */
export interface Line {
  does: "opens" | "keeps" | "silent";
  text: string;
  /** The component that can be changed to change this: a role, a rule. */
  by?: { kind: "roles" | "permission-sets" | "sharing-rules" | "restriction-rules"; name: string };
}

export interface Step {
  title: string;
  lines: Line[];
}

/** What is done, as an infinitive. */
export const actionWord = (action: AccessAction): string =>
  ({
    read: t("see"),
    edit: t("edit"),
    create: t("create"),
    delete: t("delete"),
    transfer: t("give away"),
    share: t("share"),
    export: t("export"),
  })[action];

/** What can be permitted beside actions on records. */
const SYSTEM: Record<string, string> = {
  manage_metadata: "Change objects, fields, views, rules and packages",
  manage_users: "Make, change and deactivate users",
  explain_access: "Ask why somebody may see something",
  view_audit: "Read the audit log",
  manage_security: "Set passwords' rules, lock-outs, sessions and addresses, and see who signed in",
};

export const PERMISSIONS = Object.keys(SYSTEM);

/** "view_audit" → "Read the audit log"; words that are not known are shown as they are. */
export const permissionWord = (name: string): string => (SYSTEM[name] ? t(SYSTEM[name]) : humanize(name));

export function verdictOf(told: Explanation, what: string): string {
  const words = { user: told.user.name, action: actionWord(told.action), what };
  return told.allowed ? t("{user} may {action} {what}", words) : t("{user} may not {action} {what}", words);
}

const GRANT = /^(role|permission set) `([^`]+)` gives (\w+) on (\w+) records$/;

/** "role `rep` gives read on team records" → what the role Rep gives. Words that are not known stay as they are. */
export function grantLine(by: string, action: AccessAction): Line {
  const found = by.match(GRANT);
  if (!found) return { does: /scopes do not/.test(by) ? "keeps" : "opens", text: plain(by) };
  const [, holder, name = "", , reach] = found;
  const role = holder === "role";
  const who = role
    ? t("The role {name}", { name: humanize(name) })
    : t("The permission set {name}", { name: humanize(name) });
  const values = { who };
  const text =
    action === "create" || action === "export"
      ? t("{who} gives this.", values)
      : reach === "all"
        ? t("{who} gives this on every record.", values)
        : reach === "team"
          ? t("{who} gives this on records of one's teams.", values)
          : t("{who} gives this on one's own records.", values);
  return { does: "opens", text, by: { kind: role ? "roles" : "permission-sets", name } };
}

function plain(text: string): string {
  const words = text.replace(/`/g, "").trim();
  return words.charAt(0).toUpperCase() + words.slice(1) + (/[.!?]$/.test(words) ? "" : ".");
}

type Way = { way: string; applies: boolean };

/** One way to the record: open, or looked at in vain. */
export function wayLine({ way, applies }: Way, told: Explanation, catalog: Catalog): Line {
  const owner = told.record?.owner.name ?? t("somebody else");
  const values = { user: told.user.name, owner };
  const colon = way.indexOf(":");
  const [kind, name] = colon < 0 ? [way, ""] : [way.slice(0, colon), way.slice(colon + 1)];
  const line = (open: string, shut: string): Line => ({
    does: applies ? "opens" : "silent",
    text: applies ? open : shut,
  });
  switch (kind) {
    case "owner":
      return line(t("{user} owns it.", values), t("{user} does not own it; {owner} does.", values));
    case "team":
      return line(
        t("Its owner {owner} is in a team of {user}'s.", values),
        t("Its owner {owner} is in no team of {user}'s.", values),
      );
    case "hierarchy":
      return line(
        t("Its owner {owner} reports to {user}.", values),
        t("Its owner {owner} does not report to {user}.", values),
      );
    case "share":
      return line(
        t("It is shared with {user} by hand, or with a team or role of theirs.", values),
        t("It is not shared by hand with {user}, nor with a team or role of theirs.", values),
      );
    case "rule": {
      const rule = { name };
      return {
        ...line(t("The sharing rule {name} opens it.", rule), t("The sharing rule {name} does not cover it.", rule)),
        by: { kind: "sharing-rules", name },
      };
    }
    case "master": {
      const found = catalog.object(name);
      const object = { ...values, object: found ? inSentence(found.label) : name };
      return line(
        t("It is part of a record that {user} may reach ({object}).", object),
        t("It is part of a record that {user} may not reach ({object}).", object),
      );
    }
    default:
      return { does: applies ? "opens" : "silent", text: plain(way) };
  }
}

const DEFAULTS: Record<string, () => string> = {
  read: () => t("Everybody whose role has the action may see every record: that is the default of this object."),
  read_write: () =>
    t("Everybody whose role has the action may see and edit every record: that is the default of this object."),
};

/** The whole chain, in the order in which the server decides. */
export function chainOf(told: Explanation, catalog: Catalog): Step[] {
  const given = told.object.by.map((by) => grantLine(by, told.action));
  const opened = given.some((line) => line.does === "opens") && told.object.given !== "none";
  const steps: Step[] = [
    {
      title: t("What their roles give"),
      lines: opened
        ? given
        : [
            ...given,
            { does: "keeps", text: t("No role or permission set of {user}'s gives this.", { user: told.user.name }) },
          ],
    },
  ];
  if (told.record === null)
    steps.push({
      title: t("What opens the record"),
      lines: [{ does: "keeps", text: t("There is no such record, or it is in the recycle bin.") }],
    });
  else if (told.record) steps.push(...recordSteps(told, told.record, catalog));
  const fields = fieldLines(told, catalog);
  if (told.allowed && fields.length) steps.push({ title: t("Fields"), lines: fields });
  return steps;
}

function recordSteps(told: Explanation, record: NonNullable<Explanation["record"]>, catalog: Catalog): Step[] {
  const byDefault = DEFAULTS[told.object.sharing?.default ?? ""];
  const lines: Line[] = record.everything
    ? [
        {
          does: "opens",
          text:
            byDefault && told.object.given !== "all"
              ? byDefault()
              : t("Every record is within reach, so this one is too."),
        },
      ]
    : record.ways.map((way) => wayLine(way, told, catalog));
  if (!record.everything && !record.ways.some((way) => way.applies))
    lines.push({ does: "keeps", text: t("So nothing opens this record to {user}.", { user: told.user.name }) });
  const steps: Step[] = [{ title: t("What opens the record"), lines }];
  if (record.limits.length)
    steps.push({
      title: t("What keeps it back"),
      lines: record.limits.map(({ rule, holds }) => ({
        does: holds ? "opens" : "keeps",
        text: holds
          ? t("The restriction rule {name} lets it through.", { name: rule })
          : t("The restriction rule {name} keeps it back.", { name: rule }),
        by: { kind: "restriction-rules", name: rule },
      })),
    });
  return steps;
}

function fieldLines({ fields, object }: Explanation, catalog: Catalog): Line[] {
  const label = (name: string) =>
    catalog.object(object.name)?.fields.find((f) => f.name === name)?.label ?? humanize(name);
  const list = (names: string[]) => names.map(label).join(", ");
  const lines: Line[] = [];
  if (fields.hidden.length)
    lines.push({ does: "keeps", text: t("Hidden: {fields}.", { fields: list(fields.hidden) }) });
  if (fields.partly.length)
    lines.push({ does: "silent", text: t("Only on some records: {fields}.", { fields: list(fields.partly) }) });
  return lines;
}

/** Why one of several may: the short form, for a list of people. */
export function whyLine(why: string): string {
  const rule = why.match(/^the sharing rule `([^`]+)` opens it$/);
  if (rule) return t("Sharing rule {name}", { name: rule[1] ?? "" });
  const short: Record<string, string> = {
    "the user owns it": t("Owns it"),
    "somebody in the user's teams owns it": t("Somebody in a team of theirs owns it"),
    "somebody who reports to the user owns it": t("Somebody who reports to them owns it"),
    "it is shared with the user, or with a team or role of the user's": t("Shared by hand"),
    "every record is within reach, by a role or by the sharing default": t("Every record is within reach"),
  };
  return short[why] ?? plain(why);
}
