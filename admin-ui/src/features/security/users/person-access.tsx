// What an administrator can do about somebody's way in: mail an invitation, end sessions, take away a lost second factor.
import { KeyRound, LogOut, Mail } from "lucide-react";
import { useState } from "react";
import type { Person } from "@/api/people";
import { messageOf } from "@/api/problem";
import { endSessionsOf, invitePerson, removeTwoFactorOf } from "@/api/security";
import { Button } from "@/components/button";
import { toast, toastError } from "@/components/toast";
import { t } from "@/lib/i18n";

export function PersonAccess({ person }: { person: Person }) {
  const [busy, setBusy] = useState(false);
  async function run(work: () => Promise<void>, said: string) {
    setBusy(true);
    await work().then(
      () => toast(said),
      (error) => toastError(messageOf(error)),
    );
    setBusy(false);
  }
  const { id, name } = person;
  return (
    <section aria-label={t("Way in")} className="flex flex-col gap-2 border-line border-t pt-4">
      <h3 className="font-semibold">{t("Way in")}</h3>
      <div className="flex flex-wrap gap-2">
        <Button
          look="outline"
          disabled={busy}
          icon={<Mail size={14} />}
          onClick={() => run(() => invitePerson(id), t("Mailed {name} a link to set a password", { name }))}
        >
          {t("Mail a link to set a password")}
        </Button>
        <Button
          look="outline"
          disabled={busy}
          icon={<LogOut size={14} />}
          onClick={() => run(() => endSessionsOf(id), t("Signed {name} out everywhere", { name }))}
        >
          {t("Sign out everywhere")}
        </Button>
        <Button
          look="outline"
          disabled={busy}
          icon={<KeyRound size={14} />}
          onClick={() => run(() => removeTwoFactorOf(id), t("Removed the second factor of {name}", { name }))}
        >
          {t("Remove second factor")}
        </Button>
      </div>
    </section>
  );
}
