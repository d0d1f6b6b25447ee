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
  "password-off": t("Right password, where people come by a provider"),
  "provider-refused": t("The provider said no"),
  "provider-token": t("The provider's word was not taken"),
  "provider-away": t("The provider could not be reached"),
  "provider-over": t("The answer was another provider's"),
  "provider-no-email": t("The provider tells no email"),
  "provider-unverified": t("The provider has not checked the email"),
  "provider-domain": t("Email of another domain"),
  "provider-no-user": t("Is not a user here"),
  "provider-no-role": t("No group gives a role"),
  "provider-linked": t("The user is another person there"),
});

/** Words that a newer server adds are told as they are. */
const plain = (word: string): string => humanize(word.replace(/-/g, "_"));

export const reasonWords = (reason: string): string => reasons()[reason] ?? plain(reason);

export const methodWords = (method: string): string => {
  if (method === "password") return t("Password");
  if (method === "support") return t("Support");
  const [kind, name] = method.split(":");
  return kind === "provider" && name ? t("Provider {name}", { name }) : plain(method);
};
