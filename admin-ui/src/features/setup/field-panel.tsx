// Making or changing a field: first its kind, then its settings, always with the plan of what will happen.
import { Trash2 } from "lucide-react";
import { useState } from "react";
import { applyChanges, saveField } from "@/api/metadata";
import { problemsByField } from "@/api/problem";
import { useCatalog } from "@/catalog/catalog";
import type { Removal } from "@/catalog/field-removal";
import { useReloadCatalog } from "@/catalog/load";
import type { FieldDef, ObjectDef } from "@/catalog/types";
import { usePlan } from "@/changes/plan";
import { PlanStrip } from "@/changes/plan-strip";
import { Notice } from "@/components/bits";
import { Button } from "@/components/button";
import { Dialog } from "@/components/dialog";
import { toast } from "@/components/toast";
import type { FieldKind } from "@/fields/kind";
import { kindOf } from "@/fields/registry";
import { ConfirmLoss } from "./confirm-loss";
import { changeOf, definitionOf, type FieldDraft, startDraft } from "./field-draft";
import { FieldForm } from "./field-form";
import { KindGrid } from "./kind-grid";

interface FieldPanelProps {
  object: ObjectDef;
  field?: FieldDef;
  onClose: () => void;
}

export function FieldPanel({ object, field, onClose }: FieldPanelProps) {
  const [kind, setKind] = useState<FieldKind | null>(field ? kindOf(field) : null);
  if (!kind) {
    return (
      <Dialog shape="drawer" width="560px" title={`New field on ${object.label}`} onClose={onClose}>
        <KindGrid onPick={setKind} />
      </Dialog>
    );
  }
  return (
    <FieldEditor
      object={object}
      field={field}
      kind={kind}
      onBack={field ? undefined : () => setKind(null)}
      onClose={onClose}
    />
  );
}

interface FieldEditorProps {
  object: ObjectDef;
  field: FieldDef | undefined;
  kind: FieldKind;
  onBack: (() => void) | undefined;
  onClose: () => void;
}

function FieldEditor({ object, field, kind, onBack, onClose }: FieldEditorProps) {
  const reload = useReloadCatalog();
  const catalog = useCatalog();
  const [draft, setDraft] = useState<FieldDraft>(() => startDraft(object, kind, field));
  const [errors, setErrors] = useState<Record<string, string>>({});
  const [busy, setBusy] = useState(false);
  const [deleting, setDeleting] = useState(false);
  const definition = definitionOf(draft, kind, object);
  const ready = Boolean(definition.name) && missing(draft, kind) === null;
  const plan = usePlan(ready ? [changeOf(object, definition)] : null);
  const taken = !field && object.fields.some((f) => f.name === definition.name);

  async function save() {
    const lacking = missing(draft, kind);
    if (!draft.label.trim()) return setErrors({ label: "Give the field a label." });
    if (taken) return setErrors({ name: `${object.label} already has a field ${String(definition.name)}.` });
    if (lacking) return setErrors({ [lacking]: "This is needed." });
    setBusy(true);
    try {
      await saveField(object.name, String(definition.name), definition);
      await reload();
      toast(field ? `Saved ${draft.label}` : `Added ${draft.label} to ${object.plural_label}`);
      onClose();
    } catch (error) {
      setBusy(false);
      setErrors(problemsByField(error));
    }
  }

  if (deleting && field) {
    const removal = catalog.removal(object.name, field.name);
    return (
      <ConfirmLoss
        title={`Delete the field ${field.label}?`}
        verb="Delete field"
        about={`It disappears from lists, forms and the API at once. Its values are kept for 30 days, then purged. ${alsoChanged(removal)}`}
        changes={removal.changes}
        word={field.name}
        run={(loss) => applyChanges(removal.changes, `Delete the field ${field.label}`, loss)}
        onClose={() => setDeleting(false)}
        onDone={async () => {
          await reload();
          toast(`Deleted ${field.label}`);
          onClose();
        }}
      />
    );
  }

  const known = new Set([
    "label",
    "name",
    "help",
    "required",
    "unique",
    "default",
    ...kind.settings.map((s) => s.name),
  ]);
  const general = Object.entries(errors).filter(([key]) => !known.has(key));
  const Icon = kind.icon;
  return (
    <Dialog
      shape="drawer"
      width="560px"
      title={field ? field.label : `New ${kind.label.toLowerCase()} field`}
      mark={<Icon size={16} className="text-text-2" />}
      onClose={onClose}
      onSubmit={save}
      footer={
        <>
          <span className="w-full">
            <PlanStrip plan={plan} idle="Give the field a label to see what will happen." />
          </span>
          {field && (
            <Button
              look="danger-ghost"
              size="md"
              className="me-auto"
              icon={<Trash2 size={14} />}
              onClick={() => setDeleting(true)}
            >
              Delete
            </Button>
          )}
          {onBack && (
            <Button size="md" className="me-auto" onClick={onBack}>
              Other kind
            </Button>
          )}
          <Button size="md" onClick={onClose}>
            Cancel
          </Button>
          <Button look="solid" size="md" type="submit" busy={busy}>
            {field ? "Save field" : "Add field"}
          </Button>
        </>
      }
    >
      {general.length > 0 && (
        <div className="mb-4">
          <Notice title="The field could not be saved.">{general.map(([, text]) => text).join(" ")}</Notice>
        </div>
      )}
      <FieldForm
        object={object}
        kind={kind}
        draft={draft}
        definition={definition}
        existing={Boolean(field)}
        errors={taken ? { ...errors, name: `${object.label} already has a field ${String(definition.name)}.` } : errors}
        onChange={(patch) => {
          setDraft((d) => ({ ...d, ...patch }));
          setErrors({});
        }}
      />
    </Dialog>
  );
}

/** The first setting that must be given and is not. */
function missing(draft: FieldDraft, kind: FieldKind): string | null {
  for (const setting of kind.settings) {
    const value = draft.settings[setting.name];
    const empty = value === undefined || value === "" || (Array.isArray(value) && value.length === 0);
    if (
      setting.required &&
      empty &&
      !(setting.name === "inverse") &&
      !(setting.name === "options" && draft.settings.option_set)
    )
      return setting.name;
  }
  return null;
}

/** Which views and layouts let go of a field, in a sentence. */
function alsoChanged({ views, layouts }: Removal): string {
  const parts = [
    ...(views.length ? [`${views.length === 1 ? "the view" : "the views"} ${views.join(", ")}`] : []),
    ...(layouts ? ["the record page"] : []),
  ];
  return parts.length ? `It is also taken off ${parts.join(" and ")}.` : "";
}
