// Making or changing a field: first its kind, then its settings, always with the plan of what will happen.
import { Trash2 } from "lucide-react";
import { useState } from "react";
import { applyChanges, planChanges, saveField } from "@/api/metadata";
import { problemsByField } from "@/api/problem";
import { useCatalog } from "@/catalog/catalog";
import { useReloadCatalog } from "@/catalog/load";
import { closedLayouts, withField } from "@/catalog/placement";
import type { FieldDef, ObjectDef } from "@/catalog/types";
import { isSafe, usePlan } from "@/changes/plan";
import { PlanStrip } from "@/changes/plan-strip";
import { ReviewDialog } from "@/changes/review-dialog";
import { Notice } from "@/components/bits";
import { Button } from "@/components/button";
import { Dialog } from "@/components/dialog";
import { Checkbox } from "@/components/inputs";
import { toast } from "@/components/toast";
import type { FieldKind } from "@/fields/kind";
import { kindOf } from "@/fields/registry";
import { t } from "@/lib/i18n";
import { inSentence } from "@/lib/text";
import { bare, changeOf, definitionOf, type FieldDraft, isOffered, startDraft } from "./field-draft";
import { FieldForm } from "./field-form";
import { KindGrid } from "./kind-grid";
import { RetireField } from "./retire-field";

interface FieldPanelProps {
  object: ObjectDef;
  field?: FieldDef;
  onClose: () => void;
}

export function FieldPanel({ object, field, onClose }: FieldPanelProps) {
  const [kind, setKind] = useState<FieldKind | null>(field ? kindOf(field) : null);
  if (!kind) {
    return (
      <Dialog shape="drawer" width="560px" title={t("New field on {label}", { label: object.label })} onClose={onClose}>
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
  const [draft, setDraft] = useState<FieldDraft>(() => startDraft(object, kind, field));
  const [errors, setErrors] = useState<Record<string, string>>({});
  const [busy, setBusy] = useState(false);
  const [deleting, setDeleting] = useState(false);
  const [reviewing, setReviewing] = useState(false);
  const { to } = draft.settings;
  const catalog = useCatalog();
  const definition = definitionOf(draft, kind, object, catalog.object(typeof to === "string" ? to : undefined));
  const ready = Boolean(definition.name) && missing(draft, kind) === null;
  const change = changeOf(object, definition, field?.name);
  const closed = field ? [] : closedLayouts(catalog.layoutsOf(object.name));
  const [onPage, setOnPage] = useState(true);
  const pages = (onPage ? closed : []).map((layout) => ({
    kind: "layouts",
    name: layout.name,
    definition: withField(layout, String(definition.name)) as Record<string, unknown>,
  }));
  const changes = [change, ...pages];
  const plan = usePlan(ready ? changes : null);
  const taken = definition.name !== field?.name && object.fields.some((f) => f.name === definition.name);

  async function save() {
    const lacking = missing(draft, kind);
    if (!draft.label.trim()) return setErrors({ label: t("Give the field a label.") });
    if (taken)
      return setErrors({
        name: t("{label} already has a field {name}.", { label: object.label, name: String(definition.name) }),
      });
    if (lacking) return setErrors({ [lacking]: t("This is needed.") });
    // A plan that is safe is done at once, as it stands under the form; any other is looked at first.
    if (plan.plan && !plan.plan.steps.every(isSafe)) return setReviewing(true);
    setBusy(true);
    try {
      if (pages.length) await applyChanges(changes, t("Add the field {label}", { label: draft.label }));
      else await saveField(object.name, field?.name ?? String(definition.name), definition);
      await finish();
    } catch (error) {
      setBusy(false);
      setErrors(problemsByField(error));
    }
  }

  async function finish() {
    await reload();
    toast(
      field
        ? t("Saved {label}", { label: draft.label })
        : t("Added {label} to {plural_label}", { label: draft.label, plural_label: object.plural_label }),
    );
    onClose();
  }

  if (reviewing) {
    return (
      <ReviewDialog
        title={
          field
            ? t("Change the field {label}", { label: field.label })
            : t("Add the field {label}", { label: draft.label })
        }
        verb={field ? t("Save field") : t("Add field")}
        word={String(definition.name)}
        planKey={changes}
        plan={(signal) => planChanges(changes, signal)}
        apply={({ message, allowDataLoss }) => applyChanges(changes, message, allowDataLoss)}
        parts={[{ kind: "fields", name: change.name, before: field && bare(field), after: definition }]}
        messageHint={t("Why it is changed; shown in the change history.")}
        onClose={() => setReviewing(false)}
        onDone={finish}
      />
    );
  }

  if (deleting && field) {
    return <RetireField object={object} field={field} onClose={() => setDeleting(false)} onDone={onClose} />;
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
      title={field ? field.label : t("New {label} field", { label: inSentence(t(kind.label)) })}
      mark={<Icon size={16} className="text-text-2" />}
      onClose={onClose}
      onSubmit={save}
      footer={
        <>
          <span className="w-full">
            <PlanStrip plan={plan} idle={t("Give the field a label to see what will happen.")} />
          </span>
          {field && (
            <Button
              look="danger-ghost"
              size="md"
              className="me-auto"
              icon={<Trash2 size={14} />}
              onClick={() => setDeleting(true)}
            >
              {t("Delete")}
            </Button>
          )}
          {onBack && (
            <Button size="md" className="me-auto" onClick={onBack}>
              {t("Other kind")}
            </Button>
          )}
          <Button size="md" onClick={onClose}>
            {t("Cancel")}
          </Button>
          <Button look="solid" size="md" type="submit" busy={busy}>
            {field ? t("Save field") : t("Add field")}
          </Button>
        </>
      }
    >
      {general.length > 0 && (
        <div className="mb-4">
          <Notice title={t("The field could not be saved.")}>{general.map(([, text]) => text).join(" ")}</Notice>
        </div>
      )}
      <FieldForm
        object={object}
        kind={kind}
        draft={draft}
        definition={definition}
        existing={Boolean(field)}
        fieldName={field?.name ?? ""}
        packaged={Boolean(field?.package)}
        errors={
          taken
            ? {
                ...errors,
                name: t("{label} already has a field {name}.", { label: object.label, name: String(definition.name) }),
              }
            : errors
        }
        onChange={(patch) => {
          setDraft((d) => ({ ...d, ...patch }));
          setErrors({});
        }}
      />
      {closed.length > 0 && (
        <label className="mt-4 flex items-center gap-2">
          <Checkbox checked={onPage} onChange={(event) => setOnPage(event.target.checked)} />
          {t("Put it on the page: a layout shows nothing but what it names")}
        </label>
      )}
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
      isOffered(setting, draft.settings) &&
      !(setting.name === "inverse") &&
      !(setting.name === "options" && draft.settings.option_set)
    )
      return setting.name;
  }
  return null;
}
