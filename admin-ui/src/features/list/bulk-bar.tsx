// Appears while rows are selected: what can be done with all of them.

import { Merge, PencilLine, Trash2, UserRound, X } from "lucide-react";
import { useState } from "react";
import { deleteRecords, listIds, MOST } from "@/api/bulk";
import { messageOf } from "@/api/problem";
import { forEachRecord, type ListRequest, restoreRecord } from "@/api/records";
import { findField, mayDelete, mayEdit } from "@/catalog/catalog";
import { isWritable } from "@/catalog/fields";
import type { FieldDef, ObjectDef } from "@/catalog/types";
import { Button, IconButton } from "@/components/button";
import { late } from "@/components/late";
import { toast, toastError } from "@/components/toast";
import { t } from "@/lib/i18n";
import { type PageAction, usePageActions } from "@/lib/page-actions";
import { count, counted, inSentence } from "@/lib/text";
import type { Selection } from "./use-selection";

/** As many as fit side by side. */
const MOST_MERGED = 5;

const MergeDialog = late(() => import("@/fields/merge-dialog"), "MergeDialog", "over");
const BulkEdit = late(() => import("./bulk-edit"), "BulkEdit", "over");

interface BulkBarProps {
  object: ObjectDef;
  selection: Selection;
  request: ListRequest;
  total: number | undefined;
}

export function BulkBar({ object, selection, request, total }: BulkBarProps) {
  const [busy, setBusy] = useState(false);
  const [merging, setMerging] = useState<string[] | null>(null);
  const [editing, setEditing] = useState<{ field?: FieldDef } | null>(null);
  const words = (n: number) => count(n, inSentence(object.label), inSentence(object.plural_label));
  const owner = findField(object, "owner");
  const more = total !== undefined && selection.state === "all" && selection.size < Math.min(total, MOST);

  async function remove() {
    setBusy(true);
    const { ids } = selection;
    const failed = await deleteRecords(object, ids);
    setBusy(false);
    selection.clear();
    const gone = ids.filter((id) => !failed.has(id));
    const restore = async () => {
      const stuck = await forEachRecord(gone, (id) => restoreRecord(object, id));
      if (stuck.size)
        toastError(
          `${t("{records} could not be restored.", { records: words(stuck.size) })} ${messageOf([...stuck.values()][0])}`,
        );
    };
    if (gone.length)
      toast(t("Deleted {records}", { records: words(gone.length) }), {
        action: { label: t("Undo"), undo: true, run: restore },
      });
    if (failed.size)
      toastError(
        `${t("{records} could not be deleted.", { records: words(failed.size) })} ${messageOf([...failed.values()][0])}`,
      );
  }

  async function selectAll() {
    setBusy(true);
    await listIds(object, request)
      .then(selection.select)
      .catch((error) => toastError(messageOf(error)));
    setBusy(false);
  }

  const changes: PageAction[] = [];
  if (mayEdit(object)) {
    changes.push({ label: t("Edit"), icon: <PencilLine size={14} />, onSelect: () => setEditing({}) });
    if (owner && isWritable(object, owner))
      changes.push({
        label: t("Assign"),
        icon: <UserRound size={14} />,
        onSelect: () => setEditing({ field: { ...owner, required: true } }),
      });
    if (mayDelete(object) && selection.size > 1 && selection.size <= MOST_MERGED)
      changes.push({ label: t("Merge"), icon: <Merge size={14} />, onSelect: () => setMerging(selection.ids) });
  }
  const chosen = t("{n} selected", { n: counted(selection.size) });
  const removal = { label: t("Delete"), icon: <Trash2 size={14} />, onSelect: () => void remove() };
  usePageActions(chosen, selection.size ? [...changes, ...(mayDelete(object) ? [removal] : [])] : []);

  if (selection.size === 0) return null;
  return (
    <div className="pointer-events-none absolute inset-x-0 bottom-11 z-30 flex justify-center px-3">
      <div
        role="toolbar"
        data-bulk
        aria-label={t("Selection")}
        className="appear pointer-events-auto flex h-10 items-center gap-1 rounded-sheet bg-surface ps-3.5 pe-1.5 shadow-pop"
      >
        <span className="num me-2 font-medium" aria-live="polite">
          {chosen}
        </span>
        {more && (
          <Button busy={busy} onClick={selectAll}>
            {t("Select all {n}", { n: counted(Math.min(total, MOST)) })}
          </Button>
        )}
        {changes.map(({ label, icon, onSelect }) => (
          <Button key={label} icon={icon} onClick={onSelect}>
            {label}
          </Button>
        ))}
        {mayDelete(object) && (
          <Button look="danger-ghost" icon={<Trash2 size={14} />} busy={busy} onClick={remove}>
            {t("Delete")}
          </Button>
        )}
        <IconButton label={t("Clear selection")} onClick={selection.clear}>
          <X size={15} />
        </IconButton>
      </div>
      {merging && (
        <MergeDialog
          object={object}
          ids={merging}
          onClose={() => setMerging(null)}
          onDone={() => {
            setMerging(null);
            selection.clear();
          }}
        />
      )}
      {editing && (
        <BulkEdit
          object={object}
          ids={selection.ids}
          field={editing.field}
          onClose={() => setEditing(null)}
          onDone={() => {
            setEditing(null);
            selection.clear();
          }}
        />
      )}
    </div>
  );
}
