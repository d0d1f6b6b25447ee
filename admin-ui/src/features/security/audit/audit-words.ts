// What is told of the audit log in words: deeds, and what they were done to where that is no record.
import type { AuditEntry } from "@/api/audit";
import type { Catalog } from "@/catalog/catalog";
import { t } from "@/lib/i18n";
import { humanize } from "@/lib/text";

/** Every word of an action that the server knows, with what somebody did. Others are told as they are. */
export const deeds = (): Record<string, string> => ({
  create: t("created"),
  update: t("changed"),
  delete: t("deleted"),
  restore: t("restored"),
  purge: t("deleted for good"),
  sign_in: t("signed in"),
  sign_in_failed: t("failed to sign in"),
  sign_in_locked: t("was locked out"),
  sign_out: t("signed out"),
  session_revoked: t("ended a session"),
  keys_rotated: t("changed the encryption key"),
  key_created: t("made an API key"),
  key_changed: t("changed an API key"),
  key_revoked: t("revoked an API key"),
  password_changed: t("changed a password"),
  password_reset: t("reset a password"),
  link_made: t("made a link"),
  second_factor_added: t("set up a second factor"),
  second_factor_removed: t("removed a second factor"),
  recovery_code_used: t("used a recovery code"),
  settings_changed: t("changed settings"),
  support_granted: t("let the reseller sign in"),
  support_ended: t("ended support access"),
  share: t("shared"),
  unshare: t("stopped sharing"),
  team_created: t("made a team"),
  team_changed: t("changed a team"),
  team_deleted: t("deleted a team"),
  emit: t("told of an event"),
  transition_refused: t("could not take a timed transition"),
  rollup_repaired: t("mended roll-ups"),
  metadata: t("changed the set-up"),
  read: t("read"),
  export: t("exported"),
  import: t("imported"),
  audit_purged: t("removed old entries of the log"),
});

/** What somebody did. A file that was only tried has brought nothing in. */
export function deedWord({ action, changes }: Pick<AuditEntry, "action" | "changes">): string {
  if (action === "import" && changes?.dry_run?.[1] === true) return t("tried an import of");
  return deeds()[action] ?? humanize(action).toLowerCase();
}

/** What is no object of records and something is done to all the same. */
export const things = (): Record<string, string> => ({
  session: t("Session"),
  api_key: t("API key"),
  user: t("User"),
  team: t("Team"),
  metadata: t("Set-up"),
  settings: t("Settings"),
  audit: t("Audit log"),
  view: t("View"),
});

/** Things that the word for the deed names already. */
export const NAMED = new Set(["session", "settings", "api_key", "metadata"]);

/** The label of an object, or the word for what is none. */
export const thingWord = (catalog: Catalog, object: string): string =>
  catalog.object(object)?.label ?? things()[object] ?? humanize(object);
