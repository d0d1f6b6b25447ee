// What was changed about a view can be kept: in the view itself, or as a new one. Until then it is in the URL alone.
import { Check, ChevronDown } from "lucide-react";
import { useState } from "react";
import { applyChanges } from "@/api/metadata";
import { messageOf } from "@/api/problem";
import { useCatalog } from "@/catalog/catalog";
import { useReloadCatalog } from "@/catalog/load";
import type { ListViewDef, ObjectDef } from "@/catalog/types";
import { Button } from "@/components/button";
import { Dialog } from "@/components/dialog";
import { FieldFrame } from "@/components/field-frame";
import { Checkbox, TextInput } from "@/components/inputs";
import { MenuButton, type MenuItem } from "@/components/menu";
import { toast, toastError } from "@/components/toast";
import { t } from "@/lib/i18n";
import { apiName } from "@/lib/text";
import { type ListState, sortText, viewSlug } from "./list-state";

interface SaveViewProps {
  object: ObjectDef;
  state: ListState;
  changed: boolean;
  onReset: () => void;
  onView: (slug: string | undefined) => void;
}

/** The view as it is shown now. Conditions become part of its filter; what is "mine" stays a matter of its scope. */
function definitionOf(object: ObjectDef, state: ListState, label: string, mine: boolean): Omit<ListViewDef, "name"> {
  const { filter, where } = state.kept;
  return {
    object: object.name,
    label,
    scope: mine ? "mine" : "all",
    columns: state.columns.map((c) => c.name),
    display: state.display,
    ...(state.sort.length ? { sort: sortText(state.sort) } : {}),
    ...(filter ? { filter } : {}),
    ...(where ? { where } : {}),
    ...(state.group ? { group_by: state.group.name } : {}),
  };
}

export function SaveView({ object, state, changed, onReset, onView }: SaveViewProps) {
  const catalog = useCatalog();
  const reload = useReloadCatalog();
  const [naming, setNaming] = useState(false);
  const may = catalog.may("manage_metadata");
  const { view } = state;
  if (!changed && !may) return null;

  async function put(name: string, definition: Omit<ListViewDef, "name"> | null, said: string, undo?: () => void) {
    await applyChanges([{ kind: "list-views", name, definition }], said);
    await reload();
    toast(said, undo ? { action: { label: t("Undo"), undo: true, run: undo } } : {});
  }

  async function update() {
    if (!view) return;
    const { name, ...before } = view;
    try {
      const back = () => put(name, before, t("{view} is as it was", { view: view.label })).catch(failed);
      const next = definitionOf(object, state, view.label, view.scope === "mine");
      await put(name, next, t("Saved {view}", { view: view.label }), () => void back());
      onReset();
    } catch (error) {
      failed(error);
    }
  }

  async function remove() {
    if (!view) return;
    const { name, ...before } = view;
    onView(undefined);
    const back = () => put(name, before, t("{view} is back", { view: view.label })).catch(failed);
    await put(name, null, t("Deleted {view}", { view: view.label }), () => void back()).catch(failed);
  }

  const items: MenuItem[] = [];
  if (may && changed && view)
    items.push({ label: t("Save in this view"), icon: <Check size={15} />, onSelect: update });
  if (may) items.push({ label: t("Save as a new view"), onSelect: () => setNaming(true) });
  if (changed) items.push({ label: t("Reset to the view"), separate: may, onSelect: onReset });
  if (may && view && !changed)
    items.push({ label: t("Delete this view"), danger: true, separate: true, onSelect: remove });

  return (
    <>
      <MenuButton items={items} label={t("View")} align="end">
        {(button) => (
          <Button {...button} className={changed ? "text-accent-text" : ""}>
            {changed ? t("Save view") : t("View")}
            <ChevronDown size={12} className="text-text-3" />
          </Button>
        )}
      </MenuButton>
      {naming && (
        <NameDialog
          taken={state.views.map(viewSlug)}
          mine={view?.scope === "mine"}
          onClose={() => setNaming(false)}
          onSave={async (label, mine) => {
            const slug = apiName(label);
            await put(
              `${object.name}.${slug}`,
              definitionOf(object, state, label, mine),
              t("Saved {view}", { view: label }),
            );
            setNaming(false);
            onView(slug);
          }}
        />
      )}
    </>
  );
}

const failed = (error: unknown) => toastError(messageOf(error));

interface NameDialogProps {
  taken: string[];
  mine: boolean;
  onClose: () => void;
  onSave: (label: string, mine: boolean) => Promise<void>;
}

function NameDialog({ taken, mine: before, onClose, onSave }: NameDialogProps) {
  const [label, setLabel] = useState("");
  const [mine, setMine] = useState(before);
  const [error, setError] = useState<string>();
  const [busy, setBusy] = useState(false);

  async function save() {
    const slug = apiName(label);
    if (!slug) setError(t("A view needs a name with letters or digits."));
    else if (taken.includes(slug)) setError(t("There is already a view of this name."));
    else {
      setBusy(true);
      await onSave(label.trim(), mine).catch((problem) => {
        setBusy(false);
        setError(messageOf(problem));
      });
    }
  }

  return (
    <Dialog
      title={t("Save as a new view")}
      width="400px"
      onClose={onClose}
      onSubmit={save}
      footer={
        <>
          <Button size="md" onClick={onClose}>
            {t("Cancel")}
          </Button>
          <Button look="solid" size="md" type="submit" busy={busy}>
            {t("Save view")}
          </Button>
        </>
      }
    >
      <div className="flex flex-col gap-4">
        <FieldFrame label={t("Name")} required error={error}>
          {({ id, describedBy, invalid }) => (
            <TextInput
              id={id}
              data-autofocus
              aria-describedby={describedBy}
              aria-invalid={invalid || undefined}
              value={label}
              onChange={(event) => {
                setLabel(event.target.value);
                setError(undefined);
              }}
            />
          )}
        </FieldFrame>
        <label className="flex items-center gap-2">
          <Checkbox checked={mine} onChange={(event) => setMine(event.target.checked)} />
          {t("Shows each person only what they own")}
        </label>
      </div>
    </Dialog>
  );
}
