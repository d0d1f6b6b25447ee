// The security settings as lines of a form: numbers and switches in groups. Lists have inputs of their own.
import { t } from "@/lib/i18n";

export interface Group {
  id: string;
  title: string;
  about: string;
}

export interface Line {
  group: string;
  key: string;
  label: string;
  control: "number" | "switch";
  hint?: string;
  /** What nothing means. */
  empty?: string;
}

export const groups = (): Group[] => [
  { id: "password", title: t("Passwords"), about: t("Length beats signs and digits.") },
  {
    id: "lockout",
    title: t("Locking out"),
    about: t("Each failed try beyond these makes the next one wait longer."),
  },
  { id: "sessions", title: t("Sessions"), about: t("When people have to sign in again.") },
  {
    id: "two_factor",
    title: t("Two-step sign-in"),
    about: t("Everybody may set one up; for these roles it is a must."),
  },
  { id: "allowed_ips", title: t("Allowed addresses"), about: t("Where people and keys may come from.") },
  { id: "rate_limits", title: t("Rates"), about: t("Requests in an hour, before an answer says to wait.") },
  { id: "links", title: t("Links by mail"), about: t("How long invitations and new passwords wait.") },
];

const number = (group: string, key: string, label: string, empty?: string): Line => ({
  group,
  key,
  label,
  control: "number",
  ...(empty ? { empty } : {}),
});
const toggle = (group: string, key: string, label: string): Line => ({ group, key, label, control: "switch" });

export const lines = (): Line[] => [
  number("password", "min_length", t("Shortest password, in signs")),
  toggle("password", "sign_in", t("Let everybody sign in by password, where there is a provider too")),
  toggle("password", "forbid_common", t("Refuse passwords that are widely used")),
  toggle("password", "forbid_email", t("Refuse passwords that hold the email")),
  number("lockout", "attempts", t("Failed tries of a person")),
  number("lockout", "address_attempts", t("Failed tries from an address")),
  number("lockout", "window_minutes", t("Counted over, in minutes")),
  number("lockout", "first_wait_seconds", t("First wait, in seconds")),
  number("lockout", "longest_wait_seconds", t("Longest wait, in seconds")),
  number("sessions", "idle_minutes", t("Ends when unused, in minutes")),
  number("sessions", "absolute_hours", t("Ends in any case, in hours")),
  number("rate_limits", "per_user_per_hour", t("Of a person"), t("No limit")),
  number("rate_limits", "per_address_per_hour", t("From an address"), t("No limit")),
  number("links", "invite_hours", t("Invitations hold, in hours")),
  number("links", "reset_minutes", t("New passwords hold, in minutes")),
];
