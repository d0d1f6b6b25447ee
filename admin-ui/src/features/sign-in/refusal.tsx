// Why a provider let nobody in, in words.
import { t } from "@/lib/i18n";

const reasons = (): Record<string, string> => ({
  "provider-unknown": t("There is no such way to sign in here."),
  "provider-over": t("This sign-in took too long, or was begun in another window. Begin again."),
  "provider-refused": t("You were not signed in there."),
  "provider-token": t("What came back could not be trusted. Try again, or tell an administrator."),
  "provider-away": t("The provider does not answer as it should. Try again, or tell an administrator."),
  "provider-no-email": t("The provider does not tell your email. Tell an administrator."),
  "provider-unverified": t("The provider has not checked your email. Confirm it there first."),
  "provider-domain": t("Your email is of a domain that may not come in here."),
  "provider-no-user": t("You are not a user here yet. Ask an administrator."),
  "provider-no-role": t("None of your groups may come in here. Ask an administrator."),
  "provider-linked": t("Your email belongs to another person here. Ask an administrator."),
  "too-many": t("Too many sign-ins from where you are. Try again later."),
  "support-over": t("The link was used, is too old, or the customer allows it no more. Ask for another."),
  "support-address": t("Nobody may sign in from where you are."),
  address: t("Nobody may sign in from where you are."),
  inactive: t("You are deactivated here."),
  full: t("There is no seat left for you. Ask an administrator."),
});

export default function Refusal({ word }: { word: string }) {
  return (
    <p role="alert" className="rounded-control bg-red-soft px-3 py-2 text-sm">
      {reasons()[word] ?? t("Signing in did not work. Try again.")}
    </p>
  );
}
