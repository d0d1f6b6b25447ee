// Before a layer is said: what it comes to on the package, and what it would come to in one tenant.
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import type { Component, Layer, LayerDocument, LayerReport, TriedLayer } from "@/api/layers";
import { Loaded } from "@/api/loaded";
import { messageOf } from "@/api/problem";
import type { Reseller } from "@/api/resellers";
import { Notice } from "@/components/bits";
import { Button } from "@/components/button";
import { Dialog } from "@/components/dialog";
import { FieldFrame } from "@/components/field-frame";
import { Select } from "@/components/select";
import { t } from "@/lib/i18n";
import { Conflicts, Problems } from "./fate-words";
import { LayerChanges } from "./layer-changes";
import { LAYERS } from "./queries";

interface ReviewDialogProps {
  reseller: Reseller;
  name: string;
  draft: LayerDocument;
  tried: TriedLayer;
  components: Component[];
  onSaved: (layer: Layer) => void;
  onClose: () => void;
}

export function ReviewDialog(props: ReviewDialogProps) {
  const { reseller, name, draft, tried, components, onSaved, onClose } = props;
  const [error, setError] = useState<string>();
  const [busy, setBusy] = useState(false);
  const nothing = tried.changes.length === 0;

  async function save() {
    setBusy(true);
    setError(undefined);
    try {
      onSaved(await reseller.saveLayer(name, draft));
    } catch (problem) {
      setError(messageOf(problem));
      setBusy(false);
    }
  }

  return (
    <Dialog
      shape="drawer"
      width="620px"
      title={t("What tenants will have")}
      onClose={onClose}
      onSubmit={save}
      footer={
        <>
          <Button size="md" onClick={onClose}>
            {t("Back")}
          </Button>
          <Button look="solid" size="md" type="submit" busy={busy} data-autofocus>
            {t("Save for all tenants")}
          </Button>
        </>
      }
    >
      <div className="flex flex-col gap-5">
        {error && <Notice title={t("The layer was not saved.")}>{error}</Notice>}
        {nothing ? (
          <p className="text-text-2">{t("Nothing is otherwise: tenants have the package as it comes.")}</p>
        ) : (
          <LayerChanges changes={tried.changes} components={components} />
        )}
        <p className="text-text-2">
          {t(
            "Tenants have it one after the other, without being asked; new ones begin with it. What a tenant says itself stays, and whoever administers it may roll it back.",
          )}
        </p>
        <TryIn {...props} />
      </div>
    </Dialog>
  );
}

/** The same in one tenant, of which one learns where it stands in the way and no more. */
function TryIn({ reseller, name, draft, components }: ReviewDialogProps) {
  const [slug, setSlug] = useState<string>();
  const tenants = useQuery({
    queryKey: ["reseller", "first-tenants"],
    queryFn: async () => (await reseller.tenants(undefined)).data,
  });
  const report = useQuery({
    queryKey: [...LAYERS, name, "tried", slug, JSON.stringify(draft)],
    queryFn: async () => (await reseller.tryLayer(name, draft, slug)).tenant ?? null,
    enabled: slug !== undefined,
    retry: false,
  });
  const choices = (tenants.data ?? [])
    .filter(({ status }) => status === "active" || status === "suspended")
    .map((one) => ({ id: one.slug, label: one.name, detail: one.slug }));
  if (choices.length === 0) return null;
  return (
    <section aria-label={t("In one tenant")} className="flex flex-col gap-3 border-line border-t pt-4">
      <FieldFrame
        label={t("Look at it in one tenant")}
        hint={t("Nothing is changed there. What a tenant says itself is not told, only where.")}
      >
        {(ids) => (
          <Select
            id={ids.id}
            label={t("Look at it in one tenant")}
            describedBy={ids.describedBy}
            choices={choices}
            value={slug ? [slug] : []}
            onChange={([next]) => setSlug(next)}
          />
        )}
      </FieldFrame>
      {slug && (
        <Loaded query={report} what={t("What it comes to")} lines={[50, 40]}>
          {(found) => <Tried report={found} components={components} />}
        </Loaded>
      )}
    </section>
  );
}

function Tried({ report, components }: { report: LayerReport | null; components: Component[] }) {
  if (!report?.version) return <p className="text-text-2">{t("This tenant does not have the package.")}</p>;
  if (report.problems.length > 0)
    return (
      <Notice title={t("It does not fit there: nothing of it would be changed")}>
        <Problems problems={report.problems} components={components} />
      </Notice>
    );
  if (report.conflicts.length === 0) return <p role="status">{t("It fits, and what it changes would hold there.")}</p>;
  return (
    <Notice tone="warning" title={t("It fits; here the tenant says something itself, which stays")}>
      <Conflicts conflicts={report.conflicts} components={components} />
    </Notice>
  );
}
