// The views of a list that one keeps for oneself: their names and their order.
import { useState } from "react";
import { useCatalog } from "@/catalog/catalog";
import type { ListViewDef, ObjectDef } from "@/catalog/types";
import { Button } from "@/components/button";
import { Dialog } from "@/components/dialog";
import { TextInput } from "@/components/inputs";
import { RowTools } from "@/components/row-tools";
import { t } from "@/lib/i18n";
import { inSentence } from "@/lib/text";
import { failed, useViews } from "./use-views";

interface OwnViewsDialogProps {
  object: ObjectDef;
  onClose: () => void;
  /** Before one of them gets another place. */
  onMove: () => void;
  onRemove: (view: ListViewDef) => void;
}

export function OwnViewsDialog({ object, onClose, onMove, onRemove }: OwnViewsDialogProps) {
  const own = useCatalog().ownViews(object.name);
  const views = useViews();
  return (
    <Dialog
      title={t("My views of {objects}", { objects: inSentence(object.plural_label) })}
      width="440px"
      onClose={onClose}
      footer={
        <Button look="solid" size="md" onClick={onClose}>
          {t("Done")}
        </Button>
      }
    >
      {own.length === 0 && <p className="text-text-2">{t("You keep no views of this list any more.")}</p>}
      <ul className="flex flex-col gap-1.5">
        {own.map((view, at) => (
          <li key={view.own} className="flex items-center gap-1">
            <NameInput key={`${view.own}:${view.label}`} view={view} />
            <RowTools
              name={view.label}
              at={at}
              count={own.length}
              onMove={(to) => {
                onMove();
                void views.place(view, to).catch(failed);
              }}
              onRemove={() => onRemove(view)}
            />
          </li>
        ))}
      </ul>
      <p className="mt-3 text-text-3 text-xs">{t("Nobody else sees these views.")}</p>
    </Dialog>
  );
}

/** Saves a new name when one leaves it or presses Enter. A name that changes elsewhere, as by an undo, begins anew. */
function NameInput({ view }: { view: ListViewDef }) {
  const views = useViews();
  const [label, setLabel] = useState(view.label);

  async function save() {
    const next = label.trim();
    if (next === view.label) return;
    if (!next) return setLabel(view.label);
    try {
      await views.change(view, { label: next }, t("Renamed to {name}", { name: next }));
    } catch (error) {
      setLabel(view.label);
      failed(error);
    }
  }

  return (
    <TextInput
      aria-label={t("Name of {view}", { view: view.label })}
      className="flex-1"
      maxLength={80}
      value={label}
      onChange={(event) => setLabel(event.target.value)}
      onBlur={save}
      onKeyDown={(event) => {
        if (event.key !== "Enter") return;
        event.preventDefault();
        event.currentTarget.blur();
      }}
    />
  );
}
