// One field of a record: label and value; a click on the value edits it where it stands.
import { useEffect, useRef, useState } from "react";
import type { RecordData } from "@/api/record-store";
import { mayEdit } from "@/catalog/catalog";
import { isWritable } from "@/catalog/fields";
import type { FieldDef, ObjectDef } from "@/catalog/types";
import { Switch } from "@/components/inputs";
import { InlineEditor } from "@/fields/inline-editor";
import { isEmpty } from "@/fields/kind";
import { kindOf } from "@/fields/registry";
import { setSwitch } from "@/fields/save";
import { cx } from "@/lib/cx";
import { t } from "@/lib/i18n";

interface FieldRowProps {
  object: ObjectDef;
  record: RecordData;
  field: FieldDef;
}

export function FieldRow({ object, record, field }: FieldRowProps) {
  const kind = kindOf(field);
  const Icon = kind.icon;
  return (
    <div className={cx("flex min-w-0 gap-2 py-px", kind.wide ? "col-span-full flex-col" : "items-start")}>
      <dt className="flex min-h-8 w-36 shrink-0 items-center gap-1.5 text-text-2" title={field.help ?? field.label}>
        <Icon size={13} aria-hidden="true" className="text-text-3" />
        <span className="line-clamp-2 leading-4">{field.label}</span>
      </dt>
      <dd className={cx("min-w-0 flex-1", kind.wide && "-mt-1 mb-1")}>
        <Value object={object} record={record} field={field} />
      </dd>
    </div>
  );
}

export function Value({ object, record, field }: FieldRowProps) {
  const kind = kindOf(field);
  const [editing, setEditing] = useState(false);
  const button = useRef<HTMLButtonElement>(null);
  const wasEditing = useRef(false);
  const value = kind.read(record, field);
  const editable = mayEdit(object) && isWritable(object, field);
  const Display = kind.display;

  useEffect(() => {
    if (wasEditing.current && !editing && document.activeElement === document.body)
      button.current?.focus({ preventScroll: true });
    wasEditing.current = editing;
  }, [editing]);

  if (editable && field.kind === "boolean") {
    return (
      <span className="flex h-8 items-center px-2">
        <Switch
          label={field.label}
          checked={value === true}
          onChange={(next) => void setSwitch(object, record.id, field, next)}
        />
      </span>
    );
  }
  if (editing) return <InlineEditor object={object} record={record} field={field} onClose={() => setEditing(false)} />;
  const shown = isEmpty(value) ? (
    <span className="text-text-3">{editable ? t("Add") : "—"}</span>
  ) : (
    <Display value={value} field={field} />
  );
  if (!editable) return <div className="flex min-h-8 min-w-0 items-center px-2 py-1.5">{shown}</div>;
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the pointer may click anywhere; the keyboard has the button inside.
    // biome-ignore lint/a11y/useKeyWithClickEvents: as above.
    <div
      className={cx(
        "relative flex min-h-8 min-w-0 items-center rounded-control px-2 py-1.5 transition-colors duration-100 hover:bg-hover has-[button:focus-visible]:outline-2 has-[button:focus-visible]:outline-accent",
        isEmpty(value) &&
          "opacity-0 has-[button:focus-visible]:opacity-100 hover:opacity-100 [@media(hover:none)]:opacity-100 [dl:hover_&]:opacity-100",
      )}
      onClick={(event) => {
        if ((event.target as HTMLElement).closest("a") || getSelection()?.toString()) return;
        setEditing(true);
      }}
    >
      {shown}
      <button ref={button} type="button" className="sr-only" onClick={() => setEditing(true)}>
        {t("Edit {field}", { field: field.label })}
      </button>
    </div>
  );
}
