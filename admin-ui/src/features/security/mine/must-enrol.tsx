// What stands in the way of everything else while a role needs a second factor that is not set up.
import { Button } from "@/components/button";
import { Logo } from "@/components/logo";
import { Toasts } from "@/components/toast";
import { t } from "@/lib/i18n";
import { TwoFactorSection } from "./two-factor";

export function MustEnrol({ onDone, onSignOut }: { onDone: () => void; onSignOut: () => void }) {
  return (
    <main className="flex min-h-full flex-col items-center justify-center bg-canvas px-4 py-10">
      <div className="flex w-full max-w-md flex-col gap-6">
        <div className="flex flex-col items-center gap-3 text-center">
          <Logo size={36} />
          <h1 className="font-semibold text-xl tracking-tight">{t("One more step")}</h1>
        </div>
        <div className="flex flex-col gap-5 rounded-sheet border border-line bg-surface p-5 shadow-card">
          <TwoFactorSection />
          <div className="flex justify-between gap-2">
            <Button size="md" onClick={onSignOut}>
              {t("Sign out")}
            </Button>
            <Button look="outline" size="md" onClick={onDone}>
              {t("Go on")}
            </Button>
          </div>
        </div>
      </div>
      <Toasts />
    </main>
  );
}
