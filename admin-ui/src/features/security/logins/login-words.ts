// Why a sign-in was refused, and how one proved who one is, in words.
import { t } from "@/lib/i18n";
import { humanize } from "@/lib/text";

const reasons = (): Record<string, string> => ({
  "unknown-user": t("Nobody has this email"),
  "no-password": t("Has no password yet"),
  "wrong-password": t("Wrong password"),
  inactive: t("Deactivated"),
  "totp-required": t("No code was given"),
  "wrong-code": t("Wrong code"),
  address: t("Not from an allowed address"),
  locked: t("Locked after failed tries"),
  "locked-out": t("Wrong password, locked from then on"),
});

/** Words that a newer server adds are told as they are. */
const plain = (word: string): string => humanize(word.replace(/-/g, "_"));

export const reasonWords = (reason: string): string => reasons()[reason] ?? plain(reason);

export const methodWords = (method: string): string => (method === "password" ? t("Password") : plain(method));
