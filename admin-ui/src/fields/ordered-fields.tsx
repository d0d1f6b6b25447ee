// Fields in an order that one can change: by dragging, or with the arrows at each.
import { GripVertical, X } from "lucide-react";
import { type ReactNode, useRef, useState } from "react";
import { fieldOf } from "@/catalog/fields";
import type { FieldDef, ObjectDef } from "@/catalog/types";
import { AddPicker } from "@/components/add-picker";
import { moved, RowTools } from "@/components/row-tools";
import { kindOf } from "@/fields/registry";
import { cx } from "@/lib/cx";

interface OrderedFieldsProps {
  object: ObjectDef;
  /** Paths of fields, each at most once. */
  paths: string[];
  /** Fields that may be added. */
  from: FieldDef[];
  label: string;
  add: string;
  onChange: (paths: string[]) => void;
  /** What else stands on a row, such as the direction of a sort key. */
  extra?: (path: string) => ReactNode;
}

export function OrderedFields({ object, paths, from, label, add, onChange, extra }: OrderedFieldsProps) {
  const [held, setHeld] = useState<number | null>(null);
  const [over, setOver] = useState<number | null>(null);
  const box = useRef<HTMLDivElement>(null);
  // A path may name a field by more than its name: "customer.name" is the customer.
  const taken = paths.map((path) => fieldOf(object, path)?.name ?? path);

  /** The button that is pressed goes with its row: the focus goes to where another field is added. */
  function remove(path: string) {
    box.current?.querySelector<HTMLElement>("[data-add]")?.focus();
    onChange(paths.filter((p) => p !== path));
  }

  function move(at: number, to: number) {
    if (to < 0 || to >= paths.length || at === to) return;
    onChange(moved(paths, at, to));
  }

  return (
    <div ref={box} className="flex flex-col gap-1.5">
      {paths.length > 0 && (
        <ol aria-label={label} className="flex flex-col divide-y divide-line rounded-control border border-line">
          {paths.map((path, at) => {
            const field = fieldOf(object, path);
            const Icon = field ? kindOf(field).icon : X;
            const name = field?.label ?? path;
            return (
              <li
                key={path}
                draggable
                className={cx(
                  "flex h-8.5 items-center gap-2 ps-1.5 pe-1",
                  held === at && "opacity-40",
                  over === at &&
                    held !== null &&
                    held !== at &&
                    (held > at ? "shadow-[0_-2px_0_var(--accent)]" : "shadow-[0_2px_0_var(--accent)]"),
                )}
                onDragStart={(event) => {
                  event.dataTransfer.effectAllowed = "move";
                  event.dataTransfer.setData("text/plain", path);
                  setHeld(at);
                }}
                onDragEnd={() => {
                  setHeld(null);
                  setOver(null);
                }}
                onDragOver={(event) => {
                  if (held === null) return;
                  event.preventDefault();
                  setOver(at);
                }}
                onDrop={(event) => {
                  event.preventDefault();
                  if (held !== null) move(held, at);
                }}
              >
                <GripVertical size={13} aria-hidden="true" className="cursor-grab text-text-3" />
                <Icon size={14} aria-hidden="true" className="text-text-3" />
                <span className="min-w-0 flex-1 truncate">{name}</span>
                {extra?.(path)}
                <RowTools
                  name={name}
                  at={at}
                  count={paths.length}
                  onMove={(to) => move(at, to)}
                  onRemove={() => remove(path)}
                />
              </li>
            );
          })}
        </ol>
      )}
      <AddField
        label={add}
        fields={from.filter((f) => !taken.includes(f.name))}
        onPick={(name) => onChange([...paths, name])}
      />
    </div>
  );
}

interface AddFieldProps {
  label: string;
  fields: FieldDef[];
  onPick: (name: string) => void;
}

export function AddField({ label, fields, onPick }: AddFieldProps) {
  const choices = fields.map((f) => {
    const Icon = kindOf(f).icon;
    return { id: f.name, label: f.label, words: f.name, icon: <Icon size={14} className="text-text-3" /> };
  });
  return <AddPicker label={label} choices={choices} disabled={fields.length === 0} onPick={onPick} />;
}
