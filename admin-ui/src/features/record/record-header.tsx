// The top of a record: what it is, its name, what tells most about it, and what can be done.

import { useQueryClient } from "@tanstack/react-query";
import { Copy, Ellipsis, Link as LinkIcon, Trash2 } from "lucide-react";
import { type ReactNode, useState } from "react";
import { messageOf } from "@/api/problem";
import type { RecordData } from "@/api/record-store";
import { deleteRecord, restoreRecord } from "@/api/records";
import { mayCreate, mayDelete, mayEdit, useCatalog } from "@/catalog/catalog";
import { pathField } from "@/catalog/displays";
import { highlightFields, isWritable, nameField, ownFields } from "@/catalog/fields";
import { objectIcon } from "@/catalog/icons";
import type { ObjectDef } from "@/catalog/types";
import { Glyph, Skeleton } from "@/components/bits";
import { IconButton } from "@/components/button";
import { late } from "@/components/late";
import { MenuButton, type MenuItem } from "@/components/menu";
import { toast, toastError } from "@/components/toast";
import { InlineEditor } from "@/fields/inline-editor";
import { kindOf } from "@/fields/registry";
import { cx } from "@/lib/cx";
import { objectHue } from "@/lib/hues";
import { t } from "@/lib/i18n";
import { createIntent } from "@/lib/intents";
import { usePageActions } from "@/lib/page-actions";
import { forgetRecord } from "@/lib/recent";
import { inSentence } from "@/lib/text";
import { useDevice } from "@/lib/use-media";
import { Value } from "./field-row";
import { Pager } from "./pager";
import { Path, PathSkeleton } from "./path";

const ConvertButtons = late(() => import("./convert/convert-button"), "ConvertButtons", "line");

interface RecordHeaderProps {
  object: ObjectDef;
  record: RecordData | undefined;
  narrow: boolean;
  actions: ReactNode;
  back: ReactNode;
  onGone: () => void;
  onGo: (id: string) => void;
  id: string;
}

/** A copy starts from all writable values but those that must be one of a kind. */
function copyOf(object: ObjectDef, record: RecordData): Record<string, unknown> {
  const preset: Record<string, unknown> = {};
  for (const field of [nameField(object), ...ownFields(object)]) {
    if (field.unique || !isWritable(object, field)) continue;
    preset[field.name] = kindOf(field).read(record, field);
  }
  return preset;
}

export function useRecordActions(object: ObjectDef, record: RecordData | undefined, onGone: () => void): MenuItem[] {
  const client = useQueryClient();
  if (!record) return [];
  const items: MenuItem[] = [
    {
      label: t("Copy link"),
      icon: <LinkIcon size={15} />,
      onSelect: () => {
        navigator.clipboard?.writeText(`${location.origin}/o/${object.plural}/${record.id}`);
        toast(t("Link copied"));
      },
    },
  ];
  if (mayCreate(object)) {
    items.push({
      label: t("Duplicate"),
      icon: <Copy size={15} />,
      onSelect: () => createIntent.set({ object: object.name, preset: copyOf(object, record) }),
    });
  }
  if (mayDelete(object)) {
    items.push({
      label: t("Delete {object}", { object: inSentence(object.label) }),
      icon: <Trash2 size={15} />,
      danger: true,
      separate: true,
      onSelect: async () => {
        try {
          await deleteRecord(object, record.id);
          forgetRecord(record.id);
          onGone();
          toast(t("Deleted {name}", { name: String(record.name || object.label) }), {
            action: {
              label: t("Undo"),
              undo: true,
              run: () =>
                restoreRecord(object, record.id)
                  .then(() => client.invalidateQueries({ queryKey: ["record", object.name, record.id] }))
                  .catch((error) => toastError(messageOf(error))),
            },
          });
        } catch (error) {
          toastError(messageOf(error));
        }
      },
    });
  }
  return items;
}

export function RecordHeader({ object, record, id, narrow, actions, back, onGone, onGo }: RecordHeaderProps) {
  const catalog = useCatalog();
  const layout = catalog.layout(object.name, useDevice(), record?.record_type);
  const items = useRecordActions(object, record, onGone);
  usePageActions(String(record?.name || object.label), items);
  const path = pathField(object, catalog.listViews(object.name));
  const highlights = highlightFields(object, layout).filter((f) => f.name !== "name" && f.name !== path?.name);
  return (
    <header className="shrink-0 border-line border-b">
      <div className="flex h-11 items-center gap-1 ps-2.5 pe-2.5 phone:ps-3">
        {back ?? <span className="ps-1.5 font-medium text-text-2 text-xs">{object.label}</span>}
        <span className="flex-1" />
        {record && Boolean(object.conversions?.length) && <ConvertButtons object={object} record={record} />}
        <Pager object={object} id={id} onGo={onGo} />
        <MenuButton items={items} label={t("Actions")} align="end">
          {(button) => (
            <IconButton label={t("Actions")} {...button} disabled={!items.length}>
              <Ellipsis size={16} />
            </IconButton>
          )}
        </MenuButton>
        {actions}
      </div>
      <div className="flex items-center gap-3 px-4 pb-3 phone:px-5">
        <Glyph icon={objectIcon(object)} hue={objectHue(object.name)} size={32} />
        <div className="min-w-0 flex-1">
          {record ? <Title object={object} record={record} /> : <Skeleton className="h-4 w-48" />}
        </div>
      </div>
      {path && record && <Path object={object} record={record} field={path} narrow={narrow} />}
      {path && !record && <PathSkeleton object={object} field={path} narrow={narrow} />}
      {highlights.length > 0 && (
        <dl
          className={cx(
            "grid gap-x-2 gap-y-1 px-2.5 pb-2.5 phone:px-3.5",
            narrow ? "grid-cols-2" : "grid-cols-2 phone:flex phone:flex-wrap phone:gap-x-6",
          )}
        >
          {highlights.map((field) => (
            <div key={field.name} className="min-w-0 phone:max-w-64">
              <dt className="truncate px-2 text-text-3 text-xs">{field.label}</dt>
              <dd className="min-w-24 font-medium">
                {record ? (
                  <Value object={object} record={record} field={field} />
                ) : (
                  <Skeleton className="mx-2 my-2.5 w-20" />
                )}
              </dd>
            </div>
          ))}
        </dl>
      )}
    </header>
  );
}

function Title({ object, record }: { object: ObjectDef; record: RecordData }) {
  const [editing, setEditing] = useState(false);
  const field = nameField(object);
  const name = String(record.name ?? "") || t("Unnamed");
  if (editing)
    return (
      <InlineEditor
        object={object}
        record={record}
        field={field}
        onClose={() => setEditing(false)}
        className="max-w-lg"
      />
    );
  if (!mayEdit(object) || !isWritable(object, field))
    return <h1 className="line-clamp-2 font-semibold text-lg tracking-tight phone:line-clamp-1">{name}</h1>;
  return (
    <h1 className="flex min-w-0 font-semibold text-lg tracking-tight">
      <button
        type="button"
        title={t("Rename")}
        className="-mx-1.5 line-clamp-2 rounded-control px-1.5 text-start hover:bg-hover phone:line-clamp-1"
        onClick={() => setEditing(true)}
      >
        {name}
      </button>
    </h1>
  );
}
