// The drawer in which one component of metadata is written: its form, the plan under it, saving and deleting.
import { Trash2 } from "lucide-react";
import { type ReactNode, useState } from "react";
import { problemsByField } from "@/api/problem";
import { Notice } from "@/components/bits";
import { Button } from "@/components/button";
import { Dialog } from "@/components/dialog";
import { toast } from "@/components/toast";
import { t } from "@/lib/i18n";
import { AccessEffect } from "./access-effect";
import { usePlan } from "./plan";
import { PlanStrip } from "./plan-strip";
import { useSaveComponent } from "./use-components";

interface ComponentDrawerProps {
  kind: string;
  /** What one of the kind is called, in a sentence. */
  noun: string;
  label: string;
  /** The name it has already; nothing for a new one. */
  existing: string | undefined;
  name: string;
  definition: Record<string, unknown>;
  /** Fields of the form, whose problems it shows itself. */
  known: string[];
  /** What is missing, by field. */
  missing: Record<string, string>;
  width?: string;
  /** Says who gains and loses what, as soon as the plan is known. */
  aboutAccess?: boolean;
  children: (errors: Record<string, string>) => ReactNode;
  onClose: () => void;
}

export function ComponentDrawer(props: ComponentDrawerProps) {
  const { kind, noun, label, existing, name, definition, known, missing, onClose } = props;
  const save = useSaveComponent(kind);
  const [errors, setErrors] = useState<Record<string, string>>({});
  const [tried, setTried] = useState("");
  const [busy, setBusy] = useState(false);
  const [leaving, setLeaving] = useState(false);
  const incomplete = Object.keys(missing).length > 0;
  const plan = usePlan(incomplete ? null : [{ kind, name, definition }]);
  const text = JSON.stringify(definition);
  // What was refused stays marked until the form changes.
  const shown = tried === text ? errors : {};

  async function run(next: Record<string, unknown> | null, done: string) {
    setTried(text);
    if (next && incomplete) return setErrors(missing);
    setBusy(true);
    try {
      await save(existing ?? name, next, t("{done} the {noun} {label}", { done, noun, label }));
      toast(`${done} ${label}`);
      onClose();
    } catch (error) {
      setBusy(false);
      setLeaving(false);
      setErrors(problemsByField(error));
    }
  }

  const general = Object.entries(shown).filter(([key]) => !known.includes(key));
  return (
    <Dialog
      shape="drawer"
      width={props.width ?? "600px"}
      title={existing ? label : t("New {noun}", { noun })}
      onClose={onClose}
      onSubmit={() => run(definition, existing ? t("Saved") : t("Added"))}
      footer={
        <>
          <span className="w-full">
            <PlanStrip plan={plan} idle={t("Fill in the {noun} to see what will happen.", { noun })} />
          </span>
          {existing && (
            <Button
              look="danger-ghost"
              size="md"
              className="me-auto"
              icon={<Trash2 size={14} />}
              onClick={() => setLeaving(true)}
            >
              {t("Delete")}
            </Button>
          )}
          <Button size="md" onClick={onClose}>
            {t("Cancel")}
          </Button>
          <Button look="solid" size="md" type="submit" busy={busy}>
            {existing ? t("Save {noun}", { noun }) : t("Add {noun}", { noun })}
          </Button>
        </>
      }
    >
      <div className="flex flex-col gap-4">
        {leaving && (
          <Notice
            tone="warning"
            title={t("Delete {name}?", { name: label })}
            action={
              <Button look="danger" busy={busy} onClick={() => run(null, t("Deleted"))}>
                {t("Delete now")}
              </Button>
            }
          >
            {t("It stops to work at once. The change history brings it back.")}
          </Notice>
        )}
        {general.length > 0 && (
          <Notice title={t("The {noun} could not be saved.", { noun })}>{general.map(([, t]) => t).join(" ")}</Notice>
        )}
        {props.children(shown)}
        {props.aboutAccess && plan.plan && <AccessEffect differences={plan.plan.permissions ?? []} />}
      </div>
    </Dialog>
  );
}
