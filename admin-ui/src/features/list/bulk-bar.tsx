// Appears while rows are selected: what can be done with all of them.
import { Trash2, X } from "lucide-react";
import { useState } from "react";
import { messageOf } from "@/api/problem";
import { deleteRecord, forEachRecord, restoreRecord } from "@/api/records";
import { mayDelete } from "@/catalog/catalog";
import type { ObjectDef } from "@/catalog/types";
import { Button, IconButton } from "@/components/button";
import { toast, toastError } from "@/components/toast";
import { t } from "@/lib/i18n";
import { count, inSentence } from "@/lib/text";
import type { Selection } from "./use-selection";

export function BulkBar({ object, selection }: { object: ObjectDef; selection: Selection }) {
  const [busy, setBusy] = useState(false);
  if (selection.size === 0) return null;
  const words = (n: number) => count(n, inSentence(object.label), inSentence(object.plural_label));

  async function remove() {
    setBusy(true);
    const ids = selection.ids;
    const failed = await forEachRecord(ids, (id) => deleteRecord(object, id));
    setBusy(false);
    selection.clear();
    const gone = ids.filter((id) => !failed.has(id));
    if (gone.length) {
      toast(`Deleted ${words(gone.length)}`, {
        action: {
          label: t("Undo"),
          undo: true,
          run: async () => {
            const stuck = await forEachRecord(gone, (id) => restoreRecord(object, id));
            if (stuck.size)
              toastError(`${words(stuck.size)} could not be restored. ${messageOf([...stuck.values()][0])}`);
          },
        },
      });
    }
    if (failed.size) toastError(`${words(failed.size)} could not be deleted. ${messageOf([...failed.values()][0])}`);
  }

  return (
    <div className="pointer-events-none absolute inset-x-0 bottom-11 z-30 flex justify-center px-3">
      <div
        role="toolbar"
        aria-label="Selection"
        className="appear pointer-events-auto flex h-10 items-center gap-1 rounded-sheet bg-surface ps-3.5 pe-1.5 shadow-pop"
      >
        <span className="num me-2 font-medium" aria-live="polite">
          {selection.size.toLocaleString()} selected
        </span>
        {mayDelete(object) && (
          <Button look="danger-ghost" icon={<Trash2 size={14} />} busy={busy} onClick={remove}>
            Delete
          </Button>
        )}
        <IconButton label="Clear selection" onClick={selection.clear}>
          <X size={15} />
        </IconButton>
      </div>
    </div>
  );
}
