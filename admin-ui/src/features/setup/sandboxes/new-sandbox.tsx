// Asking for a sandbox: its name, and how much comes along.
import { useState } from "react";
import { askSandbox } from "@/api/clones";
import { problemsByField } from "@/api/problem";
import { useCatalog } from "@/catalog/catalog";
import { Notice } from "@/components/bits";
import { Button } from "@/components/button";
import { BLANK_COPY, COPY_FIELDS, CopyFields, copyWish } from "@/components/copy-fields";
import { Dialog } from "@/components/dialog";
import { toast } from "@/components/toast";
import { t } from "@/lib/i18n";

export function NewSandbox({ onAsked, onClose }: { onAsked: () => Promise<unknown>; onClose: () => void }) {
  const { tenant } = useCatalog().me;
  const [draft, setDraft] = useState(BLANK_COPY);
  const [errors, setErrors] = useState<Record<string, string>>({});
  const [busy, setBusy] = useState(false);

  async function ask() {
    setBusy(true);
    setErrors({});
    try {
      const sandbox = await askSandbox(copyWish(draft, tenant.slug));
      await onAsked();
      toast(t("{name} is being made", { name: sandbox.tenant.name }));
      onClose();
    } catch (error) {
      setErrors(problemsByField(error));
      setBusy(false);
    }
  }

  const general = Object.entries(errors).filter(([key]) => !COPY_FIELDS.includes(key));
  return (
    <Dialog
      shape="drawer"
      width="480px"
      title={t("New sandbox")}
      onClose={onClose}
      onSubmit={ask}
      footer={
        <>
          <Button size="md" onClick={onClose}>
            {t("Cancel")}
          </Button>
          <Button look="solid" size="md" type="submit" busy={busy}>
            {t("Make the sandbox")}
          </Button>
        </>
      }
    >
      <div className="flex flex-col gap-4">
        {general.length > 0 && (
          <Notice title={t("The sandbox could not be made.")}>{general.map(([, words]) => words).join(" ")}</Notice>
        )}
        <CopyFields
          draft={draft}
          errors={errors}
          of={tenant}
          onChange={(patch) => {
            setDraft((d) => ({ ...d, ...patch }));
            setErrors({});
          }}
        />
        <p className="rounded-control bg-sunken px-3 py-2 text-text-2 text-xs">
          {t(
            "You sign in to it with your password of now. Everybody else comes along without one, without keys and without providers, until somebody sets them one there.",
          )}
        </p>
      </div>
    </Dialog>
  );
}
