// Hosts of a tenant's own: a sign-in there is about this tenant.
import { Plus, X } from "lucide-react";
import { useState } from "react";
import { problemsByField } from "@/api/problem";
import type { Reseller, Tenant } from "@/api/resellers";
import { Button, IconButton } from "@/components/button";
import { FieldFrame } from "@/components/field-frame";
import { TextInput } from "@/components/inputs";
import { toast } from "@/components/toast";
import { t } from "@/lib/i18n";

const SUCH_AS = "crm.acme.example";

interface HostsProps {
  reseller: Reseller;
  tenant: Tenant;
  onChanged: () => Promise<unknown>;
}

export function Hosts({ reseller, tenant, onChanged }: HostsProps) {
  const [typed, setTyped] = useState("");
  const [error, setError] = useState<string>();
  const [busy, setBusy] = useState(false);

  async function put(host: string, has: boolean) {
    setBusy(true);
    setError(undefined);
    try {
      await reseller.host(tenant.id, host, has);
      await onChanged();
      if (has) setTyped("");
      toast(has ? t("Added {name}", { name: host }) : t("Removed {name}", { name: host }));
    } catch (problem) {
      setError(Object.values(problemsByField(problem)).join(" "));
    }
    setBusy(false);
  }

  function add() {
    const host = typed.trim().toLowerCase();
    if (!host) return setError(t("This is needed."));
    void put(host, true);
  }

  return (
    <section aria-label={t("Hosts of its own")} className="flex flex-col gap-2">
      <h3 className="font-semibold">{t("Hosts of its own")}</h3>
      {tenant.domains.length > 0 && (
        <ul className="divide-y divide-line border-line border-y">
          {tenant.domains.map((host) => (
            <li key={host} className="flex items-center gap-2 py-1">
              <span className="min-w-0 flex-1 break-all font-mono text-xs">{host}</span>
              <IconButton
                label={t("Remove {name}", { name: host })}
                disabled={busy}
                onClick={() => void put(host, false)}
              >
                <X size={14} />
              </IconButton>
            </li>
          ))}
        </ul>
      )}
      <FieldFrame
        label={t("Another host")}
        error={error}
        hint={t("The name must resolve to this server, and the proxy needs a certificate for it.")}
      >
        {(ids) => (
          <span className="flex gap-2">
            <TextInput
              id={ids.id}
              className="font-mono text-xs"
              spellCheck={false}
              placeholder={SUCH_AS}
              aria-describedby={ids.describedBy}
              aria-invalid={ids.invalid || undefined}
              value={typed}
              onChange={(event) => setTyped(event.target.value)}
              onKeyDown={(event) => {
                if (event.key !== "Enter") return;
                // It adds this host; the form around it is not meant.
                event.preventDefault();
                add();
              }}
            />
            <Button look="outline" size="md" icon={<Plus size={14} />} busy={busy} onClick={add}>
              {t("Add")}
            </Button>
          </span>
        )}
      </FieldFrame>
    </section>
  );
}
