// The second factor: setting it up with an app, its recovery codes, and taking it away.
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { ShieldCheck, ShieldOff } from "lucide-react";
import { useState } from "react";
import { Loaded } from "@/api/loaded";
import { disableTwoFactor, loadTwoFactor, renewRecoveryCodes, type TwoFactor } from "@/api/security";
import { Notice } from "@/components/bits";
import { Button } from "@/components/button";
import { toast } from "@/components/toast";
import { formatDateTime } from "@/lib/dates";
import { t } from "@/lib/i18n";
import { Enrol } from "./enrol";
import { ProveDialog } from "./prove-dialog";
import { RecoveryCodes } from "./recovery-codes";

export function TwoFactorSection() {
  const client = useQueryClient();
  const query = useQuery({ queryKey: ["two-factor"], queryFn: ({ signal }) => loadTwoFactor(signal) });
  const [open, setOpen] = useState<"enrol" | "renew" | "disable" | null>(null);
  const [codes, setCodes] = useState<string[] | null>(null);
  const reload = () => client.invalidateQueries({ queryKey: ["two-factor"] });
  const show = async (next: string[]) => {
    setOpen(null);
    setCodes(next);
    await reload();
  };
  return (
    <section aria-label={t("Two-step sign-in")}>
      <h2 className="mb-2 font-semibold text-base">{t("Two-step sign-in")}</h2>
      <Loaded query={query} what={t("The second factor")} lines={[45]}>
        {(state) => (
          <>
            <State state={state} />
            <div className="mt-3 flex flex-wrap gap-2">
              {state.enabled ? (
                <>
                  <Button look="outline" size="md" onClick={() => setOpen("renew")}>
                    {t("New recovery codes")}
                  </Button>
                  {!state.required && (
                    <Button look="danger-ghost" size="md" onClick={() => setOpen("disable")}>
                      {t("Turn off")}
                    </Button>
                  )}
                </>
              ) : (
                <Button look="solid" size="md" onClick={() => setOpen("enrol")}>
                  {t("Set up")}
                </Button>
              )}
            </div>
          </>
        )}
      </Loaded>
      {open === "enrol" && <Enrol onClose={() => setOpen(null)} onDone={show} />}
      {open === "renew" && (
        <ProveDialog
          title={t("New recovery codes")}
          about={t("The codes that you have now will no longer work.")}
          verb={t("Make new codes")}
          onClose={() => setOpen(null)}
          onProved={async (password, totp) => show(await renewRecoveryCodes(password, totp))}
        />
      )}
      {open === "disable" && (
        <ProveDialog
          danger
          title={t("Turn off two-step sign-in?")}
          about={t("Your password alone will be enough then.")}
          verb={t("Turn off")}
          onClose={() => setOpen(null)}
          onProved={async (password, totp) => {
            await disableTwoFactor(password, totp);
            setOpen(null);
            toast(t("Two-step sign-in is off"));
            await reload();
          }}
        />
      )}
      {codes && <RecoveryCodes codes={codes} onClose={() => setCodes(null)} />}
    </section>
  );
}

function State({ state }: { state: TwoFactor }) {
  if (!state.enabled)
    return state.required ? (
      <Notice tone="warning" title={t("A role of yours needs a second factor. Set it up to go on.")} />
    ) : (
      <p className="flex items-center gap-2 text-text-2">
        <ShieldOff size={16} aria-hidden="true" className="text-text-3" />
        {t("Off. With it, a stolen password alone opens nothing.")}
      </p>
    );
  return (
    <p className="flex flex-wrap items-center gap-x-2 gap-y-1">
      <ShieldCheck size={16} aria-hidden="true" className="text-green" />
      <span className="font-medium">{t("On")}</span>
      <span className="text-text-2">
        {state.confirmed_at && t("since {when}", { when: formatDateTime(state.confirmed_at) })} ·{" "}
        {t("{n} recovery codes left", { n: state.recovery_codes_left })}
      </span>
    </p>
  );
}
